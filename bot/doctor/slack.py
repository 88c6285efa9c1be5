"""Slack: what the app is let do, and whether the channels that cards go to can be posted to."""

from collections.abc import Iterable
from typing import Final

from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.scopes import compare
from bot.errors import SlackRefused, Unavailable
from bot.gateways.slack import Channel
from bot.runtime import Bot

_REINSTALL: Final = (
    "Bring the app in line with app-manifest.yml (api.slack.com/apps), and install it again."
)
_ONCE: Final = 60
"""Seconds between two openings of Socket Mode: Slack allows few, and fronts need them."""


async def examine_slack(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """The scopes of the bot token against those of app-manifest.yml, both ways; the app-level token
    of Socket Mode, where there is one; the incident channel and those of the rules. What else the
    installed app is set up to, Slack does not show to a bot."""
    app = await bot.slack.installation()
    found = [subject.good(f"The bot token is of the workspace {app.team_name}.")]
    found += scopes(app.scopes, by_address=bool(bot.policy.directory.addresses), subject=subject)
    found += await _socket(bot, subject)
    wanted = bot.settings.channel
    found.append(incidents(wanted, await bot.slack.channel(wanted), subject))
    for rule in bot.policy.rules:
        if rule.channel:
            channel = await bot.slack.channel(rule.channel)
            found += of_rule(rule.channel, rule.name, channel, subject)
    return found


def scopes(
    granted: frozenset[str] | None, *, by_address: bool, subject: Subject
) -> Iterable[Diagnosis]:
    """Judge what the bot token is granted."""
    if granted is None:
        yield subject.care("Slack does not say which scopes the bot token has.")
        return
    compared = compare(granted, by_address=by_address)
    for scope, why in compared.missing.items():
        yield subject.bad(f"The scope {scope} is missing: {why}.", _REINSTALL)
    if compared.histories:
        said = ", ".join(compared.histories)
        yield subject.care(
            f"The bot may read what people write ({said}), and never does.", _REINSTALL
        )
    if rest := [one for one in compared.needless if one not in compared.histories]:
        yield subject.care(f"It has scopes that it does not use: {', '.join(rest)}.", _REINSTALL)
    if not compared.missing and not compared.needless:
        yield subject.good("The bot token has the scopes of app-manifest.yml, and no other.")


def incidents(wanted: str, channel: Channel | None, subject: Subject) -> Diagnosis:
    """Judge the incident channel, without which nobody is called."""
    if channel is None:
        advice = "Create it, or invite the bot to it, or correct DR_CHANNEL."
        return subject.bad(f"The incident channel {wanted} cannot be seen.", advice)
    if channel.archived:
        advice = "Unarchive it, or name another one in DR_CHANNEL."
        return subject.bad(f"The incident channel {wanted} is archived.", advice)
    if not channel.member:
        advice = f"Type /invite in #{channel.name}."
        return subject.bad(f"The bot is not in the incident channel {wanted}.", advice)
    if channel.shared:
        advice = "Name a channel of your own in DR_CHANNEL."
        return subject.bad(f"{wanted} is shared with another organisation.", advice)
    sort = "private" if channel.private else "public"
    return subject.good(f"Cards go to #{channel.name}, which is {sort}, when nowhere else.")


def of_rule(
    wanted: str, rule: str, channel: Channel | None, subject: Subject
) -> Iterable[Diagnosis]:
    """Judge the channel that a rule of the policy wants its cards in."""
    if channel is None or not channel.member or channel.archived:
        why = "it is archived" if channel and channel.archived else "it is not in it"
        yield subject.bad(
            f"The bot cannot post to {wanted} of rule “{rule}”: {why}.",
            "Invite the bot to it; until then its cards go where they were asked for.",
        )
    elif channel.shared:
        yield subject.bad(
            f"{wanted} of rule “{rule}” is shared with another organisation: nobody can approve "
            "there.",
            "Name a channel of your own in the rule.",
        )


async def _socket(bot: Bot, subject: Subject) -> list[Diagnosis]:
    token = bot.settings.slack_app_token
    if token is None:
        return []
    if not await bot.redis.shelf.first_time("doctor:socket", _ONCE):
        return []
    try:
        await bot.slack.open_socket(token.get_secret_value())
    except SlackRefused as error:
        return [
            subject.bad(
                f"Socket Mode cannot be opened: Slack says {error.code}.",
                "Check SLACK_APP_TOKEN (scope connections:write), and that Socket Mode is on.",
            )
        ]
    except Unavailable as error:
        return [subject.care(f"Whether Socket Mode can be opened is not known: {error.sentence}")]
    return [subject.good("Socket Mode can be opened.")]
