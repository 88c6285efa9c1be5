"""The form (modal) that asks for what a half-finished command lacks, and how it is read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain.break_glass import JUSTIFIED, UNJUSTIFIED
from bot.domain.jobs import JobStep
from bot.domain.nods import nod_mark
from bot.domain.unseen import without_unseen
from bot.domain.verbs import Option
from bot.messages.blocks import Block, clip, plain, visible, words

OPTION_FORM: Final = "dr.option"
NOD_FORM: Final = "dr.nod"
CONFIRM_FORM: Final = "dr.confirm"
REVIEW_FORM: Final = "dr.review"
VALIDATE_FORM: Final = "dr.validate"
VERDICT: Final = "verdict"
"""The field of the form for a review that says whether it was justified."""
DENY_FORM: Final = "dr.deny"
BECAUSE: Final = "because"
"""The field into which somebody who denies writes why."""
TYPED: Final = "typed"
"""The field into which an approver types the name of the target."""
NOTE: Final = "note"
"""The field of the forms for a manual action and for a review, in the person's own words."""
INPUT: Final = "option"
"""What every field of a form is called; its block says which one it is."""
MOST_CHOICES: Final = 100
"""Slack lets nobody choose from more."""
_LONGEST_VALUE: Final = 150
_LONGEST_KEPT: Final = 3000
"""Slack keeps no more with a form."""

Choices = Sequence[tuple[str, str]]
"""What there is to choose from: (value, label) pairs."""


def option_form(
    stash: str,
    options: Sequence[Option],
    title: str,
    target: str,
    choices: Mapping[str, Choices],
) -> Block:
    """Ask for options: out of their choices where there are any, else as text.

    `title` is the operation's; the submitted form brings the stash word back, and each option under
    a block of its name.
    """
    only = options[0].argument.title if len(options) == 1 else title
    return {
        "type": "modal",
        "callback_id": OPTION_FORM,
        "private_metadata": stash,
        "title": _plain(clip(only, 24)),
        "submit": _plain("Ask for approval"),
        "close": _plain("Cancel"),
        "blocks": [
            words(f"{title} of {target}. The approvers see your choice on the card."),
            *(_field(option, choices.get(option.name, ())) for option in options),
        ],
    }


def nod_form(request_id: str, asked: JobStep) -> Block:
    """Ask for a note on a manual action that is done; it goes to Azure and into the audit log.

    The form remembers which action it is about: the job may be at another when it comes back.
    """
    return {
        "type": "modal",
        "callback_id": NOD_FORM,
        "private_metadata": f"{request_id} {nod_mark(asked)}",
        "title": _plain("A manual action"),
        "submit": _plain("It is done"),
        "close": _plain("Not yet"),
        "blocks": [
            words(f"{asked.name}. {asked.instructions}"),
            {
                "type": "input",
                "block_id": NOTE,
                "label": _plain("What was done, and how was it checked?"),
                "element": _text("the database is open, seen by its log"),
            },
        ],
    }


def review_form(request_id: str, title: str, reason: str) -> Block:
    """Ask whether breaking the glass was justified; both fields have to be filled in."""
    return {
        "type": "modal",
        "callback_id": REVIEW_FORM,
        "private_metadata": request_id,
        "title": _plain("Review"),
        "submit": _plain("Review"),
        "close": _plain("Not now"),
        "blocks": [
            words(f"{title} ({request_id}). The reason given was: {reason}"),
            {
                "type": "input",
                "block_id": VERDICT,
                "label": _plain("Was it right to break the glass?"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": INPUT,
                    "options": [
                        {"text": _plain("Yes, it was justified"), "value": JUSTIFIED},
                        {"text": _plain("No, it was not"), "value": UNJUSTIFIED},
                    ],
                },
            },
            {
                "type": "input",
                "block_id": NOTE,
                "label": _plain("What do you base that on?"),
                "element": {**_text("what you looked at, and what you found"), "multiline": True},
            },
        ],
    }


def validate_form(request_id: str, title: str, *, works: bool) -> Block:
    """Ask what somebody saw who says whether it works; who says that it does not has to tell."""
    said = "It works" if works else "It does not work"
    return {
        "type": "modal",
        "callback_id": VALIDATE_FORM,
        "private_metadata": f"{request_id} {'works' if works else 'fails'}",
        "title": _plain(said),
        "submit": _plain("Say so"),
        "close": _plain("Not now"),
        "blocks": [
            words(f"{title} ({request_id}): {said.lower()}. It goes into the record and decides "
                  "nothing; of what people say, the later counts."),
            {
                "type": "input",
                "block_id": NOTE,
                "optional": works,
                "label": _plain("What did you see?"),
                "element": _text("orders go through" if works else "the shop shows old prices")
                | {"multiline": True},
            },
        ],
    }  # fmt: skip


