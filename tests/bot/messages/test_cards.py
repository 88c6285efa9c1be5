"""The cards: accepted by Slack whatever they hold, and inert."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arrangements import VERBS
from bot.domain.audit import START, chain
from bot.domain.catalogue import Ground
from bot.domain.diagnosis import Subject
from bot.domain.drift import Change
from bot.domain.jobs import Job, JobError, JobStep
from bot.domain.operations import CATALOGUE
from bot.domain.outside import Source
from bot.domain.request import Request, State
from bot.domain.rules import Rule
from bot.domain.tally import ask_again, count, revoke
from bot.errors import Ambiguous, Missing, Misunderstood
from bot.messages import answers, outside, policy
from bot.messages.blocks import Message, esc
from bot.messages.card import card
from bot.messages.doctor import examined
from bot.messages.forms import (
    confirm_form,
    deny_form,
    option_form,
    review_form,
    to_confirm,
    unreviewable,
)
from bot.messages.help import help_on, help_page, help_with
from bot.messages.receipt import receipt
from bot.messages.thread import line
from bot.refusals import CODES, Type
from sandbox.workspace.blocks import check_blocks, shown_by
from sandbox.workspace.view_rules import check_view
from tests.bot import samples
from tests.bot.samples import (
    ANN,
    BO,
    CARLA,
    DAN,
    ERIN,
    FINDINGS,
    GROUNDS,
    NOON,
    NOW,
    STEPS,
    fact,
    failed_over,
    in_state,
    job,
    person,
    request,
    reviewed,
    terms,
    vote,
)
from tests.gallery.cards import ILL

HOSTILE = [
    "<!channel> <!here> <@UEVIL> <#CEVIL> <!subteam^SEVIL> <https://evil.example|safe>",
    "*bold* _it_ ~gone~ `code` ```block``` > quote\n> quote\n• *Approved by* <@UEVIL>",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\x00\x1b[31m \ufeff",
    "&" * 3000,
    "<" * 3000,
    "🙂" * 3000,
    "x" * 3000,
    "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
    "<!date^1^{date}|<!channel>>",
]
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x00-\x09\x0b-\x1f]")
MARKUP = re.compile(r"<[^<>]*>")
OURS = re.compile(r"<@U[A-Z0-9]+>|<#C[A-Z0-9]+>|<!date\^\d+\^[^<>|^]+\|[^<>|]+>")
MEMBERS = {one.id for one in (ANN, BO, CARLA, DAN, ERIN)}


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Find every text object in some blocks."""
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"}:
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def sound(message: Message) -> None:
    """Make sure that Slack takes a message, and that nobody's words in it do anything."""
    assert check_blocks(message.blocks, "message") == []
    assert 0 < len(message.text) <= 4000
    inert(message.text)
    for one in texts(message.blocks):
        assert not HIDDEN.search(one["text"]), one
        if one["type"] == "mrkdwn":
            assert one["verbatim"] is True
            inert(one["text"])


def posts(message: Message) -> None:
    """Make sure that Slack takes a message in a channel, and that nobody's words do anything."""
    sound(message)
    fits(message)


def fits(message: Message) -> None:
    """Make sure that Slack takes a message in a channel, where all its text counts."""
    assert check_blocks(message.blocks, "message") == []
    assert shown_by(message.blocks) <= 12_000


def inert(text: str) -> None:
    """Make sure that all markup in a text is ours, and whole."""
    for found in MARKUP.findall(text):
        assert OURS.fullmatch(found), found
    rest = MARKUP.sub("", text)
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert "UEVIL" not in "".join(MARKUP.findall(text))


def changed(ground: Ground, wild: dict[str, Any]) -> Ground:
    """Change what a ground is about."""
    return ground.model_copy(update={"target": ground.target.model_copy(update=wild)})


