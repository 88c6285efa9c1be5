"""What is refused has a code, for whoever was refused and in the audit log."""

from bot.domain.audit import first_broken
from bot.refusals import Appr, Ask, Code, Name, Type, Who
from tests.world import World, until

FAILOVER = "Failover of vm-web01"


async def test_a_refused_click_has_its_code(world: World) -> None:
    """Bo approves twice: the code stands under the sentence that he alone reads, and in the log."""
    await world.asked()
    await world.bo.presses("Approve", on=FAILOVER)
    await world.alice.sees(FAILOVER, "1 of 2")
    await world.bo.presses("Approve", on=FAILOVER)
    await world.told(world.bo, "You have approved this already", "DR-APPR-02")
    await written(world, "click.refused", Appr.TWICE)


async def test_a_refused_asker_has_its_code(world: World) -> None:
    """Erin is not listed by the rule: what to tell its owners is a code."""
    await world.erin.types("/dr failover vm-web01 because I feel like it")
    await world.told(world.erin, "does not let you ask for this", "owners of the policy", "ASK-01")
    await written(world, "ask.refused", Ask.NOT_LISTED)


async def test_somebody_who_may_not_use_it_has_a_code(world: World) -> None:
    """A guest is turned away at the door, and the entry says as what."""
    await world.people.gus.types("/dr list")
    await world.told(world.people.gus, "Guests of this workspace cannot use /dr", "DR-WHO-04")
    await written(world, "entry.refused", Who.GUEST)


async def test_what_was_mistyped_has_a_code(world: World) -> None:
    """A mistake is no matter for the audit log, but can be looked up."""
    await world.alice.types("/dr fialover vm-web01 because West Europe is down")
    await world.told(world.alice, "There is no command", "/dr failover", Type.NO_COMMAND.id)
    await world.alice.types("/dr status vm-nowhere")
    await world.told(world.alice, "No machine is called vm-nowhere", Name.NO_MACHINE.id)
    assert await world.kinds() == []


async def test_entries_without_a_code_still_verify(world: World) -> None:
    """A refusal is one more word in an entry, so old entries and new ones are one chain."""
    await world.asked()
    await world.erin.presses("Approve", on=FAILOVER)
    await written(world, "click.refused", Appr.NOT_LISTED)
    entries = await world.entries()
    assert [bool(one.data.correlation.get("code")) for one in entries] == [False, False, True]
    assert first_broken(entries, entries[-1].hash) is None


async def written(world: World, kind: str, code: Code) -> None:
    """Wait for the entry about a refusal, and find its code there."""
    await until(lambda: _is_there(world, kind), f"there is no {kind}")
    entry = next(one for one in await world.entries() if one.type == f"dr.{kind}")
    assert entry.data.correlation == {"code": code.id}


async def _is_there(world: World, kind: str) -> bool:
    return kind in await world.kinds()
