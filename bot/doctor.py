"""`dr doctor`: is everything there that a bad night will need? Looks, and changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

from bot.access import accounts_of
from bot.domain.checkpoints import key_name
from bot.domain.data import Data
from bot.domain.policy import handles
from bot.domain.reviews import due_at
from bot.domain.sanity import findings
from bot.errors import DrError
from bot.gateways.redis import NO_ANSWER
from bot.gateways.sink import held
from bot.runtime import Bot


class Grade(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    CARE = "care"
    """It works, but somebody should know."""
    BAD = "bad"
    """Something will not work."""


class Diagnosis(Data):
    """One thing that was looked at."""

    grade: Grade
    about: str
    sentence: str
    advice: str = ""


_INVITE = "Invite the bot to it; until then its cards go where they were asked for."

Examination = Callable[[Bot], Awaitable[list[Diagnosis]]]


async def examine(bot: Bot) -> list[Diagnosis]:
    """Look at everything; a failure of one part is a finding, never the end of the others."""
    parts: dict[str, Examination] = {
        "Redis": _redis,
        "Slack": _slack,
        "Policy": _policy,
        "Azure": _azure,
        "Audit": _audit,
        "Break-glass": _reviews,
    }
    found = await asyncio.gather(*(_guarded(about, part, bot) for about, part in parts.items()))
    return [one for part in found for one in part]


async def _guarded(about: str, part: Examination, bot: Bot) -> list[Diagnosis]:
    try:
        return await part(bot)
    except DrError as error:
        return [_bad(about, error.sentence, error.advice)]
    except NO_ANSWER as error:
        return [_bad(about, f"It does not answer ({type(error).__name__}).")]


async def _redis(bot: Bot) -> list[Diagnosis]:
    await bot.redis.ping()
    facts = await bot.redis.facts()
    found = [_good("Redis", f"{facts.server} {facts.version} answers.")]
    if facts.append_only:
        found.append(_good("Redis", "Every change is written to an append-only file."))
    else:
        found.append(
            _bad("Redis", "There is no append-only file.", "Set appendonly yes: votes must last.")
        )
    if facts.eviction not in {"noeviction", ""}:
        found.append(
            _bad("Redis", f"It may throw keys away ({facts.eviction}).", "Set noeviction.")
        )
    if bot.settings.redis_in_the_clear:
        found.append(
            _bad(
                "Redis",
                "It is on another host, and the connection is not encrypted.",
                "Use rediss:// in REDIS_URL.",
            )
        )
    if not facts.confirms:
        found.append(
            _care(
                "Redis",
                "It cannot confirm that an intent is on disk before Azure is called.",
                "Valkey, and Redis from 7.2 on, can (WAITAOF).",
            )
        )
    return found


async def _slack(bot: Bot) -> list[Diagnosis]:
    home = await bot.slack.home()
    found = [_good("Slack", f"The bot token is of the workspace {home.team_name}.")]
    channel = await bot.slack.channel(bot.settings.channel)
    wanted = bot.settings.channel
    if channel is None:
        advice = "Create it, or invite the bot to it, or correct DR_CHANNEL."
        found.append(_bad("Slack", f"The incident channel {wanted} cannot be seen.", advice))
    elif not channel.member:
        advice = f"Type /invite in #{channel.name}."
        found.append(_bad("Slack", f"The bot is not in the incident channel {wanted}.", advice))
    elif channel.shared:
        advice = "Name a channel of your own in DR_CHANNEL."
        found.append(_bad("Slack", f"{wanted} is shared with another organisation.", advice))
    else:
        found.append(_good("Slack", f"Cards go to #{channel.name} when nowhere else."))
    return found


async def _policy(bot: Bot) -> list[Diagnosis]:
    rules = bot.policy.rules
    found = [_good("Policy", f"Version {bot.policy.version}, {len(rules)} rules.")]
    lists = [people for rule in rules for people in (*rule.lists, rule.tell, rule.escalate_to)]
    lists += [rule.break_glass.tell for rule in rules if rule.break_glass]
    lists += [one.override for one in bot.policy.freezes]
    lists += [bot.policy.locks.may_lock or (), bot.policy.locks.override]
    groups = await bot.slack.groups(handles(bot.policy.may_look, *lists), age=0)
    accounts, doubts = await _directory(bot)
    found += doubts
    sane = findings(bot.policy, groups, accounts)
    found += [_bad("Policy", str(one), "dr policy check says the same.") for one in sane]
    found += [
        _bad("Policy", f"The bot cannot post to {rule.channel} of rule “{rule.name}”.", _INVITE)
        for rule in rules
        if rule.channel and not ((one := await bot.slack.channel(rule.channel)) and one.member)
    ]
    for handle, members in sorted(groups.items()):
        if members:
            found.append(_good("Policy", f"{handle} has {len(members)} members."))
        else:
            found.append(
                _bad(
                    "Policy",
                    f"{handle} is missing or empty: that is nobody.",
                    "Create the user group, or list user ids in the policy.",
                )
            )
    return found


async def _directory(bot: Bot) -> tuple[dict[str, str] | None, list[Diagnosis]]:
    """Look at who is who; returns whose the addresses are, None when Slack does not say."""
    directory = bot.policy.directory
    if not directory.people:
        return None, []
    humans = len(set(directory.people.values()))
    said = f"The directory knows {len(directory.people)} accounts of {humans} humans."
    try:
        accounts = await accounts_of(bot.slack, directory)
    except DrError as error:
        advice = error.advice or "Until then, who is in it by an address can do nothing."
        return None, [_good("Policy", said), _bad("Policy", error.sentence, advice)]
    wrong = directory.troubles(accounts)
    return accounts, [_good("Policy", said), *(_care("Policy", one) for one in wrong)]


async def _azure(bot: Bot) -> list[Diagnosis]:
    found = []
    for vault in bot.settings.vaults:
        try:
            machines = await bot.azure.machines(vault.id)
        except DrError as error:
            found.append(_bad("Azure", f"{vault.name}: {error.sentence}", error.advice))
            continue
        found.append(_good("Azure", f"{vault.name} has {len(machines)} machines."))
        if bot.azure.reads_by_container(vault.id):
            found.append(
                _care(
                    "Azure",
                    f"{vault.name} is read container by container: the role lacks "
                    "replicationProtectedItems/read on the vault.",
                    "It works, a little slower; the role that dr doctor --role prints has it.",
                )
            )
    return found


async def _audit(bot: Bot) -> list[Diagnosis]:
    found = [await asyncio.to_thread(_sink, bot)]
    if bot.signer:
        key = key_name(bot.signer.public_key())
        found.append(_good("Audit", f"Checkpoints are posted to Slack, signed by the key {key}."))
    else:
        found.append(
            _care(
                "Audit",
                "Checkpoints are posted to Slack and not signed.",
                "Name an Ed25519 key in DR_AUDIT_KEY, and keep the public one with the auditor.",
            )
        )
    return [*found, *await _macs(bot)]


async def _macs(bot: Bot) -> list[Diagnosis]:
    """Say whether entries are vouched for; a process without the key makes one that is not."""
    newest = await bot.redis.audit.newest(1)
    written = newest[0].mackey if newest else ""
    if bot.mac_key is None and written:
        return [
            _bad(
                "Audit",
                f"Entries are vouched for by the key {written}, which this process does not have.",
                "Name it in DR_AUDIT_HMAC_KEY: what is written without it looks forged.",
            )
        ]
    if bot.mac_key is None:
        return []
    found = [_good("Audit", f"Each entry is vouched for by the key {bot.mac_key.name}.")]
    if newest and written != bot.mac_key.name:
        found.append(
            _care(
                "Audit",
                f"The newest entry is vouched for by {written or 'no key'}.",
                "Give all processes the same DR_AUDIT_HMAC_KEY, and restart them together.",
            )
        )
    return found


async def _reviews(bot: Bot) -> list[Diagnosis]:
    """Count what owes a review; nothing is said where no glass was ever to be broken."""
    owing, lost = await bot.redis.requests.unreviewed()
    if not owing and not lost:
        allowed = any(rule.break_glass for rule in bot.policy.rules)
        return [_good("Break-glass", "Everything is reviewed.")] if allowed else []
    now = (await bot.redis.requests.snapshot()).now
    late = [one.id for one in owing if due_at(one) and now > due_at(one)]
    late += [f"{one} (its record cannot be read)" for one in lost]
    said = f"Not reviewed yet: {len(owing) + len(lost)}"
    said += f", of which overdue: {', '.join(late)}." if late else ", none of them overdue."
    return [_care("Break-glass", said, "/dr requests lists them first, with who is missing.")]


def _sink(bot: Bot) -> Diagnosis:
    path = bot.settings.audit_sink
    if path is None:
        return _care(
            "Audit",
            "Redis alone has the whole log; Slack has anchors.",
            "Name a file in DR_AUDIT_SINK, on a mount that nobody else writes to.",
        )
    with held(path) as sink:
        last = sink.last() if sink else None
    upto = f" up to entry {last.sequence}" if last else ""
    return _good("Audit", f"The sink {path} has the log{upto}.")


def _good(about: str, sentence: str) -> Diagnosis:
    return Diagnosis(grade=Grade.GOOD, about=about, sentence=sentence)


def _care(about: str, sentence: str, advice: str = "") -> Diagnosis:
    return Diagnosis(grade=Grade.CARE, about=about, sentence=sentence, advice=advice)


def _bad(about: str, sentence: str, advice: str = "") -> Diagnosis:
    return Diagnosis(grade=Grade.BAD, about=about, sentence=sentence, advice=advice)
