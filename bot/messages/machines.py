"""Machines and their recovery points, as somebody sees who looks at them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.domain.cycle import STAGES, next_step, stage
from bot.domain.jobs import Job
from bot.domain.locks import Lock
from bot.domain.machines import Finding, Machine, Point, segment
from bot.domain.readiness import concerns
from bot.domain.request import Request
from bot.domain.windows import Exposed
from bot.messages import lines
from bot.messages.answers import requests_block
from bot.messages.arranged import locked
from bot.messages.blocks import (
    Block,
    Message,
    clock,
    code,
    context,
    duration,
    esc,
    fields,
    header,
    many,
    moment,
    section,
    sections,
)
from bot.messages.windows import commit_window, exposed

_POINTS: Final = 60
_POINTS_A_BLOCK: Final = 12
_MACHINES: Final = 40
"""So many machines are listed in one answer; a message holds fifty blocks."""
_FINDINGS: Final = 6
_NAMES: Final = 20


def fleet(
    machines: Sequence[Machine],
    troubles: Sequence[str],
    *,
    detailed: bool,
    filters: Sequence[str] = (),
    unmatched: Sequence[str] = (),
    page: int = 1,
    unprotected: Mapping[str, Exposed] | None = None,
    now: datetime | None = None,
) -> Message:
    """All machines or those that were chosen, a page at a time; or what needs attention.

    `unprotected` says since when machines are, by their ids, as of `now`.
    """
    since = unprotected or {}
    at = round(now.timestamp() * 1000) if now else 0
    wrong = [m for m in machines if _needs_attention(m) or m.id in since]
    listed = machines if detailed else wrong
    shown = listed[(page - 1) * _MACHINES : page * _MACHINES]
    title = "Machines" if detailed else "Needs attention"
    count = f"{many(len(machines), 'machine')}, {len(machines) - len(wrong)} at home and healthy."
    words = " ".join(filters)
    of = f"Those that {code(words)} means: " if filters else ""
    blocks = [header(title), context(f"{of}{count}"), *lines.troubles(troubles)]
    blocks += [section(f":warning: {_nothing(unmatched)}")] if unmatched else []
    blocks += [
        section(
            f"*{esc(m.name)}* — {lines.health(m)}\n{lines.standing(m)}{_bare(since.get(m.id), at)}"
        )
        for m in shown
    ]
    blocks += _pages(len(listed), page, f"/dr list {words}".strip() if detailed else "")
    if not shown and not troubles:
        blocks.append(section(_empty(len(listed), page, detailed=detailed)))
    return Message(text=f"{title}: {of}{count}", blocks=blocks)


def _bare(since: Exposed | None, now: int) -> str:
    return f"\n{exposed(since, now)}" if since else ""


def _nothing(unmatched: Sequence[str]) -> str:
    words = ", ".join(code(one, 60) for one in unmatched[:10])
    return f"No machine is meant by {words}."


def _empty(count: int, page: int, *, detailed: bool) -> str:
    if count:
        return f"There is no page {page}: the list ends before."
    return "There is none." if detailed else "Nothing: every machine is healthy, at home and idle."


def _pages(count: int, page: int, command: str) -> list[Block]:
    """Say how to see the rest of a list that one message does not hold."""
    pages = -(-count // _MACHINES)
    if pages <= 1:
        return []
    if not command:
        more = count - _MACHINES
        return [context(f"… and {more} more: `/dr list` shows all, `/dr status` one.")]
    more_hint = f" The next: {code(f'{command} --page {page + 1}')}." if page < pages else ""
    return [context(f"Page {page} of {pages}.{more_hint}")]


def _needs_attention(machine: Machine) -> bool:
    """Whether somebody should look: ill, busy, away from home, or not protected."""
    ill = machine.health not in {"Normal", ""}
    restless = bool(machine.scenario) or machine.testing or machine.away
    return ill or restless or machine.state != "Protected"


def machine_status(
    machine: Machine,
    *,
    points: Sequence[Point] | None,
    job: Job | None,
    request: Request | None,
    offers: Sequence[str],
    now: datetime,
    together: Sequence[str] = (),
    nodes: Sequence[str] = (),
    locks: Sequence[Lock] = (),
    unprotected: Exposed | None = None,
    commit_since: int = 0,
) -> Message:
    """Everything about one machine; `commit_since` is since when its failover can be committed."""
    at = round(now.timestamp() * 1000)
    blocks = [
        header(machine.name),
        section(f"{lines.standing(machine)}\n{_cycle(machine)}\n{esc(next_step(machine))}"),
        *sections([exposed(unprotected, at)] if unprotected else []),
        *sections([commit_window(commit_since, at)] if commit_since else []),
        *sections([f":lock: {locked(one)}" for one in locks]),
        fields(*_facts(machine)),
        *_company(machine, together, nodes),
        *_health_errors(machine.findings),
    ]
    ours = [lines.concern(one) for one in concerns(machine, now) if not one.azure]
    blocks += sections(ours[:8])
    blocks += _points(points, now)
    if job and job.steps:
        blocks.append(section(f"*Azure is working on it*\n{lines.steps(job.steps, now)}"))
    if request:
        blocks += requests_block("Open request", [request], "")
    can = ", ".join(f"`/dr {name} {esc(machine.name)}`" for name in offers)
    blocks.append(context(f"Possible now: {can}." if can else "Nothing can be asked for now."))
    text = f"{machine.name}: {machine.state_words}, runs in {machine.here}."
    return Message(text=esc(text), blocks=blocks)


def _cycle(machine: Machine) -> str:
    """Draw the way out and home again, with the machine's place on it."""
    here = stage(machine)
    return " → ".join(f"*{one}*" if n == here else one for n, one in enumerate(STAGES))


