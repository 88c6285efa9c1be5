"""Reviewing a broken glass: what a request owes once its glass was broken.

The glass is broken by the approval, not by asking for it: what was denied, withdrawn or expired
before owes nothing, and what was approved owes its reviews, whatever came of it.
"""

from bot.domain.request import Request


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