def hostile(text: str, state: State, operation: str) -> Request:
    """Make a request in which everything that somebody else can name is hostile."""
    findings = tuple(
        one.model_copy(update={"message": text, "code": text, "causes": text}) for one in FINDINGS
    )
    wild: dict[str, Any] = {
        "name": text, "state_words": text, "health": text, "findings": findings, "scenario": "",
        "region_names": {"westeurope": text, "northeurope": text},
    }  # fmt: skip
    ground = GROUNDS[operation]
    if isinstance(ground.target, Job):
        wild = {"scenario": text, "target": text, "words": text, "state": text}
    steps = tuple(step.model_copy(update={"name": text}) for step in STEPS * 20)
    error = JobError(code=text, message=text, causes=text, action=text)
    known = in_state(state, operation)
    more: dict[str, Any] = {
        "ground": changed(ground, wild),
        "reason": text,
        "asker": ANN.model_copy(update={"name": text}),
        "terms": known.terms.model_copy(update={"rule": text}),
    }
    if known.job:
        more["job"] = known.job.model_copy(update={"steps": steps, "errors": (error,)})
    if known.why:
        more |= {"why": text, "advice": text}
    more["changes"] = (Change(what=text, before=text, after=text), Change(what=text)) * 3
    if known.after:
        more["after"] = changed(known.after, wild)
    return known.model_copy(update=more)


def hostile_glass(text: str) -> Request:
    """Make a request whose glass was broken, with a hostile review."""
    one = hostile(text, State.SUCCEEDED, "failover")
    under = samples.broken(rule=text)
    return one.model_copy(update={"terms": under, "reviews": (reviewed(DAN, text),)})


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("operation", CATALOGUE)
def test_slack_takes_every_card(state: State, operation: str) -> None:
    """In every state of every operation, with friendly and with hostile content."""
    posts(card(in_state(state, operation), now=NOW, expected=None))
    posts(card(in_state(state, operation), now=NOW + 60_000, expected=140))
    for text in HOSTILE:
        posts(card(hostile(text, state, operation), now=NOW, expected=140))


@given(st.text(max_size=300) | st.sampled_from(HOSTILE), st.sampled_from(State))
def test_no_text_of_others_does_anything_on_a_card(text: str, state: State) -> None:
    """Whatever it holds."""
    posts(card(hostile(text or "x", state, "failover"), now=NOW, expected=None))


def test_very_many_approvers_do_not_break_a_card() -> None:
    """Mentions are never cut in two."""
    many = tuple(f"U{n:09}" for n in range(400))
    posts(card(request(terms=terms(may_approve=many)), now=NOW, expected=None))
    crowd = tuple(vote(person(f"P{n}"), at=NOW) for n in range(90))
    posts(card(in_state(State.APPROVED, votes=crowd), now=NOW, expected=None))


def offered_by(element: dict[str, Any]) -> list[str]:
    """Read what a button or the entries of a menu say."""
    if element["type"] == "overflow":
        return [option["text"]["text"] for option in element["options"]]
    return [element["text"]["text"]]


def test_a_card_offers_only_what_its_state_allows() -> None:
    """Voting while it waits, withdrawing until it is sent, and then what comes next."""
    seen = {
        state: [
            label
            for block in card(in_state(state), now=NOW, expected=None).blocks
            if block["type"] == "actions"
            for element in block["elements"]
            for label in offered_by(element)
        ]
        for state in State
    }
    waiting = ["Approve", "Deny", "Withdraw", "Deny with a reason…"]
    assert seen.pop(State.WAITING) == waiting
    assert seen.pop(State.APPROVED) == ["Withdraw", "Revoke my approval"]
    once = card(request(votes=(vote(BO),)), now=NOW, expected=None)
    [row] = [block for block in once.blocks if block["type"] == "actions"]
    assert [one for element in row["elements"] for one in offered_by(element)] == [
        *waiting, "Revoke my approval",
    ]  # fmt: skip
    assert seen.pop(State.SUCCEEDED) == [
        "It works", "It does not", "Commit", "Change recovery point",
    ]  # fmt: skip
    assert seen.pop(State.UNKNOWN) == ["Give up"]
    assert not any(seen.values()), seen
    waits = card(in_state(State.APPROVED, needs_nod=True), now=NOW, expected=None)
    labels = [text["text"] for text in texts(waits.blocks)]
    assert "Submit again" in labels


