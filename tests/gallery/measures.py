"""What is measured of a failover, what people say of it, and the commit window."""

from typing import Any, Final

from bot.domain.catalogue import Ground
from bot.domain.objectives import Aim
from bot.domain.request import Request, State
from bot.domain.validations import Validation
from bot.domain.windows import Exposed
from bot.messages import machines, windows
from bot.messages.blocks import Message
from bot.messages.card import card
from bot.messages.forms import validate_form
from bot.messages.roster import request_view
from tests.bot.samples import BO, CARLA, NOON, NOW, failed_over, in_state, point
from tests.gallery.example import Examples
from tests.gallery.thread import said

MINUTE: Final = 60_000
AIM: Final = Aim(rto=3600, rpo=900)
STRICT: Final = Aim(rto=60, rpo=30)
WORKS = Validation(works=True, at=NOW + 14 * MINUTE, person=CARLA, note="orders go through")
FAILS = Validation(works=False, at=NOW + 9 * MINUTE, person=BO, note="the shop shows old prices")
GOOD = Validation(
    works=True, at=NOW + 5 * MINUTE, check="the shop answers", note="HTTP 200 in 0.12 s"
)
BAD = Validation(
    works=False, at=NOW + 6 * MINUTE, check="orders", note="HTTP 503 in 0.20 s, not 200"
)
EXPOSED = Exposed(since=NOW - 40 * MINUTE, request="R-2B8H4T")
REPROTECTED = EXPOSED.model_copy(
    update={"reprotect": "R-7K2M9P", "reprotect_at": NOW, "expected": 2100}
)


def _drawn(*validations: Validation, aim: Aim | None = AIM, **more: Any) -> Message:
    return card(_done(*validations, **more), now=NOW + 20 * MINUTE, expected=140, aim=aim)


def _done(*validations: Validation, **more: Any) -> Request:
    return in_state(State.SUCCEEDED, validations=validations, **more)


def _to_a_point() -> Message:
    ground = Ground(target=failed_over(), point=point())
    return _drawn(GOOD, ground=ground, arguments={"point": "app", "shutdown": "yes"})


def _reprotecting() -> Message:
    one = in_state(State.SUCCEEDED, "reprotect", watching=True)
    return card(one, now=NOW + 5 * MINUTE, expected=140, unprotected=REPROTECTED)


AWAY = failed_over()
EXAMPLES: Examples = {
    "needs-attention": lambda: machines.fleet(
        [AWAY], (), detailed=False, unprotected={AWAY.id: EXPOSED}, now=NOON
    ),
    "works": lambda: _drawn(GOOD, WORKS),
    "works-after-all": lambda: _drawn(FAILS, WORKS),
    "does-not-work": lambda: _drawn(GOOD, FAILS),
    "bad-check": lambda: _drawn(BAD),
    "objective-missed": lambda: _drawn(WORKS, aim=STRICT),
    "without-an-objective": lambda: _drawn(WORKS, aim=None),
    "to-a-point": _to_a_point,
    "since-the-declaration": lambda: card(
        _done(WORKS), now=NOW + 20 * MINUTE, expected=140, aim=AIM, declared_at=NOW - 10 * MINUTE
    ),
    "protected-again": lambda: _drawn(WORKS, protected_at=NOW + 99 * MINUTE),
    "reprotecting": _reprotecting,
    "told-that-it-works": lambda: said(
        _done(WORKS), "request.validate", "Carla says that it works: orders go through"
    ),
    "told-that-it-does-not": lambda: said(
        _done(FAILS),
        "request.validate",
        "Bo says that it does not work: the shop shows old prices",
        correlation={"works": "no"},
    ),
    "told-that-it-is-held": lambda: said(
        _done(), "request.hold", "Carla holds the reminders to commit until 2026-03-01 16:00 UTC."
    ),
    "form-works": lambda: validate_form("R-7K2M9P", "Failover of vm-web01", works=True),
    "form-does-not": lambda: validate_form("R-7K2M9P", "Failover of vm-web01", works=False),
    "window": lambda: windows.reminder(
        _done(GOOD, WORKS), [failed_over()], now=NOW + 120 * MINUTE, aim=AIM, hold=14_400
    ),
    "window-ended": lambda: windows.ended(
        _done(), [failed_over(state_words="Failover committed", allowed=())]
    ),
    "window-held": lambda: windows.held(_done(), NOW + 240 * MINUTE),
    "request": lambda: request_view(_done(WORKS), {}, NOW + 20 * MINUTE, aim=AIM),
}
