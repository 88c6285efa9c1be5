"""Finding one's way in the audit log, and the receipt of a request."""

import json
from pathlib import Path
from typing import Any

from tests.processes import run
from tests.world import World, until

FAILOVER = "Failover of vm-web01"


async def failed_over(world: World) -> str:
    """See a failover to its end, with a refusal on the way; returns the request's id."""
    await world.asked()
    await world.erin.presses("Approve", on=FAILOVER)
    await world.told(world.erin, "You are not among those who may approve")
    await world.approved(FAILOVER)
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    await world.alice.sees(FAILOVER, "What next?")
    return (await world.request()).id


async def test_a_receipt_says_who_what_and_under_which_rule(world: World) -> None:
    """With Azure's ids, the outcome, and every entry with its hash."""
    request_id = await failed_over(world)
    await world.alice.types(f"/dr verify {request_id.lower()}")
    receipt = await world.told(world.alice, f"Receipt of {request_id}", "The chain holds")
    request = await world.request()
    entries = [entry for entry in await world.entries() if entry.subject == request_id]
    assert request.submission
    assert request.job
    for words in (
        "Asked by", "alice", "Approved by", "bo", "carla",
        f"{request.terms.rule}: 2 of @dr-approvers", request.terms.policy, "succeeded",
        request.submission.client_request_id, request.job.name, "West Europe is down",
        "click.refused by erin", f"from entry {entries[0].sequence} to entry",
        *(entry.hash for entry in entries),
    ):  # fmt: skip
        assert words in receipt.words, words


async def test_a_receipt_of_several_machines_includes_its_parts(world: World) -> None:
    """Each with its own id, job and outcome."""
    title = "Failover of vm-web01, vm-web02"
    await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
    await world.alice.sees(title, "0 of 2")
    await world.approved(title)
    await world.started("UnplannedFailover", 2)
    await world.done(title, "has ended: 2 succeeded")
    whole = next(e.subject for e in await world.entries() if e.type == "dr.request.ask")
    await world.alice.types(f"/dr verify {whole}")
    receipt = await world.told(world.alice, f"Receipt of {whole}", "The chain holds")
    for part in (f"{whole}.1", f"{whole}.2"):
        found = await world.bot.redis.requests.load(part)
        assert found
        assert found.job
        assert f"{part} {found.name} succeeded" in receipt.words
        assert found.job.name in receipt.words
    await world.alice.types(f"/dr verify {whole}.1")
    await world.told(world.alice, f"Receipt of {whole}.1", "The chain holds")


async def test_a_receipt_shows_a_log_that_was_touched(world: World) -> None:
    """One entry deleted, then one changed: in red, and named."""
    request_id = await failed_over(world)
    client: Any = world.bot.redis.client
    log = await client.xrange("{dr}:audit")
    number, place = next(
        (n, p)
        for n, (p, f) in enumerate(log)
        if json.loads(f["entry"])["type"] == "dr.request.vote"
    )
    await client.xdel("{dr}:audit", place)
    await world.alice.types(f"/dr verify {request_id}")
    await world.told(world.alice, "The log is broken here.", "1 of its entries are not in the log")
    await client.delete("{dr}:audit")
    for at, (one, fields) in enumerate(log):
        text = fields["entry"].replace('"bo"', '"al"') if at == number else fields["entry"]
        await client.xadd("{dr}:audit", {"entry": text}, id=one)
    await world.bo.types(f"/dr verify {request_id}")
    await world.told(world.bo, f"Entry {number + 1} was changed after it was written.")


async def test_what_is_no_request_has_no_receipt(world: World) -> None:
    """A name is not an id, and an id may be nobody's."""
    await world.alice.types("/dr verify vm-web01")
    await world.told(world.alice, "is not the id of a request", "R-7K2M9P")
    await world.alice.types("/dr verify R-222222")
    await world.told(world.alice, "There is no request R-222222.")


async def test_the_log_is_filtered(world: World) -> None:
    """By kind, person, machine, day, and all of them together."""
    await failed_over(world)
    await world.alice.types("/dr audit --kind refused")
    shown = await world.told(world.alice, "Audit log", 'Only --kind "refused"', "erin")
    assert "asked for a failover" not in shown.words
    await world.bo.types("/dr audit vm-web01 --by @Carla --kind “request approve”")
    shown = await world.told(world.bo, "Audit log of vm-web01", "carla")
    assert "alice" not in shown.words
    assert "bo approved" not in shown.words
    await world.carla.types("/dr audit --since 2099-01-01")
    await world.told(world.carla, "There is no entry.")
    await world.alice.types("/dr audit --since 2020-01-01T13:55 --by alice")
    await world.told(world.alice, "Only", "2020-01-01T13:55:00", "alice asked for a failover")
    await world.alice.types("/dr audit --since yesterday")
    await world.told(world.alice, "is not a date", "2026-03-01")


async def _as_many(world: World, count: int) -> bool:
    return len(await world.entries()) == count


async def test_the_log_has_pages(world: World) -> None:
    """Twenty entries each; the last line says how to go on."""
    for _ in range(23):
        await world.erin.types("/dr failover vm-web01 because I feel like it")
    await until(lambda: _as_many(world, 24), "not every refusal is written down")
    await world.alice.types("/dr audit --kind refused --page 2")
    second = await world.told(world.alice, "Audit log", "#4", "#2")
    assert "#5 " not in second.words
    await world.bo.types("/dr audit --kind refused")
    first = await world.told(world.bo, "Audit log", "#24", "older ones", "--page 2")
    assert '/dr audit --kind "refused" --page 2' in first.words
    await world.bo.types("/dr audit --page 9")
    await world.told(world.bo, "There is no page 9.")


async def test_the_log_is_exported_for_security_systems(world: World, tmp_path: Path) -> None:
    """Common Event Format: one line each, whatever people write."""
    await world.alice.types("/dr failover vm-web01 because a=b | c \\ d")
    await world.alice.sees(FAILOVER, "0 of 2")
    only_redis = {"REDIS_URL": world.environment["REDIS_URL"]}
    code, said = await run("audit export --format cef", only_redis, tmp_path)
    assert code == 0
    [policy, line] = said.splitlines()
    assert "|dr.policy.change|" in policy
    [_, entry] = await world.entries()
    assert line.startswith("CEF:0|DR bot|dr-bot|1|dr.request.ask|alice asked for a failover")
    assert "reason=a\\=b | c \\\\ d " in line
    assert f"cs3={entry.hash} " in line
    assert " suser=alice suid=" in line


async def test_the_export_begins_when_it_is_told_to(world: World, tmp_path: Path) -> None:
    """A day, or a time; nonsense is refused with a sentence."""
    await world.asked()
    only_redis = {"REDIS_URL": world.environment["REDIS_URL"]}
    code, said = await run("audit export --since 2020-01-01", only_redis, tmp_path)
    assert (code, len(said.splitlines())) == (0, 2)
    code, said = await run("audit export --since 2099-01-01 --format csv", only_redis, tmp_path)
    assert (code, len(said.splitlines())) == (0, 1)
    code, said = await run("audit export --since soon", only_redis, tmp_path)
    assert (code, "'soon' is not a date." in said) == (2, True)
