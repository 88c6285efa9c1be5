"""Delegations: one person's vote in another's hands, for a time, and never more than that."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot import arranged
from bot.domain.request import State
from bot.jobs.submit import submit_request
from sandbox.people import Message
from tests.stories.arrangements import ERIN, POLICY, only_delegation, put, raw, run_out
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
DELEGATE = "/dr delegate @erin until 2h"
DIRECT = "dr"


@pytest.fixture
async def calm(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world whose policy says nothing of delegations, without a worker."""
    async with under(redis_url, tmp_path, POLICY) as world:
        yield world


def under(redis_url: str, folder: Path, policy: str) -> AbstractAsyncContextManager[World]:
    """Start a world under a policy, without a worker."""
    path = folder / "policy.toml"
    path.write_text(policy, "utf-8")
    return inhabited(redis_url, {"DR_POLICY": str(path)}, worker=False)


async def delegated(world: World, more: str = "") -> None:
    """Have Dmitri let Erin vote in his place."""
    await world.dmitri.types(f"{DELEGATE} {more}".strip())
    await world.told(
        world.dmitri, "@erin may vote in the place of @dmitri until", "End it with /dr undelegate"
    )


async def approved_by(world: World, count: int) -> None:
    """Wait until so many approvals are recorded."""

    async def there() -> bool:
        return len((await world.request()).approvals) == count

    await until(there, f"there are not {count} approvals")


async def refused(world: World, *words: str) -> Message:
    """Have Erin press Approve and be told why that does not count; it is written down."""
    await world.erin.presses("Approve", on=FAILOVER)
    message = await world.told(world.erin, *words)
    assert (await world.kinds())[-1] == "click.refused"
    return message


async def test_erin_votes_for_dmitri(calm: World) -> None:
    """She is told directly; her vote names both, on the card, in the thread and in the log."""
    await delegated(calm, "because I am on a plane")
    await calm.erin.sees("may vote in the place of @dmitri", "I am on a plane", channel=DIRECT)
    async with working(calm.settings):
        await calm.asked()
        await calm.alice.sees(FAILOVER, "@erin may vote in the place of @dmitri until")
        await calm.erin.presses("Approve", on=FAILOVER)
        await calm.alice.sees(FAILOVER, "1 of 2", "@erin for @dmitri approved at", "counts until")
        await calm.alice.sees("erin for dmitri approved (1 of 2)")
        await calm.bo.presses("Approve", on=FAILOVER)
        await calm.started("UnplannedFailover")
        await calm.alice.sees(FAILOVER, "Approved by", "@erin for @dmitri, @bo")
    one = await only_delegation(calm)
    vote = next(e for e in await calm.entries() if e.type == "dr.request.vote")
    assert vote.data.actor.id == ERIN
    said = {"in_place_of": one.by.id, "delegation": one.id, "revision": "2"}
    assert vote.data.correlation == said
    request = await calm.request()
    await calm.bo.types(f"/dr verify {request.id}")
    await calm.told(calm.bo, "Receipt", "@erin (erin) for @dmitri (dmitri)")


async def test_erin_denies_for_dmitri(calm: World) -> None:
    """A no counts as his would."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Deny", on=FAILOVER)
    await until(lambda: _is(calm, State.DENIED), "it was not denied")
    assert (await calm.request()).why == "erin for dmitri denied it."


async def test_together_they_have_one_seat(calm: World) -> None:
    """Whoever of the two votes first; the other is told why theirs does not count beside it."""
    await delegated(calm)
    await calm.asked()
    await calm.dmitri.presses("Approve", on=FAILOVER)
    await approved_by(calm, 1)
    await refused(calm, "dmitri has a vote already (dmitri)")
    await calm.alice.types("/dr failover vm-web02 because West Europe is down")
    await calm.erin.presses("Approve", on="Failover of vm-web02")
    await approved_by(calm, 1)
    await calm.dmitri.presses("Approve", on="Failover of vm-web02")
    await calm.told(calm.dmitri, "erin has approved in your place, by your delegation")
    await calm.erin.presses("Approve", on="Failover of vm-web02")
    await calm.told(calm.erin, "You have approved this already")
    await approved_by(calm, 1)


async def test_whoever_may_approve_votes_for_themselves_alone(calm: World) -> None:
    """Bo has his own vote; Dmitri's in his hands gives him no second one."""
    await calm.dmitri.types("/dr delegate @bo until 2h")
    await calm.told(calm.dmitri, "@bo may vote in the place of @dmitri")
    await calm.asked()
    await calm.bo.presses("Approve", on=FAILOVER)
    await approved_by(calm, 1)
    assert (await calm.request()).votes[0].place is None
    await calm.bo.presses("Approve", on=FAILOVER)
    await calm.told(calm.bo, "You have approved this already; every person counts once.")


