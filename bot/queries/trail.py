"""Looking at the audit log: its entries, and the receipt of one request."""

from collections.abc import AsyncIterator
from typing import Final

from bot.access import require_look
from bot.domain.arguments import Page
from bot.domain.audit import Entry, first_broken
from bot.domain.data import Data
from bot.domain.fleets import is_request, root
from bot.domain.trail import By, Filter, Kind, Since
from bot.errors import Misunderstood, NotNow
from bot.queries.found import Receipt, Trail
from bot.queries.registry import query
from bot.refusals import Gone, Type
from bot.runtime import Bot

_ENTRIES: Final = 20
_SEARCHED: Final = 10_000
"""So many of the newest entries are searched."""
_REFUSALS: Final = 2000
"""So many of the newest entries are searched for clicks on a request that were refused."""


@query(target="machine or request")
async def audit(
    bot: Bot,
    user_id: str,
    target: str,
    *,
    since: Since = "",
    kind: Kind = "",
    by: By = "",
    page: Page = "1",
) -> Data:
    """Show the newest entries of the audit log, of all, a machine, or a request.

    The whole log is read and checked on the command line: dr audit verify, dr audit export.
    """
    await require_look(bot, user_id)
    request = target.upper() if is_request(target) else ""
    wanted = Filter(target="" if request else target, since=since, kind=kind, by=by)
    skip, found = (int(page) - 1) * _ENTRIES, list[Entry]()
    async for entry in _of_request(bot, request) if request else _newest(bot):
        if wanted.early(entry) or len(found) > skip + _ENTRIES:
            break
        if wanted.takes(entry):
            found.append(entry)
    options = {"since": since[:19], "kind": kind, "by": by}
    said = [f'--{name} "{value}"' for name, value in options.items() if value]
    return Trail(
        subject=request or target,
        entries=tuple(found[skip : skip + _ENTRIES]),
        filters=" ".join(said),
        page=int(page),
        more=len(found) > skip + _ENTRIES,
    )


@query(target="request", target_required=True)
async def verify(bot: Bot, user_id: str, target: str) -> Data:
    """Show the receipt of a request: who asked and approved, under which rule, what Azure did.

    With its entries in the audit log and their hashes, checked from the first of them to the last;
    of several machines, the part of each is in it.
    """
    await require_look(bot, user_id)
    wanted = target.upper()
    if not is_request(wanted):
        raise Misunderstood(
            Type.WRONG_VALUE, f"{target!r} is not the id of a request.", "It looks like R-7K2M9P."
        )
    request = await bot.redis.requests.load(wanted)
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {wanted}.", "/dr requests lists them.")
    members = request.fleet.members if request.fleet else ()
    parts = await bot.redis.requests.load_many(one.request for one in members)
    ids = [request.id, *(one.id for one in parts)]
    span, lost = await bot.redis.audit.span(ids)
    mine = [entry for entry in span if entry.subject in ids]
    broken = f"{lost} of its entries are not in the log any more." if lost else ""
    if span and not broken:
        first, last = span[0], span[-1]
        broken = first_broken(span, last.hash, before=first.prevhash, expected=first.sequence) or ""
    return Receipt(
        request=request,
        parts=tuple(parts),
        entries=tuple(mine),
        checked=len(span),
        broken=broken,
    )


async def _newest(bot: Bot) -> AsyncIterator[Entry]:
    count = 0
    async for entry in bot.redis.audit.backwards():
        yield entry
        count += 1
        if count == _SEARCHED:
            return


async def _of_request(bot: Bot, request: str) -> AsyncIterator[Entry]:
    """Read the entries of a request, of its parts, and the refusals about it, the newest first."""
    steps = await bot.redis.audit.of_request(request)
    if not steps:
        raise NotNow(Gone.REQUEST, f"There is no request {request}.", "/dr requests lists them.")
    others = [
        one
        for one in await bot.redis.audit.newest(_REFUSALS)
        if request in {one.subject, root(one.subject)}
    ]
    entries = {one.sequence: one for one in (*steps, *others)}
    for sequence in sorted(entries, reverse=True):
        yield entries[sequence]
