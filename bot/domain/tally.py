"""What a vote does to a request: counting it, taking it back, asking for all of them anew."""

from bot.domain.ballots import Vote
from bot.domain.catalogue import Ground
from bot.domain.drift import Change
from bot.domain.people import Person
from bot.domain.quorum import still_open
from bot.domain.request import Request, State, Step, fingerprint, take


def count(request: Request, vote: Vote) -> Request:
    """Add an approval; the one that completes the quorum approves the request."""
    votes = (*request.votes, vote)
    voted = request.model_copy(update={"votes": votes})
    if still_open(request.terms.quorum, voted.filled):
        return take(request, Step.VOTE, votes=votes)
    return take(
        request,
        Step.APPROVE,
        votes=votes,
        approved_at=vote.at,
        expires_at=vote.at + request.terms.approval_lifetime * 1000,
    )


def revoke(request: Request, person: Person, at: int, click: str) -> Request:
    """Take the approval of a person back: by whichever account it was given, or in their place.

    What was approved waits again, as long as it would have: it has no vote to spare, since none is
    counted that fills no need.
    """
    votes = tuple(
        one.model_copy(update={"ended_at": at, "ended_by": click})
        if one.counts and one.is_of(person)
        else one
        for one in request.votes
    )
    if request.state is State.WAITING:
        return take(request, Step.REVOKE, votes=votes)
    why = request.why if request.needs_nod else ""  # that it never started is still to be known
    return take(
        request, Step.REVOKE, votes=votes, approved_at=0, expires_at=request.decided_by, why=why
    )


def ask_again(request: Request, now_is: Ground, changes: tuple[Change, ...], at: int) -> Request:
    """Have an approved request approved anew, on the ground as it is now and for its whole time."""
    votes = tuple(
        one.model_copy(update={"ended_at": at}) if one.counts else one for one in request.votes
    )
    return take(
        request,
        Step.ASK_AGAIN,
        ground=now_is,
        fingerprint=fingerprint(
            request.operation, request.arguments, now_is, request.call, request.terms,
            request.asker,
        ),
        votes=votes,
        changes=changes,
        approved_at=0,
        asked_again_at=at,
        expires_at=at + request.terms.request_lifetime * 1000,
        why="",
    )  # fmt: skip