async def test_one_delegate_of_two_has_one_vote(calm: World) -> None:
    """Bo and Dmitri both trust Erin: she is still one human, and no quorum."""
    await delegated(calm)
    await calm.bo.types("/dr delegate @erin until 2h")
    await calm.told(calm.bo, "@erin may vote in the place of @bo")
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await approved_by(calm, 1)
    await refused(calm, "You have approved this already; every person counts once.")
    assert (await calm.request()).state is State.WAITING


async def test_it_is_only_for_what_was_said(calm: World) -> None:
    """Other operations and machines are refused with what it is for."""
    await delegated(calm, "--only commit,reprotect --machines vm-app*,vm-db*")
    await calm.asked()
    await refused(calm, "What dmitri delegated is for commit, reprotect on vm-app", "vm-db")
    await calm.dmitri.types("/dr undelegate @erin")
    await calm.told(calm.dmitri, "@erin may no longer vote in your place")
    await delegated(calm, "--only failover --machines VM-WEB*")
    await calm.erin.presses("Approve", on=FAILOVER)
    await approved_by(calm, 1)
    await calm.dmitri.types("/dr undelegate @erin")
    await calm.told(calm.dmitri, "@erin may no longer vote in your place")
    await calm.dmitri.types(f"{DELEGATE} --only failovr")
    await calm.told(calm.dmitri, "'failovr' is no operation", "failover")


async def test_it_is_not_for_what_either_asked(calm: World) -> None:
    """Not for Carla's own request by her delegate, nor for one of Erin's own asking."""
    await calm.carla.types("/dr delegate @erin until 2h")
    await calm.told(calm.carla, "@erin may vote in the place of @carla")
    await calm.carla.types("/dr failover vm-web01 because West Europe is down")
    await calm.alice.sees(FAILOVER, "0 of 2")
    await refused(
        calm, "You are not among those who may approve this", "carla, who delegated, asked"
    )
    calm.workspace.usergroup_members("dr-operators").append(ERIN)
    calm.bot.slack._memory.clear()
    await calm.carla.presses("Withdraw", on=FAILOVER)


async def test_it_gives_no_more_than_the_delegator_has(calm: World) -> None:
    """Dmitri leaves the group: from then on Erin may nothing, and what she did is void."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.bo.presses("Approve", on=FAILOVER)
    await until(calm.bot.redis.requests.outbox_ids, "it was not approved")
    calm.workspace.usergroup_members("dr-approvers").remove("U0DMITRI000")
    async with working(calm.settings):
        await calm.alice.sees(
            FAILOVER, "Void", "erin for dmitri no longer counts: dmitri, who delegated, may not"
        )
    assert calm.posts("unplannedFailover") == 0


@pytest.mark.parametrize("who", ["erin", "dmitri"])
async def test_both_have_to_be_there_still(calm: World, who: str) -> None:
    """Whoever of the two is deactivated after the vote: it does not count any more."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.bo.presses("Approve", on=FAILOVER)
    await until(calm.bot.redis.requests.outbox_ids, "it was not approved")
    calm.workspace.user(who).deleted = True
    async with working(calm.settings):
        await calm.alice.sees(FAILOVER, "Void", {"erin": "erin may no longer", "dmitri": who}[who])
    assert calm.posts("unplannedFailover") == 0


