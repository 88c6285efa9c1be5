"""What the thread under a card is told, step by step."""

from functools import partial
from typing import Any, Final

from bot.domain.audit import START, Entry, chain
from bot.domain.people import Person
from bot.domain.request import Request, State
from bot.messages.blocks import Message
from bot.messages.telling import tell
from bot.messages.thread import line
from tests.bot.samples import ANN, BO, CARLA, NOON, TEAM, broken, fact, in_state, request, vote
from tests.gallery.example import Examples
from tests.gallery.several import MANY, WHOLE, several


def entry(kind: str, words: str, *, by: Person = ANN, sequence: int = 7, **more: Any) -> Entry:
    """Write an entry of the audit log."""
    actor = {"team": TEAM, "id": by.id, "name": by.name}
    given: dict[str, Any] = {
        "words": words,
        "actor": actor,
        "target": "vm-web01",
        "operation": "failover",
    }
    time = NOON.isoformat()
    return chain(fact(kind, **given | more), sequence=sequence, prevhash=START, time=time)


def said(request: Request, kind: str, words: str, **more: Any) -> Message:
    """Draw what a thread is told of one entry."""
    told = line(entry(kind, words, **more), request)
    assert told
    return told[0]


STEPS: Final = {
    "vote": "Bo approved it.",
    "approve": "Carla approved it, which is enough.",
    "revoke": "Carla took the approval back.",
    "ask-again": "The RPO has grown since it was approved.",
    "deny": "Bo denied it: West Europe is up again.",
    "withdraw": "Ann withdrew it.",
    "expire": "It was not approved in time.",
    "invalidate": "vm-web01 is no longer as it was approved. Nothing was sent.",
    "claim": "It is sent to Azure.",
    "accept": "Azure has accepted it.",
    "reject": "Azure refused it: the quota of the region is used up.",
    "lose": "Azure did not answer. Whether it began is not known yet.",
    "turn-away": "Azure asks to wait a minute.",
    "find": "Its job was found.",
    "absent": "Azure has no job of it, and the machine is as it was.",
    "resubmit": "Carla had it submitted again.",
    "give-up": "Carla gave it up.",
    "progress": "Step 3 of 5: Start failover.",
    "succeed": "It succeeded in 2 min 19 s.",
    "fail": "The virtual machine could not be started.",
    "cancel": "Its job was cancelled in Azure.",
    "observe": "It is protected again.",
    "nod": "Bo said that “Check the database” is done.",
}
"""What may be told, with words as the log has them."""


def _step(kind: str, words: str) -> Message:
    return said(in_state(State.SUCCEEDED), f"request.{kind}", words, after="protected")


def _glass(kind: str, words: str, **more: Any) -> Message:
    one = in_state(State.SUCCEEDED, terms=broken(), votes=(vote(BO),))
    return said(one, f"request.{kind}", words, **more)


def _at_once() -> Message:
    """Draw what is told of many machines in one message."""
    why = "There is no room left for {name} (QuotaExceeded)."
    entries = [
        entry("request.fail", why.format(name=f"vm-web{n:02}"), target=f"vm-web{n:02}",
              subject=f"{WHOLE}.{n}", before="running", after="failed", sequence=n)
        for n in range(1, 31)
    ]  # fmt: skip
    [only] = tell(entries, several(State.RUNNING, MANY))
    assert only.message
    return only.message


EXAMPLES: Examples = {
    **{kind: partial(_step, kind, words) for kind, words in STEPS.items()},
    "asked-and-told": lambda: said(
        request(terms=broken(glass=None, tell=("S0APPROVERS", CARLA.id))), "request.ask", "x"
    ),
    "asked-for-many": lambda: said(several(State.WAITING, MANY), "request.ask", "x"),
    "break-glass-asked": lambda: said(request(terms=broken()), "request.ask", "x"),
    "break-glass-ended": lambda: _glass(
        "succeed", "It succeeded in 2 min 19 s.", before="running", after="succeeded"
    ),
    "break-glass-reviewed": lambda: _glass("review", "Dan found that it was justified.", by=CARLA),
    "break-glass-overdue": lambda: _glass(
        "overdue", "It is not reviewed, and it is late.", before="succeeded", after="succeeded"
    ),
    "one-of-several": lambda: said(
        several(State.RUNNING, MANY), "request.fail", "There is no room left.",
        subject=f"{WHOLE}.7", target="vm-web07",
    ),
    "many-at-once": _at_once,
}  # fmt: skip
