"""Votes in somebody else's place: what a delegation gives in one request, and when it is over."""

from collections.abc import Collection, Mapping

from bot.domain.delegations import Delegation
from bot.domain.people import same_person, why_nobody
from bot.domain.policy import includes
from bot.domain.quorum import fill, still_open
from bot.domain.request import Request

Groups = Mapping[str, frozenset[str]]
"""Who is in which user group, by handle."""


def why_not_in_place(
    request: Request, one: Delegation, home_teams: Collection[str], groups: Groups, now: int
) -> str | None:
    """Say why a delegation gives no say in a request, or return None.

    Whoever delegated is judged as they are now.
    """
    by = one.by.name
    if now >= one.until:
        return f"What {by} delegated has run out."
    if not request.terms.may_delegate:
        return f"The policy does not let anybody vote for {by} here."
    if why_nobody(one.by, home_teams):
        return f"{by}, who delegated, may do nothing any more."
    if same_person(one.by, request.asker):
        return f"{by}, who delegated, asked for this."
    if not one.covers(request.operation, request.target, request.ground.machines):
        return f"What {by} delegated is {one.narrowed} alone."
    if not includes(request.terms.may_approve, one.by.id, groups):
        return f"{by}, who delegated, may not approve this either."
    return None


def lapsed(request: Request, delegated: Collection[Delegation]) -> tuple[str, ...]:
    """Name the votes without whose delegations too few are left; empty when enough are.

    It takes no word of Slack: what has ended is known even when Slack is away.
    """
    holding = {one.id for one in delegated}
    ended = [v for v in request.approvals if v.place and v.place.delegation not in holding]
    left = {vote.seat.id: vote.serves for vote in request.approvals if vote not in ended}
    if not ended or not still_open(request.terms.quorum, fill(request.terms.quorum, left)):
        return ()
    return tuple(f"{vote.who} no longer counts: the delegation has ended" for vote in ended)


def without_lapsed(request: Request, now: int) -> Request:
    """Drop the approvals whose delegation has run out by itself: their places are free again."""
    left = tuple(
        vote
        for vote in request.votes
        if not (vote.approves and vote.place and now >= vote.place.until)
    )
    return request.model_copy(update={"votes": left})


def may_still(
    request: Request, one: Delegation, home_teams: Collection[str], groups: Groups, now: int
) -> bool:
    """Whether a delegation still gives a say: nobody has voted yet in that place, or may already.

    Both people are judged as they were when it was made, which is good enough for a card.
    """
    if same_person(one.to, request.asker) or includes(request.terms.may_approve, one.to.id, groups):
        return False
    for vote in request.approvals:
        if same_person(vote.seat, one.by) or same_person(vote.person, one.to):
            return False
    return why_not_in_place(request, one, home_teams, groups, now) is None
