"""Several machines in one request, when things go wrong: somebody meddles, or a worker dies."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.clicks import Click
from bot.domain.audit import first_broken
from bot.domain.request import State
from bot.errors import Tampered
from bot.jobs.follow import follow_vault
from bot.jobs.gather import gather
from bot.runtime import opened
from bot.settings import SHIPPED_POLICY
from bot.settling import withdraw_rest
from tests.world import World, until, working

BOTH = "Failover of vm-web01, vm-web02"


async def ask_for_both(world: World) -> None:
    """Have Alice ask for two machines, and two others approve."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    await world.approved(BOTH)


async def test_one_of_several_never_has_a_card_of_its_own(world: World) -> None:
    """However long its job stands still: what people see is the card of the whole."""
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    await world.alice.sees(BOTH, "Running", "2 running")
    request = await world.request()
    for _ in range(3):
        await follow_vault(world.bot, world.vault.resource_id)
    dirty = await world.bot.redis.cards.dirty()
    assert set(dirty) <= {request.id}
    await world.done(BOTH, "Succeeded for all 2 machines")
    heads = [one for one in await world.alice.messages() if not one.thread_ts]
    assert [one.words for one in heads if f"{request.id}." in one.words] == []


async def approved_and_idle(world: World) -> str:
    """Have both asked for and approved while no worker runs; returns the id of the whole."""
    await ask_for_both(world)
    await until(world.bot.redis.requests.outbox_ids, "it was not approved")
    return (await world.request()).id


async def test_an_altered_draft_is_inert_and_named(quiet: World) -> None:
    """Its machine is left alone and can be asked for again; the other goes."""
    whole = await approved_and_idle(quiet)
    client: Any = quiet.bot.redis.client
    drafts = f"{{dr}}:request:{whole}:drafts"
    sealed = await client.hget(drafts, f"{whole}.1")
    await client.hset(drafts, f"{whole}.1", sealed.replace("West Europe is down", "no reason"))
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover")
        card = await quiet.done(BOTH, "Failed", "1 of 2 machines succeeded", "1 lost")
    assert "vm-web01 unknown — its record was lost or altered" in card.words
    assert quiet.posts("unplannedFailover") == 1
    assert quiet.vault.machine("vm-web01").region == "westeurope"
    rejected = [one for one in await quiet.entries() if one.type == "dr.record.rejected"]
    assert [(one.subject, one.data.target) for one in rejected] == [(f"{whole}.1", "vm-web01")]
    await quiet.asked("vm-web01")


@pytest.mark.parametrize("forged", ["é é", "nonsense", b"\xff\xfe \xff"])
async def test_what_is_no_draft_is_inert(quiet: World, forged: str | bytes) -> None:
    """Whatever bytes stand there: the other machine goes, and the whole ends."""
    whole = await approved_and_idle(quiet)
    client: Any = quiet.bot.redis.client
    for kind in ("drafts", "results"):
        await client.hset(f"{{dr}}:request:{whole}:{kind}", f"{whole}.1", forged)
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover")
        await quiet.done(BOTH, "Failed", "1 of 2 machines succeeded", "1 lost")
    assert quiet.posts("unplannedFailover") == 1


async def test_a_record_in_the_way_of_one_does_not_end_the_others(quiet: World) -> None:
    """Somebody wrote a record of that id before the bot did: it is named, the other goes."""
    whole = await approved_and_idle(quiet)
    client: Any = quiet.bot.redis.client
    record = {"document": "{}", "seal": "é", "rev": "0"}
    await client.hset(f"{{dr}}:request:{whole}.1", mapping=record)
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover")
        await quiet.done(BOTH, "Failed", "1 of 2 machines succeeded", "1 lost")
    assert quiet.posts("unplannedFailover") == 1


