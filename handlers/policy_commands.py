"""`dr policy check` and `dr policy explain`: is a policy sane, and what does it say?"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from bot.access import accounts_of
from bot.domain.lists import handles
from bot.domain.policy import Policy, read
from bot.domain.sanity import Members, findings
from bot.errors import Misconfigured
from bot.gateways import slack
from bot.queries.policy import explain as explain_line
from bot.runtime import opened
from bot.settings import SHIPPED_POLICY, Settings, slack_access
from handlers.pictures import explained


async def check(environ: Mapping[str, str], file: str, out: TextIO = sys.stdout) -> int:
    """Print a line for everything that is wrong with a policy file; returns 1 when anything is.

    Needs nothing but the file. With `SLACK_BOT_TOKEN` set, Slack is asked who is in the
    groups, and whose the addresses of the directory are.
    """
    path = Path(file or environ.get("DR_POLICY") or SHIPPED_POLICY)
    try:
        policy, wrong = read(path)
    except Misconfigured as error:
        out.write(f"{error.sentence}\n")
        return 1
    if policy is None:
        out.writelines(f"{path}: {one}\n" for one in wrong)
        return 1
    members, accounts = await _in_slack(environ, policy)
    found = [str(one) for one in findings(policy, members, accounts)]
    found += policy.directory.troubles(accounts) if accounts is not None else ()
    out.writelines(f"{path}: {one}\n" for one in found)
    if not found:
        asked = "" if members is None else ", with the groups as they are in Slack"
        count = len(policy.rules)
        out.write(f"{path}: {count} rules, version {policy.version}, all is well{asked}.\n")
    return 1 if found else 0


async def explain(settings: Settings, line: str, user: str, out: TextIO = sys.stdout) -> int:
    """Print what the policy says about a command that this person would type."""
    async with opened(settings) as bot:
        out.writelines(f"{said}\n" for said in explained(await explain_line(bot, user, line)))
    return 0


async def _in_slack(
    environ: Mapping[str, str], policy: Policy
) -> tuple[Members | None, dict[str, str] | None]:
    """Ask Slack who is in the groups, and whose the addresses are; None without a token."""
    access = slack_access(environ)
    if access is None:
        return None, None
    lists = [
        people
        for rule in policy.rules
        for people in (*rule.lists, rule.escalate_to, *(need.of for need in rule.needs))
    ]
    async with slack.opened(*access) as gateway:
        members = await gateway.groups(handles(*lists), age=0)
        return members, await accounts_of(gateway, policy.directory)
