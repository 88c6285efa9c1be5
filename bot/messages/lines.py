"""Lines about machines, votes, steps and outcomes that several messages share."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.ballots import Vote
from bot.domain.catalogue import Ground
from bot.domain.jobs import Job, JobError, JobStep
from bot.domain.machines import HYPER_V, Finding, Learnt, Machine, Point, position, segment
from bot.domain.operations import CATALOGUE
from bot.domain.readiness import Concern, Weight, concerns
from bot.domain.request import Request, State
from bot.domain.scenarios import scenario_words
from bot.domain.terms import Terms
from bot.messages.blocks import Block, clock, code, duration, esc, mention, moment, sections

STATE_ICONS = {
    State.WAITING: ":hourglass_flowing_sand:",
    State.APPROVED: ":ballot_box_with_check:",
    State.SUBMITTING: ":outbox_tray:",
    State.UNKNOWN: ":question:",
    State.RUNNING: ":arrows_counterclockwise:",
    State.SUCCEEDED: ":white_check_mark:",
    State.FAILED: ":x:",
    State.CANCELLED: ":no_entry:",
    State.DENIED: ":no_entry:",
    State.WITHDRAWN: ":leftwards_arrow_with_hook:",
    State.EXPIRED: ":alarm_clock:",
    State.VOID: ":no_entry:",
}
WAITS_FOR_SOMEBODY = ":raised_hand:"
"""Whatever goes on only when a person has done something."""
HEALTH_ICONS = {
    "Normal": ":large_green_circle:",
    "Warning": ":large_yellow_circle:",
    "Critical": ":red_circle:",
}
_WEIGHTS = {
    Weight.BLOCKS: ":no_entry: *Blocks:*",
    Weight.RISK: ":warning: *Risk:*",
    Weight.NOTE: ":memo:",
}
_STEP_ICONS = {
    "Succeeded": ":white_check_mark:",
    "InProgress": ":arrows_counterclockwise:",
    "NotStarted": ":white_circle:",
    "Skipped": ":heavy_minus_sign:",
    "Failed": ":x:",
    "Cancelled": ":no_entry:",
    "Suspended": WAITS_FOR_SOMEBODY,
}
_STEP_WORDS = {
    "Succeeded": "done",
    "InProgress": "running",
    "NotStarted": "to come",
    "Skipped": "skipped",
    "Failed": "failed",
    "Cancelled": "cancelled",
    "Suspended": "waits for somebody",
}


_CHOICES = {"processed": "the newest of each machine", "app": "the newest app-consistent of each"}


def title(request: Request) -> str:
    """`Failover of vm-web01`, `Break-glass failover of vm-web01`."""
    operation = CATALOGUE[request.operation]
    what = operation.title
    if request.terms.glass:
        what = f"Break-glass {what[0].lower()}{what[1:]}"
    return f"{what}{': ' if operation.about == 'job' else ' of '}{request.name}"


def fate(request: Request) -> str:
    """How a request stands, as the end of a sentence."""
    passive = {State.DENIED, State.WITHDRAWN, State.CANCELLED}
    if request.state in passive:
        return f"was {request.state}"
    if request.state in {State.SUCCEEDED, State.FAILED, State.EXPIRED}:
        return f"has {request.state}"
    return f"is {request.state}"


def way(request: Request) -> str:
    """From where to where, for the operation that is asked."""
    return esc(CATALOGUE[request.operation].way(request.ground))


def point(ground: Ground, arguments: dict[str, str], asked_at: int) -> str:
    """The recovery point that is asked for, with its age and how it was asked for."""
    chosen = arguments.get("point", "")
    if ground.point:
        age = duration(asked_at / 1000 - ground.point.at.timestamp())
        asked = f" ({esc(chosen)})" if ":" in chosen else ""
        return f"{esc(ground.point.sort_words)} of {moment(ground.point.at)}, {age} old{asked}"
    if chosen in _CHOICES:
        return _CHOICES[chosen]
    return "latest: what is still pending is sent first" if chosen == "latest" else "—"


def point_label(one: Point, now: datetime) -> str:
    """A recovery point in a list to choose from."""
    age = duration((now - one.at).total_seconds())
    return f"{one.sort_words}, {age} old ({one.at:%d %b %H:%M} UTC)"


def whereabouts(machine: Machine) -> str:
    """What tells two machines of one name apart."""
    vault = segment(machine.vault, "vaults")
    return esc(f"{machine.source_group} in {vault}" if machine.source_group else f"in {vault}")


def sent_home(machine: Machine, arguments: dict[str, str]) -> str:
    """What a failback to a site brings along, and when it is sent."""
    if machine.provider == HYPER_V and arguments.get("sync") == "before":
        return "everything, while it runs on; it is shut down for the rest"
    if machine.provider == HYPER_V:
        return "everything, while it is shut down"
    if arguments.get("point") == "app":
        return "the newest app-consistent point there is then; what was written since is lost"
    return "the newest point there is then"


def learnt(some: Sequence[Learnt]) -> str:
    """What a reprotect names, a line each: the last part of an id is enough to know it by."""
    return "\n".join(
        f"• {esc(f'{one.title}:', 100)} *{esc(one.label or one.value.rpartition('/')[2], 100)}* "
        f"({esc(one.source, 100)})"
        for one in some
    )


def data_lost(ground: Ground, asked_at: int) -> str:
    """How much data the operation loses, as far as anybody can know."""
    machine = ground.machine
    if ground.point:
        age = asked_at / 1000 - ground.point.at.timestamp()
        return f"what was written in the last {duration(age)} before asking, and since"
    if machine.rpo_seconds is None:
        return "unknown: Azure reports no RPO for it"
    seen = f" (as of {clock(machine.rpo_at)})" if machine.rpo_at else ""
    return f"about {duration(machine.rpo_seconds)}{seen}, if the source can no longer send"


def health(machine: Machine) -> str:
    """Replication health, icon and word."""
    return (
        f"{HEALTH_ICONS.get(machine.health, ':white_circle:')} {esc(machine.health or 'unknown')}"
    )


def readiness(machine: Machine, now: datetime, most: int = 4) -> list[str]:
    """What speaks against failing over, the heaviest first."""
    found = concerns(machine, now)
    said = [concern(one) for one in found[:most]]
    if len(found) > most:
        said.append(f":memo: and {len(found) - most} more: {code(f'/dr ready {machine.name}')}")
    return said


def risks(machines: Sequence[Machine], now: datetime, most: int = 8) -> list[str]:
    """What speaks against failing several machines over, the heaviest first; notes are left out."""
    found = [(one, machine) for machine in machines for one in concerns(machine, now)]
    heavy = [(one, machine) for one, machine in found if one.weight is not Weight.NOTE]
    heavy.sort(key=lambda pair: pair[0].weight)
    said = [f"{concern(one)} (*{esc(machine.name)}*)" for one, machine in heavy[:most]]
    if len(heavy) > most:
        said.append(f":memo: and {len(heavy) - most} more: `/dr ready`")
    return said


def concern(one: Concern) -> str:
    """A finding about readiness, with what to do."""
    told = code(one.advice, 200) if one.advice.startswith("/dr ") else esc(one.advice, 200)
    advice = f" — {told}" if one.advice else ""
    return f"{_WEIGHTS[one.weight]} {esc(one.sentence, 300)}{advice}"


def finding(one: Finding) -> str:
    """A health error in Azure's words: what is wrong, what may have caused it, what to do."""
    icon = ":large_yellow_circle:" if one.level == "Warning" else ":red_circle:"
    said = f"{icon} {esc(one.message)} ({esc(one.code, 40)})"
    return said + _causes(one.causes, one.action)


