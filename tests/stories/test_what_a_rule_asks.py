"""What a rule asks beside votes: a reason, a typed name, no freeze, a channel, people to tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.approvals import approve
from bot.clicks import Click
from bot.domain.request import State, fingerprint
from bot.errors import NotAllowed
from tests.stories.test_forms import shows
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
RULE = """
may_look = ["everyone"]
[[rule]]
name = "tier 0"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""
FREEZE = """
[[freeze]]
name = "Year end"
from = 2020-01-01T00:00:00
until = 2090-01-01T00:00:00
zone = "Europe/Amsterdam"
operations = ["failover"]
override = ["U0CARLA0000"]
"""


@asynccontextmanager
async def under(
    redis_url: str, folder: Path, policy: str, *, worker: bool = True
) -> AsyncIterator[World]:
    """Start a world under a policy."""
    path = folder / "policy.toml"
    path.write_text(policy, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, worker=worker) as world:
        yield world


async def test_a_reason_can_be_too_short(redis_url: str, tmp_path: Path) -> None:
    """The form that opens says how long it has to be; nothing is asked."""
    async with under(redis_url, tmp_path, RULE + "reason_at_least = 20", worker=False) as world:
        await world.alice.types("/dr failover vm-web01 because it is down")
        await shows(world.alice, "“tier 0” wants a reason of at least 20", "this one has 10")
        assert "at least 20" in (await world.alice.submits())["reason"]
        await world.alice.closes()
        await world.alice.types("/dr failover vm-web01 because West Europe is down again")
        await world.alice.sees(FAILOVER, "0 of 2")


async def test_a_command_that_needs_no_reason_may_need_one(redis_url: str, tmp_path: Path) -> None:
    """Where the rule says so."""
    async with under(redis_url, tmp_path, RULE + 'reason = "required"', worker=False) as world:
        await world.alice.types("/dr test-failover vm-web01")
        await shows(world.alice, "“tier 0” wants a reason.")


async def test_an_approval_has_to_be_typed(redis_url: str, tmp_path: Path) -> None:
    """A wrong word is an error under the field, the right one is the vote."""
    async with under(redis_url, tmp_path, RULE + 'confirm = "name"') as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.bo.fills(typed="vm-web02")
        assert "Type vm-web01" in (await world.bo.submits())["typed"]
        await world.bo.fills(typed=" VM-WEB01 ")
        assert await world.bo.submits() == {}
        await world.bo.sees(FAILOVER, "1 of 2", "@bo approved")
        await world.carla.presses("Approve", on=FAILOVER)
        await world.carla.fills(typed="vm-web01")
        assert await world.carla.submits() == {}
        await world.started("UnplannedFailover")


async def test_a_click_alone_does_not_count_where_it_is_typed(
    redis_url: str, tmp_path: Path
) -> None:
    """Whatever reaches the bot: without the word there is no vote."""
    async with under(redis_url, tmp_path, RULE + 'confirm = "name"', worker=False) as world:
        await world.asked()
        click = Click(id="k1", user="U0BO0000000", request=(await world.request()).id)
        for typed in ("", "vm-web02"):
            with pytest.raises(NotAllowed, match="vm-web01 has to be typed"):
                await approve(world.bot, click, typed)
        assert (await world.request()).votes == ()
        await approve(world.bot, click, "vm-web01")
        assert len((await world.request()).votes) == 1


async def test_a_job_goes_by_the_machine_that_it_works_on(redis_url: str, tmp_path: Path) -> None:
    """Also where a rule goes by the region, which no job tells."""
    region = RULE + 'regions = ["westeurope"]\n'
    async with under(redis_url, tmp_path, region) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await world.started("UnplannedFailover")
        await world.alice.types("/dr policy explain cancel-job vm-web01")
        await world.told(world.alice, "“tier 0”, decides", "region West Europe")


async def test_who_may_not_approve_gets_no_form(redis_url: str, tmp_path: Path) -> None:
    """They are told so before they type anything."""
    async with under(redis_url, tmp_path, RULE + 'confirm = "name"', worker=False) as world:
        await world.asked()
        await world.erin.presses("Approve", on=FAILOVER)
        await world.told(world.erin, "You are not among those who may approve this")
        assert not await world.erin.has_modal()
        assert "click.refused" in await world.kinds()