def test_approving_asks_whether_one_means_it() -> None:
    """Slack's own dialog, with what it destroys."""
    asked = card(request("commit"), now=NOW, expected=None)
    [row] = [block for block in asked.blocks if block["type"] == "actions"]
    confirm = row["elements"][0]["confirm"]
    assert confirm["title"]["text"] == "Approve: Commit of vm-web01?"
    assert "Deletes the 24 recovery points" in confirm["text"]["text"]


@pytest.mark.parametrize("text", [*HOSTILE, "plain"], ids=range(len(HOSTILE) + 1))
def test_slack_takes_every_answer(text: str) -> None:
    """Private answers and listings, with whatever names and errors they have to show."""
    one = hostile(text, State.WAITING, "failover")
    broken = hostile_glass(text)
    entry = chain(
        fact(words=text, reason=text, target=text, subject=text, before=text, after="y"),
        sequence=1,
        prevhash=START,
        time=NOON.isoformat(),
    )
    matches = [(f"id{n}", text) for n in range(40)]
    for message in (
        answers.sorry(Misunderstood(Type.WRONG_VALUE, text, text)),
        answers.broken("0f3a"),
        answers.choose(Ambiguous(text, matches), "word"),
        answers.fill_in(Missing(text, ("cache",), target="id", name=text), "word", ["Cache"]),
        answers.fill_in(Missing(text, ("a", "b"), target="id", name=text), "word", ["A", "B"]),
        answers.asked(one, "C0INCIDENTS", already=False),
        answers.asked(one, "C0INCIDENTS", already=True),
        answers.asked(broken, "C0INCIDENTS", already=False, instead_of="R-2M9P7K"),
        card(broken, now=NOW, expected=None),
        receipt(broken, [], [entry] * 3, 3, text),
        answers.overview(
            waiting=[one] * 20,
            running=[one],
            mine=[one],
            to_review=[one],
            may_ask=[*CATALOGUE],
            may_look=["list"],
        ),
        answers.overview(waiting=[], to_review=[], running=[], mine=[], may_ask=[], may_look=[]),
        answers.request_list([one] * 20, [one] * 10, [broken] * 20, NOW, lost=[text]),
        answers.trail(text, [entry] * 20),
        answers.trail("", []),
        examined([Subject(text).bad(text * 9, text) for _ in range(99)]),
        examined([]),
    ):
        sound(message)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_takes_every_alarm(text: str) -> None:
    """Whatever machines and jobs are called that somebody touched past the bot."""
    job = Job(id=text, name=text, scenario=text, state=text, target=text, started=NOON, ended=NOON)
    where = {"portal": "", "resource": text}
    for message in (
        outside.alarm(job, Source(activity=text), **where),
        outside.cancelled_past(job, text, **where),
        outside.run_again_past(job, text, **where),
        outside.gone(text, text, portal=""),
    ):
        sound(message)


@pytest.mark.parametrize("whole", [True, False])
def test_slack_takes_every_page_of_help(whole: bool) -> None:
    """All commands, each of them and each code, whether one may or may not."""
    nobody: dict[str, tuple[str, ...]] = dict.fromkeys(VERBS, ())
    crowd = dict.fromkeys(VERBS, tuple(f"@dr-group-{n}" for n in range(40)))
    for others in ({}, nobody, crowd):
        sound(help_page(tuple(VERBS.values()), others, whole=whole))
        for verb in VERBS.values():
            sound(help_on(verb, others))
    for code in CODES:
        sound(help_with(code))


@pytest.mark.parametrize("target", ["vm-web01", "id:/subscriptions/1/x", *HOSTILE], ids=range(11))
def test_slack_takes_the_form(target: str) -> None:
    """For every option of every operation, typed or chosen, on a machine of any name."""
    few = [(f"{n}", f"{target} {n}") for n in range(3)]
    for operation in CATALOGUE.values():
        options = operation.verb.options
        for some in [[option] for option in options] + ([list(options)] if options else []):
            for choices in ([], few, few * 50, [(target * 9, target)]):
                every = {option.name: choices for option in some}
                form = option_form("word", some, operation.title, target, every)
                check_view(form, "modal")


