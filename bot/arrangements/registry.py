"""How an arrangement becomes one of the commands."""

from collections.abc import Awaitable, Callable

from bot.domain.data import Data
from bot.domain.grammar import Command
from bot.domain.policy import Policy
from bot.domain.verbs import ReasonKind, TargetKind, describe
from bot.queries.registry import LETS, VERBS

Arrangement = Callable[..., Awaitable[Data]]


class Order(Data):
    """Who typed a command, where, and all of what was typed beside its options."""

    user: str
    channel: str
    command: Command


def arrangement(
    *,
    lets: Callable[[Policy], tuple[str, ...]],
    target: TargetKind | None,
    target_required: bool = True,
    reason: ReasonKind = "none",
    until: ReasonKind = "none",
) -> Callable[[Arrangement], Arrangement]:
    """Enter a function among the verbs; its keyword-only parameters are its options.

    `lets` says whom the policy lets use it, for the help; the function itself decides.
    """

    def enter(function: Arrangement) -> Arrangement:
        verb = describe(
            function,
            target=target,
            target_required=target_required,
            reason=reason,
            until=until,
            arranges=True,
        )
        VERBS[verb.name] = verb
        LETS[verb.name] = lets
        return function

    return enter
