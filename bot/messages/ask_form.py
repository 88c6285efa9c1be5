"""The form for a command that was typed without its target, and what is suggested in it.

Names are shown as they are: where one is typed, nothing in it is an emoji.
"""

from collections.abc import Mapping
from typing import Final

from bot.domain.grammar import LONGEST_REASON
from bot.domain.machines import Machine, position
from bot.domain.suggestions import MOST, Suggested, Suggestion
from bot.messages.blocks import Block, clip, visible, words
from bot.messages.forms import INPUT

ASK_FORM: Final = "dr.ask"
TARGET: Final = "target"
"""The field in which a machine or a plan is chosen."""
REASON: Final = "reason"
_NOBODY: Final = "nobody"
"""Stands for what is said instead of a machine, and cannot be chosen."""
_TEXT: Final = 75
_NAME: Final = 30
"""So much of a label is for the name at least, the rest for what tells twins apart."""
_VAULTS: Final = 3
"""So many vaults are named that were not read yet."""


def ask_form(stash: str, title: str, reason: str, *, reason_required: bool) -> Block:
    """Ask what an operation is to be done with, and why; the form brings the stash word back."""
    why: Block = {"type": "plain_text_input", "action_id": INPUT, "max_length": LONGEST_REASON}
    if reason:
        why["initial_value"] = clip(reason, LONGEST_REASON)
    return {
        "type": "modal",
        "callback_id": ASK_FORM,
        "private_metadata": stash,
        "title": _plain(title, 24),
        "submit": _plain("Ask for approval", 24),
        "close": _plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": TARGET,
                "label": _plain("Machine or recovery plan", 2000),
                "element": {
                    "type": "external_select",
                    "action_id": INPUT,
                    "placeholder": _plain("Type a part of its name", 150),
                    "min_query_length": 0,
                    "focus_on_load": True,
                },
            },
            {
                "type": "input",
                "block_id": REASON,
                "label": _plain("Why?", 2000),
                "hint": _plain("The approvers see it, and it stands in the audit log.", 2000),
                "optional": not reason_required,
                "element": why,
            },
        ],
    }


def with_place(form: Block, channel: str) -> Block:
    """Say on a form that was not opened in a channel to which one its card goes."""
    said = f"The card goes to #{channel}, or to the channel that the policy names."
    return form | {"blocks": [*form["blocks"], words(said)]}


def suggestions(found: Suggested) -> Block:
    """Draw what there is to choose from, as Slack wants it answered."""
    silent = [_silent(vault) for vault in found.silent[:_VAULTS]]
    machines = [_option(one) for one in found.machines[: MOST - len(silent)]] + silent
    if not found.plans:
        return {"options": machines}
    groups = [("Machines", machines), ("Recovery plans", [_option(one) for one in found.plans])]
    return {
        "option_groups": [
            {"label": _plain(label, _TEXT), "options": options}
            for label, options in groups
            if options
        ]
    }


def unaskable(filled: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with a form that was filled in, by field."""
    if filled.get(TARGET, "") in {"", _NOBODY}:
        return {TARGET: "Choose a machine or a plan, or type its name into the command."}
    return {}


def _option(one: Suggestion) -> Block:
    target, name = one.target, visible(one.target.name)
    which = clip(visible(one.which), _TEXT - min(len(name), _NAME))
    about = f"{target.here}, {position(target)}" if isinstance(target, Machine) else target.primary
    if not one.able:
        about = f"not possible now: {about}"
    label = clip(name, _TEXT - len(which)) + which
    option = {"text": _plain(label or "–", _TEXT), "value": one.mark}
    return option | ({"description": _plain(about, _TEXT)} if about else {})


def _silent(vault: str) -> Block:
    text = f"{clip(visible(vault), 50)} is not read yet; keep typing"
    return {"text": _plain(text, _TEXT), "value": _NOBODY}


def _plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": clip(visible(text), most), "emoji": False}
