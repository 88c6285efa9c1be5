"""What `commit.lua` is told: the keys, and what to write, of a step and of its audit entry."""

import uuid
from typing import Any, Final

from bot.domain.audit import START, Entry
from bot.domain.fleets import root
from bot.domain.looks import look_of
from bot.domain.measures import VALIDATED
from bot.domain.request import Request, State
from bot.domain.reviews import due_at, missing
from bot.gateways.redis.bell import BELL_LIFE
from bot.gateways.redis.books import book_key
from bot.gateways.redis.following import FOLLOWED, followed_key
from bot.gateways.redis.keys import (
    AGENDA,
    AGENDA_LIFE,
    ALL,
    AUDIT_HEAD,
    AUDIT_STREAM,
    BELL,
    DIRTY_CARDS,
    OPEN,
    OUTBOX,
    POLICY,
    STATES,
    TENDED,
    UNREVIEWED,
    drafts_key,
    entries_key,
    request_key,
    results_key,
    target_key,
)
from bot.gateways.redis.seals import Seals
from bot.gateways.redis.writes import Snapshot, Write

_CLICK_TTL: Final = 24 * 3600 * 1000


def told(
    before: Snapshot, write: Write, seals: Seals
) -> tuple[list[str], dict[str, Any], list[str]]:
    """Return the keys, what to write but for the entry, and the drafts that go with it."""
    request = write.request
    request_id = request.id if request else ""
    parent = request.parent if request else ""
    keys = [
        request_key(request_id or "-"),
        entries_key(request_id or "-"),
        AUDIT_STREAM,
        AUDIT_HEAD,
        OUTBOX,
        OPEN,
        ALL,
        FOLLOWED,
        DIRTY_CARDS,
        f"{{dr}}:click:{write.click or uuid.uuid4().hex}",
        drafts_key(request_id or "-"),
        entries_key(parent or "-"),
        results_key(parent or "-"),
        drafts_key(parent or "-"),
        POLICY,
        UNREVIEWED,
        STATES,
        followed_key(request.place if request else "-"),
        TENDED,
        BELL,
        AGENDA,
    ]
    arguments: dict[str, Any] = {
        "id": request_id,
        "start": START,
        "seen": before.now,
        "click_ttl": _CLICK_TTL,
        "not_after": write.not_after,
        "not_before": write.not_before,
        "told": write.told,
        "policy_was": write.policy[0],
        "policy": write.policy[1],
        "agenda_life": AGENDA_LIFE,
        "bell_life": BELL_LIFE,
        "calls": [one.member for one in write.calls],
    }
    if request:
        claims = request.claims if before.request is None or not request.open else {}
        keys += [target_key(target_id) for target_id in claims]
        arguments |= _of_request(request, before.request, seals)
        arguments["holders"] = list(claims.values())
    for one in write.kept:
        keys += [book_key(one.book), entries_key(one.id)]
    arguments["kept"] = [one.model_dump() for one in write.kept]
    drafts = [part for draft in write.drafts for part in (draft.id, seals.draft(draft))]
    return keys, arguments, drafts


def placed(entry: Entry) -> dict[str, Any]:
    """Return what the script has to know of an entry."""
    return {
        "prevhash": entry.prevhash,
        "sequence": entry.sequence,
        "hash": entry.hash,
        "entry": entry.model_dump_json(),
    }


def _of_request(request: Request, before: Request | None, seals: Seals) -> dict[str, Any]:
    document, seal = seals.request(request)
    return {
        "expected_rev": str(before.rev if before else 0),
        "rev": str(request.rev),
        "document": document,
        "seal": seal,
        "card": root(request.id),
        "parent": bool(request.parent),
        "result": seals.outcome(request),
        "claim": before is None,
        "open": request.open,
        "state": request.state,
        "deadline": _deadline(request),
        "outbox": request.state is State.APPROVED and not request.needs_nod,
        "place": request.place,
        "decided": bool(before and before.state is State.WAITING),
        "look": look_of(request).model_dump_json() if request.followed else "",
        "review_by": _review_by(request),
        "tend": _ended_well(request, before) and request.operation in VALIDATED,
    }


def _ended_well(request: Request, before: Request | None) -> bool:
    return bool(before and before.open) and request.state is State.SUCCEEDED


def _deadline(request: Request) -> int:
    """Return when an open request runs out; 0 for one that Azure works on, which never does."""
    return request.expires_at if request.state in {State.WAITING, State.APPROVED} else 0


def _review_by(request: Request) -> str:
    """Return when somebody has to be reminded of a review; '' when none is owed."""
    if not missing(request):
        return ""
    return str(due_at(request)) if due_at(request) and not request.overdue else "+inf"