@pytest.mark.parametrize("text", [*HOSTILE, "vm-web01"], ids=range(len(HOSTILE) + 1))
def test_slack_takes_the_form_for_approving(text: str) -> None:
    """For a target of any name; a name that is too long for the form is known without it."""
    words = (text, "12")
    form = confirm_form("R-7K2M9P", f"Failover of {text}", text, words)
    check_view(form, "modal")
    request_id, expected = to_confirm(form)
    assert request_id == "R-7K2M9P"
    assert expected == (words if len(text) < 1000 else ())


@pytest.mark.parametrize("text", [*HOSTILE, "vm-web01"], ids=range(len(HOSTILE) + 1))
def test_slack_takes_the_form_for_denying(text: str) -> None:
    """Of a target of any name."""
    check_view(deny_form("R-7K2M9P", f"Failover of {text}"), "modal")


def test_whoever_approved_is_mentioned_when_people_are_asked_again() -> None:
    """Those whose approval was dropped by that, and not who had taken theirs back before."""
    at = NOW + 90_000
    asked = ask_again(
        count(revoke(request(votes=(vote(DAN),)), DAN, NOW, "k1"), vote(BO)).model_copy(
            update={"state": State.APPROVED}
        ),
        Ground(target=ILL, points=24),
        (Change(what="RPO", before="a", after="b"),),
        at,
    )
    when = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    entry = chain(fact("request.ask-again"), sequence=1, prevhash=START, time=when)
    said = line(entry, asked)
    assert said
    message, loud = said
    assert loud
    assert f"<@{BO.id}> <@{ANN.id}>" in message.text
    assert DAN.id not in message.text


@pytest.mark.parametrize("text", [*HOSTILE, "plain"], ids=range(len(HOSTILE) + 1))
def test_slack_takes_what_the_policy_says(text: str) -> None:
    """Whatever its rules and the machines are called."""
    rule = Rule(name=text, may_ask=("@ops",), may_approve=(), regions=(text,), confirm="name")
    said = policy.lines_of(rule, 1, [f"region {text}: {text}"] * 3, [text])
    sound(policy.explanation([*said, *said], f"Policy: failover {text}", "0123"))


def test_who_is_to_be_told_is_mentioned_in_the_thread() -> None:
    """People and groups, in a line of their own."""
    entry = chain(fact("request.ask"), sequence=1, prevhash=START, time=NOON.isoformat())
    said = line(entry, request(terms=terms(tell=(BO.id, "S0APPROVERS"))))
    assert said
    message, loud = said
    assert not loud
    assert message.text == f"<@{BO.id}>, <!subteam^S0APPROVERS>: R-7K2M9P was asked."


def test_whoever_was_skipped_is_told_where_all_can_hear() -> None:
    """Loudly, by name, with what was skipped and why."""
    entry = chain(fact("request.ask"), sequence=1, prevhash=START, time=NOON.isoformat())
    under = samples.broken(tell=("S0OTHERS",))
    said = line(entry, request(terms=under))
    assert said
    message, loud = said
    assert loud
    for words in ("*1 instead of 2*", "West Europe is down", "<!subteam^S0APPROVERS>", DAN.id):
        assert words in message.text
    assert "<!subteam^S0OTHERS>" in message.text


