"""The policy: whether it is sane with the people as they are in Slack now."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from bot.access import accounts_of, person
from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.lists import is_user
from bot.domain.people import Person, why_nobody
from bot.domain.policy import Policy, handles
from bot.domain.sanity import findings
from bot.errors import DrError, SlackRefused
from bot.messages.blocks import many
from bot.runtime import Bot

_MOST: Final = 200
"""So many accounts are looked up; Slack allows some hundred a minute."""
_AT_ONCE: Final = 8
_UNKNOWN: Final = frozenset({"user_not_found", "user_not_visible"})


async def examine_policy(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """All that `dr policy check` finds, with the people as they are: user groups that are missing
    or empty, and accounts that count for nothing because they are deactivated, guests', bots', of
    another organisation or unknown."""
    found = [subject.good(f"Version {bot.policy.version}, {len(bot.policy.rules)} rules.")]
    lists = lists_of(bot.policy)
    groups = await bot.slack.groups(handles(*lists), age=0)
    accounts, doubts = await _directory(bot, subject)
    named = frozenset(one for who in lists for one in who if is_user(one))
    nobody, unknown = await _nobody(bot, named.union(*groups.values()))
    members = {handle: ids - nobody.keys() for handle, ids in groups.items()}
    nobodies = {one: frozenset[str]() for one in named & nobody.keys()}
    sane = findings(bot.policy, members | nobodies, accounts)
    found += [*doubts, *(subject.bad(str(one), "dr policy check says more.") for one in sane)]
    found += people(named, nobody, subject)
    for handle, ids in sorted(groups.items()):
        found.append(group(handle, ids, nobody, subject))
    if unknown:
        found.append(subject.care(f"{many(unknown, 'account')} could not be looked up."))
    return found


def lists_of(policy: Policy) -> list[tuple[str, ...]]:
    """Return every list of people that the policy has."""
    lists = [policy.may_look, policy.may_diagnose]
    for rule in policy.rules:
        lists += [*rule.lists, rule.tell, rule.escalate_to]
        if rule.break_glass:
            lists.append(rule.break_glass.tell)
    lists += [policy.locks.may_lock or (), policy.locks.override]
    terms = policy.incident
    lists += [terms.may_declare or (), terms.may_close or (), terms.invite or ()]
    return [*lists, *(one.override for one in policy.freezes)]


def people(
    named: Iterable[str], nobody: Mapping[str, str], subject: Subject
) -> Iterable[Diagnosis]:
    """Judge the accounts that the policy names one by one."""
    for one in sorted(set(named) & nobody.keys()):
        yield subject.bad(
            f"The policy names {one}, which counts for nothing: {nobody[one]}.",
            "Name somebody else, or have the account put right.",
        )


def group(
    handle: str, members: frozenset[str], nobody: Mapping[str, str], subject: Subject
) -> Diagnosis:
    """Judge a user group that the policy names."""
    out = sorted(members & nobody.keys())
    said = ", ".join(f"{one} ({nobody[one]})" for one in out[:5])
    more = f" and {len(out) - 5} more" if len(out) > 5 else ""
    if not members:
        advice = "Create the user group, or list user ids in the policy."
        return subject.bad(f"{handle} is missing or empty: that is nobody.", advice)
    if len(out) == len(members):
        advice = "Add people of this workspace to the user group."
        return subject.bad(f"Nobody in {handle} counts: {said}{more}.", advice)
    if out:
        count = len(members) - len(out)
        return subject.care(
            f"{handle} has {many(count, 'member')} who count, and some who do not: {said}{more}.",
            "Take them out of the user group.",
        )
    return subject.good(f"{handle} has {len(members)} members.")


async def _directory(bot: Bot, subject: Subject) -> tuple[dict[str, str] | None, list[Diagnosis]]:
    """Look at who is who; returns whose the addresses are, None when Slack does not say."""
    directory = bot.policy.directory
    if not directory.people:
        return None, []
    humans = len(set(directory.people.values()))
    said = subject.good(f"The directory knows {len(directory.people)} accounts of {humans} humans.")
    try:
        accounts = await accounts_of(bot.slack, directory)
    except DrError as error:
        advice = error.advice or "Until then, who is in it by an address can do nothing."
        return None, [said, subject.bad(error.sentence, advice)]
    return accounts, [said, *(subject.care(one) for one in directory.troubles(accounts))]


async def _nobody(bot: Bot, ids: frozenset[str]) -> tuple[dict[str, str], int]:
    """Return the accounts that count for nothing, each with why, and how many were not seen."""
    home = await bot.slack.home()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(user: str) -> Person | DrError:
        async with gate:
            try:
                return await person(bot, user, fresh=False)
            except DrError as error:
                return error

    some = sorted(ids)[:_MOST]
    seen = dict(zip(some, await asyncio.gather(*map(look, some)), strict=True))
    nobody = {user: why for user, one in seen.items() if (why := _why(one, home.teams))}
    unseen = [one for one in seen.values() if isinstance(one, DrError) and not _why(one, ())]
    return nobody, len(ids) - len(some) + len(unseen)


def _why(one: Person | DrError, home_teams: Iterable[str]) -> str:
    """Say why an account counts for nothing, '' when it does, or when that is not known."""
    if isinstance(one, SlackRefused):
        return "Slack does not know it" if one.code in _UNKNOWN else ""
    if isinstance(one, DrError) or why_nobody(one, tuple(home_teams)) is None:
        return ""
    kinds = {
        "deactivated": one.deactivated,
        "a bot": one.bot,
        "of another organisation": one.outsider,
        "a guest": one.guest,
    }
    return next((kind for kind, so in kinds.items() if so), "of another workspace")
