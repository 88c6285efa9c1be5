"""What a click means: pure decisions about votes, each with its reason.

The same functions decide when somebody presses a button and again before anything is sent.
"""

from collections.abc import Collection, Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.delegations import Delegation, Place
from bot.domain.people import Person, same_person, why_nobody
from bot.domain.places import Groups, why_not_in_place
from bot.domain.policy import includes
from bot.domain.quorum import Need, counted, fill, serves, still_open
from bot.domain.request import Request, State, Step, Vote, nod_key, take

NOD_AGAIN: Final = 120
"""Seconds after which a job that still waits can be let go on once more."""


class Standing(Data):
    """What we know of somebody who presses: who they are and which groups hold whom."""

    person: Person
    home_teams: frozenset[str]
    groups: dict[str, frozenset[str]]
    delegated: tuple[Delegation, ...] = ()
    """In whose places they may vote, for now; whoever that is stands in it as Slack has them."""


class Say(Data):
    """Whether somebody's word counts, in whose place, and for what."""

    why_not: str = ""
    """Why it does not count; '' when it does."""
    place: Place | None = None
    """Whose place they vote in; None for their own."""
    serves: tuple[int, ...] = ()
    """Which of the needs whoever counts could fill, by their place in the list."""


def approving(request: Request, standing: Standing, now: int = 0) -> Say:
    """Say whether an approval by this person counts, and in whose place.

    Who may approve votes for themselves and for nobody else; only another may vote in somebody's
    place. `now`, in milliseconds, ends what has run out since their standing was read.
    """
    own = "You asked for this yourself; somebody else has to approve it."
    say = _say(request, standing, "approve", own, now)
    if say.why_not:
        return say
    if any(same_person(vote.person, standing.person) for vote in request.approvals):
        return Say(why_not="You have approved this already; every person counts once.")
    seat = say.place.person if say.place else standing.person
    taken = next((vote for vote in request.approvals if same_person(vote.seat, seat)), None)
    if taken and say.place:
        return Say(
            why_not=f"{seat.name} has a vote already ({taken.who}); one in their place does not "
            "count beside it."
        )
    if taken:
        return Say(
            why_not=f"{taken.person.name} has approved in your place, by your delegation; together "
            "you count once."
        )
    votes = {vote.seat.id: vote.serves for vote in request.approvals}
    needs = request.terms.quorum
    with_them = fill(needs, votes | {seat.id: say.serves})
    if counted(with_them) == counted(request.filled):
        missing = " and ".join(need.words for need in still_open(needs, request.filled))
        return Say(
            why_not=f"What it still needs is {missing}; your approval would fill none of that."
        )
    return say


def why_not_approve(request: Request, standing: Standing, now: int = 0) -> str | None:
    """Say why an approval by this person would not count, or return None."""
    return approving(request, standing, now).why_not or None


def denying(request: Request, standing: Standing, now: int = 0) -> Say:
    """Say whether a denial by this person counts, and in whose place."""
    own = "You asked for this yourself: press Withdraw instead."
    return _say(request, standing, "deny", own, now)


def could_fill(request: Request, standing: Standing) -> tuple[int, ...]:
    """Return which of the needs this person could fill, by their place in the list."""
    return serves(request.terms.quorum, standing.person.id, standing.groups)


def why_not_deny(request: Request, standing: Standing, now: int = 0) -> str | None:
    """Say why a denial by this person would not count, or return None."""
    return denying(request, standing, now).why_not or None


def why_not_withdraw(request: Request, standing: Standing) -> str | None:
    """Say why this person cannot withdraw the request, or return None."""
    if request.state not in {State.WAITING, State.APPROVED}:
        return _closed(request, "withdraw")
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if standing.person.id != request.asker.id:
        return f"Only {request.asker.name}, who asked, can withdraw this. You can deny it."
    return None


def why_not_resubmit(request: Request, standing: Standing) -> str | None:
    """Say why this person cannot have an approved request sent again, or return None."""
    if request.state is not State.APPROVED or not request.needs_nod:
        return f"This request is {request.state}; there is nothing to submit again."
    return _no_party(request, standing)


def why_not_withdraw_rest(request: Request, standing: Standing) -> str | None:
    """Say why this person cannot stop several machines of which some are not sent, or None."""
    if request.state is not State.RUNNING or request.fleet is None:
        return f"This request is {request.state}; there is nothing left to withdraw."
    return _no_party(request, standing)


def why_not_give_up(request: Request, standing: Standing, since: int) -> str | None:
    """Say why this person cannot give an unknown request up, or return None.

    `since` is the time in milliseconds before which the attempt must have been made.
    """
    if request.state is not State.UNKNOWN or request.submission is None:
        return f"This request is {request.state}; there is nothing to give up."
    if reason := _no_party(request, standing):
        return reason
    if request.submission.at > since:
        return "Its job may still turn up; the bot is looking. Try again in a few minutes."
    return None


