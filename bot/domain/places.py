"""Votes in somebody else's place: what a delegation gives in one request, and what it lacks."""

from collections.abc import Collection, Mapping

from bot.domain.ballots import without_lapsed
from bot.domain.delegations import Delegation
from bot.domain.people import why_in_doubt, why_nobody
from bot.domain.policy import includes
from bot.domain.request import Request

Groups = Mapping[str, frozenset[str]]
"""Who is in which user group, by handle."""


def lacking(
    request: Request, one: Delegation, home_teams: Collection[str], groups: Groups, now: int
) -> str:
    """Say what a delegation lacks to give a say in a request; '' when it gives one.

    Whoever delegated, the delegate and whoever asked are judged as they stand in it.
    """
    by = one.by.name
    if now >= one.until:
        return f"What {by} delegated has run out."
    if not request.terms.may_delegate:
        return f"The policy does not let anybody vote for {by} here."
    if why_nobody(one.by, home_teams):
        return f"{by}, who delegated, may do nothing any more."
    if why_in_doubt(one.by):
        return f"It cannot be told which human {by} is, who delegated."
    if one.by.is_same(one.to):
        return f"{by}, who delegated, is the same person."
    if one.by.is_same(request.asker):
        return f"{by}, who delegated, asked for this."
    if not one.covers(request.operation, request.target, request.ground.machines):
        return f"What {by} delegated is {one.narrowed} alone."
    if not includes(request.terms.may_approve, one.by.id, groups):
        return f"{by}, who delegated, may not approve this either."
    return ""


def as_of(request: Request, now: int) -> Request:
    """Return a request as its votes count now: those in a place that has run out do no longer."""
    return request.model_copy(update={"votes": without_lapsed(request.votes, now)})


def may_still(
    request: Request, one: Delegation, home_teams: Collection[str], groups: Groups, now: int
) -> bool:
    """Whether a delegation still gives a say: neither of the two has a part in a vote already.

    Both people are judged as they were when it was made, which is good enough for a card.
    """
    if one.to.is_same(request.asker) or includes(request.terms.may_approve, one.to.id, groups):
        return False
    for vote in as_of(request, now).approvals:
        if vote.is_of(one.by) or vote.is_of(one.to):
            return False
    return not lacking(request, one, home_teams, groups, now)
