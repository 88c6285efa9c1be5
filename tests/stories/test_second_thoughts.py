"""People change their minds, say why, and press buttons of cards that were drawn too long ago."""

import asyncio
import copy
from typing import Any

import pytest

from bot.approvals import approve, deny, take_back
from bot.clicks import Click
from bot.domain.latecomers import Wish
from bot.domain.request import State
from bot.errors import NotAllowed, NotNow
from bot.jobs.gather import gather
from bot.jobs.submit import submit_request
from sandbox.workspace.delivery import Envelope
from tests.world import World, until, working

FAILOVER = "Failover of vm-web01"
BOTH = "Failover of vm-web01, vm-web02"
REVOKE, BECAUSE = "Revoke my approval", "Deny with a reason…"


async def test_an_approval_is_taken_back_while_it_waits(world: World) -> None:
    """The card says so, the vote does not count, and Bo may approve again."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.bo.picks(REVOKE, on=FAILOVER)
    card = await world.alice.sees(FAILOVER, "0 of 2", "@bo approved at", "took it back at")
    assert "2 more of @dr-approvers" in card.words
    await world.alice.sees("bo took their approval back (0 of 2).")
    await world.carla.presses("Approve", on=FAILOVER)
    await world.bo.presses("Approve", on=FAILOVER)
    await world.started("UnplannedFailover")
    kinds = [one for one in await world.kinds() if one.startswith("request.")]
    votes = ["request.vote", "request.revoke", "request.vote", "request.approve"]
    assert kinds[:6] == ["request.ask", *votes, "request.claim"]
    done = await world.done("Failover of vm-web01 succeeded")
    await world.alice.types(f"/dr verify {(await world.request()).id}")
    await world.told(world.alice, "Receipt", "@carla (carla), @bo (bo)", "@bo (bo) (taken back)")
    assert done.broadcast


async def test_what_was_approved_waits_again(quiet: World) -> None:
    """Before a worker takes it up; with the deadline that it had, and out of the outbox."""
    await quiet.asked()
    deadline = (await quiet.request()).expires_at
    await quiet.approved(FAILOVER)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    assert await quiet.bot.redis.requests.outbox_ids()
    await _takes_back(quiet)
    assert await _is(quiet, State.WAITING)
    assert not await quiet.bot.redis.requests.outbox_ids()
    assert (await quiet.request()).expires_at == deadline
    assert (await quiet.entries())[-1].data.words == (
        "carla took their approval back (1 of 2): it waits again."
    )
    async with working(quiet.settings):
        told = await quiet.alice.sees("carla took their approval back", "@alice", "audit entry")
        assert told.broadcast
        assert quiet.posts("unplannedFailover") == 0
        await quiet.dmitri.presses("Approve", on=FAILOVER)
        await quiet.started("UnplannedFailover")


async def test_time_that_has_passed_meanwhile_is_not_given_again(quiet: World) -> None:
    """An approval that is taken back after the request's own deadline expires at once."""
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    request = await quiet.request()
    await quiet.rewrite(request, asked_at=request.asked_at - 3_600_000)
    await _takes_back(quiet)
    assert await _is(quiet, State.WAITING)
    click = Click(id="late", user=quiet.workspace.user("dmitri").id, request=request.id)
    with pytest.raises(NotNow, match="has run out of time"):
        await approve(quiet.bot, click)
    async with working(quiet.settings):
        await quiet.alice.sees(FAILOVER, "Expired", "It was not approved in time.")


async def test_nobody_takes_back_what_a_worker_has_taken_up(world: World) -> None:
    """Carla's menu is old: she is told who approved it, when, and that Azure works on it."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.bo.picks(REVOKE, on=FAILOVER)
    await world.alice.sees(FAILOVER, "0 of 2")
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.carla.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Running")
    await presses_again(world, "dr.more")
    said = "it is too late to take an approval back. bo and carla approved it at 20"
    await world.told(world.bo, "This request is running", said, "Azure works on it.")
    assert (await world.request()).state is State.RUNNING
    entry = next(one for one in await world.entries() if one.type == "dr.click.refused")
    assert f"bo tried to {Wish.REVOKE} and was refused" in entry.data.words


async def test_who_has_not_approved_takes_nothing_back(world: World) -> None:
    """Not even somebody else's."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    for person in (world.carla, world.alice, world.erin):
        await person.picks(REVOKE, on=FAILOVER)
        await world.told(person, "You have not approved this, so there is nothing to take back.")
    assert len((await world.request()).approvals) == 1