def why_not_nod(request: Request, standing: Standing, now: int) -> str | None:
    """Say why this person's word does not let a waiting job go on, or return None."""
    asked = request.job.asks if request.job else None
    if request.state is not State.RUNNING or asked is None:
        return "It does not wait for anybody any more."
    if reason := _no_party(request, standing):
        return reason
    said = [nod for nod in request.nods if nod.task == nod_key(asked)]
    if said and now < said[-1].at + NOD_AGAIN * 1000:
        return f"{said[-1].person.name} has just said so; Azure goes on in a moment."
    return None


def why_not_ask(may_ask: tuple[str, ...], standing: Standing) -> str | None:
    """Say why this person may not ask for something, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not includes(may_ask, standing.person.id, standing.groups):
        named = ", ".join(may_ask) or "nobody"
        return f"The policy does not let you ask for this; it lets {named}."
    return None


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


def no_longer_counts(
    request: Request,
    people: Mapping[str, Person],
    home_teams: Collection[str],
    groups: Groups,
    delegated: Collection[Delegation] = (),
    now: int = 0,
) -> tuple[str, ...]:
    """Name everybody whose word no longer counts, before anything is sent; empty when all does.

    `people` holds the asker, every approver and in whose place they voted, as Slack knows them now;
    `delegated` are the delegations that still hold.
    """
    gone: list[str] = []
    asker = people[request.asker.id]
    if why_nobody(asker, home_teams) or not includes(request.terms.may_ask, asker.id, groups):
        gone.append(f"{request.asker.name} may no longer ask for this")
    gone += [
        f"{request.asker.name} may no longer override the freeze “{one.name}”"
        for one in request.terms.overrides
        if not includes(one.override, asker.id, groups)
    ]
    gone += [
        f"{request.asker.name} may no longer override {one.words}"
        for one in request.terms.locks
        if not includes(one.override, asker.id, groups)
    ]
    needs = request.terms.quorum
    holding = {one.id: one for one in delegated}
    reasons = {
        vote.click: _why_gone(request, vote, people, home_teams, groups, holding, now)
        for vote in request.approvals
    }
    valid = {
        vote.seat.id: serves(needs, vote.seat.id, groups)
        for vote in request.approvals
        if not reasons[vote.click]
    }
    filled = fill(needs, valid)
    if missing := still_open(needs, filled):
        gone += [reason for reason in reasons.values() if reason] or [
            _short_of(missing, counted(filled), request)
        ]
    return tuple(gone)


def _why_gone(
    request: Request,
    vote: Vote,
    people: Mapping[str, Person],
    home_teams: Collection[str],
    groups: Groups,
    holding: Mapping[str, Delegation],
    now: int,
) -> str:
    """Say why an approval counts no more; '' when it does."""
    voter, asker = people[vote.person.id], request.asker
    if vote.place is None:
        may = includes(request.terms.may_approve, voter.id, groups)
        if may and not same_person(voter, asker) and not why_nobody(voter, home_teams):
            return ""
        return f"{vote.person.name} may no longer approve this"
    said = f"{vote.who} no longer counts"
    one = holding.get(vote.place.delegation)
    if one is None or not (same_person(one.by, vote.seat) and same_person(one.to, voter)):
        return f"{said}: the delegation has ended"
    if same_person(voter, asker) or why_nobody(voter, home_teams):
        return f"{vote.person.name} may no longer approve this"
    one = one.model_copy(update={"by": people[vote.seat.id]})
    if reason := why_not_in_place(request, one, home_teams, groups, now):
        return f"{said}: {reason.removesuffix('.')}"
    return ""


def _short_of(missing: tuple[Need, ...], there: int, request: Request) -> str:
    said = f"only {there} of {request.terms.approvals} approvals count"
    if not request.terms.needs:
        return said
    return f"{said}: {' and '.join(need.words for need in missing)} is missing"


def approvers(request: Request) -> str:
    """Name those who may approve, as the policy writes them."""
    return ", ".join(request.terms.may_approve) or "nobody"


def _say(request: Request, standing: Standing, verb: str, own: str, now: int) -> Say:
    """Find the place from which a person has a say; `own` is for whoever asked for it."""
    person = standing.person
    if reason := _closed(request, verb) or why_nobody(person, standing.home_teams):
        return Say(why_not=reason)
    if same_person(person, request.asker):
        return Say(why_not=own)
    if includes(request.terms.may_approve, person.id, standing.groups):
        return Say(serves=could_fill(request, standing))
    strange = f"You are not among those who may {verb} this ({approvers(request)})."
    reasons: list[str] = []
    for one in standing.delegated:
        if reason := why_not_in_place(request, one, standing.home_teams, standing.groups, now):
            reasons.append(reason)
            continue
        return Say(place=one.place, serves=serves(request.terms.quorum, one.by.id, standing.groups))
    return Say(why_not=" ".join([strange, *reasons]))


def _no_party(request: Request, standing: Standing) -> str | None:
    """Say why this person may neither ask for a request nor approve it, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    lists = request.terms.may_ask + request.terms.may_approve
    if not includes(lists, standing.person.id, standing.groups):
        return "You are not among those who may ask for or approve this."
    return None


def _closed(request: Request, verb: str) -> str | None:
    if request.state is State.WAITING:
        return None
    return f"This request is {request.state}; it is too late to {verb}."