@pytest.mark.parametrize(
    ("kind", "before", "after", "called"),
    [
        ("succeed", "running", "succeeded", True),
        ("withdraw", "approved", "withdrawn", True),
        ("overdue", "succeeded", "succeeded", True),
        ("review", "succeeded", "succeeded", False),
        ("progress", "running", "running", False),
        ("observe", "succeeded", "succeeded", False),
    ],
)
def test_reviewers_are_called_at_the_end(kind: str, before: str, after: str, called: bool) -> None:
    """And once more when they are late; where no glass was broken, nobody is."""
    entry = chain(
        fact(f"request.{kind}", before=before, after=after), sequence=1, prevhash=START,
        time=NOON.isoformat(),
    )  # fmt: skip
    owing = in_state(State.SUCCEEDED, terms=samples.broken())
    for one, expected in (
        (owing, called),
        (in_state(State.SUCCEEDED), False),
        (owing.model_copy(update={"approved_at": 0}), False),
    ):
        said = line(entry, one)
        assert said
        message, loud = said
        assert ("<!subteam^S0REVIEWERS>" in message.text) is expected
        assert loud or not expected


def test_slack_takes_the_form_of_a_review() -> None:
    """Whatever the request is called; a half-filled one is wrong under its fields."""
    for text in HOSTILE:
        check_view(review_form("R-7K2M9P", text, text), "modal")
    assert unreviewable({"verdict": "justified", "note": "I looked"}) == {}
    assert set(unreviewable({"verdict": "yes", "note": "\u200b"})) == {"verdict", "note"}
    assert set(unreviewable({})) == {"verdict", "note"}


KINDS = (
    "vote approve deny withdraw expire invalidate claim accept reject lose find absent resubmit "
    "progress succeed fail cancel observe review overdue revoke ask-again"
)


@pytest.mark.parametrize("kind", KINDS.split())
@pytest.mark.parametrize("text", ["It is done.", *HOSTILE], ids=range(10))
def test_slack_takes_every_line_of_a_thread(kind: str, text: str) -> None:
    """And whoever is mentioned because it ended still is, however long the words."""
    entry = chain(
        fact(f"request.{kind}", words=text), sequence=1, prevhash=START, time=NOON.isoformat()
    )
    said = line(entry, request())
    assert said
    message, loud = said
    sound(message)
    if loud:
        assert f"<@{ANN.id}>" in message.blocks[0]["text"]["text"]
        assert f"<@{ANN.id}>" in message.text


@pytest.mark.parametrize("kind", ["request.ask", "request.wait", "click.refused"])
def test_some_entries_are_not_news(kind: str) -> None:
    """The card says them already, or they are nobody else's business."""
    entry = chain(fact(kind), sequence=1, prevhash=START, time=NOON.isoformat())
    assert line(entry, request()) is None


@given(st.text() | st.text("<>&*~`_!@#|^ \n\u202e\u200b;ampltg", max_size=80), st.integers(1, 600))
def test_escaping_leaves_nothing_active(text: str, most: int) -> None:
    """No bracket, no ampersand but our own, no style, no line, nothing hidden, not too long."""
    safe = esc(text, most)
    assert not re.search(r"[<>*~`\n\r]", safe)
    assert re.sub(r"&(amp|lt|gt);", "", safe).count("&") == 0
    assert not HIDDEN.search(safe)
    assert len(re.sub(r"&(amp|lt|gt);", "x", safe)) <= most


def test_escaping_keeps_what_people_wrote() -> None:
    """In any script, with its emoji and dashes."""
    assert esc("vm_web-01 — “größer” 機械 🙂") == "vm_web-01 — “größer” 機械 🙂"
    assert esc("a <b> & c") == "a &lt;b&gt; &amp; c"
    assert esc("x" * 600) == "x" * 499 + "…"


def test_a_running_card_counts_what_azure_has_not_named() -> None:
    """A job without steps, with one of an unknown state, and with very many."""
    odd = JobStep(name="Orbit", state="HeldByOrbit", started=NOON)
    for steps in ((), (odd,), STEPS * 30):
        one = in_state(State.RUNNING, job=job(steps=steps))
        posts(card(one, now=NOW + 60_000, expected=None))


def test_a_machine_that_is_failed_over_is_told_from_one_that_is_home() -> None:
    """The region it runs in is on the card of what has ended."""
    done = in_state(State.SUCCEEDED, after=Ground(target=failed_over()))
    shown = " ".join(text["text"] for text in texts(card(done, now=NOW, expected=None).blocks))
    assert "runs in North Europe (failed over)" in shown
