"""Break-glass: fewer approvals when it cannot wait, in the open, and reviewed afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import approve, review
from bot.asking import Asked, ask
from bot.clicks import Click
from bot.doctor import examine
from bot.domain.break_glass import strict, unwrapped
from bot.domain.grammar import Command, parse
from bot.domain.request import State
from bot.domain.reviews import due_at, missing
from bot.errors import NotAllowed
from bot.gateways.redis.keys import UNREVIEWED
from bot.jobs.submit import submit_request
from bot.jobs.sweep import sweep_once
from bot.lifecycle import change
from bot.queries import VERBS
from sandbox.people import Message
from tests.stories.test_forms import shows
from tests.world import World, inhabited, until, working

POLICY = """
may_look = ["everyone"]
[[rule]]
name = "production"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
[rule.break_glass]
may_ask = ["@dr-operators", "U0ERIN00000"]
may_review = ["U0ALICE0000", "U0BO0000000", "U0DMITRI000", "U0ERIN00000"]
tell = ["U0ERIN00000"]
"""
BROKEN = "Break-glass failover of vm-web01"
ASK = "/dr breakglass failover vm-web01 because nobody else answers"


@asynccontextmanager
async def under(
    redis_url: str, folder: Path, policy: str = POLICY, *, worker: bool = True, full: bool = False
) -> AsyncIterator[World]:
    """Start a world whose policy has a glass to break."""
    path = folder / "policy.toml"
    path.write_text(policy, "utf-8")
    inside = inhabited(
        redis_url, {"DR_POLICY": str(path)}, worker=worker, estate="full" if full else "shop"
    )
    async with inside as world:
        yield world


async def test_the_glass_is_broken_and_reviewed(redis_url: str, tmp_path: Path) -> None:
    """One approval is enough; everybody is told; two who had no part in it review it."""
    async with under(redis_url, tmp_path) as world:
        card = await _broken(world)
        for words in ("1 instead of 2 approvals", "“production”", "2 of @dr-approvers", "0 of 1"):
            assert words in card.words
        heard = await world.dmitri.sees("Break-glass: @alice asks", "@dr-approvers", "@erin")
        assert (heard.broadcast, heard.thread_ts) == (True, card.ts)
        await world.bo.presses("Approve", on=BROKEN)
        await world.started("UnplannedFailover")
        await world.alice.types("/dr requests")
        await world.told(world.alice, "Break-glass, not reviewed yet", "glass broken", "2 reviews")
        end = await world.done("succeeded in", "The glass was broken for this", "@dmitri", "@erin")
        assert end.broadcast
        await world.alice.sees(BROKEN, "Succeeded", "Not reviewed yet", "2 more of")
        await world.erin.types("/dr")
        await world.told(world.erin, "waiting for your review", BROKEN)
        await _reviews(world, "erin", "justified", "I saw the outage myself")
        await world.alice.sees(BROKEN, "1 more of", "@erin,", "I saw the outage myself")
        await _reviews(world, "dmitri", "not justified", "I was online")
        await world.alice.sees(BROKEN, "Reviewed: 1 of 2 found it not justified", "I was online")
        await world.carla.types("/dr requests")
        listed = await world.told(world.carla, "No request is open.")
        assert "not reviewed" not in listed.words
        assert (await world.kinds()).count("request.review") == 2
        await world.carla.types(f"/dr verify {(await world.request()).id}")
        await world.told(world.carla, "1 instead of 2", "Reviews — all there", "I was online")


async def test_nobody_with_a_part_in_it_reviews_it(redis_url: str, tmp_path: Path) -> None:
    """Not the asker, not the approver, not one who is not named, nobody twice; all written down."""
    async with under(redis_url, tmp_path) as world:
        await _succeeded(world)
        for who, why in (
            (world.alice, "You asked for this yourself"),
            (world.bo, "You approved this"),
            (world.carla, "You are not among those who may review this"),
        ):
            await who.presses("Review…", on=BROKEN)
            await world.told(who, why)
            assert not await who.has_modal()
        await _reviews(world, "erin", "justified", "It burned")
        await world.alice.sees(BROKEN, "1 more of")
        await world.erin.presses("Review…", on=BROKEN)
        await world.told(world.erin, "You have reviewed this already")
        kinds = await world.kinds()
        assert (kinds.count("click.refused"), kinds.count("request.review")) == (4, 1)


async def test_a_review_that_reaches_the_bot_past_the_form_counts_no_more(
    redis_url: str, tmp_path: Path
) -> None:
    """Each check is made where the review is written, and the same form counts once."""
    async with under(redis_url, tmp_path) as world:
        await _succeeded(world)
        request = await world.request()
        for user in ("U0ALICE0000", "U0BO0000000", "U0CARLA0000", "U0GUS000000"):
            with pytest.raises(NotAllowed):
                await review(world.bot, _click(user, request.id), "fine", justified=True)
        erin = _click("U0ERIN00000", request.id)
        await asyncio.gather(*(review(world.bot, erin, "fine", justified=True) for _ in range(4)))
        again = erin.model_copy(update={"id": "another"})
        with pytest.raises(NotAllowed, match="already"):
            await review(world.bot, again, "fine", justified=True)
        assert len((await world.request()).reviews) == 1


async def test_an_empty_review_is_an_error_under_its_field(redis_url: str, tmp_path: Path) -> None:
    """Both a verdict and what it is based on are needed."""
    async with under(redis_url, tmp_path) as world:
        await _succeeded(world)
        await world.erin.presses("Review…", on=BROKEN)
        await world.erin.fills(verdict="justified", note="  \u200b ")
        assert await world.erin.submits() == {"note": "Say what you base it on."}
        await world.erin.fills(note="I looked at the logs")
        assert await world.erin.submits() == {}
        await world.alice.sees(BROKEN, "I looked at the logs")


async def test_it_takes_a_reason_and_leave(redis_url: str, tmp_path: Path) -> None:
    """Who may not is told and written down; without a reason its form opens."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.alice.types("/dr breakglass failover vm-web01")
        await shows(world.alice, "It would need 1 of")
        assert set(await world.alice.submits()) == {"reason"}
        await world.alice.closes()
        await world.alice.types("/dr breakglass status because I like to")
        await world.told(world.alice, "takes a command that changes something; /dr status is none")
        await world.dmitri.types(ASK)
        await world.told(world.dmitri, "does not let you break the glass for this", "@dr-operators")
        assert await world.kinds() == ["ask.refused"]
        await world.erin.types("/dr failover vm-web01 because I can break the glass alone")
        await world.told(world.erin, "The policy does not let you ask for this")
        await world.erin.types(ASK)
        await world.erin.sees(BROKEN, "Asked by", "not @erin")


