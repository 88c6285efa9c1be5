"""Break-glass: fewer approvals when it cannot wait, in the open, and reviewed afterwards.

The policy grants it rule by rule, in `[rule.break_glass]`. It lowers how many have to approve and
may widen who, and nothing else: whoever asks still never approves, so it still takes two people.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import ConfigDict, Field

from bot.domain.data import Data
from bot.domain.grammar import Command, parse
from bot.domain.lifetimes import Lifetime
from bot.domain.lists import Told, Who
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.quorum import Need
from bot.domain.verbs import Verb
from bot.errors import Misunderstood
from bot.refusals import Type

JUSTIFIED: Final = "justified"
UNJUSTIFIED: Final = "not justified"
BREAK_GLASS: Final = Verb(
    name="breakglass",
    help="Ask for what cannot wait: fewer approvals, told to everybody, reviewed afterwards.",
    details=(
        "It stands before any command that changes something, with a reason. The policy says where "
        "it is allowed, how many have to approve, and who reviews it. Whoever would have had a say "
        "is told at once, and the request stays on the list in red until it is reviewed. If you "
        "have asked for the same already and it waits for votes, this takes its place."
    ),
    target="line",
    target_required=True,
    reason="required",
)


class BreakGlass(Data):
    """What a rule grants when the glass is broken."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    approvals: int = Field(default=1, ge=1, le=100, strict=True)
    """How many people have to approve, fewer than the rule's own; whoever asks is never one of
    them, so that it is never done alone."""
    may_ask: tuple[Who, ...] | None = None
    """Who may break the glass; left out, those who may ask under the rule."""
    may_approve: tuple[Who, ...] | None = None
    """Who may approve it then, such as whoever is on call; left out, those of the rule."""
    may_review: tuple[Who, ...]
    """Who may review it; whoever asked for or approved that request never counts."""
    reviews: int = Field(default=2, ge=1, le=100, strict=True)
    """How many different people have to review it."""
    review_within: Lifetime = 3 * 86400
    """How long they have from its end, such as `12h`, before the channel is reminded."""
    tell: tuple[Told, ...] = ()
    """Who is told at once, beside all who would have had a say under the rule."""


class Glass(Data):
    """What breaking the glass changed for one request, and what it owes; frozen in its terms."""

    instead_of: tuple[Need, ...]
    """What the rule would have needed."""
    may_review: tuple[str, ...]
    reviewers: tuple[str, ...] = ()
    """The ids by which those are mentioned."""
    reviews: int
    review_within: int
    tell: tuple[str, ...] = ()
    """The ids of everybody who would have had a say, and of whoever else is told."""

    @property
    def approvals(self) -> int:
        """How many approvals the rule would have needed."""
        return sum(need.count for need in self.instead_of)


class Review(Data):
    """One person's verdict on whether breaking the glass was justified."""

    person: Person
    justified: bool
    note: str
    """What they base it on."""
    at: int
    click: str
    """The id of the form that carried it."""

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return JUSTIFIED if self.justified else UNJUSTIFIED


def unwrapped(command: Command, verbs: Mapping[str, Verb]) -> Command:
    """Return the command behind `breakglass`, marked as such; any other one as it is.

    Raises `Misunderstood` with what to type instead.
    """
    if command.verb != BREAK_GLASS.name:
        return command
    word = command.line.partition(" ")[0].casefold()
    if word in verbs and word not in CATALOGUE:
        raise Misunderstood(
            Type.CHANGES_NOTHING,
            f"/dr {BREAK_GLASS.name} takes a command that changes something; /dr {word} is none.",
            f"Type: {BREAK_GLASS.usage}",
        )
    behind = {name: replace(verbs[name], before=BREAK_GLASS.name) for name in CATALOGUE}
    return parse(command.line, behind).model_copy(update={"glass": True})


def strict(verbs: Mapping[str, Verb]) -> dict[str, Verb]:
    """Return the verbs with a reason demanded of each that may have one."""
    return {
        name: replace(verb, reason="required") if verb.reason == "optional" else verb
        for name, verb in verbs.items()
    }
