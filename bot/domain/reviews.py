"""Reviewing a broken glass: what a request owes once its glass was broken, and whose word counts.

The glass is broken by the approval, not by asking for it: what was denied, withdrawn or expired
before owes nothing, and what was approved owes its reviews, whatever came of it.
"""

from bot.domain.people import Person, why_nobody
from bot.domain.policy import includes
from bot.domain.request import Request, State
from bot.domain.votes import Standing


def broken(request: Request) -> bool:
    """Whether the glass was broken; of several machines, the whole answers for its parts."""
    return bool(request.terms.glass and request.approved_at and not request.parent)


def missing(request: Request) -> int:
    """Return how many reviews a request still owes."""
    if request.terms.glass is None or not broken(request):
        return 0
    return max(0, request.terms.glass.reviews - len(request.reviews))


def due_at(request: Request) -> int:
    """Return when its reviews are due, counted from its end; 0 while it is open, or owes none."""
    if request.open or request.terms.glass is None or not missing(request):
        return 0
    return request.closed_at + request.terms.glass.review_within * 1000


def why_not_review(request: Request, standing: Standing) -> str | None:
    """Say why a review by this person would not count, or return None."""
    person, glass = standing.person, request.terms.glass
    if glass is None or not broken(request):
        return "No glass was broken for this request, so there is nothing to review."
    if request.open:
        return f"This request is {request.state}; it is reviewed when it has ended."
    if reason := why_nobody(person, standing.home_teams):
        return reason
    if person.id == request.asker.id:
        return "You asked for this yourself; others have to review it."
    if any(vote.person.id == person.id for vote in request.approvals):
        return "You approved this; others have to review it."
    if not includes(glass.may_review, person.id, standing.groups):
        named = ", ".join(glass.may_review) or "nobody"
        return f"You are not among those who may review this ({named})."
    if any(one.person.id == person.id for one in request.reviews):
        return "You have reviewed this already; every person counts once."
    if not missing(request):
        return f"It has all of its {glass.reviews} reviews already."
    return None


def gives_way(request: Request, asker: Person, operation: str) -> bool:
    """Whether a request makes room for one of the same asker that breaks the glass for the same.

    Only while it waits for votes: what is approved goes ahead, and needs no glass broken.
    """
    ordinary = request.state is State.WAITING and request.terms.glass is None
    return ordinary and request.operation == operation and request.asker.id == asker.id
