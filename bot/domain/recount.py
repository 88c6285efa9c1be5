"""Counting again before anything is sent: whose word is not worth anything any more.

A vote that was good when it was cast counts only if it would still be: the same rules as at the
click, with everybody as Slack and the directory know them now.
"""

from collections.abc import Collection, Mapping

from bot.domain.ballots import Vote, seats
from bot.domain.delegations import Delegation
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.places import Groups, lacking
from bot.domain.policy import includes
from bot.domain.quorum import Need, counted, fill, serves, still_open
from bot.domain.request import Request


def no_longer_counts(
    request: Request,
    people: Mapping[str, Person],
    home_teams: Collection[str],
    groups: Groups,
    delegated: Collection[Delegation] = (),
    now: int = 0,
) -> tuple[str, ...]:
    """Name everybody whose word no longer counts, before anything is sent; empty when all does.

    `people` holds the asker, every approver and in whose place they voted, as Slack and the
    directory know them now; `delegated` are the delegations that still hold.
    """
    asker = people[request.asker.id]
    gone = _asker_gone(request, asker, home_teams, groups)
    holding = {one.id: one for one in delegated}
    asked_by = request.model_copy(update={"asker": asker})
    valid: dict[frozenset[str], set[int]] = {}
    lost: list[str] = []
    for vote in request.approvals:
        voter, seat = people[vote.person.id], people[vote.seat.id]
        one = holding.get(vote.place.delegation) if vote.place else None
        if reason := _why_gone(asked_by, vote, voter, seat, one, home_teams, groups, now):
            lost.append(reason)
            continue
        humans = frozenset({voter.human, seat.human})
        if any(humans & others for others in valid):
            lost.append(f"{vote.who} has approved by another account already")
        if humans in valid or not any(humans & others for others in valid):
            valid.setdefault(humans, set()).update(serves(request.terms.quorum, seat.id, groups))
    votes = {" ".join(sorted(humans)): sorted(could) for humans, could in valid.items()}
    filled = fill(request.terms.quorum, votes)
    if missing := still_open(request.terms.quorum, filled):
        gone += lost or [_short_of(missing, counted(filled), request)]
    return tuple(gone)


def lapsed(request: Request, delegated: Collection[Delegation]) -> tuple[str, ...]:
    """Name the votes without whose delegations too few are left; empty when enough are.

    It takes no word of Slack: what has ended is known even when Slack is away.
    """
    holding = {one.id for one in delegated}
    ended = [v for v in request.approvals if v.place and v.place.delegation not in holding]
    left = seats(vote for vote in request.approvals if vote not in ended)
    votes = {human: vote.serves for human, vote in left.items()}
    if not ended or not still_open(request.terms.quorum, fill(request.terms.quorum, votes)):
        return ()
    return tuple(f"{vote.who} no longer counts: the delegation has ended" for vote in ended)


def _asker_gone(
    request: Request, asker: Person, home_teams: Collection[str], groups: Groups
) -> list[str]:
    """Say what whoever asked may do no longer."""
    name = request.asker.name
    gone: list[str] = []
    if not _has_power(asker, request.terms.may_ask, home_teams, groups):
        gone.append(f"{name} may no longer ask for this{_untold(asker)}")
    gone += [
        f"{name} may no longer override the freeze “{one.name}”"
        for one in request.terms.overrides
        if not includes(one.override, asker.id, groups)
    ]
    gone += [
        f"{name} may no longer override {one.words}"
        for one in request.terms.locks
        if not includes(one.override, asker.id, groups)
    ]
    return gone


def _why_gone(
    request: Request,
    vote: Vote,
    voter: Person,
    seat: Person,
    one: Delegation | None,
    home_teams: Collection[str],
    groups: Groups,
    now: int,
) -> str:
    """Say why an approval counts no more; '' when it does. `one` gave its place, and holds."""
    name, asker = vote.person.name, request.asker
    if voter.is_same(asker):
        return f"{name} and {asker.name}, who asked, are one person"
    if vote.place is None:
        if _has_power(voter, request.terms.may_approve, home_teams, groups):
            return ""
        return f"{name} may no longer approve this{_untold(voter)}"
    said = f"{vote.who} no longer counts"
    if one is None or (one.by.id, one.to.id) != (vote.seat.id, vote.person.id):
        return f"{said}: the delegation has ended"
    if why_nobody(voter, home_teams) or why_in_doubt(voter):
        return f"{name} may no longer approve this{_untold(voter)}"
    as_now = one.model_copy(update={"by": seat, "to": voter})
    lack = lacking(request, as_now, home_teams, groups, now)
    return f"{said}: {lack.removesuffix('.')}" if lack else ""


def _has_power(
    person: Person, who: tuple[str, ...], home_teams: Collection[str], groups: Groups
) -> bool:
    """Whether this is a full member of a list, of whom it can be told which human it is."""
    if why_nobody(person, home_teams) or why_in_doubt(person):
        return False
    return includes(who, person.id, groups)


def _untold(person: Person) -> str:
    return " (it cannot be told which human that is)" if person.doubt else ""


def _short_of(missing: tuple[Need, ...], there: int, request: Request) -> str:
    said = f"only {there} of {request.terms.approvals} approvals count"
    if not request.terms.needs:
        return said
    return f"{said}: {' and '.join(need.words for need in missing)} is missing"