async def test_a_request_cannot_stand_for_a_draft_nor_a_draft_for_a_request(quiet: World) -> None:
    """Each is sealed as what it is."""
    whole = await approved_and_idle(quiet)
    client: Any = quiet.bot.redis.client
    sealed = await client.hget(f"{{dr}}:request:{whole}:drafts", f"{whole}.1")
    seal, _, document = sealed.partition(" ")
    record = {"document": document, "seal": seal, "rev": "0"}
    await client.hset(f"{{dr}}:request:{whole}.1", mapping=record)
    with pytest.raises(Tampered):
        await quiet.bot.redis.requests.load(f"{whole}.1")
    await client.delete("{dr}:outbox")


async def test_one_altered_while_it_runs_does_not_keep_the_others(world: World) -> None:
    """The whole ends without it, says so, and every machine can be asked for again."""
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    await world.alice.sees(BOTH, "2 running")
    whole = (await world.request()).id
    client: Any = world.bot.redis.client
    await client.hset(f"{{dr}}:request:{whole}.1", "document", "{}")
    card = await world.done(BOTH, "Failed", "1 of 2 machines succeeded", "1 lost")
    assert "look in the portal" in card.words
    assert [key async for key in client.scan_iter("{dr}:target:*")] == []


async def test_one_whose_record_is_deleted_is_not_made_again(quiet: World) -> None:
    """What was approved for a machine is good for one request; who deletes that gets no second."""
    quiet.vault.fail_next_job("vm-web01", "UnplannedFailover")
    whole = await approved_and_idle(quiet)
    client: Any = quiet.bot.redis.client
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover", 2)
        await quiet.alice.sees(BOTH, "2 running")
    await client.delete(f"{{dr}}:request:{whole}.1")
    await client.hdel(f"{{dr}}:request:{whole}:results", f"{whole}.1")
    quiet.clock.advance(600)
    async with working(quiet.settings):
        await quiet.alice.sees(BOTH, "Failed", "1 of 2 machines succeeded", "1 lost")
    assert quiet.posts("unplannedFailover") == 2


async def test_two_workers_make_each_request_once(quiet: World) -> None:
    """Both gather the same whole at the same time."""
    whole = await approved_and_idle(quiet)
    async with opened(quiet.settings) as other:
        await asyncio.gather(*(gather(bot, whole) for bot in (quiet.bot, other) * 4))
    kinds = await quiet.kinds()
    assert kinds.count("request.release") == 1
    assert kinds.count("request.approve") == 3
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover", 2)
        await quiet.done(BOTH, "Succeeded for all 2 machines")
    assert quiet.posts("unplannedFailover") == 2


async def test_a_denied_request_does_not_say_that_anything_is_to_be_submitted(
    quiet: World,
) -> None:
    """Its card still names the machines."""
    await quiet.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await quiet.alice.sees(BOTH, "0 of 2")
    await quiet.bo.presses("Deny", on=BOTH)
    async with working(quiet.settings):
        card = await quiet.alice.sees(BOTH, "Denied")
    assert "vm-web02 — Protected" in card.words
    assert "to be submitted" not in card.words


async def test_an_altered_whole_leaves_its_machines_to_their_own_requests(world: World) -> None:
    """They go on, and none of them can be asked for again while it does."""
    await ask_for_both(world)
    await world.started("UnplannedFailover", 2)
    await world.alice.sees(BOTH, "2 running")
    whole = (await world.request()).id
    client: Any = world.bot.redis.client
    await client.hset(f"{{dr}}:request:{whole}", "document", "{}")
    await world.carla.types("/dr failover vm-web01 because nobody knows")
    await world.told(world.carla, f"This is asked already: {whole}.1", "is running")
    world.clock.advance(600)
    for _ in range(2):
        await follow_vault(world.bot, world.vault.resource_id)
    children = await world.bot.redis.requests.load_many([f"{whole}.1", f"{whole}.2"])
    assert [one.state for one in children] == [State.SUCCEEDED] * 2


