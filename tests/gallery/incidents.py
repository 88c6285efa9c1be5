"""Incidents: the board in each of its states, its thread, the forms and the answers."""

from typing import Any, Final

from bot.domain.audit import START, Actor, Entry, Fact, chain
from bot.domain.incidents import Incident, Standing, Update
from bot.domain.request import State
from bot.domain.situation import Back, Doing, Failed, Moved, Situation
from bot.messages import incident, incident_answers, incident_forms, incident_thread
from bot.messages.blocks import Message
from tests.bot.samples import ANN, BO, NOW, request
from tests.gallery.example import Examples

MINUTE: Final = 60_000
SAID: Final = Update(
    conditions="West Europe is down, and Microsoft says so.",
    actions="The web tier is being failed over.",
    needs="Somebody who can check the payments.",
)
QUIET: Final = Situation()
BUSY: Final = Situation(
    waiting=(
        Doing(request="R-222222", title="Failover of vm-db01", state=State.WAITING, since=NOW),
    ),
    running=(
        Doing(
            request="R-7K2M9P",
            title="Failover of vm-web02",
            state=State.RUNNING,
            since=NOW - 4 * MINUTE,
        ),
    ),
    moved=(Moved(name="vm-web01", at=NOW - 20 * MINUTE, where="North Europe"),),
    unprotected=(Moved(name="vm-web01", at=NOW - 20 * MINUTE, where="North Europe"),),
    failed=(
        Failed(request="R-333333", title="Failover of vm-app01", why="The agent does not answer."),
    ),
    back=(
        Back(name="vm-web01", seconds=2404, objective=1800),
        Back(name="vm-web03", seconds=1204, objective=1800),
    ),
    deciding=140,
    requests=(request(),),
)


def an_incident(**more: Any) -> Incident:
    """Make an incident that Ann declared an hour ago."""
    given = {
        "id": "I-7K2M9P", "entry": 7, "title": "West Europe down", "region": "westeurope",
        "region_name": "West Europe", "down": ("vm-web01", "vm-web02", "vm-db01"),
        "down_count": 12, "by": ANN, "at": NOW - 60 * MINUTE, "channel": "C0INCIDENTS",
        "place": "made", "due": NOW + 10 * MINUTE, "until": NOW + 9000 * MINUTE,
    }  # fmt: skip
    return Incident.model_validate(given | more)


def entry(kind: str, words: str, reason: str = "", **correlation: str) -> Entry:
    """Make an entry of an incident."""
    fact = Fact(
        type=f"incident.{kind}", subject="I-7K2M9P",
        actor=Actor(team="T1", id=BO.id, name="Bo"), operation=kind, target="West Europe down",
        words=words, reason=reason, correlation=correlation,
    )  # fmt: skip
    return chain(fact, sequence=7, prevhash=START, time="2026-03-01T12:00:00Z")


REPORTED: Final = an_incident(latest=Standing(by=BO, at=NOW - 20 * MINUTE, update=SAID))
HOMELESS: Final = an_incident(
    place="default",
    trouble="Slack did not let the bot make the channel #dr-west-europe-down (missing_scope).",
)
OVER: Final = an_incident(
    closed_at=NOW, closed_by=BO, closing="West Europe is up, all is back.", due=0, notes=4
)
LINK: Final = "https://northwind.slack.com/archives/C0INCIDENTS/p1795847143159022"


def _told(one: Entry, of: Incident = REPORTED) -> Message:
    said = incident_thread.line(one, of, BUSY, (900, 3600))
    assert said
    return said[0]


EXAMPLES: Examples = {
    "board-just-declared": lambda: incident.board(an_incident(), QUIET, NOW),
    "board-in-the-middle": lambda: incident.board(REPORTED, BUSY, NOW),
    "board-late-and-bare": lambda: incident.board(
        an_incident(due=NOW - MINUTE, region="", region_name="", down=(), down_count=0),
        QUIET,
        NOW,
        {"pin 1.2": "missing_scope", "bookmark Board": "missing_scope", "invite": "cant_invite"},
    ),
    "board-in-the-default-channel": lambda: incident.board(HOMELESS, BUSY, NOW),
    "board-closed": lambda: incident.board(OVER, BUSY, NOW),
    "announcement": lambda: incident.announcement(an_incident()),
    "announcement-without-a-channel": lambda: incident.announcement(HOMELESS),
    "thread-declared": lambda: _told(entry("declare", "Bo declared West Europe down.")),
    "thread-note": lambda: _told(entry("note", "Bo noted: it is up", "it is up")),
    "thread-note-of-a-message": lambda: _told(
        entry("note", "Bo noted: Ann wrote: it is up", "Ann wrote: it is up", link=LINK)
    ),
    "thread-update": lambda: _told(entry("update", f"Bo reported: {SAID.words}", SAID.words)),
    "thread-reminder": lambda: _told(entry("due", "The next update is due: how do things stand?")),
    "thread-snoozed": lambda: _told(entry("snooze", "Bo put the next update off by 15 min.")),
    "thread-summary": lambda: _told(entry("close", "Bo closed West Europe down."), OVER),
    "form-update": lambda: incident_forms.update_form(an_incident()),
    "form-update-from-the-last": lambda: incident_forms.update_form(REPORTED),
    "form-close": lambda: incident_forms.close_form(REPORTED),
    "answer-declared": lambda: incident_answers.declared(an_incident(), already=False),
    "answer-declared-already": lambda: incident_answers.declared(an_incident(), already=True),
    "answer-declared-without-a-channel": lambda: incident_answers.declared(HOMELESS, already=False),
    "answer-noted": lambda: incident_answers.noted(REPORTED),
    "answer-updated": lambda: incident_answers.updated(REPORTED, ""),
    "answer-updated-beside-another": lambda: incident_answers.updated(REPORTED, "Ann"),
    "answer-snoozed": lambda: incident_answers.snoozed(REPORTED),
    "answer-closed": lambda: incident_answers.closed(OVER),
    "answer-still-going-on": lambda: incident_answers.still_going_on(
        REPORTED, BUSY.going_on, "word"
    ),
    "timeline": lambda: incident_answers.timeline(
        OVER,
        BUSY,
        [
            entry("declare", "Bo declared West Europe down."),
            entry("note", "Bo noted: it is up", "it is up", link=LINK),
            entry("update", f"Bo reported: {SAID.words}", SAID.words),
            entry("close", "Bo closed West Europe down."),
        ],
    ),
}
