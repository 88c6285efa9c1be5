"""The form (modal) that asks for one option of a half-finished command, and how it is read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain.verbs import Option
from bot.messages.blocks import Block, clip, visible, words

OPTION_FORM: Final = "dr.option"
NOD_FORM: Final = "dr.nod"
OPTION_BLOCK: Final = "option"
_INPUT: Final = "value"
_CHOICES: Final = 100


def option_form(
    stash: str, option: Option, title: str, target: str, choices: Sequence[tuple[str, str]]
) -> Block:
    """Ask for an option: out of (value, label) choices when there are any, else as text.

    `title` is the operation's; the submitted form brings the stash word and the option back.
    """
    return {
        "type": "modal",
        "callback_id": OPTION_FORM,
        "private_metadata": f"{stash}:{option.name}",
        "title": _plain(clip(option.argument.title, 24)),
        "submit": _plain("Ask for approval"),
        "close": _plain("Cancel"),
        "blocks": [
            words(f"{title} of {target}. The approvers see your choice on the card."),
            {
                "type": "input",
                "block_id": OPTION_BLOCK,
                "label": _plain(option.argument.title),
                "element": _select(choices) if choices else _text(option.argument.hint),
            },
        ],
    }


def nod_form(request_id: str, action: str, instructions: str) -> Block:
    """Ask for a note on a manual action that is done; it goes to Azure and into the audit log."""
    return {
        "type": "modal",
        "callback_id": NOD_FORM,
        "private_metadata": request_id,
        "title": _plain("A manual action"),
        "submit": _plain("It is done"),
        "close": _plain("Not yet"),
        "blocks": [
            words(f"{action}. {instructions}"),
            {
                "type": "input",
                "block_id": OPTION_BLOCK,
                "label": _plain("What was done, and how was it checked?"),
                "element": _text("the database is open, seen by its log"),
            },
        ],
    }


def answer(view: Mapping[str, Any]) -> str:
    """Read what was chosen or typed into a submitted form."""
    value = view.get("state", {}).get("values", {}).get(OPTION_BLOCK, {}).get(_INPUT, {})
    chosen = (value.get("selected_option") or {}).get("value")
    return str(chosen or value.get("value") or "").strip()


def _text(hint: str) -> Block:
    return {
        "type": "plain_text_input",
        "action_id": _INPUT,
        "max_length": 400,
        "placeholder": _plain(clip(hint, 150)),
    }


def _select(choices: Sequence[tuple[str, str]]) -> Block:
    return {
        "type": "static_select",
        "action_id": _INPUT,
        "options": [
            {"text": _plain(clip(visible(label), 75)), "value": value}
            for value, label in choices[:_CHOICES]
        ],
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