async def test_looking_at_one_of_several(world: World) -> None:
    """Its status names the request, before it is let go and after; the log has every step."""
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(BOTH, "0 of 2")
    whole = (await world.request()).id
    await world.alice.types("/dr status vm-web01")
    await world.told(world.alice, "Open request", f"{whole} {BOTH}", "waiting")
    await world.approved(BOTH)
    await world.started("UnplannedFailover", 2)
    await world.alice.sees(BOTH, "2 running")
    await world.alice.types("/dr status vm-web02")
    await world.told(world.alice, "Open request", f"{whole}.2 Failover of vm-web02", "running")
    await world.alice.types(f"/dr audit {whole}")
    await world.told(world.alice, "Azure accepted it as job", f"{whole}.1", f"{whole}.2")
    await world.alice.types(f"/dr audit {whole}.2")
    trail = await world.told(world.alice, f"Audit log of {whole}.2", f"Approved with {whole}")
    assert f"{whole}.1" not in trail.words
    await world.alice.types("/dr requests")
    listed = await world.told(world.alice, "Requests", f"{whole} {BOTH}")
    assert f"{whole}.1" not in listed.words
    await world.alice.types("/dr")
    listed = await world.told(world.alice, "Running now", f"{whole} {BOTH}")
    assert f"{whole}.1" not in listed.words
    entries = await world.entries()
    assert first_broken(entries, await world.bot.redis.audit.head()) is None
    steps = [(one.data.before, one.data.after) for one in entries if one.subject == f"{whole}.1"]
    assert steps[:3] == [
        ("waiting", "approved"),
        ("approved", "submitting"),
        ("submitting", "running"),
    ]


async def test_one_of_several_is_given_up(quiet: World) -> None:
    """Its button on the card of the whole names it; the whole then ends without it."""
    quiet.vault.trouble.next("/unplannedFailover", "drop_after_accept")
    whole = await approved_and_idle(quiet)
    quiet.vault.trouble.next("/replicationJobs", "unavailable", times=10_000)
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover", 2)
        card = await quiet.alice.sees(BOTH, "1 unknown")
        (lost,) = [one for one in card.buttons if one.label.startswith("Give up: vm-web0")]
        name = lost.label.removeprefix("Give up: ")
        assert lost.confirm
        assert f"Give up: Failover of {name}?" in str(lost.confirm)
        number = 1 if name == "vm-web01" else 2
        child = await quiet.bot.redis.requests.load(f"{whole}.{number}")
        assert child
        last = child.attempts[-1]
        earlier = last.model_copy(update={"at": last.at - 600_000})
        await quiet.rewrite(child, attempts=(*child.attempts[:-1], earlier))
        await quiet.bo.presses(lost.label, on=BOTH)
        await quiet.alice.sees(BOTH, f"{name} void")
        quiet.vault.trouble.calm()
        await quiet.done(BOTH, "Failed", "1 of 2 machines succeeded", "1 void")
    client: Any = quiet.bot.redis.client
    assert [key async for key in client.scan_iter("{dr}:target:*")] == []


async def test_one_that_azure_does_not_offer_an_option_for_is_left_out(whole: World) -> None:
    """The others can be asked for with it."""
    machine = whole.vault.machine("hv-app01")
    await whole.alice.types("/dr planned-failover hv-app01 hv-sql01 because of maintenance")
    title = "Planned failover of hv-app01, hv-sql01"
    await whole.alice.sees(title, "0 of 2")
    await whole.approved(title)
    await whole.started("PlannedFailover", 2)
    await whole.done(title, "Succeeded", minutes=40)
    assert machine.region == "northeurope"
    await whole.alice.presses("Commit", on=title)
    await whole.alice.sees("Commit of hv-app01, hv-sql01", "0 of 2", "2: hv-app01 hv-sql01")
    await whole.approved("Commit of hv-app01, hv-sql01")
    await whole.started("CommitFailover", 2)
    await whole.done("Commit of hv-app01, hv-sql01", "Succeeded", minutes=40)
    command = "/dr failback hv-app01 hv-sql01 vm-files01 --sync before because it is over"
    await whole.alice.types(command)
    card = await whole.alice.sees("Failback of hv-app01, hv-sql01", "0 of 2", "left out")
    assert "vm-files01" in card.words


