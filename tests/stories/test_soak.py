"""People and trouble at random for some seconds: nothing lost, nothing doubled, no untrue card.

`make soak` goes on for minutes, with another seed each time it is told one.
"""

from typing import Any

import pytest

from bot.domain.catalogue import Call
from tests.soak.__main__ import report
from tests.soak.account import account
from tests.soak.run import soak
from tests.world import World, until

pytestmark = pytest.mark.calm("it makes trouble enough of its own")

SECONDS = 15.0
FAILOVER = "Failover of vm-web01"


async def test_whatever_people_and_trouble_do_the_account_comes_out_even() -> None:
    """Every request, job, card, key and entry is looked at when all is calm."""
    soaked = await soak(SECONDS, seed=3)
    assert soaked.kept, report(soaked)
    assert soaked.account.requests, report(soaked)
    assert soaked.struck, report(soaked)


async def test_the_account_sees_what_is_broken(world: World) -> None:
    """Each promise is broken behind the bot's back, and the account says so."""
    await world.asked()
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done(FAILOVER, "Succeeded in")
    request = await world.request()
    await until(lambda: _is_clean(world), "the card is drawn for ever")
    assert (await account(world)).kept

    client: Any = world.bot.redis.client
    await client.set("{dr}:forgotten", "1")
    assert (await account(world)).leaked == ["{dr}:forgotten stays for ever"]
    await client.delete("{dr}:forgotten")

    record = await world.bot.redis.cards.record(request.id)
    post = world.workspace.core.state.find_post(record.channel, record.ts)
    assert post is not None
    said, post.text = post.text, f"{request.id}: it waits"
    assert len((await account(world)).untrue) == 1
    post.text = said

    [job] = world.vault.jobs
    job.state = "Failed"
    assert "its jobs are ['Failed']" in (await account(world)).untrue[0]
    job.state = "Succeeded"

    commit = Call(
        resource=world.vault.machine("vm-web01").item_id, action="failoverCommit", body=None
    )
    await world.bot.azure.submit(commit, "11111111-2222-4333-8444-555555555555")
    assert (await account(world)).doubled == ["nobody asked for CommitFailover of vm-web01"]
    world.vault.jobs[-1].client_request_id = job.client_request_id
    assert "Azure began" in (await account(world)).doubled[0]

    await world.asked("vm-web02")
    await world.approved("Failover of vm-web02")
    await world.started("UnplannedFailover", 2)
    assert len((await account(world)).lost) == 1

    [newest] = await client.xrevrange("{dr}:audit", count=1)
    await client.xdel("{dr}:audit", newest[0])
    assert (await account(world)).broken


async def _is_clean(world: World) -> bool:
    return not await world.bot.redis.cards.dirty()