async def test_the_same_click_takes_back_once(quiet: World) -> None:
    """Delivered again after Bo approved anew, it takes nothing back; nor counts his first vote."""
    await quiet.asked()
    request_id, bo = (await quiet.request()).id, quiet.workspace.user("bo").id
    first, back, again = (Click(id=f"c{n}", user=bo, request=request_id) for n in range(3))
    await approve(quiet.bot, first)
    await asyncio.gather(*(take_back(quiet.bot, back) for _ in range(5)))
    await approve(quiet.bot, first)
    assert (await quiet.request()).approvals == ()
    await approve(quiet.bot, again)
    before = await quiet.request()
    for click in (back, first, again):
        await (take_back if click is back else approve)(quiet.bot, click)
    assert await quiet.request() == before
    assert (await quiet.kinds()).count("request.revoke") == 1


async def test_of_several_machines_until_they_are_released(quiet: World) -> None:
    """Then each goes by itself, and *Withdraw the rest* is what stops them."""
    await quiet.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await quiet.alice.sees(BOTH, "0 of 2")
    await quiet.approved(BOTH)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    await _takes_back(quiet)
    assert await _is(quiet, State.WAITING)
    whole = await quiet.request()
    await gather(quiet.bot, whole.id)
    assert await _is(quiet, State.WAITING), "it was released without a quorum"
    await quiet.carla.presses("Approve", on=BOTH)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    await gather(quiet.bot, whole.id)
    carla = quiet.workspace.user("carla").id
    for one in (whole.id, f"{whole.id}.1"):
        with pytest.raises(NotAllowed, match="too late to take an approval back"):
            await take_back(quiet.bot, Click(id=f"k{one}", user=carla, request=one))
    part = await quiet.bot.redis.requests.load(f"{whole.id}.1")
    assert part
    assert [one.person.name for one in part.approvals] == ["bo", "carla"]


async def test_a_record_from_before_a_vote_was_taken_back_is_not_sent(quiet: World) -> None:
    """Somebody with Redis puts the old document back, seal and all: the log knows better."""
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved")
    request = await quiet.request()
    key = f"{{dr}}:request:{request.id}"
    client: Any = quiet.bot.redis.client
    old = await client.hgetall(key)
    await _takes_back(quiet)
    assert await _is(quiet, State.WAITING)
    await quiet.dmitri.presses("Approve", on=FAILOVER)
    await until(lambda: _is(quiet, State.APPROVED), "it was not approved again")
    await client.hset(key, mapping=old)
    await submit_request(quiet.bot, request.id)
    assert quiet.posts("unplannedFailover") == 0
    assert "older than what the audit log says" in (await quiet.entries())[-1].data.words


async def test_a_denial_says_why(world: World) -> None:
    """In the log, on the card and to Alice; the form wants more than blanks."""
    await world.asked()
    await world.bo.picks(BECAUSE, on=FAILOVER)
    form = await world.bo.modal()
    assert FAILOVER in form.words
    assert "because" in await world.bo.submits()
    await world.bo.fills(because=" \u200b ")
    assert "Say why" in (await world.bo.submits())["because"]
    await world.bo.fills(because="*West* Europe is <!here> again")
    assert await world.bo.submits() == {}
    said = "bo denied it: ∗West∗ Europe is <!here> again"
    card = await world.alice.sees(FAILOVER, "Denied.", said)
    assert not card.buttons
    told = await world.alice.sees(said, "@alice", "audit entry")
    assert told.broadcast
    last = (await world.entries())[-1]
    assert (last.type, last.data.reason) == ("dr.request.deny", "*West* Europe is <!here> again")