async def test_what_was_taken_back_counts_no_more(calm: World) -> None:
    """Dmitri ends it after Erin's vote and before it is sent: void. She is told, too."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.bo.presses("Approve", on=FAILOVER)
    await until(calm.bot.redis.requests.outbox_ids, "it was not approved")
    await calm.dmitri.types("/dr undelegate @erin because I am back")
    await calm.told(calm.dmitri, "@erin may no longer vote in your place")
    await calm.erin.sees("You may no longer vote in the place of @dmitri", channel=DIRECT)
    async with working(calm.settings):
        await calm.alice.sees(FAILOVER, "Void", "erin for dmitri no longer counts", "has ended")
    assert calm.posts("unplannedFailover") == 0
    assert [k for k in await calm.kinds() if k.startswith("delegation.")] == [
        "delegation.give", "delegation.end",
    ]  # fmt: skip


async def test_slack_away_does_not_revive_it(calm: World) -> None:
    """That a delegation has ended is known without Slack."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.bo.presses("Approve", on=FAILOVER)
    await until(calm.bot.redis.requests.outbox_ids, "it was not approved")
    await run_out(calm, arranged.DELEGATIONS, await only_delegation(calm))
    request = await calm.request()
    calm.bot.slack._memory.clear()
    calm.workspace.trouble.next("*", "503", times=10_000)
    await submit_request(calm.bot, request.id)
    ended = await calm.request()
    assert (ended.state, calm.posts("unplannedFailover")) == (State.VOID, 0)
    assert "erin for dmitri no longer counts: the delegation has ended" in ended.full_why


async def test_a_seat_is_free_again_when_the_time_is_over(calm: World) -> None:
    """What Erin approved in it is dropped at the next vote, and Dmitri votes himself."""
    await delegated(calm)
    await calm.asked()
    await calm.erin.presses("Approve", on=FAILOVER)
    await approved_by(calm, 1)
    request = await calm.request()
    (vote,) = request.votes
    assert vote.place
    place = vote.place.model_copy(update={"until": request.asked_at})
    await calm.rewrite(request, votes=(vote.model_copy(update={"place": place}),))
    await calm.dmitri.presses("Approve", on=FAILOVER)
    await until(lambda: _voted(calm, "dmitri"), "dmitri did not get his seat back")
    await calm.bo.presses("Approve", on=FAILOVER)
    await until(lambda: _voted(calm, "dmitri", "bo"), "bo's vote did not arrive")
    assert (await calm.request()).state is State.APPROVED


async def test_its_time_is_over_by_itself(calm: World) -> None:
    """Erin may nothing again; Dmitri, whose seat she had, may vote himself."""
    await delegated(calm)
    await calm.asked()
    one = await only_delegation(calm)
    await run_out(calm, arranged.DELEGATIONS, one)
    await refused(calm, "You are not among those who may approve this")
    await calm.erin.types("/dr delegations")
    await calm.told(calm.erin, "Nothing is delegated.")
    await calm.dmitri.types(DELEGATE)

    async def only_the_new_one() -> bool:
        kept = await raw(calm, arranged.DELEGATIONS)
        return len(kept) == 1 and one.id not in kept

    await until(only_the_new_one, "the record that has run out is still there")


async def test_a_delegate_of_a_delegate_has_nothing(calm: World) -> None:
    """What was delegated cannot be passed on; who tries is told, and it is written down."""
    await delegated(calm)
    await calm.erin.types("/dr delegate @alice until 1h")
    await calm.told(calm.erin, "cannot be passed on")
    assert (await calm.kinds())[-1] == "delegate.refused"
    assert len(await raw(calm, arranged.DELEGATIONS)) == 1


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("@gus until 2h", "Only a full, active member of this workspace can vote for you"),
        ("@hana until 2h", "Only a full, active member of this workspace can vote for you"),
        ("@xavier until 2h", "Only a full, active member of this workspace can vote for you"),
        ("U0DRBOT0000 until 2h", "Only a full, active member of this workspace can vote for you"),
        ("@dmitri until 2h", "You vote for yourself already."),
        ("erin until 2h", "“erin” does not say for sure who is meant"),
        ("U0NOBODY000 until 2h", "Slack does not know the account U0NOBODY000"),
        (
            "@erin until 25h",
            "25h is",
        ),
        ("@erin", "Say until when."),
    ],
)
async def test_not_to_everybody_and_not_for_ever(calm: World, typed: str, answer: str) -> None:
    """Guests, the deactivated, people from outside, bots, names: none of them gets a vote."""
    await calm.dmitri.types(f"/dr delegate {typed}")
    await calm.told(calm.dmitri, answer)
    assert await raw(calm, arranged.DELEGATIONS) == {}


