"""`dr audit export`: for auditors, with nothing but Redis."""

import csv
import re
import sys
import unicodedata
from collections.abc import AsyncIterator
from typing import Final, TextIO

from redis.credentials import CredentialProvider

from bot.domain.audit import Entry
from bot.domain.trail import Filter, at, read_since
from bot.domain.unseen import without_unseen
from bot.errors import Unavailable
from bot.gateways.redis import NO_ANSWER, AuditLog, opened
from handlers.audit_cef import cef

_COLUMNS: Final = (
    "sequence",
    "time",
    "type",
    "subject",
    "actor_team",
    "actor_id",
    "actor_name",
    "actor_entra",
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
    "mac",
    "mackey",
)


async def export(
    url: str,
    form: str,
    since: str = "",
    out: TextIO = sys.stdout,
    *,
    credentials: CredentialProvider | None = None,
) -> int:
    """Write every entry, or those since a date, as JSON Lines, CSV or CEF."""
    wanted = Filter(since=read_since(since) if since else "")
    async with opened(url, b"", credentials=credentials) as redis:
        entries = _wanted(redis.audit, wanted)
        try:
            if form == "csv":
                await _csv(entries, out)
            else:
                write = cef if form == "cef" else _json
                async for entry in entries:
                    out.write(write(entry) + "\n")
        except NO_ANSWER as error:
            raise Unavailable("Redis does not answer.") from error
    return 0


async def _wanted(log: AuditLog, wanted: Filter) -> AsyncIterator[Entry]:
    start = int(at(wanted.since).timestamp() * 1000) if wanted.since else 0
    async for entry in log.since(start):
        if wanted.takes(entry):
            yield entry


async def _csv(entries: AsyncIterator[Entry], out: TextIO) -> None:
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    async for entry in entries:
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
        "actor_entra": fact.actor.entra,
        "client_request_id": fact.correlation.get("client_request_id", ""),
        "job": fact.correlation.get("job", ""),
        "prevhash": entry.prevhash,
        "hash": entry.hash,
        "mac": entry.mac,
        "mackey": entry.mackey,
    }


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking somebody's words for a formula, whatever stands before it."""
    text = "".join(
        "\ufffd" if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" else c for c in text
    )
    return f"'{text}" if without_unseen(text).lstrip()[:1] in _FORMULAS else text


_FORMULAS: Final = frozenset("=+-@＝＋－＠")


def _json(entry: Entry) -> str:
    """Write an entry on one line, for readers too that know more ends of a line than JSON does."""
    return _ENDS.sub(lambda found: f"\\u{ord(found.group()):04x}", entry.model_dump_json())


_ENDS: Final = re.compile("[\u0085\u2028\u2029]")