def to_validate(view: Mapping[str, Any]) -> tuple[str, bool]:
    """Read from a form which request it is about, and whether that works."""
    request_id, _, verdict = str(view.get("private_metadata") or "").partition(" ")
    return request_id, verdict == "works"


def unreviewable(filled: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with a filled-in review, by field."""
    wrong = {}
    if filled.get(VERDICT) not in {JUSTIFIED, UNJUSTIFIED}:
        wrong[VERDICT] = "Choose one of the two."
    if not without_unseen(filled.get(NOTE, "")).strip():
        wrong[NOTE] = "Say what you base it on."
    return wrong


def confirm_form(request_id: str, title: str, destroys: str, expected: Sequence[str]) -> Block:
    """Ask an approver to type one of the expected words; the form brings the request's id back.

    It brings the words as well where they fit, so that a wrong one can be told at once.
    """
    kept = json.dumps({"request": request_id, "expected": list(expected)})
    if len(kept) > _LONGEST_KEPT:
        kept = json.dumps({"request": request_id})
    return {
        "type": "modal",
        "callback_id": CONFIRM_FORM,
        "private_metadata": kept,
        "title": _plain("Approve"),
        "submit": _plain("Approve"),
        "close": _plain("Not now"),
        "blocks": [
            words(f"{title}. What it destroys: {destroys}"),
            {
                "type": "input",
                "block_id": TYPED,
                "label": _exact(f"Type {' or '.join(expected)} to approve", 2000),
                "element": {
                    **_text(""),
                    "placeholder": _exact(expected[0], 150),
                },
            },
        ],
    }


def deny_form(request_id: str, title: str) -> Block:
    """Ask why somebody denies a request; the form brings its id back."""
    return {
        "type": "modal",
        "callback_id": DENY_FORM,
        "private_metadata": request_id,
        "title": _plain("Deny"),
        "submit": _plain("Deny"),
        "close": _plain("Not now"),
        "blocks": [
            words(f"{title}. Denying ends the request, whoever has approved it."),
            {
                "type": "input",
                "block_id": BECAUSE,
                "label": _plain("Why?"),
                "hint": _plain("Whoever asked is told, and it stands on the card and in the log."),
                "element": _text("West Europe is up again") | {"multiline": True},
            },
        ],
    }


def to_confirm(view: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Read from a form which request it approves, and the words of which one has to be typed.

    No words mean that they did not fit: whoever counts the approval knows them.
    """
    try:
        kept = json.loads(str(view.get("private_metadata") or "{}"))
        return str(kept.get("request", "")), tuple(map(str, kept.get("expected", ())))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return "", ()  # no form of ours


def given(view: Mapping[str, Any]) -> dict[str, str]:
    """Read what was chosen or typed into a submitted form, by option."""
    values = (view.get("state") or {}).get("values") or {}
    return {name: _value(inputs.get(INPUT, {})) for name, inputs in values.items()}


def _value(field: Mapping[str, Any]) -> str:
    chosen = (field.get("selected_option") or {}).get("value")
    typed = str(chosen or field.get("value") or "").strip()
    return typed.encode("utf-8", "replace").decode()  # half a character cannot be kept


def _field(option: Option, choices: Choices) -> Block:
    few = 0 < len(choices) <= MOST_CHOICES and all(
        0 < len(value) <= _LONGEST_VALUE for value, _ in choices
    )
    return {
        "type": "input",
        "block_id": option.name,
        "label": _plain(option.argument.title),
        "element": _select(choices) if few else _text(option.argument.hint),
    }


def _text(hint: str) -> Block:
    return {
        "type": "plain_text_input",
        "action_id": INPUT,
        "max_length": 400,
        "placeholder": _plain(clip(hint, 150)),
    }


def _select(choices: Choices) -> Block:
    return {
        "type": "static_select",
        "action_id": INPUT,
        "options": [
            {"text": _plain(plain(label or value, 75)), "value": value} for value, label in choices
        ],
    }


def _exact(text: str, most: int) -> Block:
    """Show what has to be typed, in which nothing is an emoji."""
    return {"type": "plain_text", "text": clip(visible(text), most), "emoji": False}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
