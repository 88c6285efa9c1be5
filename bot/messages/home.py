"""The Home: one page for one person, with what needs them first.

It says nothing about the time at which it was drawn, so that a page on which nothing happened is
the same page, and is not published again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.domain.delegations import Delegation
from bot.domain.locks import Lock
from bot.domain.operations import CATALOGUE
from bot.domain.people import Person
from bot.domain.progress import Progress
from bot.domain.request import Request
from bot.domain.risks import Risk, Risks
from bot.errors import DrError
from bot.messages import lines
from bot.messages.arranged import in_place, locked
from bot.messages.blocks import (
    Block,
    actions,
    code,
    context,
    divider,
    esc,
    header,
    many,
    mention,
    moment,
    section,
    sections,
)
from bot.messages.buttons import RUN, SHOW
from bot.messages.status import status

_LISTED: Final = 8
"""So many requests are in each list, and so many risks: a page of Slack's has 100 blocks."""
_ARRANGED: Final = 5
_STALE: Final = 60_000
"""Milliseconds after which it is said of when the judgement of the machines is."""
_REASON: Final = 160
_ONE_WORD: Final = re.compile(r"[\w.-]{1,400}", re.ASCII)
"""A name that a command says as it is; with any other it could mean something else."""
_TESTS: Final = "test-failover"
_FAILOVER: Final = "failover"


def home(
    person: Person,
    *,
    groups: Sequence[str],
    waiting: Sequence[Request],
    to_review: Sequence[Request],
    running: Sequence[Request],
    far: Mapping[str, Progress],
    expected: Mapping[str, int | None],
    mine: Sequence[Request],
    risks: Risks | None,
    locks: Sequence[Lock],
    delegations: Sequence[Delegation],
    may_ask: Sequence[str],
    may_approve: Sequence[str],
    now: int,
) -> Block:
    """Draw it; `risks` are None as long as Azure was not asked. Of `now` only clocks are drawn."""
    at = datetime.fromtimestamp(now / 1000, UTC)

    def runs(one: Request) -> str:
        said = status(one, at, expected.get(one.id), far.get(one.id))
        return f"*{esc(lines.title(one))}* · {one.id}\n{said}"

    return _page(
        [
            *_requests("Waiting for you", waiting, _waits, "Nothing waits for you."),
            *_requests("Break-glass, waiting for your review", to_review, _owes, ""),
            *_requests("Running now", running, runs, "Nothing is running."),
            *_requests("Your requests, waiting for others", mine, _waits_for_others, ""),
            *_readiness(risks, now, may_ask),
            *_arranged(locks, delegations, person),
            *_quick(may_ask),
            *_who(person, groups, may_ask, may_approve),
        ]
    )


def closed(error: DrError) -> Block:
    """Draw the page of somebody who may see nothing: why that is, and what they can do."""
    advice = f"\n{esc(error.advice, 1000)}" if error.advice else ""
    blocks = [section(f":lock: {esc(error.sentence, 1500)}{advice}")]
    if error.refusal:
        blocks.append(context(code(error.refusal.id)))
    return _page(blocks)


def _page(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks)}


def _requests(
    title: str, some: Sequence[Request], say: Callable[[Request], str], nothing: str
) -> list[Block]:
    """A list under its title, each with the button that opens it; nothing for an empty list of
    which nothing is said."""
    if not some:
        return [header(title), section(nothing)] if nothing else []
    count = f" ({len(some)})" if len(some) > 1 else ""
    blocks = [header(f"{title}{count}")]
    for one in some[:_LISTED]:
        label = "Look and decide…" if say in {_waits, _owes} else "Look…"
        style = "primary" if say is _waits else ""
        blocks.append(section(say(one), SHOW.draw(one.id, label=label, style=style)))
    return [*blocks, *_more(len(some) - _LISTED, "/dr requests")]


def _name(one: Request) -> str:
    return f"{lines.STATE_ICONS[one.state]} *{esc(lines.title(one))}* · {one.id}"


def _waits(one: Request) -> str:
    glass = ":rotating_light: " if one.terms.glass else ""
    votes = f"{len(one.approvals)} of {one.terms.approvals} approvals"
    why = f"\n_{esc(one.reason, _REASON)}_" if one.reason else ""
    return (
        f"{glass}*{esc(lines.title(one))}* · {one.id}{why}\n"
        f"Asked by {mention(one.asker.id)}. {votes}; expires {moment(one.expires_at)}."
    )


