"""A maker for every message that the bot can draw, out of samples whose every text is hostile.

`MAKERS` has one for each public function of `bot/messages` that draws something; a test fails when
one is missing.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import bot.messages
from bot.domain.audit import START, Entry, Fact, chain
from bot.domain.checkpoints import Checkpoint
from bot.domain.diagnosis import Diagnosis, Grade
from bot.domain.forecast import Forecast
from bot.domain.objectives import Aim
from bot.domain.operations import CATALOGUE
from bot.domain.outside import Source
from bot.domain.quorum import Need
from bot.domain.request import Request, State
from bot.domain.rules import Rule
from bot.domain.suggestions import Suggested, Suggestion
from bot.domain.validations import Validation
from bot.errors import Ambiguous, AzureRefused, Missing, Misunderstood, Unavailable
from bot.messages import (
    anchors,
    answers,
    arranged,
    ask_form,
    blocks,
    board,
    card,
    choices,
    doctor,
    forms,
    help,  # noqa: A004  # the page of help
    home,
    incident,
    incident_answers,
    incident_forms,
    incident_thread,
    lines,
    machines,
    measures,
    outside,
    panes,
    plans,
    policy,
    readiness,
    receipt,
    reminders,
    reviews,
    roster,
    tables,
    thread,
    vaults,
    windows,
    work,
)
from bot.messages.blocks import Message
from bot.queries import VERBS
from bot.refusals import CODES, Type
from tests.bot.ask_forms import KEPT, form
from tests.bot.messages.wild import (
    FACT,
    GLASS,
    JOB,
    MANY,
    REQUESTS,
    RUNNING,
    SEVERAL,
    WAITING,
    WAITS,
    outcomes,
    wild,
)
from tests.bot.samples import (
    BO,
    GROUNDS,
    NOON,
    NOW,
    STEPS,
    broken,
    in_state,
    machine,
    point,
    request,
)
from tests.gallery import several
from tests.gallery.arranged import delegation, lock
from tests.gallery.homes import RISKS
from tests.gallery.incidents import BUSY, HOMELESS, OVER, REPORTED, an_incident, entry
from tests.gallery.looks import AROUND, EVENT, HEALTH, ILL, PLAN
from tests.gallery.reminders import ESCALATION, FIRST, NUDGE
from tests.hostile import LINK, PORTAL

Drawn = Message | list[dict[str, Any]] | dict[str, Any]
"""A message, blocks, or a view."""


def _sorry(text: str) -> Iterator[Message]:
    yield answers.sorry(Misunderstood(Type.WRONG_VALUE, text, text))
    yield answers.sorry(AzureRefused(text, status=400, code=text, advice=text))
    yield answers.sorry(Unavailable(text))


def _fill_in(text: str) -> Iterator[Message]:
    for titles in (["Cache"], ["A", "B"]):
        yield answers.fill_in(Missing(text, ("a", "b"), target=text, name=text), "word", titles)


def _share(text: str) -> tuple[Request, ...]:
    """Leave a quarter of the requests to each text: there are more texts than that."""
    return REQUESTS[len(text) % 4 :: 4]


def _of_incident(kind: str, text: str) -> Entry:
    one = entry(kind, "x", "x", link="x")
    return one.model_copy(update={"data": wild(one.data, text)})


def _cards(text: str) -> Iterator[Message]:
    for one in _share(text):
        bad = wild(one, text)
        holds: dict[str, Any] = {
            "locks": [wild(lock(), text)] * 3,
            "delegated": [wild(delegation(), text)] * 3,
        }
        ahead = Forecast(unsent=9, per_minute=600, last_sent=NOW, end=NOW)
        known = outcomes(bad, text)
        yield card.card(bad, now=NOW, expected=140, outcomes=known, ahead=ahead, **holds)


def _previews(text: str) -> Iterator[Message]:
    for one in REQUESTS[len(text) % 3 : len(CATALOGUE) : 3]:
        bad = wild(one, text)
        yield card.preview(bad, text, [bad])
        yield card.preview(bad.model_copy(update={"call": None}), "")


def _forms(text: str) -> Iterator[Drawn]:
    for operation in [*CATALOGUE.values()][len(text) % 3 :: 3]:
        options = operation.verb.options
        for some in [[option] for option in options]:
            for chosen in ((), ((text, text), ("a", "b")), (("a", text),) * 101):
                yield forms.option_form(
                    "word", some, operation.title, text, {one.name: chosen for one in some}
                )


def _suggestions(text: str) -> Iterator[Drawn]:
    """Show what is suggested as a select that has it in itself, for Slack's rules are the same."""
    for able in (True, False):
        machines = [Suggestion(wild(machine(), text), which, able) for which in ("", text)]
        for some in ((), (Suggestion(wild(PLAN, text), text, able),)):
            found = ask_form.suggestions(Suggested(tuple(machines), some, (text,) * 5))
            element = {"type": "static_select", "action_id": "a", **found}
            view = ask_form.ask_form(form(title=text, reason=text, reason_required=able))
            view["blocks"][0]["element"] = element
            yield view


