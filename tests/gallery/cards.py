"""The cards of one machine: each operation in each state, and what only some of them show."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from bot.domain.catalogue import Ground
from bot.domain.drift import Change, drift, worse
from bot.domain.freezes import Frozen
from bot.domain.operations import CATALOGUE
from bot.domain.quorum import Need
from bot.domain.request import Request, State
from bot.domain.tally import ask_again, revoke
from bot.messages.card import card
from tests.bot import samples
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    ERIN,
    FINDINGS,
    NOW,
    failed_over,
    in_state,
    machine,
    point,
    request,
    reviewed,
    terms,
    turned_round,
    vote,
)
from tests.gallery.example import Examples

ILL = machine(health="Critical", findings=FINDINGS, rpo_seconds=7980)
PARTICULAR: dict[str, Request] = {
    "failover-waiting": request(ground=Ground(target=ILL, points=24), votes=(vote(BO),)),
    "failover-to-a-point-waiting": request(
        ground=Ground(target=machine(), point=point(), points=24),
        arguments={"point": "app", "shutdown": "yes"},
    ),
    "reprotect-waiting": request("reprotect"),
    "failover-of-two-lists-in-a-freeze-waiting": request(
        terms=terms(
            rule="databases",
            needs=(Need(count=2, of=("@dr-approvers",)), Need(of=("@owners", DAN.id))),
            approvals=3,
            may_approve=("@dr-approvers", "@owners", DAN.id),
            confirm="name",
            overrides=(Frozen(name="Year end", until=NOW + 86_400_000, override=(ANN.id,)),),
        ),
        votes=(vote(BO),),
    ),
    "failover-never-started": in_state(
        State.APPROVED, needs_nod=True, why="Azure has no job of it, and the machine is as it was."
    ),
    "failover-unknown": in_state(State.UNKNOWN),
    "failover-running": in_state(State.RUNNING),
    "failover-succeeded": in_state(State.SUCCEEDED),
    "reprotect-succeeded-not-protected": in_state(
        State.SUCCEEDED,
        "reprotect",
        watching=True,
        after=Ground(
            target=turned_round(
                state="InitialReplicationInProgress",
                state_words="Synchronising",
                progress=43,
                allowed=("DisableProtection",),
                rpo_seconds=None,
            )
        ),
    ),
    "protect-waiting": request("protect"),
    "protect-replicating": in_state(
        State.SUCCEEDED,
        "protect",
        watching=True,
        after=Ground(
            target=machine(
                name="vm-new01",
                state="InitialReplicationInProgress",
                state_words="Initial replication is in progress",
                progress=43,
                allowed=("DisableProtection",),
                rpo_seconds=None,
            )
        ),
    ),
    "break-glass-waiting": request(terms=samples.broken()),
    "break-glass-succeeded-unreviewed": in_state(
        State.SUCCEEDED, terms=samples.broken(), votes=(vote(BO),), reviews=(reviewed(DAN),)
    ),
    "break-glass-reviewed": in_state(
        State.SUCCEEDED,
        terms=samples.broken(),
        votes=(vote(BO),),
        reviews=(reviewed(DAN), reviewed(ERIN, "The others were online", justified=False)),
    ),
    "failover-failed": in_state(State.FAILED),
    "failover-denied": in_state(State.DENIED),
    "failover-void": in_state(
        State.VOID,
        changes=drift(
            Ground(target=machine(), point=point()),
            Ground(target=failed_over()),
        ),
    ),
    "failover-void-for-its-people": in_state(
        State.VOID, changes=(Change(what="Bo may no longer approve this"),)
    ),
    "failover-revoked": revoke(in_state(State.APPROVED), CARLA, NOW + 70_000, "k7"),
    "failover-asked-again": ask_again(
        in_state(State.APPROVED, terms=terms(rpo_may_grow=900, health_may_worsen=False)),
        Ground(target=ILL, points=24),
        worse(
            terms(rpo_may_grow=900, health_may_worsen=False),
            Ground(target=machine()),
            Ground(target=ILL),
        ),
        NOW + 90_000,
    ),
}


def _in_turn(operation: str) -> Examples:
    """Draw the card of an operation in every state."""
    return {
        state.value: partial(card, in_state(state, operation), now=NOW + 100_000, expected=140)
        for state in State
    }


EXAMPLES: Final[Mapping[str, Examples]] = {
    **{f"cards/{operation}": _in_turn(operation) for operation in CATALOGUE},
    "cards/particular": {
        name: partial(card, one, now=NOW + 100_000, expected=140)
        for name, one in PARTICULAR.items()
    },
}
