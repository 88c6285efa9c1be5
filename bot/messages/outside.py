"""What the incident channel is told when somebody worked past the bot."""

from bot.domain.jobs import Job
from bot.domain.machines import segment
from bot.domain.outside import Source
from bot.domain.scenarios import scenario_words
from bot.messages.blocks import Message, code, context, esc, moment, section


def alarm(job: Job, source: Source, *, portal: str, resource: str) -> Message:
    """Say in red what was started, when, and by whom as far as Azure says."""
    what = scenario_words(job.scenario)
    target = f"*{esc(job.target)}*" if job.target else "the vault"
    began = f" It began {moment(job.started)}." if job.started else ""
    vault = segment(job.vault, "vaults")
    text = (
        f":red_circle: {esc(what)} of {target} was started past the bot: no request is behind it."
        f"{began}"
    )
    seen = [f"Azure's job {code(job.name)} in {esc(vault)}, {esc(job.words or job.state)}"]
    seen.append(
        f"Azure's activity of it: {code(source.activity)}"
        if source.activity
        else "Azure does not say who began it"
    )
    look = [code(f"/dr jobs {job.name}")]
    if job.target:
        look.append(code(f"/dr status {job.target}"))
    if portal:
        look.append(f"<{portal}/#resource{_address(resource)}|In the portal>")
    whom = "The activity log of the subscription names who it was."
    return Message(
        text=text,
        blocks=[section(text), section(f"{' · '.join(look)}\n{whom}"), context(*seen)],
    )


def _address(resource: str) -> str:
    """Keep a resource id from ending the link that it stands in."""
    return "".join(c for c in resource if c.isprintable() and c not in "<>| ")
