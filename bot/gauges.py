"""What is true of the whole bot at the moment of a scrape: read from Redis, by any process.

Nothing is remembered from scrape to scrape, so every process says the same. A scrape within two
seconds of another costs Redis nothing, for whoever can reach the port may ask.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.domain.request import State
from bot.errors import DrError
from bot.gateways.redis import NO_ANSWER, Backlog
from bot.gateways.redis.backlog import UNREAD
from bot.runtime import Bot

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
GAUGES: Final = {
    "dr_redis_up": "Whether Redis answers: 1 or 0; without it no gauge of this kind is there",
    "dr_requests": "Open requests by state, each machine of several counted besides",
    "dr_oldest_approved_seconds": "For how long the oldest approved request waits for a worker",
    "dr_oldest_card_seconds": "For how long the oldest card in Slack is out of date",
    "dr_followed_requests": "Requests that workers look after in Azure",
    "dr_unreviewed_requests": "Requests whose glass was broken and that owe a review",
    "dr_workers": "Workers that listened for work in the last seconds",
    "dr_swept_seconds": "For how long no worker has looked after what waits",
    "dr_slack_edits_left": "Edits left of the budget for this minute, which all processes share",
    "dr_azure_queue_length": "Changes that wait for their turn at Azure, in all subscriptions",
    "dr_azure_queue_seconds": "Until the last of them has its turn",
    "dr_audit_entries": "The number of the last entry of the audit log",
    "dr_audit_checkpoint_seconds": "The age of the newest checkpoint of the audit log",
    "dr_audit_checkpoint_untold": "Whether the newest checkpoint has not reached Slack yet: 1 or 0",
    "dr_redis_memory_ratio": "The part of its memory that Redis uses; 0 when it has no limit",
    "dr_redis_writes_failing": "Ways of writing to its disk in which Redis failed last",
    "dr_clock_ahead_seconds": "By how much another clock is ahead of this process'",
}
"""Every gauge that is read, and what it says."""

LABELS: Final = {"dr_requests": "state", "dr_clock_ahead_seconds": "clock"}

OPEN_STATES: Final = (
    State.WAITING,
    State.APPROVED,
    State.SUBMITTING,
    State.UNKNOWN,
    State.RUNNING,
    UNREAD,
)
_FRESH: Final = 2.0
"""Seconds for which what was read may be shown again."""
_PATIENCE: Final = 3.0
"""Seconds after which Redis counts as down; a scrape has ten."""

Values = dict[str, float | dict[str, float]]


@dataclass
class Scrape:
    """Answers scrapes for one process."""

    bot: Bot
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _at: float | None = None
    _values: Values = field(default_factory=dict)

    async def text(self) -> bytes:
        """Write what this process counted, and what is true of the whole bot now."""
        async with self._turn:
            if self._at is None or time.monotonic() - self._at > _FRESH:
                self._values = await _read(self.bot)
                self._at = time.monotonic()
        registry = CollectorRegistry()
        registry.register(_Read(self._values))
        return generate_latest(REGISTRY) + generate_latest(registry)


class _Read(Collector):
    def __init__(self, values: Values) -> None:
        self._values = values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._values.items():
            if isinstance(value, dict):
                family = GaugeMetricFamily(name, GAUGES[name], labels=[LABELS[name]])
                for label, number in value.items():
                    family.add_metric([label], number)
                yield family
            else:
                yield GaugeMetricFamily(name, GAUGES[name], value=value)


async def _read(bot: Bot) -> Values:
    """Read everything; without Redis only that it does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            now = (await bot.redis.requests.snapshot()).now
            subscriptions = [vault.subscription for vault in bot.settings.vaults]
            backlog = await bot.redis.backlogs.read(subscriptions, now)
            return {"dr_redis_up": 1.0} | _waiting(backlog) | await _health(bot, now)
    except (DrError, TimeoutError, *NO_ANSWER):
        return {"dr_redis_up": 0.0}


def _waiting(backlog: Backlog) -> Values:
    return {
        "dr_requests": {str(one): float(backlog.states.get(one, 0)) for one in OPEN_STATES},
        "dr_oldest_approved_seconds": backlog.oldest_approved,
        "dr_oldest_card_seconds": backlog.oldest_card,
        "dr_followed_requests": backlog.followed,
        "dr_unreviewed_requests": backlog.unreviewed,
        "dr_slack_edits_left": backlog.edits_left,
        "dr_azure_queue_length": backlog.queue,
        "dr_azure_queue_seconds": backlog.queue_wait,
        "dr_audit_entries": backlog.entries,
    }


async def _health(bot: Bot, now: int) -> Values:
    facts = await bot.redis.facts()
    swept = await bot.redis.shelf.since_swept()
    clocks = {"redis": await bot.redis.server.ahead()}
    if bot.azure.ahead is not None:
        clocks["azure"] = bot.azure.ahead
    values: Values = {
        "dr_workers": await bot.redis.bell.listeners(),
        "dr_redis_memory_ratio": facts.fullness,
        "dr_redis_writes_failing": len(facts.failing),
        "dr_clock_ahead_seconds": clocks,
    }
    if swept is not None:
        values["dr_swept_seconds"] = swept
    return values | _checkpoint(await bot.redis.audit.standing(), now)


def _checkpoint(stored: str, now: int) -> Values:
    """Say how old the newest checkpoint is; nothing when none was made, or it cannot be read."""
    try:
        said = json.loads(stored or "{}")
        at, untold = float(said["at"]), said["untold"] is not None
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {
        "dr_audit_checkpoint_seconds": max(0.0, (now - at) / 1000),
        "dr_audit_checkpoint_untold": float(untold),
    }
