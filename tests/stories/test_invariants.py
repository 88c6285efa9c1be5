"""Whatever people, workers, Azure and the policy do, in any order: what was promised holds.

Everything is real: the flows, Redis, the workspace and the vault. A machine of Hypothesis draws
what happens next; after each step the log is read, and each call that the vault got is weighed
against the people as the workspace knows them at that moment.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.approvals import approve, deny, take_back, withdraw
from bot.arrangements import VERBS, Order
from bot.asking import ask
from bot.clicks import Click
from bot.domain.audit import START, first_broken
from bot.domain.catalogue import Call
from bot.domain.grammar import parse
from bot.domain.request import Request, State
from bot.errors import Refused
from bot.jobs.expire import expire
from bot.jobs.follow import follow_vault
from bot.jobs.submit import submit_request
from bot.runtime import Bot
from bot.settling import resubmit
from tests.world import World, inhabited

EXAMPLES, LENGTH, AT_LEAST = 15, 40, 2000
OFTEN = {"sent": 5, "taken back": 10, "asked again": 5, "by a delegate": 1}
"""How often each has to have happened at least, for a run to have shown anything."""
MAY_GROW = 900
HEALTHS = ("Normal", "Warning", "Critical")
POST = "/unplannedFailover"
ASK = parse("failover vm-web01 because West Europe is down", VERBS)
CROWD = ("alice", "bo", "carla", "dmitri", "erin")
people = st.sampled_from(CROWD)


class Governance(RuleBasedStateMachine):
    """One machine, one channel, five people, and everything that can come between them."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.Runner]
    steps: ClassVar[Counter[str]]

    def run(self, work: Awaitable[Any]) -> Any:
        """Do something in the world's own loop."""

        async def working() -> Any:
            return await work

        return self.loop.run(working())

    @initialize()
    def begin(self) -> None:
        """Everything as on the first day."""
        self.bot: Bot = self.world.bot
        self.ids = {one: self.world.workspace.user(one).id for one in CROWD}
        self.members = {"bo", "carla", "dmitri"}
        self.approvers = self.world.workspace.usergroup_members("dr-approvers")
        self._members()
        watch = {"rpo_may_grow": MAY_GROW, "health_may_worsen": False}
        rules = tuple(one.model_copy(update=watch) for one in self.bot.policy.rules)
        policy = self.bot.policy.model_copy(update={"rules": rules})
        self.bot = replace(self.bot, policy=policy)
        self.policies = [self.bot.policy.version, "another"]
        self.clicks: list[Click] = []
        self.backs: list[Click] = []
        self._gets(60, "Normal")
        self.request = ""
        self.locked = False
        self.places: dict[str, str] = {}
        self.read = (0, START)
        self.entries: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.world.vault.trouble.calm()
        self._idle()
        self.run(self.bot.redis.client.flushdb())

    @rule()
    def somebody_asks(self) -> None:
        """Alice asks; while one is open she is led to that one."""
        self._ask()

    def _ask(self) -> None:
        with suppress(Refused):
            asked = self.run(ask(self.bot, self.ids["alice"], ASK, self.world.settings.channel))
            self.request = asked.request.id

    @precondition(lambda self: self.request)
    @rule(who=people)
    def somebody_approves(self, who: str) -> None:
        """A vote counts exactly when it should, by what the workspace knows now."""
        before = self._request()
        voted = {vote.person.id for vote in before.approvals}
        seats = {vote.seat.id for vote in before.approvals}
        counts = (
            (who in self.members or self._has_place(who, seats | voted))
            and who != "alice"
            and self.ids[who] not in voted | seats
            and before.state is State.WAITING
            and before.terms.policy == self.bot.policy.version
        )
        click = self._click(who)
        with suppress(Refused):
            self.run(approve(self.bot, click))
        after = self._request()
        assert (len(after.approvals) > len(before.approvals)) == counts

    @precondition(lambda self: self.request)
    @rule()
    def the_others_approve(self) -> None:
        """Whoever may, all at the same moment and each click delivered twice."""
        self._all_approve()

    def _all_approve(self) -> None:
        clicks = [self._click(who) for who in sorted(self.members)]
        self.run(
            asyncio.gather(
                *(approve(self.bot, click) for click in clicks * 2), return_exceptions=True
            )
        )

    @precondition(lambda self: self.request)
    @rule(who=people)
    def somebody_takes_it_back(self, who: str) -> None:
        """An approval that they cast, or that was cast in their place, while no worker has it."""
        self._take_back(who)

    def _take_back(self, who: str) -> None:
        before = self._request()
        theirs = {one.id for vote in before.approvals for one in (vote.person, vote.seat)}
        counts = before.state in {State.WAITING, State.APPROVED} and self.ids[who] in theirs
        click = self._click(who)
        self.backs.append(click)
        with suppress(Refused):
            self.run(take_back(self.bot, click))
        after = self._request()
        assert (len(after.approvals) < len(before.approvals)) == counts
        if counts:
            assert after.state is State.WAITING
            self.steps["taken back"] += 1

    @precondition(lambda self: self.backs)
    @rule(data=st.data())
    def it_is_taken_back_again(self, data: st.DataObject) -> None:
        """The same click, delivered late: what it took back once, it does not take back twice."""
        click = data.draw(st.sampled_from(self.backs))
        before = self.run(self.bot.redis.requests.load(click.request))
        with suppress(Refused):
            self.run(take_back(self.bot, click))
        if any(vote.ended_by == click.id for vote in before.votes):
            assert self.run(self.bot.redis.requests.load(click.request)) == before

    @rule(rpo=st.sampled_from([60, 600, 2000]), health=st.sampled_from(HEALTHS))
    def the_replication_changes(self, rpo: int, health: str) -> None:
        """By itself, for better or worse."""
        self._gets(rpo, health)

    @precondition(lambda self: self.clicks)
    @rule(data=st.data())
    def a_click_is_delivered_again(self, data: st.DataObject) -> None:
        """An old one, too: it changes nothing that it has changed before."""
        click = data.draw(st.sampled_from(self.clicks))
        before = self.run(self.bot.redis.requests.load(click.request))
        with suppress(Refused):
            self.run(approve(self.bot, click))
        after = self.run(self.bot.redis.requests.load(click.request))
        if any(vote.click == click.id for vote in before.votes):
            assert after == before

    @precondition(lambda self: self.request)
    @rule(who=people, often=st.integers(0, 3))
    def somebody_stops_it(self, who: str, often: int) -> None:
        """A denial, or the asker's second thoughts; not too often, for else nothing happens."""
        if often:
            return
        for stop in (deny, withdraw):
            with suppress(Refused):
                self.run(stop(self.bot, self._click(who)))

    @precondition(lambda self: self.request)
    @rule(often=st.integers(0, 2))
    def time_runs_out(self, often: int) -> None:
        """The deadline passes, and the sweeper comes by."""
        if not often:
            request = self._request()
            self.run(self.world.rewrite(request, expires_at=request.asked_at + 1))
        self.run(expire(self.bot, self.request))

    @rule(often=st.integers(0, 3))
    def the_policy_changes(self, often: int) -> None:
        """To another one, or back."""
        if not often:
            self._other_policy()

    def _other_policy(self) -> None:
        self.policies.reverse()
        policy = self.bot.policy.model_copy(update={"version": self.policies[0]})
        self.bot = replace(self.bot, policy=policy)

    @rule(who=st.sampled_from(["bo", "carla", "dmitri"]), often=st.integers(0, 2))
    def somebody_joins_or_leaves(self, who: str, often: int) -> None:
        """The approvers change, and the minute passes for which the bot remembers them."""
        if often:
            return
        self.members ^= {who}
        self._members()

    @rule(often=st.integers(0, 3))
    def somebody_works_past_the_bot(self, often: int) -> None:
        """The machine is busy with something else, or that has ended."""
        if often:
            self._idle()
            return
        machine = self.world.vault.machine("vm-web01")
        if machine.current_job is None:
            call = {
                "failoverDirection": "PrimaryToRecovery",
                "sourceSiteOperations": "NotRequired",
                "providerSpecificDetails": {"instanceType": "A2A"},
            }
            self.run(self._post(machine.item_id, {"properties": call}))

    @precondition(lambda self: self.request)
    @rule(workers=st.integers(1, 3), lost=st.integers(0, 3))
    def the_workers_submit(self, workers: int, lost: int) -> None:
        """Several take it up at once; Azure's answer may be lost, after it took it."""
        self._submit(workers, lost=not lost)

    def _submit(self, workers: int, *, lost: bool) -> None:
        before = self._request()
        busy = self.world.vault.machine("vm-web01").current_job is not None
        if lost:
            self.world.vault.trouble.next(POST, "drop_after_accept", method="POST")
        posted = self.world.posts("unplannedFailover")
        self.run(asyncio.gather(*(submit_request(self.bot, self.request) for _ in range(workers))))
        self.world.vault.trouble.calm()
        sent = self.world.posts("unplannedFailover") - posted
        assert sent <= 1
        self.sent[self.request] += sent
        after = self._request()
        if after.asked_again_at > before.asked_again_at:
            assert (after.state, after.approvals, sent) == (State.WAITING, (), 0)
            self.steps["asked again"] += 1
        if not sent:
            return
        places = {(self.ids[by], self.ids[to]) for by, to in self.places.items()}
        votes = {
            vote.seat.id
            for vote in before.approvals
            if vote.place is None or (vote.seat.id, vote.person.id) in places
        }
        eligible = {self.ids[who] for who in self.members} - {before.asker.id}
        assert not self.locked
        self.steps["by a delegate"] += any(vote.place for vote in before.approvals)
        assert before.state is State.APPROVED
        assert not busy
        assert before.terms.policy == self.bot.policy.version
        assert len(votes & eligible) >= before.terms.approvals == 2
        seen, machine = before.ground.machine, self.world.vault.machine("vm-web01")
        assert seen.rpo_seconds is not None
        assert machine.rpo_seconds - seen.rpo_seconds <= MAY_GROW
        assert HEALTHS.index(machine.replication_health) <= HEALTHS.index(seen.health)
        self.steps["sent"] += 1

    @rule(then=st.sampled_from(["nothing", "leaves", "policy", "taken back", "worse"]))
    def it_goes_as_it_should(self, then: str) -> None:
        """Asked, approved and submitted; or something comes between, just before."""
        self._ask()
        if self.request:
            self._all_approve()
            if then == "leaves":
                self.members -= {"bo", "carla"}
                self._members()
            elif then == "policy":
                self._other_policy()
            elif then == "taken back":
                self._take_back("carla")
            elif then == "worse":
                self._gets(9000, "Critical")
            self._submit(workers=2, lost=False)

    @rule(often=st.integers(0, 4))
    def a_lock_comes_and_goes(self, often: int) -> None:
        """While it holds nothing may be sent, whatever was approved."""
        if self.locked or not often:
            typed = "unlock vm-web01" if self.locked else "lock vm-web01 until 2h because of us"
            self._arrange("alice", typed)
            self.locked = not self.locked

    @rule(by=st.sampled_from(["bo", "carla", "dmitri"]), to=people)
    def somebody_delegates_or_takes_it_back(self, by: str, to: str) -> None:
        """To whomever: an approver, the asker, or Erin, who may nothing herself."""
        if by in self.places:
            self._arrange(by, f"undelegate {self.ids[self.places.pop(by)]}")
        elif by in self.members and by != to:
            self._delegate(by, to)

    @rule(by=st.sampled_from(["bo", "carla", "dmitri"]), then=st.sampled_from("nwl"))
    def it_goes_by_a_delegate(self, by: str, then: str) -> None:
        """Erin votes for somebody, and it is sent; or is taken back, or they leave, just before."""
        self._ask()
        if not self.request or by not in self.members or by in self.places:
            return
        self._delegate(by, "erin")
        for who in ("erin", *sorted(self.members - {by})[:1]):
            with suppress(Refused):
                self.run(approve(self.bot, self._click(who)))
        if then == "w":
            self._arrange(by, f"undelegate {self.ids[self.places.pop(by)]}")
        elif then == "l":
            self.members -= {by}
            self._members()
        self._submit(workers=2, lost=False)

    def _delegate(self, by: str, to: str) -> None:
        self._arrange(by, f"delegate {self.ids[to]} until 2h")
        self.places[by] = to

    def _arrange(self, who: str, typed: str) -> None:
        """Type what changes something at once."""
        command = parse(typed, VERBS)
        order = Order(user=self.ids[who], channel="", command=command)
        self.run(VERBS[command.verb].function(self.bot, order, **command.options))

    def _has_place(self, who: str, spent: set[str]) -> bool:
        """Whether somebody may vote in another's place, of whom nothing counts yet."""
        return any(
            to == who and by in self.members and self.ids[by] not in spent
            for by, to in self.places.items()
        )

    @precondition(lambda self: self.request)
    @rule(ends=st.booleans())
    def a_worker_looks(self, ends: bool) -> None:
        """It finds what was lost, and sees what ended."""
        if ends:
            self._idle()
        self.run(follow_vault(self.bot, self.world.vault.resource_id))

    @precondition(lambda self: self.request)
    @rule()
    def somebody_presses_submit_again(self) -> None:
        """Which is for what was proved never to have begun."""
        with suppress(Refused):
            self.run(resubmit(self.bot, self._click("alice")))

    @invariant()
    def every_change_has_one_entry_and_the_chain_holds(self) -> None:
        """As many entries as revisions, and each follows the one before it."""
        self.steps["all"] += 1
        self.world.clock.advance(1)
        sequence, before = self.read
        entries, head = self.run(self._new(sequence))
        assert first_broken(entries, head, before=before, expected=sequence + 1) is None
        self.read = (sequence + len(entries), head)
        self.entries.update(
            one.subject for one in entries if one.type.startswith(("dr.request.", "dr.story."))
        )
        for request_id, count in self.entries.items():
            if request_id == self.request:
                assert self._request().rev == count
        assert all(count <= 1 for count in self.sent.values())

    def teardown(self) -> None:
        """Leave the machine idle."""
        if hasattr(self, "bot"):
            self._idle()

    def _gets(self, rpo: int, health: str) -> None:
        machine = self.world.vault.machine("vm-web01")
        machine.rpo_seconds, machine.replication_health = float(rpo), health

    async def _new(self, sequence: int) -> tuple[list[Any], str]:
        audit = self.bot.redis.audit
        return [entry async for entry in audit.behind(sequence)], await audit.head()

    async def _post(self, resource: str, body: Any) -> None:
        call = Call(resource=resource, action="unplannedFailover", body=body)
        posted = self.world.posts("unplannedFailover")
        await self.bot.azure.submit(call, "11111111-2222-4333-8444-555555555555")
        assert self.world.posts("unplannedFailover") == posted + 1

    def _idle(self) -> None:
        """Cancel what runs: the machine is then as it was."""
        vault = self.world.vault
        for job in vault.jobs:
            if not job.over and "Cancel" in job.allowed_actions:
                vault.cancel_job(job.job_id)

    def _members(self) -> None:
        self.approvers[:] = [self.ids[who] for who in sorted(self.members)]
        self.bot.slack._memory.clear()

    def _request(self) -> Request:
        found = self.run(self.bot.redis.requests.load(self.request))
        assert isinstance(found, Request)
        return found

    def _click(self, who: str) -> Click:
        click = Click(id=f"click-{len(self.clicks)}", user=self.ids[who], request=self.request)
        self.clicks.append(click)
        return click


def test_what_was_promised_holds_whatever_happens(redis_url: str) -> None:
    """Two thousand steps at least, of which many lead to a call."""
    with asyncio.Runner() as loop:
        inside = inhabited(redis_url, worker=False, front=False)
        world = loop.run(inside.__aenter__())
        try:
            world.workspace.limits = False
            Governance.world, Governance.loop, Governance.steps = world, loop, Counter()
            while Governance.steps["all"] < AT_LEAST or (
                any(Governance.steps[one] < count for one, count in OFTEN.items())
                and Governance.steps["all"] < 2 * AT_LEAST
            ):
                run_state_machine_as_test(
                    Governance,
                    settings=settings(
                        max_examples=EXAMPLES,
                        stateful_step_count=LENGTH,
                        deadline=None,
                        database=None,
                        suppress_health_check=list(HealthCheck),
                    ),
                )
        finally:
            loop.run(inside.__aexit__(None, None, None))
    print(Governance.steps)  # noqa: T201 - shown with -s
    assert Governance.steps["all"] >= AT_LEAST
    assert all(Governance.steps[one] >= count for one, count in OFTEN.items())