def _lines_of(text: str) -> list[str]:
    rule = wild(_rule(), text)
    return [
        *policy.lines_of(rule, 1, [text], [text]),
        policy.who_can(
            Need(of=("@dr-approvers",)),
            [BO.model_copy(update={"name": text})],
            everyone=False,
            more=1,
        ),
    ]


def _rule() -> Rule:
    return Rule(name="x", may_ask=("@ops",), may_approve=("@ops",), confirm="name")


def _thread(text: str) -> Iterator[Drawn]:
    kinds = [*thread._ICONS][len(text) % 3 :: 3]  # whatever it can say
    for one in (WAITING, request(terms=broken()), GLASS, wild(REQUESTS[16], text)):
        for kind in ("request.ask", "request.overdue", *kinds):
            for subject in (one.id, text):
                bad = wild(FACT, text)
                fact = bad.model_copy(update={"type": kind, "subject": subject})
                said = thread.line(_entry(fact), wild(one, text))
                if said:
                    yield said[0]


def _entry(fact: Fact) -> Any:
    # what is chained is stored, and no half of a pair can be: the gateways turn it away
    clean = Fact.model_validate(
        {name: _storable(value) for name, value in fact.model_dump().items()}
    )
    return chain(clean, sequence=3, prevhash=START, time=NOON.isoformat())


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return value


def _entries(text: str) -> list[Any]:
    return [_entry(wild(FACT, text))] * 20


def _plan(text: str) -> Any:
    return wild(PLAN, text)


def _vault(text: str) -> list[dict[str, Any]]:
    ill = wild(ILL, text)
    return vaults.vault(
        f"/subscriptions/{text}/resourceGroups/{text}/vaults/{text}",
        machines=[ill] * 3,
        location=text,
        health=wild(HEALTH, text),
        by_container=True,
        troubles=[text] * 3,
    )


def _home(text: str) -> Iterator[dict[str, Any]]:
    shared = [wild(one, text) for one in _share(text)]
    yield home.home(
        wild(BO, text),
        groups=[text, text],
        waiting=shared,
        to_review=[wild(GLASS, text)],
        running=[wild(request(state=State.RUNNING, job=JOB), text)],
        far={},
        expected={},
        mine=shared,
        risks=wild(RISKS, text),
        locks=[wild(lock(), text)] * 9,
        delegations=[wild(delegation(), text)] * 9,
        may_ask=tuple(CATALOGUE),
        may_approve=tuple(CATALOGUE),
        now=NOW,
    )


def _windows(text: str) -> Iterator[dict[str, Any]]:
    for drawn in _cards(text):
        yield panes.card_window(drawn, "R-7K2M9P", "C0INCIDENTS", LINK)


