"""What can be pressed on a card: to decide, to go on, to stop, and what may come next."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.domain.catalogue import Ground
from bot.domain.machines import Machine
from bot.domain.measures import may_be_validated
from bot.domain.offers import offered_on, why_not
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.request import Outcome, Request, State
from bot.domain.validations import doubted
from bot.messages import lines
from bot.messages.blocks import Block, actions, section
from bot.messages.buttons import (
    APPROVE,
    DENY,
    DENY_BECAUSE,
    GIVE_UP,
    MORE,
    NEXT,
    NOD,
    RESUBMIT,
    REVOKE,
    WITHDRAW,
    WITHDRAW_REST,
    WORKS,
    WORKS_NOT,
    Button,
    Confirm,
)

_LIKELY: Final = {
    "failover": "commit",
    "failback": "commit",
    "planned-failover": "commit",
    "change-point": "commit",
    "commit": "reprotect",
    "test-failover": "cleanup",
}
"""What people most often do after an operation."""
_OTHER_POINT: Final = "change-point"
MENU: Final[Mapping[Button, Callable[[Request], bool]]] = {
    DENY_BECAUSE: lambda one: one.state is State.WAITING,
    REVOKE: lambda one: bool(one.approvals),
}
"""The entries of the menu on the card of a request that waits or is approved, and when each is."""
_SETTLED: Final = 10
"""So many machines have a button of their own on the card of several."""


def buttons(request: Request, outcomes: Mapping[str, Outcome]) -> list[Block]:
    if request.state is State.WAITING:
        return [actions([_approve(request), _deny(request), _withdraw(request), *_menu(request)])]
    if request.state is State.APPROVED:
        again = (
            [RESUBMIT.draw(request.id, confirm=_again(lines.title(request)))]
            if request.needs_nod
            else []
        )
        return [actions([*again, _withdraw(request), *_menu(request)])]
    if request.state is State.UNKNOWN:
        return [actions([GIVE_UP.draw(request.id, confirm=_give_up(lines.title(request)))])]
    if request.state is State.RUNNING:
        return _running_buttons(request, outcomes)
    if request.state is State.SUCCEEDED and request.after:
        nexts = next_buttons(request, request.after)
        what_next = [section("*What next?*"), actions(nexts)] if nexts else []
        return [*_verdicts(request), *what_next]
    return []


def _verdicts(request: Request) -> list[Block]:
    """What people can say of whether it works."""
    if not may_be_validated(request) or request.parent:
        return []
    return [actions([WORKS.draw(request.id), WORKS_NOT.draw(request.id)])]


def other_point(request: Request) -> list[Block]:
    """Offer another recovery point, where the machine has one, to whoever says that it fails."""
    after = request.after
    if after is None or request.fleet or not isinstance(after.target, Machine | Plan):
        return []
    if not any(one.name == _OTHER_POINT for one in offered_on(after)):
        return []
    title = CATALOGUE[_OTHER_POINT].title
    return [actions([NEXT.draw(f"{_OTHER_POINT}:{request.id}", label=title, suffix=_OTHER_POINT)])]


def _running_buttons(request: Request, outcomes: Mapping[str, Outcome]) -> list[Block]:
    """What a person can do for what runs: do what it waits for, stop it, settle one of several."""
    if request.fleet:
        stuck = [(one, o) for one, o in outcomes.items() if o.needs_nod][:_SETTLED]
        lost = [(one, o) for one, o in outcomes.items() if o.state is State.UNKNOWN][:_SETTLED]
        found = [_settle(RESUBMIT, one, o, _again(_called(request, o))) for one, o in stuck]
        found += [_settle(GIVE_UP, one, o, _give_up(_called(request, o))) for one, o in lost]
        if len(outcomes) < len(request.fleet.members) or any(map(_unsent, outcomes.values())):
            found.insert(0, WITHDRAW_REST.draw(request.id, confirm=_rest(request)))
        return [actions(found[:_SETTLED])] if found else []
    job = request.job
    if job is None:
        return []
    drawn = [NOD.draw(request.id)] if job.asks else []
    if "Cancel" in job.actions and CATALOGUE[request.operation].about != "job":
        title = CATALOGUE["cancel-job"].title
        drawn.append(NEXT.draw(f"cancel-job:{request.id}", label=title, suffix="cancel-job"))
    return [actions(drawn)] if drawn else []


def _unsent(outcome: Outcome) -> bool:
    return outcome.state is State.APPROVED and not outcome.needs_nod


def _called(request: Request, outcome: Outcome) -> str:
    return f"{CATALOGUE[request.operation].title} of {outcome.name}"


def _settle(button: Button, request_id: str, outcome: Outcome, confirm: Confirm) -> Block:
    label = f"{button.label}: {outcome.name}"
    return button.draw(request_id, label=label, suffix=request_id, confirm=confirm)


def next_buttons(request: Request, after: Ground) -> list[Block]:
    """Draw a button for every operation that the target offers now, the likeliest first.

    For several machines that is the likeliest alone, where any of them offers it.
    """
    likely_next = _LIKELY.get(request.operation, "")
    if doubted(request.validations):
        likely_next = _OTHER_POINT
    if request.fleet:
        likely = [CATALOGUE[likely_next]] if likely_next else []
        found = [o for o in likely if any(why_not(o, m) is None for m in after.machines)]
    elif isinstance(after.target, Machine | Plan):
        found = sorted(offered_on(after), key=lambda one: one.name != likely_next)
    else:
        found = []
    return [
        NEXT.draw(
            f"{one.name}:{request.id}",
            label=one.title,
            suffix=one.name,
            style="primary" if one.name == likely_next else "",
        )
        for one in found
    ]


def _menu(request: Request) -> list[Block]:
    entries = [entry for entry, offered in MENU.items() if offered(request)]
    return [MORE.draw(entries, request.id)] if entries else []


def _approve(request: Request) -> Block:
    operation = CATALOGUE[request.operation]
    text = f"What it destroys: {operation.destroys(request.ground)}"
    if request.terms.glass:
        fewer = f"{request.terms.approvals} instead of {request.terms.glass.approvals} approvals"
        text = f"Break-glass: {fewer}. {text}"
    if request.terms.confirm:
        return APPROVE.draw(request.id)  # it opens a form that says the same
    return APPROVE.draw(
        request.id, confirm=Confirm(f"Approve: {lines.title(request)}?", text, "Approve")
    )


def _deny(request: Request) -> Block:
    text = "It ends the request, whoever has approved it. The asker is told, and may ask again."
    return DENY.draw(request.id, confirm=Confirm(f"Deny: {lines.title(request)}?", text, "Deny"))


def _withdraw(request: Request) -> Block:
    return WITHDRAW.draw(request.id)


def _again(title: str) -> Confirm:
    text = "Azure has no job of the first attempt. This sends the approved operation once more."
    return Confirm(f"Submit again: {title}?", text, RESUBMIT.label)


def _rest(request: Request) -> Confirm:
    text = "Machines that were not sent to Azure yet stay as they are. What runs goes on."
    return Confirm(f"Withdraw the rest: {lines.title(request)}?", text, WITHDRAW_REST.label)


def _give_up(title: str) -> Confirm:
    text = (
        "Look in the portal first. The bot stops looking for the job, and the machine can be asked "
        "for again. Nothing is sent."
    )
    return Confirm(f"Give up: {title}?", text, GIVE_UP.label)