async def test_a_rule_without_a_glass_keeps_its_approvals(redis_url: str, tmp_path: Path) -> None:
    """The answer says so, of one rule and of a policy that has none at all."""
    tests = '[[rule]]\nname = "web"\nmachines = ["vm-web*"]\nmay_ask = ["@dr-operators"]\n'
    tests += 'may_approve = ["@dr-approvers"]\n'
    both = POLICY.replace("[[rule]]", f"{tests}[[rule]]", 1)
    async with under(redis_url, tmp_path, both, worker=False) as world:
        await world.alice.types(ASK)
        await world.told(world.alice, "The rule “web” allows no break-glass", "2 of @dr-approvers")
    without = POLICY.partition("[rule.break_glass]")[0]
    async with under(redis_url, tmp_path, without, worker=False) as world:
        await world.alice.types(ASK)
        await world.told(world.alice, "No rule of the policy allows break-glass for failover")


async def test_it_still_takes_two_people(redis_url: str, tmp_path: Path) -> None:
    """Whoever breaks the glass never approves, though they are among the approvers."""
    async with under(redis_url, tmp_path) as world:
        await world.carla.types(ASK)
        await world.carla.sees(BROKEN, "0 of 1")
        await world.carla.presses("Approve", on=BROKEN)
        await world.told(world.carla, "You asked for this yourself; somebody else has to approve")
        await world.dmitri.presses("Approve", on=BROKEN)
        await world.started("UnplannedFailover")


