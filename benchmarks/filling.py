"""Requests that wait, written into Redis by the bot's own door, as many as are wanted."""

from collections.abc import Mapping

from bot.domain import policy as policies
from bot.domain.catalogue import Ground
from bot.gateways.redis import Redis, Verdict, Write
from bot.gateways.redis import opened as redis_opened
from bot.runtime import key_for
from bot.settings import Settings
from tests.bot.samples import ITEM, fact, machine, request, terms

_LIFETIME = 3_600_000


async def fill(environment: Mapping[str, str], many: range) -> list[str]:
    """Have a bot's Redis hold requests that wait for votes; returns their ids."""
    settings = Settings.read(environment)
    url, key = settings.redis_url.get_secret_value(), key_for(settings, "requests")
    async with redis_opened(url, key) as redis:
        policy = policies.load(settings.policy).version
        return [await _ask(redis, number, policy) for number in many]


async def _ask(redis: Redis, number: int, policy: str) -> str:
    name = f"R-{number:06d}".replace("0", "B").replace("1", "C")
    before = await redis.requests.snapshot(name)
    new = request(
        id=name,
        ground=Ground(target=machine(id=f"{ITEM}-{number}", name=f"vm-{number}"), points=24),
        terms=terms(policy=policy),
        asked_at=before.now,
        expires_at=before.now + _LIFETIME,
    )
    verdict, _ = await redis.requests.write(before, Write(fact=fact(subject=name), request=new))
    assert verdict is Verdict.DONE, verdict
    return name
