"""Every command there is, and how a query becomes one of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

from bot.domain.break_glass import BREAK_GLASS
from bot.domain.data import Data
from bot.domain.operations import CATALOGUE
from bot.domain.policy import Policy
from bot.domain.verbs import TargetKind, Verb, describe

Query = Callable[..., Awaitable[Data]]


def _may_ask(operation: str, policy: Policy) -> tuple[str, ...]:
    return policy.who_may_ask(operation)


def _may_break(policy: Policy) -> tuple[str, ...]:
    lists = [policy.who_may_ask(name, glass=True) for name in CATALOGUE]
    return tuple(dict.fromkeys(one for may in lists for one in may))


VERBS: Final[dict[str, Verb]] = {
    **{name: one.verb for name, one in CATALOGUE.items()},
    BREAK_GLASS.name: BREAK_GLASS,
}
"""Every command there is, the ones that ask for a change first."""
ASKING: Final = frozenset(VERBS)
"""The commands that ask for a change; those entered below only look, or arrange something."""

LETS: Final[dict[str, Callable[[Policy], tuple[str, ...]]]] = {
    **{name: partial(_may_ask, name) for name in CATALOGUE},
    BREAK_GLASS.name: _may_break,
    "doctor": lambda policy: policy.may_diagnose,
}
"""Whom the policy lets use a command; those that are not here are for whoever may look."""


def without_reason() -> dict[str, Verb]:
    """Return the verbs with no reason demanded: nobody has to justify a look."""
    return {
        name: replace(verb, reason="optional") if verb.reason == "required" else verb
        for name, verb in VERBS.items()
    }


def query(
    *, target: TargetKind | None, target_required: bool = False, here: bool = False
) -> Callable[[Query], Query]:
    """Enter a function among the verbs; its keyword-only parameters are its options.

    One that belongs `here` is given the channel as well in which it was typed.
    """

    def enter(function: Query) -> Query:
        verb = describe(function, target=target, target_required=target_required, here=here)
        VERBS[verb.name] = verb
        return function

    return enter
