"""The fields of the form for an operation, made of the catalogue entry's own parameters.

What can be chosen is chosen: words from a few, recovery points with their age and what they lose,
networks by name. Everything else is typed. What the choices belong to is part of a field's name, so
that a choice for one machine is never taken for one of another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.machines import Machine, Point
from bot.domain.points import by_id, choose
from bot.domain.verbs import Option
from bot.errors import NotNow
from bot.messages import lines
from bot.messages.blocks import Block, clip, duration, visible
from bot.messages.forms import INPUT, MOST_CHOICES

_FEW: Final = 4
"""An operation with more options is asked for those alone that are lacking."""
_TEXT: Final = 75
_VALUE: Final = 150
_ABOUT: Final = "@"
_LATEST: Final = "latest"
_POINTS: Final = {
    _LATEST: "Latest: what is still pending is sent first",
    "processed": "Latest processed: the newest there is already",
    "app": "Latest app-consistent",
    "multivm": "Latest multi-VM-consistent",
}
_WORDS: Final = {
    "yes": "Yes",
    "no": "No",
    "downtime": "Shut it down at once; less to send",
    "before": "While it runs on; a shorter downtime",
}


@dataclass(frozen=True)
class Choice:
    """One of the things that can be chosen."""

    value: str
    label: str
    about: str = ""


@dataclass(frozen=True)
class Field:
    """One option of an operation, to be chosen, or typed where there is nothing to choose from."""

    option: Option
    choices: tuple[Choice, ...] = ()
    value: str = ""
    """What it says before anybody touches it."""
    optional: bool = True
    about: str = ""
    """What the choices belong to, '' where they are always the same."""

    @property
    def block_id(self) -> str:
        """What its block is called."""
        return f"{self.option.name}{_ABOUT}{self.about}" if self.about else self.option.name

    def draw(self) -> Block:
        """Draw it; what is chosen is heard of at once."""
        block: Block = {
            "type": "input",
            "block_id": self.block_id,
            "label": _plain(self.option.argument.title, 2000),
            "optional": self.optional,
            "element": self._choosing() if self.choices else self._typing(),
        }
        if self.choices:
            block["dispatch_action"] = True
        if self.option.name != "point":
            block["hint"] = _plain(_sentence(self.option.argument.help), 2000)
        return block

    def _choosing(self) -> Block:
        options = [_drawn(one) for one in self.choices]
        chosen = [one for one in options if one["value"] == self.value]
        kind = "static_select" if self.about or len(options) > 3 else "radio_buttons"
        element: Block = {"type": kind, "action_id": INPUT, "options": options}
        return element | ({"initial_option": chosen[0]} if chosen else {})

    def _typing(self) -> Block:
        element: Block = {
            "type": "plain_text_input",
            "action_id": INPUT,
            "max_length": 500,
            "placeholder": _plain(self.option.argument.hint.strip('"'), 150),
        }
        return element | ({"initial_value": self.value} if self.value else {})


@dataclass(frozen=True)
class Around:
    """What is known of the target, as far as there is one."""

    mark: str = ""
    """The word that stands for it."""
    machine: Machine | None = None
    points: tuple[Point, ...] = ()
    networks: tuple[str, ...] = ()
    """The ids of the networks that its copy may be started in, its own first."""
    lacking: Mapping[str, Sequence[tuple[str, str]]] | None = None
    """The options that only a person can name, with what there is to choose from."""


def option_of(block_id: str) -> str:
    """Return the name of the option that a block asks for."""
    return block_id.partition(_ABOUT)[0]


def belongs_to(block_id: str) -> str:
    """Return what the choices of a block belong to, '' where they are always the same."""
    return block_id.partition(_ABOUT)[2]


def about(mark: str) -> str:
    """Return what the choices for a target are told by."""
    return mark.replace(":", "-")[:24]


def fields_for(
    operation: str,
    options: Sequence[Option],
    said: Mapping[str, str],
    around: Around,
    now: datetime,
) -> tuple[Field, ...]:
    """Return the fields: of few options all of them, of many those that are lacking or said."""
    lacking = around.lacking or {}
    shown = [
        one
        for one in options
        if len(options) <= _FEW or one.name in lacking or said.get(one.name, "")
    ]
    return tuple(_field(operation, one, said, around, now) for one in shown)


def _field(
    operation: str, option: Option, said: Mapping[str, str], around: Around, now: datetime
) -> Field:
    value = said.get(option.name, "") or option.default
    lacking = (around.lacking or {}).get(option.name)
    whose = about(around.mark)
    if lacking:
        found = [Choice(one, label or one) for one, label in lacking]
    elif option.name == "point":
        found = _points(operation, option, around, now)
        whose = whose if around.points else ""
    elif option.argument.hint.startswith("<virtual network"):
        found = [_network(one) for one in around.networks]
        value = value or next(iter(around.networks), "")
    else:
        found, whose = _words(option), ""
    fit = len(found) > 0 and all(0 < len(one.value) <= _VALUE for one in found)
    choices = tuple(found[:MOST_CHOICES]) if fit else ()
    if choices and value and value not in {one.value for one in choices} and len(value) <= _VALUE:
        choices = (Choice(value, value), *choices[: MOST_CHOICES - 1])
    said_already = bool(choices) and value in {one.value for one in choices}
    required = lacking is not None or said_already or (option.name == "point" and not value)
    return Field(option, choices, value, not required, whose if choices else "")


def _words(option: Option) -> list[Choice]:
    """Return what can be said where that is one of a few words."""
    hint = option.argument.hint.split("|")
    if len(hint) < 2 or any(not one.isalpha() for one in hint):
        return []
    return [Choice(one, _WORDS.get(one, one)) for one in hint]


def _points(operation: str, option: Option, around: Around, now: datetime) -> list[Choice]:
    """Return the words for recovery points that mean one, and the points themselves."""
    words = [one for one in option.argument.hint.split("|") if one in _POINTS]
    machine = around.machine
    if machine is None or not around.points:
        return [Choice(one, _POINTS[one]) for one in words]
    found = []
    for one in words:
        try:
            point = choose(one, around.points, machine, now)
        except NotNow:  # it has none of the kind
            continue
        found.append(Choice(one, _POINTS[one], _loss(point, machine, now)))
    if by_id(operation, machine):
        found += [
            Choice(one.name, _capital(lines.point_label(one, now)), _loss(one, machine, now))
            for one in around.points[: MOST_CHOICES - len(found)]
        ]
    return found


def _loss(point: Point | None, machine: Machine, now: datetime) -> str:
    """Say in a few words how much data is lost with a point; None is the latest."""
    if point:
        return f"loses what was written in the last {duration((now - point.at).total_seconds())}"
    if machine.rpo_seconds is None:
        return "how much is lost is unknown: Azure reports no RPO"
    return f"loses about {duration(machine.rpo_seconds)}, if the source can no longer send"


def _network(network: str) -> Choice:
    """Name a network, and the resource group that it is in."""
    parts = network.split("/")
    group = f"in {parts[4]}" if len(parts) > 4 else ""
    return Choice(network, parts[-1], group)


def _drawn(choice: Choice) -> Block:
    option: Block = {"text": _plain(choice.label, _TEXT), "value": choice.value}
    return option | ({"description": _plain(choice.about, _TEXT)} if choice.about else {})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return _capital(text).rstrip(".") + "."


def _plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": clip(visible(text), most) or "–", "emoji": False}
