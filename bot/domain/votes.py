"""What a click means: pure decisions about votes, each with its reason.

The same functions decide when somebody presses a button and again before anything is sent.
"""

from collections.abc import Collection, Mapping
from typing import Final

from bot.domain.catalogue import Ground
from bot.domain.data import Data
from bot.domain.drift import Change
from bot.domain.latecomers import Wish, too_late
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.policy import includes
from bot.domain.quorum import Need, counted, fill, serves, still_open
from bot.domain.request import Request, State, Step, Vote, fingerprint, nod_key, take
from bot.domain.reviews import broken, missing
from bot.errors import NotAllowed
from bot.refusals import Appr, Ask

NOD_AGAIN: Final = 120
"""Seconds after which a job that still waits can be let go on once more."""

Groups = Mapping[str, frozenset[str]]


class Standing(Data):
    """What we know of somebody who presses: who they are and which groups hold whom."""

    person: Person
    home_teams: frozenset[str]
    groups: dict[str, frozenset[str]]


def why_not_approve(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why an approval by this person would not count, or return None."""
    asked_as = _as(request.asker, standing)
    own = f"You asked for this yourself{asked_as}; somebody else has to approve it."
    if reason := _no_say(request, standing, Wish.APPROVE, own) or why_in_doubt(standing.person):
        return reason
    for vote in request.approvals:
        if vote.person.is_same(standing.person):
            account = _as(vote.person, standing)
            return NotAllowed(
                Appr.TWICE, f"You have approved this already{account}; every person counts once."
            )
    if not would_fill(request, standing.person.id, standing.groups):
        needs = request.terms.quorum
        missing = " and ".join(need.words for need in still_open(needs, request.filled))
        return NotAllowed(
            Appr.FILLS_NOTHING,
            f"What it still needs is {missing}; your approval would fill none of that.",
        )
    return None


def would_fill(request: Request, user: str, groups: Groups) -> bool:
    """Whether an approval of this user would fill something of what is still needed."""
    needs = request.terms.quorum
    votes = {vote.person.id: vote.serves for vote in request.approvals}
    with_them = fill(needs, votes | {user: serves(needs, user, groups)})
    return user != request.asker.id and counted(with_them) > counted(request.filled)


def could_fill(request: Request, standing: Standing) -> tuple[int, ...]:
    """Return which of the needs this person could fill, by their place in the list."""
    return serves(request.terms.quorum, standing.person.id, standing.groups)


def why_not_deny(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why a denial by this person would not count, or return None."""
    own = f"You asked for this yourself{_as(request.asker, standing)}: press Withdraw instead."
    return _no_say(request, standing, Wish.DENY, own)


def why_not_withdraw(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot withdraw the request, or return None."""
    if reason := _no_chance(request, standing, Wish.WITHDRAW):
        return reason
    if not standing.person.is_same(request.asker):
        return NotAllowed(
            Appr.NOT_THE_ASKER,
            f"Only {request.asker.name}, who asked, can withdraw this. You can deny it.",
        )
    return None


def why_not_nudge(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person has no business to nudge others about a request, or return None."""
    if standing.person.is_same(request.asker):
        return why_nobody(standing.person, standing.home_teams)
    return _no_party(request, standing, Wish.NUDGE)


def why_not_revoke(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person has no approval to take back, or return None.

    Nobody has to be an approver still for that: it only ever stops something.
    """
    if reason := _no_chance(request, standing, Wish.REVOKE):
        return reason
    if not any(vote.person.is_same(standing.person) for vote in request.approvals):
        return NotAllowed(
            Appr.NOT_APPROVED, "You have not approved this, so there is nothing to take back."
        )
    return None


def why_not_resubmit(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot have an approved request sent again, or return None."""
    return _no_party(request, standing, Wish.RESUBMIT) or why_in_doubt(standing.person)


def why_not_withdraw_rest(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot stop several machines of which some are not sent, or None."""
    return _no_party(request, standing, Wish.WITHDRAW_REST)


def why_not_give_up(request: Request, standing: Standing, since: int) -> NotAllowed | None:
    """Say why this person cannot give an unknown request up, or return None.

    `since` is the time in milliseconds before which the attempt must have been made.
    """
    if reason := _no_party(request, standing, Wish.GIVE_UP):
        return reason
    if request.submission and request.submission.at > since:
        return NotAllowed(
            Appr.STILL_LOOKING,
            "Its job may still turn up; the bot is looking. Try again in a few minutes.",
        )
    return None


def why_not_nod(request: Request, standing: Standing, now: int) -> NotAllowed | None:
    """Say why this person's word does not let a waiting job go on, or return None."""
    if reason := _no_party(request, standing, Wish.NOD) or why_in_doubt(standing.person):
        return reason
    asked = request.job.asks if request.job else None
    said = [nod for nod in request.nods if asked and nod.task == nod_key(asked)]
    if said and now < said[-1].at + NOD_AGAIN * 1000:
        return NotAllowed(
            Appr.JUST_SAID,
            f"{said[-1].person.name} has just said so; Azure goes on in a moment.",
        )
    return None


def why_not_review(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why a review by this person would not count, or return None."""
    person, glass = standing.person, request.terms.glass
    if glass is None or not broken(request):
        return NotAllowed(
            Appr.NOTHING_TO_REVIEW,
            "No glass was broken for this request, so there is nothing to review.",
        )
    if request.open:
        return NotAllowed(
            Appr.REVIEW_LATER, f"This request is {request.state}; it is reviewed when it has ended."
        )
    if reason := why_nobody(person, standing.home_teams) or _own_review(request, standing):
        return reason
    if not includes(glass.may_review, person.id, standing.groups):
        named = ", ".join(glass.may_review) or "nobody"
        return NotAllowed(
            Appr.NO_REVIEWER, f"You are not among those who may review this ({named})."
        )
    for one in request.reviews:
        if one.person.is_same(person):
            account = _as(one.person, standing)
            return NotAllowed(
                Appr.REVIEWED_TWICE,
                f"You have reviewed this already{account}; every person counts once.",
            )
    if not missing(request):
        return NotAllowed(
            Appr.NOTHING_TO_REVIEW, f"It has all of its {glass.reviews} reviews already."
        )
    return why_in_doubt(person)


def _own_review(request: Request, standing: Standing) -> NotAllowed | None:
    """Say that somebody would review what they asked for or approved themselves, or return None."""
    if standing.person.is_same(request.asker):
        account = _as(request.asker, standing)
        return NotAllowed(
            Appr.OWN_REVIEW, f"You asked for this yourself{account}; others have to review it."
        )
    for vote in request.approvals:
        if vote.person.is_same(standing.person):
            account = _as(vote.person, standing)
            return NotAllowed(
                Appr.OWN_REVIEW, f"You approved this{account}; others have to review it."
            )
    return None


def why_not_ask(
    may_ask: tuple[str, ...], standing: Standing, *, glass: bool = False
) -> NotAllowed | None:
    """Say why this person may not ask for something, or not break the glass, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not includes(may_ask, standing.person.id, standing.groups):
        named = ", ".join(may_ask) or "nobody"
        what = "break the glass" if glass else "ask"
        return NotAllowed(
            Ask.NOT_LISTED,
            f"The policy does not let you {what} for this; it lets {named}.",
            "The owners of the policy file can change that.",
        )
    return why_in_doubt(standing.person)


def gives_way(request: Request, asker: Person, operation: str) -> bool:
    """Whether a request makes room for one of the same asker that breaks the glass for the same.

    Only while it waits for votes: what is approved goes ahead, and needs no glass broken.
    """
    ordinary = request.state is State.WAITING and request.terms.glass is None
    return ordinary and request.operation == operation and request.asker.is_same(asker)


def count(request: Request, vote: Vote) -> Request:
    """Add an approval; the one that completes the quorum approves the request."""
    votes = (*request.votes, vote)
    voted = request.model_copy(update={"votes": votes})
    if still_open(request.terms.quorum, voted.filled):
        return take(request, Step.VOTE, votes=votes)
    return take(
        request,
        Step.APPROVE,
        votes=votes,
        approved_at=vote.at,
        expires_at=vote.at + request.terms.approval_lifetime * 1000,
    )


def revoke(request: Request, person: Person, at: int, click: str) -> Request:
    """Take the approval of a person back, by whichever of their accounts it was given.

    What was approved waits again, as long as it would have: it has no vote to spare, since none is
    counted that fills no need.
    """
    votes = tuple(
        one.model_copy(update={"ended_at": at, "ended_by": click})
        if one.counts and one.person.is_same(person)
        else one
        for one in request.votes
    )
    if request.state is State.WAITING:
        return take(request, Step.REVOKE, votes=votes)
    why = request.why if request.needs_nod else ""  # that it never started is still to be known
    return take(
        request, Step.REVOKE, votes=votes, approved_at=0, expires_at=request.decided_by, why=why
    )


def ask_again(request: Request, now_is: Ground, changes: tuple[Change, ...], at: int) -> Request:
    """Have an approved request approved anew, on the ground as it is now and for its whole time."""
    votes = tuple(
        one.model_copy(update={"ended_at": at}) if one.counts else one for one in request.votes
    )
    return take(
        request,
        Step.ASK_AGAIN,
        ground=now_is,
        fingerprint=fingerprint(
            request.operation, request.arguments, now_is, request.call, request.terms,
            request.asker,
        ),
        votes=votes,
        changes=changes,
        approved_at=0,
        asked_again_at=at,
        expires_at=at + request.terms.request_lifetime * 1000,
        why="",
    )  # fmt: skip


def no_longer_counts(
    request: Request, people: Mapping[str, Person], home_teams: Collection[str], groups: Groups
) -> tuple[str, ...]:
    """Name everybody whose word no longer counts, before anything is sent; empty when all does.

    `people` holds the asker and every approver as Slack and the directory know them now.
    """
    gone: list[str] = []
    asker = people[request.asker.id]
    if not _has_power(asker, request.terms.may_ask, home_teams, groups):
        gone.append(f"{request.asker.name} may no longer ask for this{_untold(asker)}")
    gone += [
        f"{request.asker.name} may no longer override the freeze “{one.name}”"
        for one in request.terms.overrides
        if not includes(one.override, asker.id, groups)
    ]
    valid: dict[str, set[int]] = {}
    lost: list[str] = []
    for vote in request.approvals:
        voter, name = people[vote.person.id], vote.person.name
        if voter.is_same(asker):
            lost.append(f"{name} and {request.asker.name}, who asked, are one person")
        elif not _has_power(voter, request.terms.may_approve, home_teams, groups):
            lost.append(f"{name} may no longer approve this{_untold(voter)}")
        else:
            if voter.human in valid:
                lost.append(f"{name} has approved by another account already")
            could = serves(request.terms.quorum, voter.id, groups)
            valid.setdefault(voter.human, set()).update(could)
    filled = fill(request.terms.quorum, {human: sorted(could) for human, could in valid.items()})
    if missing := still_open(request.terms.quorum, filled):
        gone += lost or [_short_of(missing, counted(filled), request)]
    return tuple(gone)


def _has_power(
    person: Person, who: tuple[str, ...], home_teams: Collection[str], groups: Groups
) -> bool:
    """Whether this is a full member of a list, of whom it can be told which human it is."""
    if why_nobody(person, home_teams) or why_in_doubt(person):
        return False
    return includes(who, person.id, groups)


def _untold(person: Person) -> str:
    return " (it cannot be told which human that is)" if person.doubt else ""


def _as(before: Person, standing: Standing) -> str:
    """Name the other account by which somebody acted before; '' when it is the same one."""
    return "" if before.id == standing.person.id else f" as {before.name}"


def _short_of(missing: tuple[Need, ...], there: int, request: Request) -> str:
    said = f"only {there} of {request.terms.approvals} approvals count"
    if not request.terms.needs:
        return said
    return f"{said}: {' and '.join(need.words for need in missing)} is missing"


def approvers(request: Request) -> str:
    """Name those who may approve, as the policy writes them."""
    return ", ".join(request.terms.may_approve) or "nobody"


def _no_say(request: Request, standing: Standing, wish: Wish, own: str) -> NotAllowed | None:
    """Say why this person has no say in a request; `own` is for whoever asked for it."""
    person = standing.person
    if reason := _no_chance(request, standing, wish):
        return reason
    if person.is_same(request.asker):
        return NotAllowed(Appr.OWN, own)
    if not includes(request.terms.may_approve, person.id, standing.groups):
        return NotAllowed(
            Appr.NOT_LISTED,
            f"You are not among those who may {wish.verb} this ({approvers(request)}).",
        )
    return None


def _no_party(request: Request, standing: Standing, wish: Wish) -> NotAllowed | None:
    """Say why somebody may not, who has to be one of those who may ask or approve, or None."""
    if reason := _no_chance(request, standing, wish):
        return reason
    lists = request.terms.may_ask + request.terms.may_approve
    if not includes(lists, standing.person.id, standing.groups):
        return NotAllowed(Appr.NO_PARTY, "You are not among those who may ask for or approve this.")
    return None


def _no_chance(request: Request, standing: Standing, wish: Wish) -> NotAllowed | None:
    """Say why nobody like this person could do it, or nobody any more, whatever the lists say."""
    return why_nobody(standing.person, standing.home_teams) or too_late(request, wish)
