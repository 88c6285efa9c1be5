"""The audit log in a file outside Redis: JSON Lines, only ever appended to, and on disk when told.

The file says by itself how far it got, so nothing is lost and nothing doubled when a worker dies.
It is never cut: a line that was left unfinished is ended, and its entry written again behind it.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.domain.audit import Entry
from bot.errors import Unavailable

_CHUNK: Final = 1 << 16


class Sink:
    """The file, held by one process at a time."""

    def __init__(self, descriptor: int) -> None:
        self._file = descriptor

    def last(self) -> Entry | None:
        """Return the newest entry that is complete in the file; None when there is none."""
        size = os.fstat(self._file).st_size
        length = min(_CHUNK, size)
        while True:
            tail = os.pread(self._file, length, size - length)
            for line in reversed(self._complete(tail, whole=length == size)):
                try:
                    return Entry.model_validate_json(line)
                except ValidationError:
                    continue  # cut short by the death of a worker
            if length == size:
                return None
            length = min(2 * length, size)

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries behind those that are there, and wait until they are on disk."""
        text = "".join(f"{entry.model_dump_json()}\n" for entry in entries)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            text = f"\n{text}"
        rest = memoryview(text.encode())
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)

    @staticmethod
    def _complete(tail: bytes, *, whole: bool) -> list[bytes]:
        """Split what was read into its complete lines; the first may lack its beginning."""
        lines = tail.split(b"\n")[:-1]
        return lines if whole else lines[1:]


@contextmanager
def held(path: Path) -> Iterator[Sink | None]:
    """Open the sink for writing; None while another process writes. Raises `Unavailable`."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise Unavailable(
            f"The audit sink {path} cannot be written: {error.strerror}.",
            advice="Correct DR_AUDIT_SINK, or the rights of the file.",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield Sink(descriptor)
    except OSError as error:
        raise Unavailable(f"The audit sink {path} fails: {error.strerror}.") from error
    finally:
        os.close(descriptor)
