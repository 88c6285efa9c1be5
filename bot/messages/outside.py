"""What the incident channel is told when somebody worked past the bot."""

from collections.abc import Sequence
from typing import Final

from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.outside import Source
from bot.domain.scenarios import scenario_words
from bot.messages.blocks import Message, code, context, esc, moment, section

_WHO: Final = "The activity log of the subscription names who it was."


def alarm(job: Job, source: Source, *, portal: str, resource: str) -> Message:
    """Say in red what was started, when, and by whom as far as Azure says."""
    began = f" It began {moment(job.started)}." if job.started else ""
    text = f"{_what(job)} was started past the bot: no request is behind it.{began}"
    activity = (
        f"Azure's activity of it: {code(source.activity)}"
        if source.activity
        else "Azure does not say who began it"
    )
    return _red(text, _looks(job), portal, resource, (_job(job), activity))


def cancelled_past(job: Job, request: str, *, portal: str, resource: str) -> Message:
    """Say in red that the job of a request was cancelled, and that the machine may be half way."""
    ended = f" It ended {moment(job.ended)}." if job.ended else ""
    text = (
        f"{_what(job)} was cancelled past the bot: it is the job of *{esc(request)}*, and no "
        f"request asked for that.{ended} Look at the machine before anything else is asked for."
    )
    looks = [code(f"/dr verify {request}"), *_looks(job)]
    return _red(text, looks, portal, resource, (_job(job),))


def run_again_past(job: Job, request: str, *, portal: str, resource: str) -> Message:
    """Say in red that a job that had failed was run again."""
    began = f" It began {moment(job.started)}." if job.started else ""
    whose = f" It was the job of *{esc(request)}*, which has ended." if request else ""
    text = (
        f"{_what(job)}, which had failed, was run again past the bot: no request asked for that."
        f"{whose}{began}"
    )
    return _red(text, _looks(job), portal, resource, (_job(job),))


def gone(name: str, vault: str, *, portal: str) -> Message:
    """Say in red that a machine is not protected any more."""
    text = (
        f"*{esc(name)}* is not protected any more: it has gone from the vault "
        f"{esc(segment(vault, 'vaults'))}, and no job that disables its replication was seen."
    )
    looks = [code(f"/dr events {name}"), code(f"/dr status {name}")]
    return _red(text, looks, portal, vault, ("Its recovery points are gone with it",))


def _red(
    text: str, looks: Sequence[str], portal: str, resource: str, seen: Sequence[str]
) -> Message:
    """One alarm: what happened, where to look, and what Azure says of it, small."""
    there = [f"<{portal}/#resource{_address(resource)}|In the portal>"] if portal else []
    red = f":red_circle: {text}"
    look = " · ".join([*looks, *there])
    return Message(text=red, blocks=[section(red), section(f"{look}\n{_WHO}"), context(*seen)])


def _what(job: Job) -> str:
    target = f"*{esc(job.target)}*" if job.target else "the vault"
    return f"{esc(scenario_words(job.scenario))} of {target}"


def _job(job: Job) -> str:
    vault = esc(segment(job.vault, "vaults"))
    return f"Azure's job {code(job.name)} in {vault}, {esc(job.words or job.state)}"


def _looks(job: Job) -> list[str]:
    status = [code(f"/dr status {job.target}")] if job.target else []
    return [code(f"/dr jobs {job.name}"), *status]


def _address(resource: str) -> str:
    """Keep a resource id from ending the link that it stands in, or from saying something there."""
    return "".join(
        c if c.isascii() and (c.isalnum() or c in "/-_.()") else _percent(c) for c in resource
    )


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
