"""Several machines that were failed over are looked after one by one, and told of as a whole."""

from pathlib import Path

from tests.stories.test_checks import policy, shop
from tests.stories.test_what_a_rule_asks import under
from tests.world import until

FAILOVER = "Failover of vm-web01, vm-web02"
MINUTE = 60_000


async def test_a_bad_check_of_one_of_them_is_told(redis_url: str, tmp_path: Path) -> None:
    """With its name, in the thread of the whole; the good ones are in the log alone."""
    async with shop(503) as (address, asked):
        bad = f'name = "the shop answers"\nhttp = "{address}/health"\nwithin = "1s"'
        told = f"{policy(bad)}[commit]\nremind_every = '1h'\n"
        only = told.replace('machines = ["vm-web*"]', 'machines = ["vm-web02"]')
        async with under(redis_url, tmp_path, only) as world:
            await world.alice.types("/dr failover vm-web01 vm-web02 because West Europe is down")
            await world.approved(FAILOVER)
            await world.started("UnplannedFailover", count=2)
            await world.done(FAILOVER, "Succeeded", "Does it work?")
            [whole] = await world.bot.redis.requests.load_many(
                await world.bot.redis.requests.newest_ids(1)
            )
            assert whole.fleet is not None
            ids = [one.request for one in whole.fleet.members]
            for part in await world.bot.redis.requests.load_many(ids):
                await world.rewrite(part, job=None, closed_at=part.closed_at - MINUTE)
            await world.rewrite(whole, closed_at=whole.closed_at - 61 * MINUTE)
            await world.bot.redis.tending.look_again(whole.id, 0)
            await world.alice.sees("vm-web02", "The check “the shop answers” of vm-web02 is bad")
            assert set(asked) == {"/health"}
            reminder = await world.alice.sees("is not committed", "vm-web01, vm-web02")
            assert reminder.broadcast
            await world.erin.presses("It works", on=FAILOVER)
            await world.erin.submits()
            await world.alice.sees(FAILOVER, "@erin", "it works")
            for name in ("vm-web01", "vm-web02"):
                world.vault.machine(name).protection_state = "Protected"

            async def protected() -> bool:
                await world.bot.redis.tending.look_again(whole.id, 0)
                kept = await world.bot.redis.requests.load(whole.id)
                return bool(kept and kept.protected_at)

            await until(protected, "nobody sees that all of them are protected again")
            await world.alice.sees("All of the 2 machines are protected again")