async def test_a_new_policy_voids_each_of_several(quiet: World, tmp_path: Path) -> None:
    """A worker with another policy carries nothing out, and nothing is kept."""
    await approved_and_idle(quiet)
    policy = tmp_path / "policy.toml"
    policy.write_text(SHIPPED_POLICY.read_text().replace('"1h"', '"2h"'))
    async with working(quiet.settings.model_copy(update={"policy": policy})):
        card = await quiet.alice.sees(BOTH, "Failed", "0 of 2 machines succeeded", "2 void")
    assert "policy:" in card.words
    await nothing_was_sent_and_nothing_is_kept(quiet)


async def test_an_approval_of_several_lapses(quiet: World) -> None:
    """No worker came in time to let them go."""
    await approved_and_idle(quiet)
    now = (await quiet.bot.redis.requests.snapshot()).now
    await quiet.rewrite(await quiet.request(), expires_at=now - 60_000)
    async with working(quiet.settings):
        await quiet.alice.sees(BOTH, "Void", "The approval ran out")
    await nothing_was_sent_and_nothing_is_kept(quiet)


async def test_an_approval_of_several_lapses_after_they_were_let_go(quiet: World) -> None:
    """Azure could not be read in time: none of them is sent later."""
    whole = await approved_and_idle(quiet)
    await gather(quiet.bot, whole)
    now = (await quiet.bot.redis.requests.snapshot()).now
    for one in await quiet.bot.redis.requests.load_many([f"{whole}.1", f"{whole}.2"]):
        await quiet.rewrite(one, expires_at=now - 60_000)
    async with working(quiet.settings):
        await quiet.alice.sees(BOTH, "Failed", "0 of 2 machines succeeded", "2 void")
    await nothing_was_sent_and_nothing_is_kept(quiet)


async def test_several_that_were_withdrawn_are_never_let_go(quiet: World) -> None:
    """Whoever gathers them then finds nothing to do."""
    whole = await approved_and_idle(quiet)
    await quiet.alice.presses("Withdraw", on=BOTH)

    async def withdrawn() -> bool:
        return (await quiet.request()).state is State.WITHDRAWN

    await until(withdrawn, "it was not withdrawn")
    await gather(quiet.bot, whole)
    assert await quiet.bot.redis.requests.load_many([f"{whole}.1", f"{whole}.2"]) == []
    await nothing_was_sent_and_nothing_is_kept(quiet)


async def test_one_that_was_altered_does_not_keep_the_rest_from_being_withdrawn(
    quiet: World,
) -> None:
    """Stopping goes on with the others."""
    whole = await approved_and_idle(quiet)
    await gather(quiet.bot, whole)
    client: Any = quiet.bot.redis.client
    await client.hset(f"{{dr}}:request:{whole}.1", "document", "{}")
    bo = (await quiet.request()).approvals[0].person.id
    await withdraw_rest(quiet.bot, Click(id="stop", user=bo, request=whole))
    other = await quiet.bot.redis.requests.load(f"{whole}.2")
    assert other
    assert other.state is State.WITHDRAWN
    async with working(quiet.settings):
        await quiet.alice.sees(BOTH, "Failed", "0 of 2 machines succeeded", "1 withdrawn", "1 lost")
    await nothing_was_sent_and_nothing_is_kept(quiet)


async def nothing_was_sent_and_nothing_is_kept(world: World) -> None:
    """Look at the vault and at the store."""
    assert world.posts("unplannedFailover") == 0
    client: Any = world.bot.redis.client
    assert [key async for key in client.scan_iter("{dr}:target:*")] == []
    assert await world.bot.redis.following.places() == []
    assert await world.bot.redis.requests.outbox_ids() == []
