"""Who may say whether what was failed over works, and when that still matters."""

from collections.abc import Iterable

from bot.domain.catalogue import Ground
from bot.domain.machines import Machine
from bot.domain.measures import may_be_validated
from bot.domain.operations import CATALOGUE
from bot.domain.people import why_in_doubt, why_nobody
from bot.domain.policy import includes
from bot.domain.request import Request
from bot.domain.validations import Validation
from bot.domain.votes import Standing
from bot.errors import NotAllowed
from bot.refusals import Appr, Ask

_KEPT = 50
"""So many words are kept in a request; the audit log has all."""


def to_be_committed(machine: Machine) -> bool | None:
    """Whether its failover can still be committed; None while Azure works on it."""
    if machine.scenario:
        return None
    return CATALOGUE["commit"].needs.get(machine.provider) in machine.allowed


def machines_of(ground: Ground | None) -> tuple[Machine, ...]:
    """Return the machines of what was failed over, as they were when it had ended."""
    if ground is None:
        return ()
    return (ground.target,) if isinstance(ground.target, Machine) else ground.machines


def settled(machines: Iterable[Machine]) -> str:
    """Say that nothing of it can be committed any more; '' while something can, or may."""
    listed = list(machines)
    if not listed or any(to_be_committed(one) is not False for one in listed):
        return ""
    first = listed[0]
    if len(listed) > 1:
        return f"None of the {len(listed)} machines has a failover to be committed any more."
    return f"{first.name} has no failover to be committed any more: it is “{first.state_words}”."


def why_not_validate(
    request: Request, standing: Standing, may_look: tuple[str, ...], committed: str = ""
) -> NotAllowed | None:
    """Say why this person cannot say whether it works, or return None.

    `committed` says that it is too late for it to change anything (see `settled`).
    """
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not includes(may_look, standing.person.id, standing.groups):
        return NotAllowed(
            Ask.MAY_NOT_LOOK, "The policy does not let you look at machines and requests."
        )
    if not may_be_validated(request):
        said = f"a {request.operation} that is {request.state}"
        return NotAllowed(
            Appr.NOTHING_TO_VALIDATE,
            f"Whether it works is said of a failover that has succeeded; this is {said}.",
        )
    if committed:
        return NotAllowed(Appr.COMMITTED, f"It is too late to say whether it works. {committed}")
    return why_in_doubt(standing.person)


def why_not_hold(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot hold the reminders to commit, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    lists = request.terms.may_ask + request.terms.may_approve
    if not includes(lists, standing.person.id, standing.groups):
        return NotAllowed(Appr.NO_PARTY, "You are not among those who may ask for or approve this.")
    return None


def with_word(said: tuple[Validation, ...], one: Validation) -> tuple[Validation, ...]:
    """Put one word more to those that a request keeps."""
    return (*said, one)[-_KEPT:]