async def test_who_may_not_deny_gets_no_form(world: World) -> None:
    """Neither Erin nor Alice, who asked."""
    await world.asked()
    await world.erin.picks(BECAUSE, on=FAILOVER)
    await world.told(world.erin, "not among those who may deny this (@dr-approvers)")
    await world.alice.picks(BECAUSE, on=FAILOVER)
    await world.told(world.alice, "You asked for this yourself: press Withdraw instead.")
    assert not await world.erin.has_modal()
    assert not await world.alice.has_modal()


async def test_a_form_that_comes_too_late_says_what_became_of_it(world: World) -> None:
    """Bo writes why he denies it, and meanwhile Alice withdraws it."""
    await world.asked()
    await world.bo.picks(BECAUSE, on=FAILOVER)
    await world.bo.fills(because="It is up again")
    await world.alice.presses("Withdraw", on=FAILOVER)
    await world.carla.sees(FAILOVER, "Withdrawn")
    assert await world.bo.submits() == {}
    said = "This request is withdrawn; it is too late to deny. alice withdrew it. That was at 20"
    await world.told(world.bo, said)
    assert (await world.request()).state is State.WITHDRAWN


async def test_an_old_card_is_drawn_anew_when_somebody_presses_on_it(world: World) -> None:
    """Its last edit was lost in Slack: Bo presses, is told what happened, and the card is right."""
    card = await world.asked()
    await world.carla.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await _puts_back(world, card)
    await world.bo.presses("Approve", on=FAILOVER)
    said = "This request is denied; it is too late to approve. carla denied it. That was at 20"
    await world.told(world.bo, said)
    await world.alice.sees(FAILOVER, "Waiting", gone=True)
    assert not (await world.alice.sees(FAILOVER, "Denied")).buttons


async def test_who_is_nobody_learns_nothing_and_redraws_nothing(world: World) -> None:
    """A guest who presses on an old card is told about guests."""
    card = await world.asked()
    await world.carla.presses("Deny", on=FAILOVER)
    await world.alice.sees(FAILOVER, "Denied")
    await _puts_back(world, card)
    await world.people.gus.presses("Approve", on=FAILOVER)
    told = await world.told(world.people.gus, "Guests of this workspace cannot use /dr")
    assert "carla" not in told.words
    assert not await world.bot.redis.cards.became_dirty((await world.request()).id)


async def test_a_button_that_this_version_does_not_know_says_how_it_stands(world: World) -> None:
    """And has the card drawn as this version draws it."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await presses_again(world, "dr.approve", action_id="dr.obliterate")
    said = f"{(await world.request()).id} is waiting. It waits for approval, 1 of 2 so far"
    await world.told(world.bo, "This button is of an older version of the bot.", said)
    await presses_again(world, "dr.approve", action_id="dr.obliterate", value="stash:1")
    await world.told(world.bo, "older version of the bot.", "Type the command instead.")


async def test_a_denial_delivered_again_is_one(quiet: World) -> None:
    """Nobody is scolded for it."""
    await quiet.asked()
    click = Click(id="d1", user=quiet.workspace.user("bo").id, request=(await quiet.request()).id)
    for _ in range(2):
        await deny(quiet.bot, click, "It is up again")
    assert await quiet.kinds() == ["request.ask", "request.deny"]


async def presses_again(world: World, action: str, **changes: Any) -> None:
    """Deliver the last such press once more, as if it had been made anew, changed as asked."""
    last = next(
        one.payload
        for one in reversed(world.workspace.delivered)
        if one.kind == "interactive"
        and one.payload.get("actions", [{}])[0].get("action_id") == action
    )
    payload = copy.deepcopy(last)
    payload["actions"][0] |= {"action_ts": f"{len(world.workspace.delivered)}.5"} | changes
    answer = await world.workspace.delivery.deliver(Envelope("interactive", payload))
    assert not answer.problem


async def _takes_back(world: World) -> None:
    """Have Carla take her approval back, in a world where nobody draws her a menu."""
    click = Click(
        id="back", user=world.workspace.user("carla").id, request=(await world.request()).id
    )
    await take_back(world.bot, click)


async def _puts_back(world: World, card: Any) -> None:
    """Let Slack show a card as it once was."""
    client = world.bot.slack.client
    channel = world.workspace.channel("incidents").id
    await client.chat_update(channel=channel, ts=card.ts, text=card.text, blocks=card.blocks)


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state
