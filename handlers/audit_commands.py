"""`dr audit export`: for auditors, with nothing but Redis."""

import csv
import sys
from typing import Final, TextIO

from redis.exceptions import RedisError

from bot.domain.audit import Entry
from bot.errors import Unavailable
from bot.gateways.redis import AuditLog, opened

_COLUMNS: Final = (
    "sequence",
    "time",
    "type",
    "subject",
    "actor_team",
    "actor_id",
    "actor_name",
    "operation",
    "target",
    "target_id",
    "before",
    "after",
    "reason",
    "policy",
    "client_request_id",
    "job",
    "words",
    "prevhash",
    "hash",
)


async def export(url: str, form: str, out: TextIO = sys.stdout) -> int:
    """Write every entry as JSON Lines or CSV."""
    async with opened(url, b"") as redis:
        try:
            if form == "csv":
                await _csv(redis.audit, out)
            else:
                async for entry in redis.audit.everything():
                    out.write(entry.model_dump_json() + "\n")
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer.") from error
    return 0


async def _csv(log: AuditLog, out: TextIO) -> None:
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    async for entry in log.everything():
        writer.writerow({name: _inert(value) for name, value in _row(entry).items()})


def _row(entry: Entry) -> dict[str, str]:
    fact = entry.data
    own = fact.model_dump(mode="json", include=set(_COLUMNS))
    return {
        **{name: str(own.get(name, "")) for name in _COLUMNS},
        "sequence": str(entry.sequence),
        "time": entry.time,
        "type": entry.type,
        "subject": entry.subject,
        "actor_team": fact.actor.team,
        "actor_id": fact.actor.id,
        "actor_name": fact.actor.name,
        "client_request_id": fact.correlation.get("client_request_id", ""),
        "job": fact.correlation.get("job", ""),
        "prevhash": entry.prevhash,
        "hash": entry.hash,
    }


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking somebody's words for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
