"""The form for an operation: what it is to be done with, how and why, and what would be asked.

It is made of the catalogue entry's own parameters, for every operation in the same way, and drawn
anew whenever something is chosen. Names are shown as they are: nothing in them is an emoji.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from bot.domain.catalogue import About
from bot.domain.data import Data
from bot.domain.grammar import LONGEST_NAME, LONGEST_REASON
from bot.domain.machines import Machine, position
from bot.domain.suggestions import MOST, Suggested, Suggestion
from bot.errors import DrError
from bot.messages.ask_fields import Field, about, belongs_to, option_of
from bot.messages.blocks import Block, clip, context, divider, esc, section, visible, words
from bot.messages.forms import INPUT

ASK_FORM: Final = "dr.ask"
TARGET: Final = "target"
"""The field in which a machine or a plan is chosen."""
REASON: Final = "reason"
TEMPLATE: Final = "template"
"""The field in which a reason that comes up often is chosen."""
_NOBODY: Final = "nobody"
"""Stands for what is said instead of a machine, and cannot be chosen."""
_TEXT: Final = 75
_NAME: Final = 30
"""So much of a label is for the name at least, the rest for what tells twins apart."""
_VAULTS: Final = 3
"""So many vaults are named that were not read yet."""
_ERROR: Final = 600
_OWN: Final = frozenset({TARGET, REASON, TEMPLATE})
_LABELS: Final[Mapping[About, str]] = {
    "machine": "Machine or recovery plan",
    "job": "Machine or recovery plan whose job it is",
    "candidate": "Machine that is not protected yet",
}


class Kept(Data):
    """What a form brings back besides what is filled in; Slack lets nobody change it."""

    word: str
    """The word of the half-finished command."""
    verb: str
    channel: str
    glass: bool = False
    also: dict[str, str] = {}
    place: str = ""
    """The name of the channel that the card goes to, where the form was not opened there."""


@dataclass(frozen=True)
class Form:
    """Everything that the form shows."""

    kept: Kept
    title: str
    kind: About = "machine"
    """What kind of thing it is done to."""
    target: Suggestion | None = None
    """What is chosen already."""
    named: str = ""
    """What was typed where nothing is chosen: several machines, or one that is not protected."""
    fields: tuple[Field, ...] = ()
    reason: str = ""
    reason_required: bool = False
    templates: tuple[str, ...] = ()
    shown: tuple[Block, ...] = ()
    """What would be asked, or why it cannot be."""


def ask_form(form: Form) -> Block:
    """Draw the form."""
    what = _target(form)
    place = form.kept.place
    said = f"The card goes to #{place}, or to the channel that the policy names."
    blocks = [
        what,
        *(one.draw() for one in form.fields),
        *_why(form),
        *([words(said)] if place else []),
        divider(),
        *(form.shown or [context(_NOTHING_YET)]),
    ]
    return _whole(form.kept, form.title, blocks)


def loading(kept: Kept, title: str) -> Block:
    """Draw what is shown until the vaults have answered."""
    return _frame(kept, title) | {"blocks": [section(LOOKING)]}


LOOKING: Final = ":hourglass_flowing_sand: Looking at the vaults…"
_NOTHING_YET: Final = "Choose a machine or a plan, and this shows what would be asked."


def without_form(kept: Kept, title: str, error: DrError) -> Block:
    """Say in the window of a form why there is none."""
    return _frame(kept, title) | {"blocks": list(trouble(error))}


def trouble(error: DrError) -> tuple[Block, ...]:
    """Say why what is filled in cannot be asked for, where it would be shown."""
    advice = f"\n{esc(error.advice, 1000)}" if error.advice else ""
    code = [context(error.refusal.id)] if error.refusal else []
    return (section(f":no_entry: {esc(error.sentence, 1500)}{advice}"), *code)


def reopened() -> Block:
    """Say that a form was open for too long, and that it goes on."""
    return section(
        ":warning: This form was open for a long time. Look at what it shows now; then send it."
    )


def kept_in(view: Mapping[str, Any]) -> Kept | None:
    """Read what a form brings back; None for one of another version."""
    try:
        return Kept.model_validate_json(str(view.get("private_metadata") or ""))
    except ValidationError:
        return None


def block_ids(view: Mapping[str, Any]) -> dict[str, str]:
    """Return the block of each option of a form."""
    values = (view.get("state") or {}).get("values") or {}
    return {option_of(block): block for block in values}


def by_option(given: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in by the option that it is for; not what was for another target."""
    strange = stale(given)
    return {option_of(block): value for block, value in given.items() if block not in strange}


