"""The audit log: where it is besides Redis, and who vouches for it."""

import asyncio

from bot.domain.checkpoints import key_name
from bot.domain.diagnosis import Diagnosis, Subject
from bot.gateways.sink import held
from bot.runtime import Bot


async def examine_audit(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Whether the log is kept outside of Redis, its checkpoints are signed, and its entries are
    vouched for by the key that this process has."""
    found = [await asyncio.to_thread(_sink, bot, subject)]
    if bot.signer:
        key = key_name(bot.signer.public_key())
        found.append(subject.good(f"Checkpoints are posted to Slack, signed by the key {key}."))
    else:
        found.append(
            subject.care(
                "Checkpoints are posted to Slack and not signed.",
                "Name an Ed25519 key in DR_AUDIT_KEY, and keep the public one with the auditor.",
            )
        )
    return [*found, *await _macs(bot, subject)]


async def _macs(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Say whether entries are vouched for; a process without the key makes one that is not."""
    newest = await bot.redis.audit.newest(1)
    written = newest[0].mackey if newest else ""
    if bot.mac_key is None and written:
        return [
            subject.bad(
                f"Entries are vouched for by the key {written}, which this process does not have.",
                "Name it in DR_AUDIT_HMAC_KEY: what is written without it looks forged.",
            )
        ]
    if bot.mac_key is None:
        return []
    found = [subject.good(f"Each entry is vouched for by the key {bot.mac_key.name}.")]
    if newest and written != bot.mac_key.name:
        found.append(
            subject.care(
                f"The newest entry is vouched for by {written or 'no key'}.",
                "Give all processes the same DR_AUDIT_HMAC_KEY, and restart them together.",
            )
        )
    return found


def _sink(bot: Bot, subject: Subject) -> Diagnosis:
    path = bot.settings.audit_sink
    if path is None:
        return subject.care(
            "Redis alone has the whole log; Slack has anchors.",
            "Name a file in DR_AUDIT_SINK, on a mount that nobody else writes to.",
        )
    with held(path) as sink:
        last = sink.last() if sink else None
    upto = f" up to entry {last.sequence}" if last else ""
    return subject.good(f"The sink {path} has the log{upto}.")