async def test_the_second_of_a_pair_is_refused(calm: World) -> None:
    """So that a narrower word does not stand beside a wider one."""
    await delegated(calm)
    await calm.dmitri.types(f"{DELEGATE} --only commit")
    await calm.told(calm.dmitri, "That holds already", "/dr undelegate @erin")
    await calm.bo.types("/dr undelegate @erin")
    await calm.told(calm.bo, "You have delegated nothing to them.")
    assert len(await raw(calm, arranged.DELEGATIONS)) == 1


@pytest.mark.parametrize(
    ("table", "more", "answer"),
    [
        (
            "[delegation]\nallowed = false\n",
            "",
            "The policy does not let anybody vote in the place",
        ),
        ("", "may_delegate = false\n", "lets you approve nothing yourself that could be"),
        ('[delegation]\nlongest = "1h"\n', "", "too far off: 1 h is the most"),
    ],
)
async def test_the_policy_may_forbid_it(
    redis_url: str, tmp_path: Path, table: str, more: str, answer: str
) -> None:
    """Altogether, by a rule, or for longer than it likes."""
    policy = POLICY.replace("[locks]", f"{table}[locks]") + more
    async with under(redis_url, tmp_path, policy) as world:
        await world.dmitri.types(DELEGATE)
        await world.told(world.dmitri, answer)


async def test_explaining_the_policy_names_the_delegate(calm: World) -> None:
    """Beside those who may approve, and in the list of delegations."""
    await delegated(calm, "--only failover")
    for _ in range(2):
        await calm.alice.types("/dr policy explain failover vm-web01")
        await calm.told(calm.alice, "erin may vote in the place of dmitri until", "for failover")
    await calm.alice.types("/dr policy explain commit vm-web01")
    commit = await calm.told(calm.alice, "Policy: commit vm-web01")
    assert "erin" not in commit.words
    await calm.bo.types("/dr delegations")
    await calm.told(calm.bo, "@erin may vote in the place of @dmitri until", "for failover")


def _altered(kept: str) -> str:
    return kept.replace('"name":"dmitri"', '"name":"carla"')


def _forged(_kept: str) -> str:
    return 'a {"by": "everybody"}'


@pytest.mark.parametrize("forge", [_altered, _forged])
async def test_a_forged_record_gives_nothing(calm: World, forge: Callable[[str], str]) -> None:
    """Whoever can write to Redis gets no vote by it; it is written down."""
    await delegated(calm)
    await calm.asked()
    ((one, kept),) = (await raw(calm, arranged.DELEGATIONS)).items()
    await put(calm, arranged.DELEGATIONS, {one: forge(kept)})
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.told(calm.erin, "You are not among those who may approve this")
    assert "record.rejected" in await calm.kinds()
    assert (await calm.request()).votes == ()
    await calm.bo.types("/dr delegations")
    await calm.told(calm.bo, "Nothing is delegated.", "1 record in Redis is not ours")


async def test_a_record_under_another_id_gives_nothing(calm: World) -> None:
    """A seal is for one place, so that an ended one cannot stand for another."""
    await delegated(calm)
    await calm.asked()
    ((one, kept),) = (await raw(calm, arranged.DELEGATIONS)).items()
    await calm.dmitri.types("/dr undelegate @erin")
    await calm.told(calm.dmitri, "@erin may no longer")
    await put(calm, arranged.DELEGATIONS, {"D-222222": kept, one.lower(): kept})
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.told(calm.erin, "You are not among those who may approve this")


async def test_an_old_record_put_back_gives_nothing(calm: World) -> None:
    """Its seal is good and its time is not over: the audit log says that it was ended."""
    await delegated(calm)
    await calm.asked()
    kept = await raw(calm, arranged.DELEGATIONS)
    await calm.dmitri.types("/dr undelegate @erin")
    await calm.told(calm.dmitri, "@erin may no longer vote in your place")
    await put(calm, arranged.DELEGATIONS, kept)
    await calm.erin.presses("Approve", on=FAILOVER)
    await calm.told(calm.erin, "You are not among those who may approve this")
    assert (await calm.request()).votes == ()
    rejected = [one for one in await calm.entries() if one.type == "dr.record.rejected"]
    assert [one.subject for one in rejected] == [*kept]


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


async def _voted(world: World, *names: str) -> bool:
    return tuple(vote.who for vote in (await world.request()).approvals) == names