def job_error(one: JobError) -> str:
    """What went wrong in a job, with what may have caused it and what to do."""
    return f":warning: {esc(one.message)} ({esc(one.code, 40)}){_causes(one.causes, one.action)}"


def _causes(causes: str, action: str) -> str:
    said = f"\n_Possible causes:_ {esc(causes, 400)}" if causes else ""
    return said + (f"\n_What to do:_ {esc(action, 400)}" if action else "")


def job(one: Job, now: datetime) -> str:
    """A Site Recovery job in a few lines, with what went wrong in it."""
    wrong = "".join(
        f"\n:warning: {esc(e.message, 400)}{f' — {esc(e.action, 300)}' if e.action else ''}"
        for e in one.errors[:2]
    )
    return f"{job_head(one, now)}{wrong}"


def job_head(one: Job, now: datetime) -> str:
    """What sort of job it is and how it stands, in one line."""
    state = "InProgress" if one.running and one.state not in _STEP_ICONS else one.state
    icon = _STEP_ICONS.get(state, ":grey_question:")
    began = f" · {moment(one.started)}" if one.started else ""
    took = ""
    if one.started:
        took = f", {duration(((one.ended or now) - one.started).total_seconds())}"
    name = f"*{esc(one.target or 'the vault')}* {esc(scenario_words(one.scenario))}"
    return f"{icon} {name} — {esc(one.words or one.state)}{began}{took} {code(one.name)}"


def troubles(some: Sequence[str]) -> list[Block]:
    """What could not be read, one line each."""
    return sections([f":warning: {esc(one)}" for one in some])[:3]


def standing(machine: Machine) -> str:
    """One line on where a machine is and how it is; a failed-over machine's RPO is stale."""
    known = machine.rpo_seconds is not None and machine.active == "Primary"
    rpo = f" · RPO {duration(machine.rpo_seconds or 0)}" if known else ""
    busy = f" · Azure runs {esc(scenario_words(machine.scenario))}" if machine.scenario else ""
    tested = " · a test copy waits for cleanup" if machine.testing else ""
    where = f"runs in {esc(machine.here)} ({position(machine)})"
    return f"{esc(machine.state_words)} · {where}{rpo}{busy}{tested}"