MAKERS: Final[dict[str, Callable[[str], Iterable[Drawn]]]] = {
    "anchors.checkpoint_post": lambda _: [
        anchors.checkpoint_post(Checkpoint(sequence=3, hash="f" * 64, key=key, signature=key))
        for key in ("", "0123abcd")
    ],
    "answers.sorry": _sorry,
    "answers.broken": lambda _: [answers.broken("0f3a")],
    "answers.form_offered": lambda t: [answers.form_offered(t, t[:2000])],
    "home.home": _home,
    "home.closed": lambda t: [home.closed(AzureRefused(t, status=400, code=t, advice=t))],
    "panes.window": lambda t: [panes.window(one) for one in _sorry(t)],
    "panes.card_window": _windows,
    "answers.choose": lambda t: [answers.choose(Ambiguous(t, [("a", t)] * 30), "word")],
    "answers.fill_in": _fill_in,
    "answers.asked": lambda t: [
        answers.asked(wild(one, t), "C0INCIDENTS", already=already, instead_of="R-2M9P7K")
        for one in (WAITING, GLASS)
        for already in (False, True)
    ],
    "answers.overview": lambda t: [
        answers.overview(
            waiting=[wild(WAITING, t)] * 12,
            to_review=[wild(GLASS, t)],
            running=[wild(SEVERAL, t)],
            mine=[wild(WAITING, t)],
            may_ask=[*CATALOGUE],
            may_look=["list"],
        )
    ],
    "answers.request_list": lambda t: [
        answers.request_list(
            [wild(WAITING, t)] * 12, [wild(GLASS, t)], [wild(GLASS, t)] * 20, NOW, lost=[t]
        )
    ],
    "answers.requests_block": lambda t: [answers.requests_block("Open", [wild(GLASS, t)], "")],
    "answers.trail": lambda t: [
        answers.trail(t, _entries(t), filters=t, more=True),
        answers.trail(t, [], page=2),
    ],
    "incident.board": lambda t: [
        incident.board(wild(one, t), wild(BUSY, t), NOW, {f"bookmark {t}": t})
        for one in (an_incident(), REPORTED, HOMELESS, OVER)
    ],
    "incident.announcement": lambda t: [incident.announcement(wild(HOMELESS, t))],
    "incident.summary": lambda t: [Message(text="x", blocks=incident.summary(wild(OVER, t), BUSY))],
    "incident_thread.line": lambda t: [
        said[0]
        for kind in ("declare", "note", "update", "due", "close")
        for of in (REPORTED, OVER)
        if (
            said := incident_thread.line(
                _of_incident(kind, t), wild(of, t), wild(BUSY, t), (900,)
            )
        )
    ],
    "incident_answers.declared": lambda t: [
        incident_answers.declared(wild(HOMELESS, t), already=one) for one in (True, False)
    ],
    "incident_answers.noted": lambda t: [incident_answers.noted(wild(REPORTED, t))],
    "incident_answers.updated": lambda t: [incident_answers.updated(wild(REPORTED, t), t)],
    "incident_answers.snoozed": lambda t: [incident_answers.snoozed(wild(REPORTED, t))],
    "incident_answers.closed": lambda t: [incident_answers.closed(wild(OVER, t))],
    "incident_answers.still_going_on": lambda t: [
        incident_answers.still_going_on(wild(REPORTED, t), wild(BUSY, t).going_on * 20, "word")
    ],
    "incident_answers.timeline": lambda t: [
        incident_answers.timeline(wild(OVER, t), wild(BUSY, t), [_of_incident("note", t)] * 90)
    ],
    "incident_forms.update_form": lambda t: [incident_forms.update_form(wild(REPORTED, t))],
    "incident_forms.close_form": lambda t: [incident_forms.close_form(wild(REPORTED, t))],
    "arranged.now_locked": lambda t: [arranged.now_locked(wild(lock(count=30), t), 2)],
    "arranged.now_unlocked": lambda t: [arranged.now_unlocked([wild(lock(), t)] * 30)],
    "arranged.lock_list": lambda t: [arranged.lock_list([wild(lock(), t)], {lock().id}, 2)],
    "arranged.delegation_list": lambda t: [arranged.delegation_list([wild(delegation(), t)], 1)],
    "arranged.now_delegated": lambda t: [
        arranged.now_delegated(wild(delegation(), t), told=told) for told in (True, False)
    ],
    "arranged.no_longer_delegated": lambda t: [arranged.no_longer_delegated(wild(delegation(), t))],
    "arranged.to_the_delegate": lambda t: [arranged.to_the_delegate(wild(delegation(), t))],
    "arranged.taken_back": lambda t: [arranged.taken_back(wild(delegation(), t))],
    "arranged.with_locks": lambda t: [
        arranged.with_locks(answers.sorry(Unavailable(t)), [wild(lock(), t)] * 4)
    ],
    "board.board": lambda t: [
        board.board(fleet, outcomes(one, t), ended=ended)
        for one in (wild(MANY, t),)
        for fleet in (one.fleet,)
        if fleet
        for ended in (True, False)
    ],
    "card.card": _cards,
    "ask_form.ask_form": lambda t: [
        ask_form.ask_form(
            form(one, title=t, reason=t, reason_required=required, named=named, templates=(t[:9],))
        )
        for one in ("failover", "protect")
        for required in (True, False)
        for named in ("", t)
    ],
    "answers.try_again": lambda t: [
        answers.try_again(Misunderstood(Type.WRONG_VALUE, t, t), "word"),
        answers.try_again(Unavailable(t), "word"),
    ],
    "ask_form.reopened": lambda _: [[ask_form.reopened()]],
    "ask_form.trouble": lambda t: [[*ask_form.trouble(Misunderstood(Type.WRONG_VALUE, t, t))]],
    "ask_form.still_looking": lambda t: [
        ask_form.still_looking(ask_form.ask_form(form(title=t, reason=t)), KEPT, t) or {}
    ],
    "card.would_be": lambda t: [
        card.would_be(wild(one, t), t, already=already)
        for one in _share(t)
        for already in (None, wild(one, t))
    ],
    "ask_form.loading": lambda t: [ask_form.loading(KEPT, t)],
    "ask_form.without_form": lambda t: [
        ask_form.without_form(KEPT, t, Misunderstood(Type.WRONG_VALUE, t, t))
    ],
    "ask_form.suggestions": _suggestions,
    "card.preview": _previews,
    "choices.buttons": lambda t: [
        choices.buttons(wild(one, t), outcomes(wild(one, t), t)) for one in _share(t)
    ],
    "choices.next_buttons": lambda t: [
        [blocks.actions(choices.next_buttons(wild(GLASS, t), GROUNDS["commit"]))]
    ],
    "choices.other_point": lambda t: [choices.other_point(wild(VALIDATED, t))],
    "measures.validations": lambda t: [measures.validations(wild(VALIDATED, t))],
    "windows.reminder": lambda t: [
        windows.reminder(
            wild(VALIDATED, t), [wild(GROUNDS["commit"].machine, t)], now=NOW, aim=Aim(), hold=60
        )
    ],
    "windows.ended": lambda t: [
        windows.ended(wild(VALIDATED, t), [wild(GROUNDS["commit"].machine, t)])
    ],
    "windows.held": lambda t: [windows.held(wild(VALIDATED, t), NOW)],
    "windows.protection": lambda t: [windows.protection(wild(VALIDATED, t))],
    "forms.validate_form": lambda t: [forms.validate_form("R-7K2M9P", t, works=False)],
    "forms.option_form": _forms,
    "doctor.examined": lambda t: [
        doctor.examined([Diagnosis(about=t, grade=grade, sentence=t, advice=t) for grade in Grade])
    ],
    "forms.deny_form": lambda t: [forms.deny_form("R-7K2M9P", t)],
    "forms.nod_form": lambda t: [forms.nod_form("R-7K2M9P", wild(WAITS, _storable(t)))],
    "forms.review_form": lambda t: [forms.review_form("R-7K2M9P", t, t)],
    "forms.confirm_form": lambda t: [forms.confirm_form("R-7K2M9P", t, t, (t, "12"))],
    "help.help_page": lambda t: [
        help.help_page(tuple(VERBS.values()), dict.fromkeys(VERBS, (t,)), whole=whole)
        for whole in (True, False)
    ],
    "help.help_on": lambda t: [help.help_on(verb, {verb.name: (t,)}) for verb in VERBS.values()],
    "help.help_with": lambda _: [help.help_with(one) for one in CODES],
    "lines.troubles": lambda t: [lines.troubles([t] * 9)],
    "machines.fleet": lambda t: [
        machines.fleet([wild(ILL, t)] * 60, [t] * 9, detailed=True, filters=[t] * 3),
        machines.fleet([], [], detailed=True, filters=[t], unmatched=[t] * 12),
    ],
    "machines.machine_status": lambda t: [
        machines.machine_status(
            wild(ILL, t),
            points=[wild(point(), t)] * 3,
            job=wild(RUNNING, t),
            request=wild(WAITING, t),
            offers=["failover"],
            now=NOON,
            together=[t] * 30,
            nodes=[t] * 3,
        )
    ],
    "machines.point_list": lambda t: [
        machines.point_list(wild(ILL, t), [wild(point(), t)] * 70, NOON)
    ],
    "outside.alarm": lambda t: [
        outside.alarm(wild(JOB, t), wild(Source(activity="x"), t), portal=PORTAL, resource=t)
    ],
    "outside.cancelled_past": lambda t: [
        outside.cancelled_past(wild(JOB, t), t, portal=PORTAL, resource=t)
    ],
    "outside.run_again_past": lambda t: [
        outside.run_again_past(wild(JOB, t), t, portal=PORTAL, resource=t)
    ],
    "outside.gone": lambda t: [outside.gone(t, f"/vaults/{t}", portal=PORTAL)],
    "plans.plan_list": lambda t: [plans.plan_list([_plan(t)] * 50, [t] * 9)],
    "plans.plan_view": lambda t: [
        plans.plan_view(_plan(t), [wild(ILL, t)], offers=["failover"], trouble=t)
    ],
    "plans.group_blocks": lambda t: [plans.group_blocks(_plan(t), [wild(ILL, t)])],
    "policy.explanation": lambda t: [policy.explanation(_lines_of(t), f"Policy: {t}", t)],
    "readiness.of_machine": lambda t: [readiness.of_machine(wild(ILL, t), [AROUND], NOON)],
    "readiness.of_plan": lambda t: [
        readiness.of_plan(_plan(t), [wild(ILL, t)] * 40, [wild(AROUND, t)], NOON)
    ],
    "readiness.of_all": lambda t: [
        readiness.of_all([wild(ILL, t)] * 40, [wild(AROUND, t)], [t] * 9, NOON)
    ],
    "receipt.receipt": lambda t: [
        receipt.receipt(wild(one, t), [wild(GLASS, t)] * 3, _entries(t), 20, said)
        for one in (GLASS, SEVERAL)
        for said in ("", t)
    ],
    "reminders.asked_for": lambda t: [
        reminders.asked_for(wild(WAITING, t), latest, link, NOW + 1)
        for latest in (FIRST, NUDGE, ESCALATION)
        for link in (LINK, "")
    ],
    "reminders.escalated": lambda t: [reminders.escalated(wild(WAITING, t), [t] * 12, LINK)],
    "reminders.in_thread": lambda t: [
        reminders.in_thread(wild(WAITING, t), [BO.id], latest, everyone=True)
        for latest in (FIRST, ESCALATION)
    ],
    "reminders.nudged": lambda t: [reminders.nudged(wild(WAITING, t), [t] * 12, thread=True)],
    "reminders.ended": lambda t: [
        reminders.ended(wild(in_state(state, why="x"), t), BO.id, LINK) for state in State
    ],
    "reviews.notice": lambda t: [
        reviews.notice(wild(one, t)) for one in (GLASS, request(terms=broken()))
    ],
    "reviews.review": lambda t: [reviews.review(wild(GLASS, t))],
    "roster.request_view": lambda t: [
        roster.request_view(wild(one, t), outcomes(one, t), NOW, page=page)
        for one in (WAITING, SEVERAL, MANY, several.several(State.WAITING, several.fleet(90)))
        for page in (1, 2)
    ],
    "tables.step_blocks": lambda t: [
        tables.step_blocks(wild(STEPS * times, t), NOON) for times in (1, 30)
    ],
    "tables.fleet_table": lambda t: [
        tables.fleet_table(wild(several.THREE, t), outcomes(SEVERAL, t), ended=ended)
        for ended in (True, False)
    ],
    "thread.line": _thread,
    "vaults.vault": lambda t: [_vault(t)],
    "vaults.vault_list": lambda t: [vaults.vault_list([_vault(t)] * 3)],
    "work.job_list": lambda t: [
        work.job_list([wild(JOB, t), wild(RUNNING, t)], NOON, subject=t, more=9, troubles=[t])
    ],
    "work.job_view": lambda t: [work.job_view(wild(one, t), NOON) for one in (JOB, RUNNING)],
    "work.event_list": lambda t: [
        work.event_list([wild(EVENT, t)] * 3, subject=t, severity="critical", more=3, troubles=[t])
    ],
}  # fmt: skip


VALIDATED: Final[Request] = in_state(
    State.SUCCEEDED,
    validations=(
        Validation(works=False, at=NOW, person=BO, note="no answer", click="1"),
        Validation(works=False, at=NOW, check="shop", note="HTTP 503 after 0.2 s"),
    ),
)


def functions_that_draw() -> set[str]:
    """Find every public function of `bot/messages` that says it returns a message or blocks."""
    found = set()
    for info in pkgutil.iter_modules(bot.messages.__path__):
        if info.name == "blocks":  # the bricks, of which the others build
            continue
        module = importlib.import_module(f"bot.messages.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            drawn = str(inspect.signature(function).return_annotation)
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and ("Message" in drawn or "dict[str, typing.Any]" in drawn):
                found.add(f"{info.name}.{name}")
    return found
