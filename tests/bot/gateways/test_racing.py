"""Eight processes vote on the same requests at the same moment, and each is approved once."""

import asyncio
import sys
from collections import Counter
from pathlib import Path

from bot.domain.audit import first_broken
from bot.domain.request import State
from bot.gateways.redis import Redis, Write
from tests.bot.samples import fact, machine, request, terms

REQUESTS = 200
PEOPLE = [f"P{number}" for number in range(8)]
QUORUM = 3


async def test_a_race_of_processes_approves_each_request_once(
    store: Redis, redis_url: str, checkout: Path
) -> None:
    """Two hundred votes of each: three count, one of them wins, and the log is unbroken."""
    ids = [f"R-RAC{number:03}" for number in range(REQUESTS)]
    everybody = tuple(f"U{name}" for name in PEOPLE)
    for one in ids:
        before = await store.requests.snapshot(one)
        new = request(
            id=one,
            terms=terms(approvals=QUORUM, may_approve=everybody),
            expires_at=before.now + 600_000,
        )
        target = new.ground.model_copy(update={"target": machine(id=f"/m/{one}", name=one)})
        new = new.model_copy(update={"ground": target})
        await store.requests.write(before, Write(fact=fact(subject=one), request=new))

    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bot.gateways.racer", redis_url, name, *ids,
            cwd=checkout, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for name in PEOPLE
    ]  # fmt: skip
    try:
        for racer in racers:
            assert racer.stdout
            assert await asyncio.wait_for(racer.stdout.readline(), 60) == b"ready\n"
        finished = await asyncio.wait_for(
            asyncio.gather(*(racer.communicate(b"go\n") for racer in racers)), 60
        )
    finally:
        for racer in racers:
            if racer.returncode is None:
                racer.kill()
                await racer.wait()
    assert len(finished) == len(PEOPLE)
    assert {racer.returncode for racer in racers} == {0}
    won = [one for said, _ in finished for one in said.decode().split()]
    assert sorted(won) == ids

    entries = [entry async for entry in store.audit.everything()]
    assert first_broken(entries, await store.audit.head()) is None
    assert Counter(entry.type for entry in entries) == {
        "dr.request.ask": REQUESTS,
        "dr.request.vote": REQUESTS * (QUORUM - 1),
        "dr.request.approve": REQUESTS,
    }
    assert sorted(await store.requests.outbox_ids()) == ids
    for done in await store.requests.load_many(ids):
        assert done.state is State.APPROVED
        assert done.rev == 1 + QUORUM
        assert len({vote.person.id for vote in done.votes}) == len(done.votes) == QUORUM
