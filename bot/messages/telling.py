"""What a thread is told of audit entries that it has not heard yet.

Each is a message of its own (see `thread`); but where many machines are told of at once, those that
follow each other are one message, for Slack takes about one a second in a channel.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from bot.domain.audit import Entry
from bot.domain.fleets import Fleet, root
from bot.domain.progress import FEW
from bot.domain.request import Request, State
from bot.messages.blocks import Message, as_much, clock
from bot.messages.board import ORDER, icon, whole, word
from bot.messages.reasons import by_reason
from bot.messages.thread import line

_REASONS: Final = 8
_ROOM: Final = 6000


class Said(NamedTuple):
    """One message for the thread."""

    message: Message | None
    """None where there is nothing to say."""
    loud: bool
    """Whether the channel must hear it."""
    entries: int
    """How many audit entries are told by it."""


def tell(entries: Sequence[Entry], request: Request) -> Iterator[Said]:
    """Yield what a thread is told, in order, until it has heard of all these entries."""
    fleet = request.fleet
    if fleet is None or len(fleet.members) <= FEW:
        yield from (_one(entry, request) for entry in entries)
        return
    for together, some in groupby(entries, lambda one: one.subject != request.id):
        group = list(some)
        if together and len(group) > 1:
            yield Said(_together(group, fleet), loud=False, entries=len(group))
        else:
            yield from (_one(entry, request) for entry in group)


def _one(entry: Entry, request: Request) -> Said:
    message, loud = line(entry, request) or (None, False)
    return Said(message, loud, entries=1)


def _together(entries: Sequence[Entry], fleet: Fleet) -> Message:
    """Tell what became of several machines, the worst first, each reason once."""
    said, counted = list[str](), list[str]()
    for state in (State.APPROVED, *(one for one in ORDER if one is not State.APPROVED)):
        found = [one.data for one in entries if one.data.after == state]
        if not found:
            continue
        stuck = state is State.APPROVED  # nothing is told of one that only waits for its turn
        counted.append(f"{len(found):,} {'never started' if stuck else word(state)}")
        said.append(f"{':raised_hand:' if stuck else icon(state)} *{counted[-1]}*")
        said += by_reason(((one.target, one.words) for one in found), _REASONS, whole(fleet))
    since, until = clock(entries[0].at), clock(entries[-1].at)
    when = f"{since} to {until}" if since != until else since
    text = f"{root(fleet.members[0].request)}: {', '.join(counted)} ({when})."
    rest = f"… and more: {whole(fleet)}"
    return Message(text=text, blocks=as_much([text, *said], _ROOM, rest))
