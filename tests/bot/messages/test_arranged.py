"""Locks and delegations, as people see them: taken by Slack whatever they hold, and golden ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.delegations import Delegation
from bot.domain.locks import Lock, Locked
from bot.domain.request import Request
from bot.domain.tally import count
from bot.messages import arranged
from bot.messages.blocks import Message
from bot.messages.card import card
from bot.messages.receipt import receipt
from tests.bot.messages.test_cards import HOSTILE, RENEW, sound
from tests.bot.samples import ANN, BO, CARLA, ITEM, NOW, VAULT, person, request, terms, vote

GOLDEN = Path(__file__).parent / "golden/arranged"
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
MESSAGES = {
    "waiting-locked-meanwhile": card(
        locked_meanwhile(),
        now=NOW,
        expected=None,
        locks=[lock()],
        delegated=[delegation(by=CARLA, id="D-333333")],
    ),
    "locked": arranged.now_locked(lock(count=2), 2),
    "unlocked": arranged.now_unlocked([lock()]),
    "locks": arranged.lock_list([lock(count=3), lock(id="L-333333", on=())], ["L-333333"], 1),
    "no-locks": arranged.lock_list([], [], 0),
    "delegations": arranged.delegation_list([NARROW, delegation()], 0),
    "delegated": arranged.now_delegated(NARROW, told=False),
    "no-longer-delegated": arranged.no_longer_delegated(delegation()),
    "to-the-delegate": arranged.to_the_delegate(NARROW),
    "taken-back": arranged.taken_back(delegation()),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_it_looks_as_the_golden_one(name: str) -> None:
    """Renew with RENEW_GOLDEN=1 and read what changed."""
    message = MESSAGES[name]
    sound(message)
    content = {"text": message.text, "blocks": message.blocks}
    drawn = json.dumps(content, indent=1, ensure_ascii=False)
    path = GOLDEN / f"{name}.json"
    if RENEW:
        path.write_text(drawn + "\n", "utf-8")
    assert path.read_text("utf-8") == drawn + "\n"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_takes_whatever_it_holds(text: str) -> None:
    """Whatever machines and people are called, and whatever they say."""
    wild = person("Eve").model_copy(update={"name": text})
    locks = [lock(text, 40, by=wild, words=text)] * 30
    some = [delegation(by=wild, machines=(text,) * 20, only=("failover",), reason=text)] * 30
    waiting = request()
    for message in (
        card(waiting, now=NOW, expected=None, locks=locks, delegated=some),
        arranged.now_locked(locks[0], 3),
        arranged.now_unlocked(locks),
        arranged.lock_list(locks, [locks[0].id], 5),
        arranged.delegation_list(some, 5),
        arranged.now_delegated(some[0], told=False),
        arranged.no_longer_delegated(some[0]),
        arranged.to_the_delegate(some[0]),
        arranged.taken_back(some[0]),
        arranged.with_locks(arranged.lock_list(locks, [], 5), locks),
    ):
        sound(message)


def test_a_receipt_names_whose_vote_it_was() -> None:
    """The one who pressed, and in whose place."""
    drawn: Message = receipt(locked_meanwhile(), [], [], 0, "")
    sound(drawn)
    assert "<@UERIN> (Erin) for <@UBO> (Bo)" in json.dumps(drawn.blocks)


def test_only_who_may_end_a_lock_gets_the_button() -> None:
    """One for each that is named, with the words of the lock before it is pressed."""
    one, other = lock(), lock(id="L-333333", by=ANN)
    blocks = arranged.lock_list([one, other], [other.id], 0).blocks
    buttons = [block["accessory"] for block in blocks if "accessory" in block]
    assert [button["value"] for button in buttons] == ["L-333333"]
    assert "Ann locked it: being patched" in json.dumps(buttons)