def _facts(machine: Machine) -> list[tuple[str, str]]:
    rpo = "unknown" if machine.rpo_seconds is None else duration(machine.rpo_seconds)
    if machine.rpo_at:
        rpo += f", computed at {clock(machine.rpo_at)}"
    facts = [
        ("Replication", lines.health(machine)),
        ("RPO", rpo if machine.active == "Primary" else f"{rpo}, before it failed over"),
        ("Direction", f"{esc(machine.primary)} → {esc(machine.recovery)}"),
        ("Kind", f"{esc(machine.provider)} in {esc(segment(machine.vault, 'vaults'))}"),
        ("Last test", moment(machine.tested_at) if machine.tested_at else "never"),
    ]
    if machine.agent or machine.agent_expires:
        ends = machine.agent_expires
        facts.append(
            (
                "Agent",
                f"{esc(machine.agent or 'unknown version')}, "
                + (f"expires {moment(ends, '{date_short}')}" if ends else "no expiry named"),
            )
        )
    if machine.heartbeat:
        facts.append(("Agent last heard of", moment(machine.heartbeat)))
    if machine.tags:
        tags = ", ".join(f"{esc(k, 60)}={esc(v, 60)}" for k, v in [*machine.tags.items()][:8])
        facts.append(("Tags", tags))
    return facts


def _company(machine: Machine, together: Sequence[str], nodes: Sequence[str]) -> list[Block]:
    """Name the machines that it belongs together with."""
    said = []
    if machine.together:
        others = _names(together) or "no other machine"
        said.append(
            f":link: It shares recovery points with {others} "
            f"(consistency group {esc(machine.together)}): fail them over together."
        )
    if machine.cluster:
        others = _names(nodes) or "no other machine"
        said.append(
            f":link: It is a node of the shared-disk cluster {esc(machine.cluster)}, with {others}."
        )
    return sections(said)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(f"*{esc(one, 80)}*" for one in names[:_NAMES])
    return f"{shown} and {len(names) - _NAMES} more" if len(names) > _NAMES else shown


def _health_errors(findings: Sequence[Finding]) -> list[Block]:
    """What Azure says is wrong, each with what may have caused it and what to do."""
    if not findings:
        return []
    said = [f"*Health errors*\n{lines.finding(findings[0])}"]
    said += [lines.finding(one) for one in findings[1:_FINDINGS]]
    if len(findings) > _FINDINGS:
        said.append(f"… and {len(findings) - _FINDINGS} more.")
    return sections(said)


def _points(points: Sequence[Point] | None, now: datetime) -> list[Block]:
    """How many there are, from when to when, and the ones that people start from."""
    if points is None:
        return [section("*Recovery points*\nAzure did not say which there are.")]
    if not points:
        return [section("*Recovery points*\nThere is none.")]
    app = next((one for one in points if one.kind == "ApplicationConsistent"), None)
    said = [f"*Recovery points*: {len(points)}", f"Newest: {_point(points[0], now)}"]
    if app is None:
        said.append("None is app-consistent.")
    elif app is not points[0]:
        said.append(f"Newest app-consistent: {_point(app, now)}")
    if len(points) > 1:
        said.append(f"Oldest: {_point(points[-1], now)}")
    return [section("\n".join(said))]


def point_list(machine: Machine, points: Sequence[Point], now: datetime) -> Message:
    """The recovery points of a machine, as many as a message holds."""
    shown = points[:_POINTS]
    blocks = [header(f"Recovery points of {machine.name}")]
    blocks += [
        section(
            "\n".join(f"• {_point(one, now)}" for one in shown[start : start + _POINTS_A_BLOCK])
        )
        for start in range(0, len(shown), _POINTS_A_BLOCK)
    ]
    if len(points) > len(shown):
        blocks.append(context(f"… and {len(points) - len(shown)} older ones."))
    if not points:
        blocks.append(section("There is none."))
    return Message(
        text=esc(
            f"{machine.name} has {many(len(points), 'recovery point')}."
            + (f" The newest: {lines.point_label(points[0], now)}." if points else "")
        ),
        blocks=blocks,
    )


def _point(one: Point, now: datetime) -> str:
    age = duration((now - one.at).total_seconds())
    return f"{esc(one.sort_words)}, {age} old ({moment(one.at)}) {code(one.name)}"