def not_yet(request: Request, machine: Machine) -> str:
    """What a machine still lacks when the job that began its replication has ended."""
    words = esc(machine.state_words)
    if request.operation == "protect":
        percent = f" ({machine.progress} %)" if machine.progress is not None else ""
        return (
            f":arrows_counterclockwise: *Replicating*{percent}: {words}. No failover is offered "
            "before it is protected; the bot keeps watching and says when it is."
        )
    percent = f" ({machine.progress} %)" if machine.progress else ""
    return (
        f":warning: *Not protected yet*: {words}{percent}. The bot keeps watching and says when it "
        "is."
    )


def votes(request: Request) -> str:
    """Who has said what, and who still may."""
    ended = [vote for vote in request.votes if vote.ended_at]
    said = [f":memo: {len(ended) - _ENDED} older ones no longer count"] if ended[_ENDED:] else []
    said += [_ended(vote) for vote in ended[-_ENDED:]]
    said += [
        f"{':ballot_box_with_check:' if vote.approves else ':no_entry:'} {voter(vote)} "
        f"{'approved' if vote.approves else 'denied'} at {clock(vote.at)}"
        f"{f', which counts until {moment(vote.place.until)}' if vote.place else ''}"
        for vote in request.votes
        if not vote.ended_at
    ]
    if request.terms.needs:
        said += [_need(request, at) for at in range(len(request.terms.needs))]
        return "\n".join(said)
    missing = request.terms.approvals - len(request.approvals)
    if request.state is State.WAITING and missing > 0:
        whom = people(request.terms.may_approve)
        said.append(f":white_circle: {missing} more of {whom}, not {mention(request.asker.id)}")
    return "\n".join(said) or "none"


_ENDED = 6
"""So many votes that no longer count are shown."""


def _ended(vote: Vote) -> str:
    """A vote that was cast and no longer counts."""
    back = "was taken back" if vote.place else "took it back"
    what = back if vote.ended_by else "ran out" if vote.ran_out else "was asked again"
    return (
        f":leftwards_arrow_with_hook: {voter(vote)} approved at {clock(vote.at)}, "
        f"{what} at {clock(vote.ended_at)}"
    )


def voter(vote: Vote) -> str:
    """Who voted, and in whose place."""
    seat = f" for {mention(vote.seat.id)}" if vote.place else ""
    return f"{mention(vote.person.id)}{seat}"


def _need(request: Request, at: int) -> str:
    """One of several needs: who fills it, and who still may."""
    need, filled = request.terms.needs[at], request.filled
    there = ", ".join(mention(one) for one in filled[at])
    missing = need.count - len(filled[at])
    icon = ":white_circle:" if missing else ":large_green_circle:"
    line = f"{icon} *{need.count} of {people(need.of)}*: {there or 'nobody yet'}"
    if not missing or request.state is not State.WAITING:
        return line
    taken = dict.fromkeys([request.asker.id, *(one for some in filled for one in some)])
    return f"{line}; {missing} more of them, not {', '.join(mention(one) for one in taken)}"


def needs(terms: Terms) -> str:
    """What has to come together for an approval: `*2* of @dr-approvers`."""
    said = " and ".join(f"*{need.count}* of {people(need.of)}" for need in terms.quorum)
    return f"{said}, all of them different people" if terms.needs else said


def people(listed: Sequence[str]) -> str:
    """A list of people as the policy writes it, with ids as mentions."""
    return ", ".join(_who(one) for one in listed) or "nobody"


INDENT = "\u2003\u2003"
"""Two spaces as wide as a letter: Slack drops ordinary ones at the beginning of a line."""
STEPS = 14
"""So many steps of a job are shown, where not more are asked for."""


def steps(some: Sequence[JobStep], now: datetime, most: int = STEPS) -> str:
    """The steps of a job with their durations."""
    lines = [_step(one, now) for one in some[:most]]
    if len(some) > most:
        lines.append(f"… and {len(some) - most} more")
    return "\n".join(lines)


def progress(some: Sequence[JobStep]) -> str:
    """`step 3 of 5: Start failover`."""
    top = [one for one in some if one.depth == 0]
    if not top:
        return "the beginning"
    number, step = next(
        ((i, one) for i, one in enumerate(top, 1) if one.state in {"InProgress", "Suspended"}),
        (sum(one.state != "NotStarted" for one in top), None),
    )
    return f"step {max(number, 1)} of {len(top)}" + (f": {step.name}" if step else "")


def _step(one: JobStep, now: datetime) -> str:
    icon = _STEP_ICONS.get(one.state, ":grey_question:")
    word = _STEP_WORDS.get(one.state, esc(one.state))
    took = ""
    if one.started and one.state != "Skipped":
        took = f" · {duration(((one.ended or now) - one.started).total_seconds())}"
    return f"{INDENT * one.depth}{icon} {esc(one.name, 120)} — {word}{took}"


def _who(one: str) -> str:
    return mention(one) if one[:1] in {"U", "W"} else esc(one)
