"""The word that an approver types where the policy wants more than a click."""

from bot.domain.fleets import Fleet
from bot.domain.jobs import Job
from bot.domain.plans import Plan
from bot.domain.request import Request
from bot.domain.unseen import without_unseen
from bot.errors import NotAllowed
from bot.refusals import Appr


def confirmations(request: Request) -> tuple[str, ...]:
    """Return the words of which one has to be typed: the name, or how many machines they are."""
    match request.target:
        case Plan() as plan:
            return (plan.name, str(len(request.ground.machines)))
        case Fleet() as fleet:
            return (str(len(fleet.members)), fleet.name)
        case Job() as job:
            return (job.target or job.name,)
        case machine:
            return (machine.name,)


def is_one_of(typed: str, words: tuple[str, ...]) -> bool:
    """Whether a typed text is one of the words, whatever its casing and its spaces.

    What cannot be seen need not be typed.
    """
    return _plain(typed) in {_plain(one) for one in words}


def _plain(text: str) -> str:
    return " ".join(without_unseen(text).split()).casefold()


def why_not_confirmed(request: Request, typed: str) -> NotAllowed | None:
    """Say why an approval lacks its typed word, or return None."""
    words = confirmations(request)
    if not request.terms.confirm or is_one_of(typed, words):
        return None
    return NotAllowed(
        Appr.NOT_CONFIRMED, f"To approve this, {' or '.join(words)} has to be typed into the form."
    )
