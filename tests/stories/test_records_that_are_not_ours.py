"""What somebody else wrote into Redis: it does nothing, blocks nothing, and is written down."""

import json
from typing import Any

from bot.arrangements import VERBS
from bot.domain.audit import BOT
from bot.domain.grammar import parse
from bot.domain.request import Request, State, Step, take
from bot.gateways.redis import Call
from bot.gateways.redis.bell import SUBMIT
from bot.gateways.redis.following import followed_key
from bot.gateways.redis.keys import BELL
from bot.jobs.check import check
from bot.jobs.follow import follow_vault
from bot.jobs.submit import submit_request
from bot.jobs.sweep import sweep_once
from bot.lifecycle import Move, change, fact_of
from tests.world import World, until

FAILOVER = "Failover of vm-web01"


async def test_a_machine_whose_request_was_altered_can_be_asked_for_again(quiet: World) -> None:
    """The altered record is given up and noted in the audit log; a new request takes its place."""
    await quiet.asked()
    first = await quiet.request()
    await _alter(quiet, first.id)
    await quiet.carla.types("/dr failover vm-web01 because it is still down")
    await quiet.carla.sees(FAILOVER, "0 of 2", "it is still down")
    second = await quiet.request()
    assert second.id != first.id
    (entry,) = [one for one in await quiet.entries() if one.type == "dr.record.rejected"]
    assert entry.subject == first.id
    assert await quiet.bot.redis.requests.open_ids() == [second.id]


async def test_an_altered_record_does_not_hold_up_the_sweeper(quiet: World) -> None:
    """Time runs out for one that cannot be read; the approved one beside it is still taken up."""
    await quiet.asked()
    altered = await quiet.request()
    await quiet.alice.types("/dr failover vm-web02 because West Europe is down")
    await quiet.approved("Failover of vm-web02")
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    await _alter(quiet, altered.id)
    client: Any = quiet.bot.redis.client
    await client.zadd("{dr}:requests:open", {altered.id: 1})
    (waiting,) = await quiet.bot.redis.requests.outbox_ids()
    await client.delete(BELL)
    await sweep_once(quiet.bot)
    called = Call(task=SUBMIT, what=waiting).member
    assert await client.zscore(BELL, called), "the workers were not called"
    await client.delete("{dr}:outbox")


async def test_an_altered_record_is_not_looked_after_for_ever(quiet: World) -> None:
    """It was to be followed; the first look disowns it, and nobody looks again."""
    await quiet.asked()
    altered = await quiet.request()
    await _alter(quiet, altered.id)
    client: Any = quiet.bot.redis.client
    await client.hset(followed_key(quiet.vault.resource_id), altered.id, "{}")
    await follow_vault(quiet.bot, quiet.vault.resource_id)
    assert await quiet.bot.redis.following.at(quiet.vault.resource_id) == {}
    assert await follow_vault(quiet.bot, quiet.vault.resource_id) is None
    assert [one.subject for one in await quiet.entries()][-1] == altered.id


async def test_an_older_record_that_was_put_back_is_not_carried_out(quiet: World) -> None:
    """Its seal is good, for we wrote it; the audit log says that the request went on since."""
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    request = await quiet.request()
    client: Any = quiet.bot.redis.client
    key = f"{{dr}}:request:{request.id}"
    approved = await client.hgetall(key)
    await quiet.alice.presses("Withdraw", on=FAILOVER)
    await until(lambda: _closed(quiet), "it was not withdrawn")
    await client.hset(key, mapping=approved)
    await client.zadd("{dr}:outbox", {request.id: 1})
    await submit_request(quiet.bot, request.id)
    ended = await quiet.request()
    assert (ended.state, quiet.posts("unplannedFailover")) == (State.VOID, 0)
    assert "older than what the audit log says" in ended.full_why


async def test_a_record_that_goes_on_meanwhile_is_not_taken_for_an_older_one(quiet: World) -> None:
    """Another worker wrote down what it waits for, while this one was looking."""
    await quiet.asked()
    await quiet.approved(FAILOVER)
    await until(quiet.bot.redis.requests.outbox_ids, "it was not approved")
    seen = await quiet.request()

    def wait(request: Request, _now: int) -> Move:
        after = take(request, Step.WAIT, why="Azure is away.")
        return Move(request=after, fact=fact_of(Step.WAIT, request, after, BOT, after.why))

    assert (await change(quiet.bot, seen.id, wait)).rev > seen.rev
    assert (await check(quiet.bot, seen)).void == ()


async def _closed(world: World) -> bool:
    return not (await world.request()).open


async def test_nobody_puts_words_into_anybodys_mouth(quiet: World) -> None:
    """Alice only wanted to look; what somebody made of it in Redis is not asked in her name."""
    await quiet.alice.types("/dr status vm-jump01")
    choice = await quiet.told(quiet.alice, "Which one?")
    client: Any = quiet.bot.redis.client
    (key,) = [key async for key in client.scan_iter("{dr}:stash:*")]
    seal, _, text = (await client.get(key)).partition(" ")
    command = parse("failover vm-jump01 because it is down", VERBS).model_dump_json()
    forged = json.dumps(json.loads(text) | {"command": command})
    await client.set(key, f"{seal} {forged}", keepttl=True)
    await quiet.alice.presses("vm-jump01 (rg-shop)", on=choice)
    await quiet.told(quiet.alice, "This choice has expired.", "Type the command again.")
    assert await quiet.bot.redis.requests.open_ids() == []


async def _alter(world: World, request_id: str) -> None:
    client: Any = world.bot.redis.client
    key = f"{{dr}}:request:{request_id}"
    document = await client.hget(key, "document")
    await client.hset(key, "document", document.replace("West Europe is down", "nothing"))