async def test_two_approve_at_once_and_one_is_enough(redis_url: str, tmp_path: Path) -> None:
    """The first breaks the glass, the other is told that it goes ahead already; it is sent once."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await _broken(world)
        request = await world.request()
        clicks = [_click(user, request.id) for user in ("U0BO0000000", "U0DMITRI000")]
        outcomes = await asyncio.gather(
            *(approve(world.bot, click) for click in clicks), return_exceptions=True
        )
        assert sum(isinstance(one, NotAllowed) for one in outcomes) == 1
        approved = await world.request()
        assert (approved.state, len(approved.approvals)) == (State.APPROVED, 1)
        await asyncio.gather(*(submit_request(world.bot, request.id) for _ in range(3)))
        assert world.posts("unplannedFailover") == 1


async def test_two_break_the_same_glass_and_there_is_one_request(
    redis_url: str, tmp_path: Path
) -> None:
    """Whoever comes second is led to the card of the first."""
    async with under(redis_url, tmp_path, worker=False) as world:
        both = await asyncio.gather(_asks(world, "U0ALICE0000"), _asks(world, "U0CARLA0000"))
        assert {one.request.id for one in both} == {(await world.request()).id}
        assert sorted(one.already for one in both) == [False, True]


async def test_a_stuck_request_of_ones_own_gives_way(redis_url: str, tmp_path: Path) -> None:
    """In one step: it is withdrawn, its votes count for nothing, and the new one says so."""
    async with under(redis_url, tmp_path) as world:
        await world.asked()
        await world.bo.presses("Approve", on="Failover of vm-web01")
        await world.alice.sees("Failover of vm-web01", "1 of 2")
        stuck = await world.request()
        await world.alice.types(ASK)
        await world.alice.sees(BROKEN, "0 of 1")
        await world.told(world.alice, f"It took the place of {stuck.id}")
        await world.alice.sees(
            "Failover of vm-web01", "Withdrawn", "withdrew it to break the glass"
        )
        new = await world.request()
        assert (new.votes, new.id != stuck.id) == ((), True)
        said = [one.data.words for one in await world.entries()]
        assert any(f"{new.id} takes its place" in words for words in said)
        assert any(f"It takes the place of {stuck.id}" in words for words in said)
        await world.bo.presses("Approve", on=BROKEN)
        await world.started("UnplannedFailover")
        assert world.posts("unplannedFailover") == 1


async def test_a_stuck_request_of_somebody_else_does_not(redis_url: str, tmp_path: Path) -> None:
    """Nobody takes back what another asked; the answer says who can, and nothing changed."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.asked()
        stuck = await world.request()
        await world.carla.types(ASK)
        await world.told(world.carla, f"alice has asked for this already: {stuck.id}", "denied")
        assert (await world.request()) == stuck


async def test_what_was_approved_meanwhile_needs_no_glass(redis_url: str, tmp_path: Path) -> None:
    """It goes ahead, and nothing takes its place."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.asked()
        await world.approved("Failover of vm-web01")
        await until(world.bot.redis.requests.outbox_ids, "it was not approved")
        asked = await _asks(world, "U0ALICE0000")
        assert (asked.already, asked.request.terms.glass) == (True, None)
        assert asked.request.state is State.APPROVED


async def test_a_last_vote_and_a_broken_glass_at_once(redis_url: str, tmp_path: Path) -> None:
    """Whichever comes first, one request is open for the machine, and nothing is approved twice."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.asked()
        stuck = await world.request()
        await approve(world.bot, _click("U0BO0000000", stuck.id))
        vote, asked = await asyncio.gather(
            approve(world.bot, _click("U0CARLA0000", stuck.id)),
            _asks(world, "U0ALICE0000"),
            return_exceptions=True,
        )
        assert isinstance(asked, Asked)
        [open_id] = await world.bot.redis.requests.open_ids()
        assert asked.request.id == open_id
        if asked.already:
            assert (open_id, asked.request.state) == (stuck.id, State.APPROVED)
        else:
            assert isinstance(vote, NotAllowed)
            assert asked.request.state is State.WAITING


async def test_what_was_not_approved_owes_nothing(redis_url: str, tmp_path: Path) -> None:
    """Denied, the glass was not broken: no review, no button, nothing on the list."""
    async with under(redis_url, tmp_path) as world:
        await _broken(world)
        await world.bo.presses("Deny", on=BROKEN)
        card = await world.alice.sees(BROKEN, "Denied", "the glass was not broken")
        assert not [one for one in card.buttons if one.label.startswith("Review")]
        assert await world.bot.redis.requests.unreviewed() == ((), ())
        with pytest.raises(NotAllowed, match="nothing to review"):
            await review(
                world.bot, _click("U0ERIN00000", (await world.request()).id), "x", justified=True
            )


