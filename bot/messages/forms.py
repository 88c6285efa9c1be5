"""The forms (modals) and how their answers are read."""

from collections.abc import Mapping
from typing import Any, Final

from bot.messages.blocks import Block, words

CACHE_FORM: Final = "dr.cache"
CACHE_BLOCK: Final = "cache_account"
_INPUT: Final = "value"


def cache_form(stash: str, target: str) -> Block:
    """Ask for the cache storage account of a reprotect."""
    name = target.rpartition("/")[2] if target.startswith("id:") else target
    return {
        "type": "modal",
        "callback_id": CACHE_FORM,
        "private_metadata": stash,
        "title": {"type": "plain_text", "text": "Cache storage account"},
        "submit": {"type": "plain_text", "text": "Ask for reprotect"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            words(
                f"Changed data of {name} passes through a storage account in the region where the "
                "machine runs now. Approvers see your choice on the card."
            ),
            {
                "type": "input",
                "block_id": CACHE_BLOCK,
                "label": {"type": "plain_text", "text": "Resource id of the storage account"},
                "element": {
                    "type": "plain_text_input",
                    "action_id": _INPUT,
                    "max_length": 400,
                    "placeholder": {
                        "type": "plain_text",
                        "text": "/subscriptions/…/storageAccounts/…",
                    },
                },
            },
        ],
    }


def answer(view: Mapping[str, Any], block_id: str) -> str:
    """Read what was typed into an input of a submitted view."""
    state = view.get("state", {}).get("values", {})
    return str(state.get(block_id, {}).get(_INPUT, {}).get("value") or "").strip()
