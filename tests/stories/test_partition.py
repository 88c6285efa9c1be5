"""A worker stands still past its lease while another goes on: awake again, it spoils nothing."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.request import Request, State
from tests.crashes import promises
from tests.crashes.boundaries import Phase, Point
from tests.crashes.lanes import Lane, lane
from tests.crashes.plays import approved, finished
from tests.crashes.zygote import Launched, bred
from tests.world import until

pytestmark = pytest.mark.calm("it makes trouble enough of its own")

PATIENCE = 40.0


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Lane]:
    """Give a world in which workers may be frozen."""
    async with bred(tmp_path) as zygote, lane(zygote) as opened:
        yield opened


@asynccontextmanager
async def _frozen_at(one: Lane, who: str, what: str, phase: Phase) -> AsyncIterator[Launched]:
    """Have a worker stand still at one of its own boundaries, and a second one at work."""
    first = await one.zygote.launch(
        "worker", one.environment, at=Point(who, what, phase, 1), freeze=True
    )
    try:
        async with asyncio.timeout(PATIENCE):
            await first.frozen.wait()
        second = await one.zygote.launch("worker", one.environment)
        try:
            yield first
        finally:
            await second.stop()
    finally:
        await first.stop()


async def _wakes_up(frozen: Launched) -> None:
    """Let it go on, and wait until it has said and done all that it had begun."""
    frozen.signal(signal.SIGCONT)
    await frozen.stop()
    assert frozen.status == 0, frozen.said


async def _all_is_well(one: Lane, since: promises.Mark, request: Request) -> None:
    await until(lambda: one.is_clean(request), "the card is never finished", within=PATIENCE)
    now = await one.load(request.id)
    assert await promises.broken_log(one.world, since, now) == []
    assert await promises.broken_execution(one.world, now) == []
    assert await promises.untrue_card(one.world, now) == []
    assert await promises.left_over(one.world.bot) == []
    assert promises.cards_of(one.world, now) == 1


async def test_before_the_post_and_it_is_submitted_again_meanwhile(one: Lane) -> None:
    """It recorded the intent and froze; the intent was proved absent: it must not send any more."""
    since, request = await promises.mark(one.world), await approved(one)
    post = "POST replicationProtectedItems/…/unplannedFailover"
    async with _frozen_at(one, "submit_request › send", post, "before") as frozen:

        async def given_back() -> bool:
            return (await one.load(request.id)).needs_nod

        await until(given_back, "it was not proved absent", within=PATIENCE)
        await _wakes_up(frozen)
        jobs = [job for job in one.world.vault.jobs if job.target_name == request.name]
        assert jobs == [], "it sent what nobody waits for any more"
        await finished(one, request)
    await _all_is_well(one, since, request)


@pytest.mark.parametrize(
    ("who", "what", "phase"),
    [
        ("submit_request › claim", "SET {dr}:confirmation + WAITAOF 1", "before"),
        ("submit_request › send", "POST replicationProtectedItems/…/unplannedFailover", "sent"),
        ("look › step", "commit of request.progress", "before"),
        ("look › step", "commit of request.succeed", "before"),
        ("draw › edit", "POST chat.update", "before"),
        ("draw › say", "POST chat.postMessage", "before"),
    ],
)
async def test_while_another_brings_it_to_its_end(
    one: Lane, who: str, what: str, phase: Phase
) -> None:
    """Whatever it was about to write is older than what is there by then."""
    since, request = await promises.mark(one.world), await approved(one)
    async with _frozen_at(one, who, what, phase) as frozen:
        await finished(one, request)
        assert await one.is_in(request, State.SUCCEEDED)
        await _wakes_up(frozen)
        await _all_is_well(one, since, request)


async def test_a_front_while_it_posts_the_card(one: Lane) -> None:
    """A worker posts it meanwhile: in the end there is one card, and it is the true one."""
    since, machine = await promises.mark(one.world), one.next_machine()
    at = Point("carry_out › post", "POST chat.postMessage", "before", 1)
    front = await one.zygote.launch("web", one.environment, at=at, freeze=True, armed=False)
    await until(lambda: "listening" in front.said, "the front does not listen")
    front.signal(signal.SIGUSR1)
    one.deliver_to(one.port)
    await one.world.alice.types(f"/dr failover {machine} because West Europe is down")
    async with asyncio.timeout(PATIENCE):
        await front.frozen.wait()
    one.deliver_to(one.world.settings.port)
    request = await one.find(machine)
    assert request is not None
    worker = await one.zygote.launch("worker", one.environment)
    try:
        await until(lambda: one.has_card(request), "nobody drew it", within=PATIENCE)
        await _wakes_up(front)
        await until(lambda: one.has_card(request), "nobody drew it again", within=PATIENCE)
        assert promises.cards_of(one.world, request) == 1
        assert await promises.untrue_card(one.world, await one.load(request.id)) == []
        await one.approved_by("bo", request, 1)
        await one.approved_by("carla", request, 2)
        await finished(one, request)
        await _all_is_well(one, since, request)
    finally:
        await worker.stop()
