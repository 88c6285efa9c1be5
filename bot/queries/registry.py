"""Every command there is, and how a query becomes one of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from bot.domain.break_glass import BREAK_GLASS
from bot.domain.data import Data
from bot.domain.operations import CATALOGUE
from bot.domain.verbs import TargetKind, Verb, describe

Query = Callable[..., Awaitable[Data]]


VERBS: Final[dict[str, Verb]] = {
    **{name: one.verb for name, one in CATALOGUE.items()},
    BREAK_GLASS.name: BREAK_GLASS,
}
"""Every command there is, the ones that change something first."""
ASKING: Final = frozenset(VERBS)
"""The commands that ask for a change; those entered below only look."""


def without_reason() -> dict[str, Verb]:
    """Return the verbs with no reason demanded: nobody has to justify a look."""
    return {
        name: replace(verb, reason="optional") if verb.reason == "required" else verb
        for name, verb in VERBS.items()
    }


ACTS: Final[set[str]] = set()
"""The commands entered here that do something, though it is no operation."""


def query(
    *, target: TargetKind | None, target_required: bool = False, acts: bool = False
) -> Callable[[Query], Query]:
    """Enter a function among the verbs; its keyword-only parameters are its options."""

    def enter(function: Query) -> Query:
        verb = describe(function, target=target, target_required=target_required)
        VERBS[verb.name] = verb
        if acts:
            ACTS.add(verb.name)
        return function

    return enter
