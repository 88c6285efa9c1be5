"""`dr audit verify`: for auditors, with nothing but Redis and what they kept of the log."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError
from redis.credentials import CredentialProvider

from bot.domain.anchors import read_anchors, read_lines
from bot.domain.audit import Entry
from bot.domain.checkpoints import key_name, public_key
from bot.domain.macs import mac_key
from bot.domain.verification import Evidence
from bot.domain.verification import verify as checked
from bot.errors import Misconfigured, Unavailable
from bot.gateways.redis import NO_ANSWER, opened


@dataclass(frozen=True)
class Files:
    """What the auditor brings along."""

    anchors: Sequence[Path] = ()
    sink: Path | None = None
    keys: Sequence[Path] = ()
    secrets: Sequence[Path] = ()
    since: int = 1
    """From which entry on all carry macs."""


async def verify(
    url: str,
    files: Files,
    out: TextIO = sys.stdout,
    *,
    credentials: CredentialProvider | None = None,
) -> int:
    """Check the whole log; returns 0 when it is whole, 1 with the first broken entry named."""
    evidence = _evidence(files)
    entries: list[Entry] = []
    async with opened(url, b"", credentials=credentials) as redis:
        try:
            head = await redis.audit.head()
            async for entry in redis.audit.everything():
                entries.append(entry)  # noqa: PERF401 - how many there were is said below
        except ValidationError:
            out.write(
                f"The audit log is broken: an entry cannot be read. It is the one behind entry "
                f"{len(entries)}: somebody wrote over it.\n"
            )
            return 1
        except NO_ANSWER as error:
            raise Unavailable("Redis does not answer.") from error
    found = checked(entries, head, evidence)
    if found.broken:
        out.write(f"The audit log is broken. {found.broken}\n")
        return 1
    newest = f" The newest is of {entries[-1].time}, hash {head}." if entries else ""
    out.write(f"The audit log is whole: {len(entries)} entries.{newest}\n")
    out.writelines(f"{note}\n" for note in found.notes)
    return 0


def _evidence(files: Files) -> Evidence:
    anchors = [one for path in files.anchors for one in read_anchors(_read(path).splitlines())]
    keys = [public_key(_read(path).encode(), str(path)) for path in files.keys]
    secrets = [mac_key(_bytes(path), str(path)) for path in files.secrets]
    return Evidence(
        anchors=anchors,
        sink=read_lines(_read(files.sink).split("\n")) if files.sink else None,
        keys={key_name(key): key for key in keys},
        secrets={secret.name: secret for secret in secrets},
        since=files.since,
    )


def _read(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} cannot be read.") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read.") from error
