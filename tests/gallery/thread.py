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
    "vote": "Bo approved it (1 of 2).",
    "approve": "Carla approved it (2 of 2).",
    "revoke": "Carla took the approval back (1 of 2).",
    "ask-again": "Nothing was sent. RPO: 1 min 10 s → 2 h 13 min; please approve again.",
    "deny": "Bo denied it: West Europe is up again.",
    "withdraw": "Ann withdrew it.",
    "expire": "It was not approved in time.",
    "invalidate": "What was approved is no longer so: RPO: 1 min → 2 h. Nothing was sent.",
    "claim": "Submitting to Azure (attempt 1, client request id c1).",
    "accept": "Azure accepted it as job 0a3b5c7d.",
    "reject": "Azure refused it: the quota of the region is used up.",
    "lose": "Azure answered 503. Whether it began is not known yet.",
    "turn-away": "Azure is busy; it is sent again in a minute.",
    "find": "Found it: Azure had accepted it as job 0a3b5c7d.",
    "absent": "Azure has no job of it. It never started; it can be submitted again.",
    "resubmit": "Carla had it submitted again.",
    "give-up": "Carla gave it up: what became of it is not known to the bot.",
    "progress": "Start failover began.",
    "succeed": "Failover of vm-web01 succeeded in 2 min 19 s. It runs in North Europe.",
    "fail": "Failover of vm-web01 failed. The virtual machine could not be started.",
    "cancel": "Failover of vm-web01 was cancelled. Azure says: Cancelled.",
    "observe": "vm-web01 is protected again, North Europe → West Europe.",
    "nod": "Bo says that “Check the database” is done: it is open.",
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
        "succeed", STEPS["succeed"], before="running", after="succeeded"
    ),
    "break-glass-reviewed": lambda: _glass(
        "review", "Carla reviewed it (1 of 2): justified. Nobody else was there", by=CARLA
    ),
    "break-glass-overdue": lambda: _glass(
        "overdue", "The review is overdue: 2 missing.", before="succeeded", after="succeeded"
    ),
    "one-of-several": lambda: said(
        several(State.RUNNING, MANY), "request.fail", "There is no room left.",
        subject=f"{WHOLE}.7", target="vm-web07",
    ),
    "many-at-once": _at_once,
}  # fmt: skip