def _waits_for_others(one: Request) -> str:
    votes = f"{len(one.approvals)} of {one.terms.approvals} approvals"
    return f"{_name(one)}\n{votes}; expires {moment(one.expires_at)}."


def _owes(one: Request) -> str:
    why = f"\n_{esc(one.reason, _REASON)}_" if one.reason else ""
    return (
        f":rotating_light: *{esc(lines.title(one))}* · {one.id}{why}\n"
        f"{mention(one.asker.id)} broke the glass {moment(one.approved_at)}; it {lines.fate(one)}."
    )


def _readiness(risks: Risks | None, now: int, may_ask: Sequence[str]) -> list[Block]:
    blocks = [header("Readiness")]
    if risks is None:
        return [*blocks, context("Azure is being asked…")]
    away = f", {risks.busy} being worked on" if risks.busy else ""
    away += f", {risks.away} failed over" if risks.away else ""
    icon = ":red_circle:" if risks.blocked else ":large_yellow_circle:" if risks.risky else ""
    old = now - risks.at > _STALE
    when = f" As of {moment(risks.at)}." if old else ""
    blocks.append(
        section(
            f"{icon or ':white_check_mark:'} {many(risks.machines, 'machine')}: "
            f"{risks.blocked} blocked, {risks.risky} at risk{away}, {risks.ready} ready.{when}"
        )
    )
    blocks += lines.troubles(risks.troubles)[:_ARRANGED]
    blocks += [_risk(one, may_ask) for one in risks.top[:_LISTED]]
    rest = risks.more + max(0, len(risks.top) - _LISTED)
    return [*blocks, *_more(rest, "/dr ready")]


def _risk(one: Risk, may_ask: Sequence[str]) -> Block:
    icon = ":broom:" if one.forgotten else ":no_entry:" if one.blocks else ":warning:"
    who = f"*{esc(one.name, 100)}* — " if one.name else ""
    pressed = one.forgotten and _ONE_WORD.fullmatch(one.name)
    advice = f" {esc(one.advice, 300)}" if one.advice and not pressed else ""
    text = f"{icon} {who}{esc(one.sentence, 400)}{advice}"
    if pressed and "cleanup" in may_ask:
        return section(text, RUN.draw(f"cleanup {one.name}", label="Clean up…"))
    return section(text)


def _arranged(
    locks: Sequence[Lock], delegations: Sequence[Delegation], person: Person
) -> list[Block]:
    if not locks and not delegations:
        return []
    said = [f":lock: {locked(one)}" for one in locks[:_ARRANGED]]
    if len(locks) > _ARRANGED:
        said.append(f"… and {len(locks) - _ARRANGED} more: `/dr locks`")
    mine = [one for one in delegations if person.id in {one.to.id, one.by.id}]
    others = [one for one in delegations if one not in mine]
    said += [f":busts_in_silhouette: {in_place(one)}" for one in [*mine, *others][:_ARRANGED]]
    if len(delegations) > _ARRANGED:
        said.append(f"… and {len(delegations) - _ARRANGED} more: `/dr delegations`")
    return [header("Locks and delegations"), *sections(said)]


def _quick(may_ask: Sequence[str]) -> list[Block]:
    starts = [
        RUN.draw(name, label=label, suffix=name, style=style)
        for name, label, style in (
            (_FAILOVER, "Start a failover…", "primary"),
            (_TESTS, "Start a test failover…", ""),
        )
        if name in may_ask
    ]
    looks = [
        RUN.draw(text, label=label, suffix=text)
        for text, label in (
            ("list", "Status of the machines"),
            ("requests", "All requests"),
            ("help", "Help"),
        )
    ]
    return [header("Quick actions"), actions([*starts, *looks])]


def _who(
    person: Person,
    groups: Sequence[str],
    may_ask: Sequence[str],
    may_approve: Sequence[str],
) -> list[Block]:
    member = f", in {', '.join(esc(one) for one in groups)}" if groups else ", in no group of it"
    return [
        divider(),
        header("You, as the policy has you"),
        section(f"The bot takes you for {mention(person.id)} ({esc(person.name)}){member}."),
        section(f"*You may ask for*\n{_titles(may_ask)}"),
        section(f"*You may approve, of others*\n{_titles(may_approve)}"),
        context("Rules narrow this by machine, plan, vault and region: `/dr policy` explains one."),
    ]


def _titles(names: Sequence[str]) -> str:
    return ", ".join(CATALOGUE[name].title for name in names) or "Nothing."


def _more(count: int, command: str) -> list[Block]:
    return [context(f"… and {count} more: {code(command)}")] if count > 0 else []
