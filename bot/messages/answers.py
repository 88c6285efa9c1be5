"""The private answers: what a command that looks found, and what became of asking."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.domain.audit import Entry
from bot.domain.machines import Job, Machine, Point
from bot.domain.operations import CATALOGUE
from bot.domain.readiness import Concern, Weight, concerns
from bot.domain.request import Request
from bot.domain.verbs import Verb
from bot.errors import Ambiguous, DrError, Missing
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    actions,
    clock,
    context,
    duration,
    esc,
    fields,
    header,
    moment,
    section,
)
from bot.messages.buttons import CHOOSE, FILL_IN

_POINTS: Final = 60
_POINTS_A_BLOCK: Final = 12
_MACHINES: Final = 40
"""So many machines are listed in one answer; a message holds fifty blocks."""


def sorry(error: DrError) -> Message:
    """Say what was the matter and what to do next."""
    advice = f"\n{esc(error.advice, 1000)}" if error.advice else ""
    text = esc(str(error), 2500)
    return Message(text=text, blocks=[section(f"{esc(error.sentence, 1500)}{advice}")])


def broken(reference: str) -> Message:
    """Apologise for something that is our own fault."""
    text = (
        "Something went wrong in the bot itself, and nothing was sent to Azure by this step. "
        f"Its owners find the details in the log under {reference}."
    )
    return Message(text=text, blocks=[section(f":warning: {text}")])


def choose(error: Ambiguous, stash: str) -> Message:
    """Offer the matches as buttons; nothing is guessed."""
    buttons = [
        CHOOSE.draw(f"{stash}:{number}", label=label, suffix=str(number))
        for number, (_, label) in enumerate(error.matches)
    ]
    names = ", ".join(label for _, label in error.matches)
    return Message(
        text=esc(f"{error.sentence} {names}", 2500),
        blocks=[section(esc(error.sentence)), actions(buttons)],
    )


def fill_in(error: Missing, stash: str, titles: Sequence[str]) -> Message:
    """Ask for what is missing with a button that opens a form."""
    label = f"Name the {titles[0].lower()}" if len(titles) == 1 else "Fill in what is missing"
    blocks = [section(esc(error.sentence, 1500)), actions([FILL_IN.draw(stash, label=label)])]
    return Message(text=esc(str(error), 2500), blocks=blocks)


def asked(request: Request, channel: str, *, already: bool) -> Message:
    """Tell the asker where the card is."""
    what = f"*{request.id}* ({esc(lines.title(request))})"
    if already:
        text = f"This is asked already: {what} {lines.fate(request)}. Its card is in <#{channel}>."
    else:
        votes = request.terms.approvals
        text = (
            f"Asked: {what}. Its card is in <#{channel}>; it needs {votes} "
            f"approval{'s' if votes != 1 else ''} by {moment(request.expires_at)}."
        )
    return Message(text=text, blocks=[section(text)])


def overview(
    *,
    waiting: Sequence[Request],
    running: Sequence[Request],
    mine: Sequence[Request],
    may_ask: Sequence[str],
    may_look: Sequence[str],
) -> Message:
    """What waits for me, what runs, and what I can do."""
    blocks: list[Block] = [header("Disaster recovery")]
    blocks += _requests("Waiting for you", waiting, "Nothing waits for your approval.")
    blocks += _requests("Yours, waiting for others", mine, "")
    blocks += _requests("Running now", running, "")
    can = ", ".join(f"`/dr {name}`" for name in may_ask)
    may = (
        f"You may ask for: {can}." if can else "The policy lets you look, and not ask for changes."
    )
    looks = ", ".join(f"`/dr {name}`" for name in may_look)
    blocks.append(section(f"{may}\nYou may look: {looks}. `/dr help` explains all."))
    return Message(text=f"{len(waiting)} requests wait for you. Type /dr help.", blocks=blocks)


def fleet(machines: Sequence[Machine], troubles: Sequence[str], *, detailed: bool) -> Message:
    """All machines, or what needs attention among them."""
    wrong = [m for m in machines if _needs_attention(m)]
    shown = machines if detailed else wrong
    normal = len(machines) - len(wrong)
    title = "Machines" if detailed else "Needs attention"
    count = f"{len(machines)} machines, {normal} at home and healthy."
    blocks = [header(title), context(count), *_troubles(troubles)]
    blocks += [
        section(f"*{esc(m.name)}* — {lines.health(m)}\n{lines.standing(m)}")
        for m in shown[:_MACHINES]
    ]
    if len(shown) > _MACHINES:
        more = len(shown) - _MACHINES
        blocks.append(context(f"… and {more} more: `/dr status &lt;machine&gt;`."))
    if not shown and not troubles:
        blocks.append(section("Nothing: every machine is healthy, at home and idle."))
    return Message(text=f"{title}: {count}", blocks=blocks)


def _needs_attention(machine: Machine) -> bool:
    """Whether somebody should look: ill, busy, away from home, or not protected."""
    ill = machine.health not in {"Normal", ""}
    restless = bool(machine.scenario) or machine.testing or machine.away
    return ill or restless or machine.state != "Protected"


def machine_status(
    machine: Machine,
    *,
    points: Sequence[Point],
    steps: str,
    request: Request | None,
    offers: Sequence[str],
    now: datetime,
) -> Message:
    """Everything about one machine."""
    rpo = "unknown" if machine.rpo_seconds is None else duration(machine.rpo_seconds)
    if machine.rpo_at:
        rpo += f", computed at {clock(machine.rpo_at)}"
    blocks = [
        header(machine.name),
        section(lines.standing(machine)),
        fields(
            ("Replication", lines.health(machine)),
            ("RPO", rpo),
            ("Direction", f"{esc(machine.primary)} → {esc(machine.recovery)}"),
            ("Kind", esc(machine.provider)),
        ),
    ]
    if found := lines.readiness(machine, now, most=8):
        blocks.append(section("\n".join(found)))
    if points:
        listed = "\n".join(_point(one, now) for one in points)
        blocks.append(section(f"*Recovery points*\n{listed}"))
    if steps:
        blocks.append(section(f"*Azure is working on it*\n{steps}"))
    if request:
        blocks += _requests("Open request", [request], "")
    can = ", ".join(f"`/dr {name} {esc(machine.name)}`" for name in offers)
    blocks.append(context(f"Possible now: {can}." if can else "Nothing can be asked for now."))
    text = f"{machine.name}: {machine.state_words}, runs in {machine.here}."
    return Message(text=esc(text), blocks=blocks)


def point_list(machine: Machine, points: Sequence[Point], now: datetime) -> Message:
    """The recovery points of a machine, as many as a message holds."""
    shown = points[:_POINTS]
    blocks = [header(f"Recovery points of {machine.name}")]
    blocks += [
        section("\n".join(_point(one, now) for one in shown[start : start + _POINTS_A_BLOCK]))
        for start in range(0, len(shown), _POINTS_A_BLOCK)
    ]
    if len(points) > len(shown):
        blocks.append(context(f"… and {len(points) - len(shown)} older ones."))
    if not points:
        blocks.append(section("There is none."))
    return Message(text=esc(f"{machine.name} has {len(points)} recovery points."), blocks=blocks)


def readiness(
    machines: Sequence[Machine], troubles: Sequence[str], now: datetime, *, one: bool
) -> Message:
    """What speaks against failing over: of one machine in full, of all the worst."""
    judged = [(machine, concerns(machine, now)) for machine in machines]
    if not one:
        judged = [
            (machine, worst)
            for machine, found in judged
            if (worst := tuple(c for c in found if c.weight is not Weight.NOTE))
        ]
    title = f"Readiness of {machines[0].name}" if one and machines else "Not ready"
    blocks = [header(title), *_troubles(troubles)]
    blocks += [_judgement(machine, found) for machine, found in judged[:_MACHINES]]
    if len(judged) > _MACHINES:
        blocks.append(context(f"… and {len(judged) - _MACHINES} more machines."))
    if not judged:
        blocks.append(section("Nothing is known to speak against any machine."))
    blocks.append(context("Only a test failover proves that a machine starts on the other side."))
    return Message(text=esc(f"{title}: {len(judged)} of {len(machines)} machines."), blocks=blocks)


def _judgement(machine: Machine, found: Sequence[Concern]) -> Block:
    name = f"*{esc(machine.name)}* — {lines.standing(machine)}"
    said = "\n".join(lines.concern(one) for one in found[:8])
    return section(f"{name}\n{said or ':white_check_mark: Nothing speaks against a failover.'}")


def job_list(subject: str, jobs: Sequence[Job], more: int, now: datetime) -> Message:
    """Site Recovery jobs."""
    title = f"Jobs of {subject}" if subject else "Jobs"
    blocks = [header(title)]
    for job in jobs:
        blocks.append(section(lines.job(job, now)))
        if job.running and job.steps:
            blocks.append(section(lines.steps(job.steps, now)))
    if more:
        blocks.append(context(f"… and {more} older ones."))
    if not jobs:
        blocks.append(section("There is none."))
    return Message(text=esc(f"{title}: {len(jobs)} shown."), blocks=blocks)


def request_list(open_ones: Sequence[Request], recent: Sequence[Request]) -> Message:
    """The open requests, and the latest that ended."""
    blocks = [header("Requests"), *_requests("Open", open_ones, "No request is open.")]
    blocks += _requests("Lately", recent, "")
    return Message(text=f"{len(open_ones)} requests are open.", blocks=blocks)


def trail(subject: str, entries: Sequence[Entry]) -> Message:
    """Entries of the audit log."""
    of = f" of {subject}" if subject else ""
    blocks = [header(f"Audit log{of}")]
    blocks += [section(_entry(entry)) for entry in entries]
    if not entries:
        which = " The newest entries do not name it; `dr audit export` has all." if subject else ""
        blocks.append(section(f"There is no entry.{which}"))
    blocks.append(
        context("On the server: `dr audit verify` checks the log, `dr audit export` has all.")
    )
    return Message(text=esc(f"{len(entries)} entries of the audit log{of}."), blocks=blocks)


def help_page(verbs: Sequence[Verb]) -> Message:
    """The commands, or one of them in detail."""
    if len(verbs) == 1:
        return _help_on(verbs[0])
    changing = [_line(verb) for verb in verbs if verb.name in CATALOGUE]
    looking = [_line(verb) for verb in verbs if verb.name not in CATALOGUE]
    blocks = [
        header("Commands"),
        section("*Change something* (needs approval)\n" + "\n".join(changing)),
        section("*Look*\n" + "\n".join(looking)),
        context("`/dr help &lt;command&gt;` says more. `/dr` alone shows what waits for you."),
    ]
    return Message(text="\n".join(_code(f"{v.usage} — {v.help}") for v in verbs), blocks=blocks)


def _help_on(verb: Verb) -> Message:
    blocks = [header(f"/dr {verb.name}"), section(f"`{_code(verb.usage)}`\n{esc(verb.help)}")]
    if verb.details:
        blocks.append(section(esc(verb.details, 1500)))
    for option in verb.options:
        text = f"`--{option.name} {_code(option.argument.hint)}` — {esc(option.argument.help)}"
        default = f" (without it: {esc(option.default)})" if option.default else ""
        blocks.append(section(text + default))
    return Message(text=_code(f"{verb.usage} — {verb.help}"), blocks=blocks)


def _line(verb: Verb) -> str:
    return f"`{_code(verb.usage)}`\n{esc(verb.help)}"


def _code(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _requests(title: str, some: Sequence[Request], nothing: str) -> list[Block]:
    if not some:
        return [section(f"*{title}*\n{nothing}")] if nothing else []
    listed = "\n".join(
        f"{lines.STATE_ICONS[one.state]} *{one.id}* {esc(lines.title(one))} — {one.state}, "
        f"asked by {esc(one.asker.name)} at {clock(one.asked_at)} in <#{one.channel}>"
        for one in some[:10]
    )
    more = f"\n… and {len(some) - 10} more" if len(some) > 10 else ""
    return [section(f"*{title}*\n{listed}{more}")]


def _troubles(troubles: Sequence[str]) -> list[Block]:
    return [section("\n".join(f":warning: {esc(one)}" for one in troubles))] if troubles else []


def _point(one: Point, now: datetime) -> str:
    age = duration((now - one.at).total_seconds())
    return f"• {esc(lines.kind_of(one))}, {age} old ({moment(one.at)}) `{esc(one.name)}`"


def _entry(entry: Entry) -> str:
    at = datetime.fromisoformat(entry.time).astimezone(UTC)
    fact = entry.data
    what = esc(fact.words) or esc(fact.type)
    change = (
        f" {esc(fact.before)} → {esc(fact.after)}."
        if fact.before != fact.after and fact.after
        else ""
    )
    why = f"\nReason: {esc(fact.reason)}" if fact.reason else ""
    about = f"{esc(fact.operation)} {esc(fact.target)}".strip()
    return (
        f"*#{entry.sequence}* {moment(at, '{date_short} {time_secs}')} · {esc(fact.actor.name)} · "
        f"{esc(entry.subject)} · {about}\n{what}{change}{why}"
    )
