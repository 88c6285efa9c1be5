"""Locks and delegations."""

from typing import Any

from bot.domain.delegations import Delegation
from bot.domain.locks import Lock, Locked
from bot.domain.request import Request
from bot.domain.tally import count
from bot.messages import arranged, readiness
from bot.messages.card import card
from tests.bot.samples import (
    BO,
    CARLA,
    ITEM,
    NOON,
    NOW,
    VAULT,
    machine,
    person,
    request,
    terms,
    vote,
)
from tests.gallery.example import Examples

HOUR = 3_600_000
ERIN = person("Erin")


def lock(text: str = "being patched", count: int = 1, **more: Any) -> Lock:
    """Make Carla's lock on some machines."""
    names = ["vm-web01", "vm-web02", "vm-web03"] if text == "being patched" else [text]
    on = tuple(
        Locked(id=f"{ITEM}-{n}", name=names[n % len(names)], vault=VAULT, item=f"item-{n}")
        for n in range(count)
    )
    given = {
        "id": "L-7K2M9P", "entry": 7, "by": CARLA, "words": names[0], "on": on, "at": NOW,
        "until": NOW + HOUR, "reason": text,
    }  # fmt: skip
    return Lock.model_validate(given | more)


def delegation(**more: Any) -> Delegation:
    """Make Bo's delegation to Erin."""
    given = {"id": "D-7K2M9P", "entry": 7, "by": BO, "to": ERIN, "at": NOW, "until": NOW + HOUR}
    return Delegation.model_validate(given | more)


def locked_meanwhile() -> Request:
    """Make a request that overrides one lock, and that Erin has approved in Bo's place."""
    known = terms(locks=(lock(id="L-222222").held_by(("@dr-owners",)),))
    in_place = vote(ERIN).model_copy(update={"place": delegation().place})
    return count(request(terms=known), in_place)


NARROW = delegation(only=("failover",), machines=("vm-web*",), reason="on a plane")
EXAMPLES: Examples = {
    "waiting-locked-meanwhile": lambda: card(
        locked_meanwhile(),
        now=NOW,
        expected=None,
        locks=[lock()],
        delegated=[delegation(by=CARLA, id="D-333333")],
    ),
    "locked": lambda: arranged.now_locked(lock(count=2), 2),
    "unlocked": lambda: arranged.now_unlocked([lock()]),
    "locks": lambda: arranged.lock_list(
        [lock(count=3), lock(id="L-333333", on=())], ["L-333333"], 1
    ),
    "no-locks": lambda: arranged.lock_list([], [], 0),
    "delegations": lambda: arranged.delegation_list([NARROW, delegation()], 0),
    "delegated": lambda: arranged.now_delegated(NARROW, told=False),
    "no-longer-delegated": lambda: arranged.no_longer_delegated(delegation()),
    "to-the-delegate": lambda: arranged.to_the_delegate(NARROW),
    "ready-but-locked": lambda: arranged.with_locks(
        readiness.of_machine(machine(), [], NOON), [lock()]
    ),
    "taken-back": lambda: arranged.taken_back(delegation()),
}