def stale(given: Mapping[str, str]) -> set[str]:
    """Return the blocks whose choices belong to another target than the one that is chosen."""
    chosen = about(given.get(TARGET, ""))
    return {block for block in given if belongs_to(block) not in {"", chosen}}


def still_looking(view: Mapping[str, Any], kept: Kept, title: str) -> Block | None:
    """Draw an open form with nothing else changed than that it is being looked at anew.

    None where there is nothing to be seen of it.
    """
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return None
    line = next((at for at, one in enumerate(blocks) if one.get("type") == "divider"), None)
    if line is None:
        return None
    return _whole(kept, title, [*blocks[: line + 1], section(LOOKING)])


def because(filled: Mapping[str, str]) -> str:
    """Put together the reason: the one that was chosen, and what was typed beside it."""
    return ": ".join(filter(None, (filled.get(TEMPLATE, ""), filled.get(REASON, ""))))


def options_in(filled: Mapping[str, str]) -> dict[str, str]:
    """Return the options among what was filled in."""
    return {name: value for name, value in filled.items() if name not in _OWN}


def errors(wrong: Mapping[str, str], blocks: Mapping[str, str]) -> dict[str, str]:
    """Put what is wrong under the blocks of a form; what has none stands with the target."""
    found: dict[str, str] = {}
    for name, sentence in wrong.items():
        block = blocks.get(name) or blocks.get(TARGET) or next(iter(blocks.values()), "")
        found[block] = clip(" ".join(filter(None, (found.get(block), visible(sentence)))), _ERROR)
    return found


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
    if TARGET in filled and filled[TARGET] in {"", _NOBODY}:
        return {TARGET: "Choose a machine or a plan, or type its name into the command."}
    return {}


def _whole(kept: Kept, title: str, blocks: Sequence[Block]) -> Block:
    submit = _plain("Ask for approval", 24)
    return _frame(kept, title) | {"submit": submit, "blocks": list(blocks)}


def _frame(kept: Kept, title: str) -> Block:
    return {
        "type": "modal",
        "callback_id": ASK_FORM,
        "external_id": kept.word,
        "private_metadata": kept.model_dump_json(),
        "title": _plain(title, 24),
        "close": _plain("Cancel", 24),
    }


def _target(form: Form) -> Block:
    if form.kind == "candidate":
        return _typed_target(form)
    if form.named:
        return words(f"Machines: {form.named}")
    element: Block = {
        "type": "external_select",
        "action_id": INPUT,
        "placeholder": _plain("Type a part of its name", 150),
        "min_query_length": 0,
    }
    if form.target:
        element["initial_option"] = _option(form.target)
    else:
        element["focus_on_load"] = True
    return {
        "type": "input",
        "block_id": TARGET,
        "dispatch_action": True,
        "label": _plain(_LABELS[form.kind], 2000),
        "element": element,
    }


def _typed_target(form: Form) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": INPUT,
        "max_length": LONGEST_NAME,
        "placeholder": _plain("its name, name@vault or resource id", 150),
    }
    if form.named:
        element["initial_value"] = clip(form.named, LONGEST_NAME)
    return {
        "type": "input",
        "block_id": TARGET,
        "label": _plain(_LABELS[form.kind], 2000),
        "element": element,
    }


def _why(form: Form) -> list[Block]:
    """Ask for the reason: chosen where the policy offers some, and in somebody's own words."""
    why: Block = {"type": "plain_text_input", "action_id": INPUT, "max_length": LONGEST_REASON}
    if form.reason:
        why["initial_value"] = clip(form.reason, LONGEST_REASON)
    typed: Block = {
        "type": "input",
        "block_id": REASON,
        "label": _plain("In your own words" if form.templates else "Why?", 2000),
        "hint": _plain("The approvers see it, and it stands in the audit log.", 2000),
        "optional": bool(form.templates) or not form.reason_required,
        "element": why,
    }
    if not form.templates:
        return [typed]
    chosen: Block = {
        "type": "static_select",
        "action_id": INPUT,
        "options": [{"text": _plain(one, _TEXT), "value": one} for one in form.templates],
    }
    template: Block = {
        "type": "input",
        "block_id": TEMPLATE,
        "label": _plain("Why?", 2000),
        "optional": True,
        "element": chosen,
    }
    return [template, typed]


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