async def test_what_was_approved_owes_its_reviews_whatever_came_of_it(
    redis_url: str, tmp_path: Path
) -> None:
    """Also when it was withdrawn before anything was sent; not before it has ended."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await _broken(world)
        await world.bo.presses("Approve", on=BROKEN)
        await until(world.bot.redis.requests.outbox_ids, "it was not approved")
        with pytest.raises(NotAllowed, match="reviewed when it has ended"):
            await review(
                world.bot, _click("U0ERIN00000", (await world.request()).id), "x", justified=True
            )
        await world.alice.presses("Withdraw", on=BROKEN)
        await until(lambda: _is(world, State.WITHDRAWN), "it was not withdrawn")
        assert missing(await world.request()) == 2
        async with working(world.settings):
            await world.alice.sees(BROKEN, "Withdrawn", "Not reviewed yet")
            await _reviews(world, "erin", "justified", "The machine came back")
            await world.alice.sees(BROKEN, "The machine came back", "1 more of")


async def test_a_review_that_is_late_is_called_for_once(redis_url: str, tmp_path: Path) -> None:
    """In the channel, by name, and in the audit log; the doctor counts it."""
    async with under(redis_url, tmp_path) as world:
        await _succeeded(world)
        ended = await world.request()
        late = due_at(ended) - ended.closed_at + 60_000
        await world.rewrite(ended, closed_at=ended.closed_at - late)
        called = await world.dmitri.sees("The review is overdue: 2 missing.", "@dmitri", "@erin")
        assert called.broadcast
        for _ in range(3):
            await sweep_once(world.bot)
        assert (await world.kinds()).count("request.overdue") == 1
        await world.alice.sees(BROKEN, "Overdue for review")
        await world.alice.types("/dr requests")
        await world.told(world.alice, "not reviewed yet", "overdue since")
        said = [one.sentence for one in await examine(world.bot) if one.about == "Break-glass"]
        assert said == [f"Not reviewed yet: 1, of which overdue: {ended.id}."]
        await _reviews(world, "erin", "justified", "It burned")
        await _reviews(world, "dmitri", "justified", "It did")
        await world.alice.sees(BROKEN, "Reviewed: justified")
        assert await world.bot.redis.requests.unreviewed() == ((), ())


async def test_nobody_hides_what_is_not_reviewed(redis_url: str, tmp_path: Path) -> None:
    """Taken off the index it is still listed; a forged review has no seal, and the list says so."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await _broken(world)
        request = await world.request()
        await approve(world.bot, _click("U0BO0000000", request.id))
        client: Any = world.bot.redis.client
        await client.delete(UNREVIEWED)
        await world.carla.types("/dr requests")
        await world.told(world.carla, "not reviewed yet", request.id, "2 reviews missing")
        await change(world.bot, request.id, lambda *_: None)
        await client.zadd(UNREVIEWED, {request.id: 1})
        key = f"{{dr}}:request:{request.id}"
        document = await client.hget(key, "document")
        assert '"reviews":[]' in document
        forged = document.replace('"reviews":2', '"reviews":0')
        assert forged != document
        await client.hset(key, "document", forged)
        await sweep_once(world.bot)
        assert (await world.kinds())[-1] == "record.rejected"
        assert await world.bot.redis.requests.due_for_review_ids() == []
        await world.dmitri.types("/dr requests")
        await world.told(world.dmitri, f"{request.id} cannot be read", f"/dr audit {request.id}")
        await client.delete("{dr}:outbox")


async def test_several_machines_are_one_glass(redis_url: str, tmp_path: Path) -> None:
    """One approval lets all of them go, and the whole is reviewed, not each of them."""
    async with under(redis_url, tmp_path) as world:
        await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
        await world.alice.sees("Failover of vm-web01, vm-web02", "0 of 2")
        await world.alice.types("/dr breakglass failover vm-web01 vm-web02 because nobody answers")
        both = "Break-glass failover of vm-web01, vm-web02"
        await world.alice.sees(both, "1 instead of 2", "0 of 1")
        await world.alice.sees("withdrew it to break the glass")
        await world.bo.presses("Approve", on=both)
        await world.started("UnplannedFailover", 2)
        await world.done(both, "Succeeded", "Not reviewed yet")
        owing, _ = await world.bot.redis.requests.unreviewed()
        assert [one.id for one in owing] == [(await world.request()).id]
        await world.erin.presses("Review…", on=both)
        await world.erin.fills(verdict="justified", note="It burned")
        assert await world.erin.submits() == {}
        await world.alice.sees(both, "1 more of", "It burned")