async def test_of_several_machines_the_number_is_typed(redis_url: str, tmp_path: Path) -> None:
    """So that nobody approves forty of them for one."""
    async with under(redis_url, tmp_path, RULE + 'confirm = "name"', worker=False) as world:
        await world.alice.types("/dr failover vm-web* because West Europe is down")
        card = await world.alice.sees("Failover of", "0 of 2")
        count = len((await world.request()).fleet.members)  # type: ignore[union-attr]
        await world.bo.presses("Approve", on=card)
        await world.bo.fills(typed=str(count + 1))
        assert await world.bo.submits()
        await world.bo.fills(typed=str(count))
        assert await world.bo.submits() == {}
        await until(lambda: _votes(world), "the typed vote did not arrive")


async def test_a_policy_may_choose_the_channel_and_whom_to_tell(
    redis_url: str, tmp_path: Path
) -> None:
    """The card goes there wherever it was asked, and its thread mentions them."""
    more = 'channel = "#dr-drills"\ntell = ["@dr-approvers", "U0ERIN00000", "@nobody"]'
    async with under(redis_url, tmp_path, RULE + more) as world:
        await world.alice.types("/dr failover vm-web01 because West Europe is down")
        card = await world.alice.sees(FAILOVER, "0 of 2", channel="dr-drills")
        told = await world.erin.sees("@dr-approvers, @erin", "was asked", channel="dr-drills")
        assert told.thread_ts == card.ts


async def test_a_channel_without_the_bot_is_passed_over(redis_url: str, tmp_path: Path) -> None:
    """A wrong line in the policy does not keep a card from people at night."""
    async with under(redis_url, tmp_path, RULE + 'channel = "#general"', worker=False) as world:
        await world.asked()


async def test_nobody_asks_during_a_freeze(redis_url: str, tmp_path: Path) -> None:
    """The answer says until when and who may override it; other operations are not held up."""
    async with under(redis_url, tmp_path, RULE + FREEZE, worker=False) as world:
        await world.alice.types("/dr failover vm-web01 because West Europe is down")
        await world.told(
            world.alice, "No failover may be asked for now", "“Year end”, until 2089-12-31 23:00",
            "U0CARLA0000, with --override-freeze yes",
        )  # fmt: skip
        await world.alice.types("/dr failover vm-web01 --override-freeze yes because it is down")
        await world.told(world.alice, "You may not override the freeze “Year end”")
        assert (await world.kinds())[-1] == "ask.refused"
        await world.alice.types("/dr preview failover vm-web01")
        await world.told(world.alice, "Preview", "No failover may be asked for now")
        await world.alice.types("/dr test-failover vm-web01 because it is a drill")
        await world.told(world.alice, "A test failover of vm-web01 needs a virtual network")


async def test_a_freeze_is_overridden_in_the_open(redis_url: str, tmp_path: Path) -> None:
    """It is on the card and in the entry, and the failover goes its way."""
    async with under(redis_url, tmp_path, RULE + FREEZE) as world:
        await world.carla.types("/dr failover vm-web01 --override-freeze yes because it is down")
        await world.carla.sees(FAILOVER, "Overrides the freeze", "Year end", "2089-12-31")
        words = [one.data.words for one in await world.entries() if one.type == "dr.request.ask"]
        assert "It overrides the freeze “Year end”" in words[0]
        await world.bo.presses("Approve", on=FAILOVER)
        await world.dmitri.presses("Approve", on=FAILOVER)
        await world.started("UnplannedFailover")


async def test_a_freeze_that_began_meanwhile_voids_an_approval(
    redis_url: str, tmp_path: Path
) -> None:
    """What was asked before it is not carried out within it."""
    async with under(redis_url, tmp_path, RULE + FREEZE, worker=False) as world:
        await world.carla.types("/dr failover vm-web01 --override-freeze yes because it is down")
        await world.bo.presses("Approve", on=FAILOVER)
        await world.dmitri.presses("Approve", on=FAILOVER)
        await until(lambda: _is_approved(world), "it was not approved")
        await _asked_before_the_freeze(world)
        async with working(world.settings):
            await world.alice.sees(FAILOVER, "Void", "the freeze “Year end”", "has begun")
        assert world.posts("unplannedFailover") == 0


async def _asked_before_the_freeze(world: World) -> None:
    asked = await world.request()
    terms = asked.terms.model_copy(update={"overrides": ()})
    promised = fingerprint(
        asked.operation, asked.arguments, asked.ground, asked.call, terms, asked.asker
    )
    await world.rewrite(asked, terms=terms, fingerprint=promised)


async def _votes(world: World) -> bool:
    return len((await world.request()).votes) == 1


async def _is_approved(world: World) -> bool:
    return (await world.request()).state is State.APPROVED
