"""What the policy says about a command: the same lines in Slack and on the command line."""

from collections.abc import Sequence

from bot.domain.people import Person
from bot.domain.quorum import Need
from bot.domain.rules import Rule
from bot.messages.blocks import Message, context, duration, esc, header, sections


def explanation(text: Sequence[str], title: str, policy: str) -> Message:
    """Draw an explanation whose lines are plain text."""
    blocks = [
        header(title),
        *sections([esc(one, 900) for one in text]),
        context(f"policy {esc(policy)}"),
    ]
    return Message(text=esc(f"{title}: {text[0].rstrip(':')}."), blocks=blocks)


def lines_of(
    rule: Rule,
    number: int,
    why: Sequence[str],
    refusals: Sequence[str],
    *,
    glass: bool = False,
) -> list[str]:
    """Say which rule it is, why it decides, and what it asks for; as plain text.

    With `glass`, of a rule whose glass is broken.
    """
    said = [f"Rule {number}, “{rule.name}”, decides:"]
    said += [f"• {one}" for one in why]
    said.append(f"Who may ask: {_listed(rule.may_ask)}")
    said += [f"Not you, now: {one}" for one in refusals]
    if rule.reason == "required" or rule.reason_at_least:
        most = rule.reason_at_least
        said.append(f"A reason{f' of at least {most} characters' if most > 1 else ''} is needed")
    if rule.confirm:
        said.append("Approvers type the name of the target")
    if rule.rpo_may_grow is not None:
        said.append(
            f"Asked again when the RPO has grown by more than {duration(rule.rpo_may_grow)}"
        )
    if not rule.health_may_worsen:
        said.append("Asked again when the replication health is worse than the card showed")
    if rule.channel:
        said.append(f"The card goes to {rule.channel}")
    said += _of_glass(rule, broken=glass)
    if rule.tell:
        said.append(f"Told when it is asked: {_listed(rule.tell)}")
    if rule.remind_after:
        said.append(
            f"Who can still approve is reminded after {duration(rule.remind_after)}, and again "
            "after twice the pause each time"
        )
    if rule.escalate_after and rule.escalate_to:
        said.append(f"Told after {duration(rule.escalate_after)}: {_listed(rule.escalate_to)}")
    said.append(
        f"A request waits {duration(rule.request_lifetime)} for approvals; an approval holds for "
        f"{duration(rule.approval_lifetime)}"
    )
    return said


def _of_glass(rule: Rule, *, broken: bool) -> list[str]:
    """Say what breaking the glass would change, or what it brings with it."""
    glass = rule.break_glass
    if glass is None:
        return []
    review = (
        f"reviewed by {glass.reviews} of {_listed(glass.may_review)}, within "
        f"{duration(glass.review_within)} of its end"
    )
    if broken:
        told = f", and {_listed(glass.tell)}" if glass.tell else ""
        return [
            f"With the glass broken, it is {review}",
            f"Told at once: whoever has a say under the rule{told}",
        ]
    return [
        f"Break-glass (/dr breakglass …), for {_listed(rule.broken.may_ask)}: "
        f"{glass.approvals} of {_listed(rule.broken.may_approve)}, {review}"
    ]


def who_can(need: Need, people: Sequence[Person], *, everyone: bool, more: int) -> str:
    """Say who could fill a need at this moment; as plain text."""
    names = [one.name for one in people]
    if everyone:
        names.append("every full member")
    if more:
        names.append(f"{more} more")
    short = "" if everyone or len(people) + more >= need.count else " — that is not enough"
    return f"Needed: {need.words}. Who can now: {', '.join(names) or 'nobody'}{short}"


def _listed(who: Sequence[str]) -> str:
    return ", ".join(who) or "nobody"
