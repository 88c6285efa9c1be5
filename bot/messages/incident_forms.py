"""The forms of an incident: an update in three parts, and its closing; and how they are read."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.domain.incidents import LONGEST_WORDS, Incident
from bot.domain.unseen import without_unseen
from bot.messages.blocks import Block, clip, plain, words
from bot.messages.forms import INPUT

UPDATE_FORM: Final = "dr.update"
CLOSE_FORM: Final = "dr.close"
CLOSING: Final = "closing"
_FIELDS: Final = (
    ("conditions", "Conditions", "What is the case?", "West Europe is down, Microsoft confirms it"),
    ("actions", "Actions", "What is being done about it?", "the web tier is being failed over"),
    ("needs", "Needs", "What is lacking, and from whom?", "somebody who can check the payments"),
)


def update_form(incident: Incident, said: Mapping[str, str] | None = None) -> Block:
    """Ask how things stand, with what was said last to go on from; one part is enough.

    The form remembers which update it goes on from: somebody else may write one meanwhile.
    """
    before = incident.latest.update.model_dump() if incident.latest else {}
    seen = incident.latest.at if incident.latest else 0
    return {
        "type": "modal",
        "callback_id": UPDATE_FORM,
        "private_metadata": json.dumps({"incident": incident.id, "seen": seen}),
        "title": _plain("Update"),
        "submit": _plain("Tell everybody"),
        "close": _plain("Not now"),
        "blocks": [
            words(f"{incident.title} ({incident.id}). It stands on the board and in the timeline."),
            *(
                {
                    "type": "input",
                    "block_id": name,
                    "optional": True,
                    "label": _plain(label),
                    "hint": _plain(hint),
                    "element": _text(example, (said or before).get(name, "")),
                }
                for name, label, hint, example in _FIELDS
            ),
        ],
    }


def close_form(incident: Incident) -> Block:
    """Ask for the last word on an incident; none is needed."""
    return {
        "type": "modal",
        "callback_id": CLOSE_FORM,
        "private_metadata": json.dumps({"incident": incident.id}),
        "title": _plain("Close the incident"),
        "submit": _plain("Close"),
        "close": _plain("Not yet"),
        "blocks": [
            words(f"{incident.title} ({incident.id}). The summary goes to the channel."),
            {
                "type": "input",
                "block_id": CLOSING,
                "optional": True,
                "label": _plain("How did it end?"),
                "hint": _plain("It stands in the summary."),
                "element": _text("West Europe is up again, all machines are back", ""),
            },
        ],
    }


def meant_by(view: Mapping[str, Any]) -> tuple[str, int]:
    """Read which incident a form is about, and when the update was made that it goes on from."""
    try:
        kept = json.loads(str(view.get("private_metadata") or "{}"))
        return str(kept.get("incident", "")), int(kept.get("seen", 0))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return "", 0  # no form of ours


def unsayable(filled: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with a filled-in update, by field."""
    said = {name: without_unseen(filled.get(name, "")).strip() for name, *_ in _FIELDS}
    if not any(said.values()):
        return {"conditions": "Say something in one of the three."}
    return {
        name: f"That has {len(text)} characters; {LONGEST_WORDS} are the most."
        for name, text in said.items()
        if len(text) > LONGEST_WORDS
    }


def _text(example: str, before: str) -> Block:
    field: Block = {
        "type": "plain_text_input",
        "action_id": INPUT,
        "multiline": True,
        "max_length": LONGEST_WORDS,
        "placeholder": _plain(clip(example, 150)),
    }
    return field | ({"initial_value": clip(before, LONGEST_WORDS)} if before else {})


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": plain(text, 2000)}