async def test_a_plan_goes_behind_glass_too(redis_url: str, tmp_path: Path) -> None:
    """The stuck request for the plan, with its machines, gives way as one."""
    async with under(redis_url, tmp_path, full=True) as world:
        await world.alice.types("/dr failover plan:plan-shop because West Europe is down")
        await world.alice.sees("Failover of plan-shop", "0 of 2")
        await world.alice.types("/dr breakglass failover plan:plan-shop because nobody answers")
        await world.alice.sees("Break-glass failover of plan-shop", "0 of 1")
        await world.bo.presses("Approve", on="Break-glass failover of plan-shop")
        await until(lambda: world.posts("unplannedFailover") == 1, "the plan was not sent")


async def test_what_was_missing_is_filled_in_behind_the_glass(
    redis_url: str, tmp_path: Path
) -> None:
    """A form for what the command lacks does not forget what it was for."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.alice.types("/dr breakglass test-failover vm-app02 because nobody answers")
        await world.alice.presses("Name the virtual network")
        await world.alice.fills(option=world.vault.networks["northeurope"])
        assert await world.alice.submits() == {}
        await world.alice.sees("Break-glass test failover of vm-app02", "1 instead of 2")


async def test_what_somebody_else_waits_for_is_left_out_and_named(
    redis_url: str, tmp_path: Path
) -> None:
    """Of several machines; where nothing else is left, the answer says who can do what."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.asked()
        await world.carla.types("/dr breakglass failover vm-web01 vm-web02 because nobody answers")
        await world.carla.sees("Break-glass failover of vm-web02", "left out: vm-web01 already")
        await world.alice.types("/dr failover vm-app01 vm-app02 because West Europe is down")
        await world.alice.sees("Failover of vm-app01, vm-app02", "0 of 2")
        await world.carla.types("/dr breakglass failover vm-app01 vm-app02 because it burns")
        await world.told(world.carla, "alice has asked for this already", "same command")


async def test_it_can_be_looked_at_before(redis_url: str, tmp_path: Path) -> None:
    """The preview shows what would be skipped, and the explanation who could approve and review."""
    async with under(redis_url, tmp_path, worker=False) as world:
        await world.alice.types("/dr preview breakglass failover vm-web01")
        await world.told(world.alice, "Preview", "1 instead of 2", "It would need 1 of")
        await world.alice.types("/dr policy explain breakglass failover vm-web01")
        await world.told(
            world.alice, "Policy: breakglass failover vm-web01", "@dr-operators, U0ERIN00000",
            "reviewed by 2 of U0ALICE0000", "within 3 days", "Needed: 1 of @dr-approvers",
        )  # fmt: skip
        await world.bo.types("/dr policy explain failover vm-web01")
        await world.told(world.bo, "Break-glass (/dr breakglass …)", "Needed: 2 of @dr-approvers")
        await world.bo.types("/dr help breakglass")
        await world.told(world.bo, "/dr breakglass <any command> because <reason>", "takes its")
        assert await world.kinds() == []


async def _broken(world: World) -> Message:
    """Have Alice break the glass for vm-web01; returns the card."""
    await world.alice.types(ASK)
    return await world.alice.sees(BROKEN, "0 of 1", "must review it afterwards")


async def _succeeded(world: World) -> None:
    await _broken(world)
    await world.bo.presses("Approve", on=BROKEN)
    await world.started("UnplannedFailover")
    await world.done(BROKEN, "Succeeded", "Not reviewed yet")


async def _reviews(world: World, name: str, verdict: str, note: str) -> None:
    person = world.people.named(name)
    await person.presses("Review…", on=BROKEN)
    await person.fills(verdict=verdict, note=note)
    assert await person.submits() == {}


async def _asks(world: World, user: str) -> Asked:
    return await ask(world.bot, user, _command(), "C0INCIDENTS")


def _command() -> Command:
    return unwrapped(parse(ASK.removeprefix("/dr "), VERBS), strict(VERBS))


def _click(user: str, request: str) -> Click:
    return Click(id=f"click-{user}", user=user, request=request)


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state
