"""Redis: whether what it is given lasts, and whether it does what the bot will ask of it."""

from collections.abc import Iterable
from typing import Final

from bot.domain.diagnosis import Diagnosis, Subject
from bot.errors import Unavailable
from bot.gateways.redis import Facts
from bot.gateways.redis.server import COMMANDS
from bot.runtime import Bot

_FULL: Final = 0.8
"""The part of its memory from which on somebody should know."""
_BRIM: Final = 0.95


async def examine_redis(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Version, append-only file and how soon it is on disk, eviction, memory, failed writes,
    replicas, encryption, and whether the bot's user may use its keys and commands."""
    await bot.redis.ping()
    facts = await bot.redis.facts()
    found = [*lasting(facts, subject), *room(facts, subject)]
    if bot.settings.redis_in_the_clear:
        found.append(
            subject.bad(
                "It is on another host, and the connection is not encrypted.",
                "Use rediss:// in REDIS_URL.",
            )
        )
    found += copies(facts, bot.settings.redis_replicas, subject)
    if facts.append_only and facts.confirms:
        found.append(await _confirmation(bot, subject))
    return [*found, *await _rights(bot, subject)]


def lasting(facts: Facts, subject: Subject) -> Iterable[Diagnosis]:
    """Judge whether what the server is given is there after it stopped."""
    yield subject.good(f"{facts.server} {facts.version} answers.")
    if facts.too_old:
        yield subject.bad("It is older than version 7.", "Use Valkey, or Redis from 7.2 on.")
    if facts.append_only:
        yield subject.good("Every change is written to an append-only file.")
    else:
        yield subject.bad("There is no append-only file.", "Set appendonly yes: votes must last.")
    for what in facts.failing:
        yield subject.bad(
            f"It could not write {what} the last time that it tried.",
            "Look at its disk and its log: it may refuse writes, or lose them when it stops.",
        )
    if not facts.confirms:
        yield subject.care(
            "It cannot confirm that an intent is on disk before Azure is called.",
            "Valkey, and Redis from 7.2 on, can (WAITAOF).",
        )


def room(facts: Facts, subject: Subject) -> Iterable[Diagnosis]:
    """Judge whether there is room for what is to come, and what happens when there is none."""
    if facts.eviction not in {"noeviction", ""}:
        yield subject.bad(
            f"It may throw keys away ({facts.eviction}).", "Set maxmemory-policy noeviction."
        )
    if facts.fullness < _FULL:
        return
    sentence = f"{facts.fullness:.0%} of its memory is used."
    advice = "Give it more: when it is full it takes no writes, and nothing can be approved."
    yield (subject.bad if facts.fullness >= _BRIM else subject.care)(sentence, advice)


def copies(facts: Facts, wanted: int, subject: Subject) -> Iterable[Diagnosis]:
    """Judge whether as many replicas are there as have to confirm an intent."""
    if facts.replicas < wanted:
        yield subject.bad(
            f"{wanted} replicas have to confirm an intent, and {facts.replicas} are connected: "
            "nothing would be sent.",
            "Bring them back, or lower DR_REDIS_REPLICAS.",
        )
    elif facts.replicas:
        yield subject.good(f"{facts.replicas} replicas are connected; {wanted} have to confirm.")


def promptness(policy: str, prompt: bool, subject: Subject) -> Diagnosis:
    """Judge how soon a write is where it cannot be lost.

    Where the server does not say its policy, how it was when it was tried has to do: one that is
    busy writes to its disk sooner for whoever waits for that.
    """
    if policy == "always" or (prompt and not policy):
        return subject.good("A write is confirmed at once.")
    how = f"With appendfsync {policy}" if policy else "As with appendfsync everysec or a slow disk"
    return subject.care(
        f"{how}, a write is not on disk at once: the last votes are lost when the server is.",
        "With appendfsync always, a vote is on disk before anybody sees it.",
    )


async def _confirmation(bot: Bot, subject: Subject) -> Diagnosis:
    try:
        prompt = await bot.redis.server.prompt()
        return promptness(await bot.redis.server.appendfsync(), prompt, subject)
    except Unavailable as error:
        advice = "Without that, nothing is sent to Azure. Look at its disk and its replicas."
        return subject.bad(error.sentence, advice)


async def _rights(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Try what has to be done, on one key of ours and on one of the engine's."""
    from bot.gateways.engine import prefix

    engine = prefix(bot.settings.redis_url.get_secret_value())
    keys = {"{dr}:doctor": "{dr}*", f"{engine}:doctor": f"{engine}:*"}
    advice = "docs/redis.md has the rights that the bot's user needs."
    found = []
    for key, pattern in keys.items():
        refused = await bot.redis.server.refuses(key)
        if set(COMMANDS) <= set(refused):
            found.append(subject.bad(f"Its user may not use the keys {pattern}.", advice))
        elif refused:
            said = ", ".join(refused)
            found.append(subject.bad(f"Its user may not use {said} on the keys {pattern}.", advice))
    return found or [subject.good("Its user may do what the bot needs.")]
