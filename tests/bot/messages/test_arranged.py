"""Locks and delegations, as people see them: taken by Slack whatever they hold."""

import json

import pytest

from bot.messages import arranged
from bot.messages.blocks import Message
from bot.messages.card import card
from bot.messages.receipt import receipt
from tests.bot.messages.test_cards import HOSTILE, sound
from tests.bot.samples import ANN, NOW, person, request
from tests.gallery.arranged import delegation, lock, locked_meanwhile


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
