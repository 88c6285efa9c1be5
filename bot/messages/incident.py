"""The board of an incident: what is down, what was moved, what is unprotected, and the clocks.

One message, edited in place. It says what a person needs who comes in now, the worst first; each
request has a card of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.incidents import Incident
from bot.domain.situation import Back, Doing, Moved, Situation
from bot.messages.blocks import (
    ROOM,
    Block,
    Message,
    actions,
    clip,
    clock,
    context,
    duration,
    esc,
    fields,
    header,
    many,
    mention,
    moment,
    section,
    sections,
    within,
)
from bot.messages.buttons import CLOSE, TIMELINE, UPDATE
from bot.messages.lines import STATE_ICONS

_FEW: Final = 10
"""So many machines or requests are named in one line."""
_REST: Final = "… and more: `/dr timeline` and `/dr requests` show everything."
_WHAT: Final = {
    "pin": "the board is not pinned",
    "invite": "nobody was invited",
    "bookmark": "a bookmark is missing",
    "topic": "there is no topic",
    "announced": "the default channel was not told",
}


def board(
    incident: Incident, known: Situation, now: int, missing: Mapping[str, str] | None = None
) -> Message:
    """Draw the board as of `now`; `missing` is what Slack refused about its channel."""
    blocks = [header(clip(incident.title, 120))]
    if incident.open:
        blocks += [section(f":fire: {_bold(state_line(incident, known))}")]
        blocks += [_clocks(incident, known, now), *_state(incident, known, now)]
        blocks += _update(incident)
        buttons = [
            UPDATE.draw(incident.id), TIMELINE.draw(incident.id), CLOSE.draw(incident.id),
        ]  # fmt: skip
        rows = [actions(buttons, f"incident:{incident.id}")]
    else:
        blocks += [section(f":white_check_mark: *Closed* {_closed(incident)}")]
        blocks += summary(incident, known)
        rows = [actions([TIMELINE.draw(incident.id)], f"incident:{incident.id}")]
    rows += _small(incident, now, missing or {})
    text = f"{incident.title}: {state_line(incident, known)} {_since(incident, now)}"
    return Message(text=esc(text, 1000), blocks=[*within(blocks, ROOM - 1000, _REST), *rows])


def state_line(incident: Incident, known: Situation) -> str:
    """Say in one plain line how an incident stands."""
    if not incident.open:
        return "Closed."
    said = [f"{many(len(known.running), 'operation')} running"] if known.running else []
    said += [f"{len(known.waiting)} waiting"] if known.waiting else []
    said += [f"{many(len(known.moved), 'machine')} failed over"] if known.moved else []
    said += [f"{len(known.unprotected)} unprotected"] if known.unprotected else []
    said += [f"{len(known.failed)} failed"] if known.failed else []
    return f"Open. {', '.join(said) or 'Nothing was asked for yet'}."


def topic(incident: Incident, known: Situation) -> str:
    """The state line as the topic of the channel: it says nothing that changes by itself."""
    region = f"{incident.region_name} · " if incident.region_name else ""
    return f"{incident.id} · {region}{state_line(incident, known)}"


def summary(incident: Incident, known: Situation) -> list[Block]:
    """Say what an incident came to: how long, what was moved, what is left to do, who approved."""
    took = (incident.closed_at - incident.at) / 1000
    ended = sum(not one.open for one in known.requests)
    pairs = [
        ("How long", duration(took)),
        ("Until something was asked", _or_never(known.deciding)),
        ("Machines failed over", str(len(known.moved))),
        ("Still unprotected", str(len(known.unprotected))),
        ("Requests", f"{many(len(known.requests), 'request')}, {ended} ended"),
        ("Did not work", str(len(known.failed))),
        ("Notes", str(incident.notes)),
    ]
    found = [fields(*pairs)]
    lines = _named(":arrow_right: *Failed over:*", known.moved)
    lines += _named(":warning: *Still unprotected:*", known.unprotected)
    lines += _back(known.back)
    if known.going_on:
        lines.append(f":arrows_counterclockwise: *Goes on:* {_doings(known.going_on)}")
    if known.approvers:
        lines.append(f"*Approved by* {', '.join(map(mention, known.approvers[:20]))}")
    if incident.closing:
        lines.append(f"*In closing:* {esc(incident.closing, 1500)}")
    return [*found, *sections(lines)]


def announcement(incident: Incident) -> Message:
    """Tell the default channel that there is an incident, and what is wrong with its channel."""
    where = "It goes on here." if incident.trouble else f"It goes on in <#{incident.channel}>."
    text = f":fire: {mention(incident.by.id)} declared *{esc(incident.title)}*. {where}"
    blocks = [section(text)]
    if incident.trouble:
        blocks.append(
            section(f":warning: {esc(incident.trouble)} Nothing else is different: work goes on.")
        )
    blocks.append(context(f"*{incident.id}* · `/dr timeline {incident.id}` shows everything."))
    said = f"{incident.by.name} declared {incident.title}. {incident.trouble}".strip()
    return Message(text=esc(said, 1000), blocks=blocks)


def _clocks(incident: Incident, known: Situation, now: int) -> Block:
    pairs = [("Declared", f"{moment(incident.at)} by {mention(incident.by.id)}")]
    pairs += [("Since declared", duration((now - incident.at) / 1000))]
    if known.running:
        longest = known.running[0]
        took = duration((now - longest.since) / 1000)
        pairs.append(("Longest running", f"{took}: {esc(longest.title, 120)}"))
    if known.unprotected:
        first = known.unprotected[0]
        bare = duration((now - first.at) / 1000)
        pairs.append(("Longest unprotected", f"{bare}: {esc(first.name, 80)}"))
    if incident.due:
        late = " (late)" if incident.due < now else ""
        pairs.append(("Next update", f"{moment(incident.due)}{late}"))
    return fields(*pairs)


def _state(incident: Incident, known: Situation, now: int) -> list[Block]:
    lines: list[str] = []
    if incident.region:
        names = ", ".join(esc(one, 60) for one in incident.down[:_FEW])
        more = incident.down_count - min(_FEW, len(incident.down))
        rest = f" and {more:,} more" if names and more > 0 else ""
        ran = f"{many(incident.down_count, 'machine')} ran there: {names}{rest}." if names else ""
        none = "" if names else "No machine ran there."
        lines.append(f":red_circle: *Down:* {esc(incident.region_name)}. {ran}{none}")
    lines += _named(":arrow_right: *Failed over:*", known.moved)
    lines += _named(":warning: *Unprotected:*", known.unprotected)
    lines += _back(known.back)
    if known.running:
        lines.append(f":arrows_counterclockwise: *Running now:* {_doings(known.running, now)}")
    if known.waiting:
        lines.append(f":hourglass_flowing_sand: *Waiting:* {_doings(known.waiting, now)}")
    for one in known.failed[-3:]:
        lines.append(f":x: *Did not work:* _{esc(one.title, 120)}_ – {esc(one.why, 200)}")
    if not known.requests:
        lines.append("Nothing was asked for yet. What is asked for in this channel shows here.")
    return sections(lines)


def _update(incident: Incident) -> list[Block]:
    if incident.latest is None:
        return []
    one = incident.latest
    said = [f"*{title}:* {esc(words, 1500)}" for title, words in one.update.parts]
    return [
        *sections(said),
        context(f"Update of {moment(one.at)} by {mention(one.by.id)}"),
    ]


def _small(incident: Incident, now: int, missing: Mapping[str, str]) -> list[Block]:
    said = [f"*{incident.id}* · as of {clock(now)}"]
    if incident.trouble:
        said.append(f":warning: {esc(incident.trouble)}")
    wrong = {_WHAT.get(what.split()[0], what): code for what, code in missing.items()}
    said += [f":warning: Slack refused: {what} ({esc(code, 60)})." for what, code in wrong.items()]
    return [context(*said)]


def _or_never(seconds: int | None) -> str:
    return "–" if seconds is None else duration(seconds)


def _named(title: str, some: Sequence[Moved]) -> list[str]:
    if not some:
        return []
    names = ", ".join(
        f"{esc(one.name, 60)} → {esc(one.where, 60)}" if one.where else esc(one.name, 60)
        for one in some[:_FEW]
    )
    more = f" and {len(some) - _FEW} more" if len(some) > _FEW else ""
    return [f"{title} {many(len(some), 'machine')}: {names}{more}"]


def _back(some: Sequence[Back]) -> list[str]:
    """Say how long it took until each was back, beside what was aimed at."""
    if not some:
        return []
    said = [f"{esc(one.name, 60)} {duration(one.seconds)}" + _aimed(one) for one in some[:_FEW]]
    more = f" and {len(some) - _FEW} more, sooner" if len(some) > _FEW else ""
    return [f":stopwatch: *True RTO, since declared:* {', '.join(said)}{more}"]


def _aimed(one: Back) -> str:
    if one.objective is None:
        return ""
    return f" ({'*late*' if one.late else 'in time'}, aim {duration(one.objective)})"


def _doings(some: Sequence[Doing], now: int = 0) -> str:
    said = [
        f"{STATE_ICONS[one.state]} {esc(one.title, 100)} ({one.request}, {one.state}"
        + (f" for {duration((now - one.since) / 1000)})" if now else ")")
        for one in some[:_FEW]
    ]
    more = f" and {len(some) - _FEW} more" if len(some) > _FEW else ""
    return f"{', '.join(said)}{more}"


def _closed(incident: Incident) -> str:
    who = f" by {mention(incident.closed_by.id)}" if incident.closed_by else ""
    return f"{moment(incident.closed_at)}{who}."


def _bold(line: str) -> str:
    """Make the first word stand out, as on every card."""
    first, _, rest = line.partition(" ")
    return f"*{first.rstrip('.')}.* {rest}" if rest else f"*{first}*"


def _since(incident: Incident, now: int) -> str:
    took = duration(((incident.closed_at or now) - incident.at) / 1000)
    return f"It took {took}." if incident.closed_at else f"Declared {took} ago."
