"""The Home of those who may ask, of those who may approve, of nobody in particular, of a guest."""

from typing import Any

from bot.domain.operations import CATALOGUE
from bot.domain.request import Request, State
from bot.domain.risks import Risk, Risks
from bot.errors import NotAllowed
from bot.messages.answers import form_offered, sorry
from bot.messages.ask_form import ask_form
from bot.messages.card import card
from bot.messages.home import closed, home
from bot.messages.panes import card_window, window
from bot.refusals import Ask, Who
from tests.bot.ask_forms import KEPT, form
from tests.bot.samples import ANN, BO, NOW, job, person, request
from tests.gallery.arranged import delegation, lock
from tests.gallery.example import Examples

_MINUTE = 60_000
RISKS = Risks(
    at=NOW,
    machines=42,
    blocked=2,
    risky=3,
    away=1,
    top=(
        Risk(
            name="vm-test01",
            sentence="A test failover was not cleaned up; no real one is offered.",
            advice="/dr cleanup vm-test01",
            blocks=True,
            forgotten=True,
        ),
        Risk(
            name="",
            sentence="The vault vault-dr is in West Europe, and so are 12 of its machines.",
            advice="It may be down together with them.",
        ),
        Risk(
            name="vm-db01",
            sentence="No failover is offered: it is “Replication paused”.",
            blocks=True,
        ),
        Risk(
            name="vm-mail01",
            sentence="A failover to the latest point loses about 2 h 13 min of data. And 1 more.",
        ),
    ),
    more=2,
    troubles=("The vault vault-two could not be read.",),
)


def _running() -> Request:
    return request(state=State.RUNNING, job=job(), id="R-9RUNNQ")


def _home(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "groups": (),
        "waiting": (),
        "to_review": (),
        "running": (),
        "far": {},
        "expected": {},
        "mine": (),
        "risks": RISKS,
        "locks": (),
        "delegations": (),
        "may_ask": (),
        "may_approve": (),
        "now": NOW + 2 * _MINUTE,
    }
    who = more.pop("person", BO)
    return home(who, **given | more)


def _approver() -> dict[str, Any]:
    return _home(
        groups=("@dr-approvers",),
        waiting=(request(), request(id="R-3B4NKS", reason="")),
        to_review=(request(id="R-6LASSX", state=State.SUCCEEDED, approved_at=NOW),),
        running=(_running(),),
        expected={"R-9RUNNQ": 240},
        locks=(lock(count=3),),
        delegations=(delegation(),),
        may_approve=tuple(CATALOGUE),
    )


def _operator() -> dict[str, Any]:
    return _home(
        person=ANN,
        groups=("@dr-operators",),
        mine=(request(),),
        running=(_running(),),
        may_ask=tuple(CATALOGUE),
    )


def _many() -> dict[str, Any]:
    waiting = tuple(request(id=f"R-{number:06}") for number in range(20))
    risks = RISKS.model_copy(update={"top": RISKS.top * 3, "more": 40})
    return _home(waiting=waiting, mine=waiting, running=(_running(),) * 20, risks=risks)


def _form() -> dict[str, Any]:
    return ask_form(form(kept=KEPT.model_copy(update={"place": "incidents"})))


def _card() -> dict[str, Any]:
    message = card(request(), now=NOW + 2 * _MINUTE, expected=None)
    return card_window(
        message, "R-7K2M9P", "C0INCIDENTS", "https://example.slack.com/archives/C/p1"
    )


EXAMPLES: Examples = {
    "a-card-in-a-window": _card,
    "a-refusal-in-a-window": lambda: window(
        sorry(NotAllowed(Who.GUEST, "Guests of this workspace cannot use /dr; ask a full member."))
    ),
    "a-form-without-a-channel": _form,
    "a-form-offered-in-a-thread": lambda: form_offered("Name a machine.", "failover"),
    "of-an-approver": _approver,
    "of-an-operator": _operator,
    "before-azure-answers": lambda: _home(
        person=ANN, groups=("@dr-operators",), risks=None, may_ask=tuple(CATALOGUE)
    ),
    "of-somebody-who-looks": lambda: _home(person=person("Erin")),
    "of-very-much": _many,
    "of-a-guest": lambda: closed(
        NotAllowed(Who.GUEST, "Guests of this workspace cannot use /dr; ask a full member.")
    ),
    "of-somebody-who-may-not-look": lambda: closed(
        NotAllowed(Ask.MAY_NOT_LOOK, "The policy does not let you look at machines and requests.")
    ),
}
