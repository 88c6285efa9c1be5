"""Jobs and events, as somebody sees who looks at what Azure does and did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.jobs import Job, JobError
from bot.domain.machines import segment
from bot.domain.scenarios import scenario_words
from bot.domain.vaults import Event, severity_of
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    code,
    context,
    esc,
    header,
    moment,
    section,
    sections,
)

_STEPS: Final = 60
_ERRORS: Final = 8
_IN_SHORT: Final = 3
_ICONS: Final = {
    "critical": ":red_circle:",
    "warning": ":large_yellow_circle:",
    "info": ":white_circle:",
}
_ACTIONS: Final = {"Cancel": "cancel", "Restart": "restart", "Resume": "resume"}


def job_list(
    jobs: Sequence[Job],
    now: datetime,
    *,
    subject: str = "",
    which: str = "recent",
    page: int = 1,
    more: int = 0,
    troubles: Sequence[str] = (),
) -> Message:
    """Site Recovery jobs, with the steps of those that run."""
    kind = {"active": "Running jobs", "failed": "Failed jobs"}.get(which, "Jobs")
    title = f"{kind} of {subject}" if subject else kind
    blocks = [header(title), *lines.troubles(troubles)]
    for job in jobs:
        blocks.append(section(lines.job(job, now)))
        if job.running and job.steps:
            blocks.append(section(lines.steps(job.steps, now)))
    command = f"/dr jobs {subject}".strip()
    extra = f" --which {which}" if which != "recent" else ""
    blocks += _rest(f"{command}{extra}", page, more)
    if jobs:
        blocks.append(context("`/dr jobs &lt;job id&gt;` shows one with all its steps."))
    elif not troubles:
        blocks.append(section("There is none." if page == 1 else f"There is no page {page}."))
    return Message(text=esc(f"{title}: {_first([_in_short(job) for job in jobs])}."), blocks=blocks)


def job_view(job: Job, now: datetime) -> Message:
    """One job with all its steps, what went wrong, and what Azure lets one do with it."""
    what = scenario_words(job.scenario)
    title = f"{what} of {job.target}" if job.target else what
    blocks = [header(title), section(lines.job_head(job, now))]
    blocks += sections(lines.steps(job.steps, now, most=_STEPS).splitlines())[:4]
    if step := job.asks:
        words = f" — {esc(step.instructions)}" if step.instructions else ""
        blocks.append(section(f":raised_hand: *It waits for a person:* {esc(step.name)}{words}"))
    blocks += _errors(job.errors)
    can = ", ".join(esc(_ACTIONS.get(one, one), 40) for one in job.actions)
    blocks.append(
        context(
            f"Azure offers for it: {can}." if can else "Azure offers nothing to do with it.",
            f"In {esc(segment(job.vault, 'vaults'))}",
        )
    )
    return Message(text=esc(f"{title}: {job.words or job.state}."), blocks=blocks)


def _errors(errors: Sequence[JobError]) -> list[Block]:
    if not errors:
        return []
    said = [lines.job_error(one) for one in errors[:_ERRORS]]
    if len(errors) > _ERRORS:
        said.append(f"… and {len(errors) - _ERRORS} more.")
    return sections(["*What went wrong*", *said])


def event_list(
    events: Sequence[Event],
    *,
    subject: str = "",
    severity: str = "all",
    page: int = 1,
    more: int = 0,
    troubles: Sequence[str] = (),
) -> Message:
    """What happened, the newest first."""
    title = f"Events of {subject}" if subject else "Events"
    blocks = [header(title), *lines.troubles(troubles)]
    blocks += [block for one in events for block in sections(_event(one))[:2]]
    command = f"/dr events {subject}".strip()
    blocks += _rest(command + (f" --severity {severity}" if severity != "all" else ""), page, more)
    if not events and not troubles:
        blocks.append(section("There is none." if page == 1 else f"There is no page {page}."))
    said = _first([one.words or one.kind for one in events])
    return Message(text=esc(f"{title}: {said}."), blocks=blocks)


def _event(event: Event) -> list[str]:
    at = moment(event.at) if event.at else "at an unknown time"
    about = f"*{esc(event.about)}* " if event.about else ""
    icon = _ICONS[severity_of(event)]
    return [
        f"{icon} {about}{esc(event.words or event.kind)} — {esc(event.severity, 40)}, {at} "
        f"{code(event.code, 60)}",
        *(lines.finding(one) for one in event.findings[:3]),
    ]


def _in_short(job: Job) -> str:
    about = f"{scenario_words(job.scenario)} of {job.target or 'the vault'}"
    return f"{about}, {job.words or job.state}"


def _first(said: Sequence[str]) -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(said) - _IN_SHORT} more" if len(said) > _IN_SHORT else ""
    return ("; ".join(said[:_IN_SHORT]) or "there is none") + more


def _rest(command: str, page: int, more: int) -> list[Block]:
    if not more:
        return []
    return [context(f"… and {more} older ones: {code(f'{command} --page {page + 1}')}.")]
