"""What changes by itself may change so far as the policy lets it; beyond that, people are asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.request import State
from bot.policies import take_effect
from sandbox.vault.front import EstateName
from sandbox.vault.machines import Machine
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
BOTH = "Failover of vm-web01, vm-web02"
SHOP = "plan-shop"
RULE = """
may_look = ["everyone"]
[[rule]]
name = "tier 0"
plans = ["*"]
machines = ["*"]
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
rpo_may_grow = "15m"
health_may_worsen = false
"""


@asynccontextmanager
async def watching(
    redis_url: str, folder: Path, policy: str = RULE, *, estate: EstateName = "shop"
) -> AsyncIterator[World]:
    """Start a world without a worker under a policy that watches RPO and health."""
    path = folder / "policy.toml"
    path.write_text(policy, "utf-8")
    extra = {"DR_POLICY": str(path)}
    async with inhabited(redis_url, extra, worker=False, estate=estate) as world:
        await take_effect(world.bot)
        yield world


async def test_an_rpo_that_grew_asks_again(redis_url: str, tmp_path: Path) -> None:
    """The card shows old and new, those who approved are called, and their votes are gone."""
    async with watching(redis_url, tmp_path) as world:
        await approved(world, FAILOVER)
        first = await world.request()
        web(world).rpo_seconds += 2700
        async with working(world.settings):
            card = await world.alice.sees(FAILOVER, "Waiting for approval again", "0 of 2")
            assert "It has changed since it was approved. Please approve again:" in card.words
            assert "• RPO: " in card.words
            assert "@bo approved at" in card.words
            assert "was asked again at" in card.words
            told = await world.alice.sees("RPO: ", "; please approve again.", "@bo @carla @alice")
            assert told.broadcast
            assert world.posts("unplannedFailover") == 0
            again = await world.request()
            assert again.fingerprint != first.fingerprint
            assert again.expires_at > first.asked_at + 3_600_000
            entry = next(one for one in await world.entries() if one.type.endswith("ask-again"))
            assert entry.data.correlation["fingerprint"] == again.fingerprint
            assert (entry.data.before, entry.data.after) == ("approved", "waiting")
            await world.dmitri.presses("Approve", on=FAILOVER)
            half = await world.alice.sees(FAILOVER, "1 of 2")
            assert "• RPO: " in half.words
            await world.bo.presses("Approve", on=FAILOVER)
            await world.started("UnplannedFailover")
        assert (await world.request()).changes == ()
    assert world.posts("unplannedFailover") == 1


async def test_an_rpo_that_grew_less_is_let_through(redis_url: str, tmp_path: Path) -> None:
    """Fifteen minutes are what the policy lets it."""
    async with watching(redis_url, tmp_path) as world:
        await approved(world, FAILOVER)
        web(world).rpo_seconds += 890
        async with working(world.settings):
            await world.started("UnplannedFailover")


async def test_health_that_worsened_asks_again(redis_url: str, tmp_path: Path) -> None:
    """From Normal to Warning, and then once more to Critical."""
    async with watching(redis_url, tmp_path) as world:
        await approved(world, FAILOVER)
        for health, words in (("Warning", "Normal → Warning"), ("Critical", "Warning → Critical")):
            web(world).replication_health = health
            async with working(world.settings):
                await world.alice.sees(FAILOVER, "approve again", f"replication health: {words}")
            await world.approved(FAILOVER)
            await until(lambda: _is(world, State.APPROVED), "it was not approved again")
        web(world).replication_health = "Normal"
        async with working(world.settings):
            await world.started("UnplannedFailover")


async def test_what_the_policy_does_not_watch_changes_nothing(quiet: World) -> None:
    """As the policy is shipped, RPO and health are shown, and nobody is asked again."""
    await approved(quiet, FAILOVER)
    web(quiet).rpo_seconds += 99_000
    web(quiet).replication_health = "Critical"
    async with working(quiet.settings):
        await quiet.started("UnplannedFailover")


async def test_what_must_still_be_so_comes_first(redis_url: str, tmp_path: Path) -> None:
    """A machine that is something else by now is void, however its RPO grew."""
    async with watching(redis_url, tmp_path) as world:
        await world.alice.types("/dr failover vm-web01 --point processed because it is down")
        await world.alice.sees(FAILOVER, "0 of 2")
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        web(world).rpo_seconds += 2700
        world.clock.advance(30 * 3600)
        async with working(world.settings):
            await world.alice.sees(FAILOVER, "Void", "recovery point: ", "UTC → gone")
        assert world.posts("unplannedFailover") == 0


async def test_of_a_plan_each_machine_is_told_by_name(redis_url: str, tmp_path: Path) -> None:
    """The plan waits as a whole."""
    async with watching(redis_url, tmp_path, estate="full") as world:
        await world.alice.types(f"/dr failover plan:{SHOP} because West Europe is down")
        title = f"Failover of {SHOP}"
        await world.alice.sees(title, "0 of 2")
        await world.approved(title)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        world.vault.machine("vm-web02").rpo_seconds += 2700
        world.vault.machine("vm-web03").replication_health = "Critical"
        async with working(world.settings):
            await world.alice.sees(
                title, "approve again", "vm-web02: RPO: ",
                "vm-web03: replication health: Normal → Critical",
            )  # fmt: skip
            assert world.posts("unplannedFailover") == 0
            await world.approved(title)
            await world.started("UnplannedFailover")


async def test_one_of_several_machines_cannot_wait_by_itself(
    redis_url: str, tmp_path: Path
) -> None:
    """It is void, with the difference; the other goes its way."""
    async with watching(redis_url, tmp_path) as world:
        await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
        await world.alice.sees(BOTH, "0 of 2")
        await world.approved(BOTH)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        web(world).rpo_seconds += 2700
        async with working(world.settings):
            await world.alice.sees("vm-web01: What was approved is no longer so: RPO: ")
            await world.started("UnplannedFailover")
            await world.done(BOTH, "Failed", "1 of 2 machines succeeded")
        assert world.posts("unplannedFailover") == 1
        whole = await world.request()
        part = await world.bot.redis.requests.load(f"{whole.id}.1")
        assert part
        assert (part.state, part.changes[0].what) == (State.VOID, "RPO")


async def test_the_policy_says_what_it_watches(redis_url: str, tmp_path: Path) -> None:
    """And a mistake in it is named."""
    async with watching(redis_url, tmp_path) as world:
        await world.alice.types("/dr policy explain failover vm-web01")
        await world.told(world.alice, "the RPO has grown by more than 15 min", "health is worse")


async def approved(world: World, title: str) -> None:
    """Ask for it and have it approved, while no worker is there."""
    await world.asked()
    await world.approved(title)
    await until(lambda: _is(world, State.APPROVED), "it was not approved")


def web(world: World) -> Machine:
    """Look at vm-web01 as the vault has it."""
    return world.vault.machine("vm-web01")


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state
