"""One human with two Slack accounts is one human, and the audit log says which."""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.doctor import examine
from bot.domain.request import State
from bot.policies import take_effect
from bot.runtime import Bot, opened
from bot.settings import SHIPPED_POLICY
from handlers.audit_commands import export
from handlers.audit_verify import Files, verify
from handlers.policy_commands import check
from tests.world import World, inhabited, until, working

FAILOVER = "Failover of vm-web01"
ALICE, BO, CARLA = "U0ALICE0000", "U0BO0000000", "U0CARLA0000"
ONE, TWO = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10", "c8a1f0de-52f3-4d0b-8f0c-2a2b7c1d9e44"


def policy_with(folder: Path, people: Mapping[str, str], *, required: bool = False) -> Path:
    """Write the policy as shipped, with a directory."""
    lines = [f'"{account}" = "{human}"' for account, human in people.items()]
    more = ["[directory]", f"required = {str(required).lower()}", "[directory.people]", *lines]
    path = folder / f"policy-{len(list(folder.iterdir()))}.toml"
    path.write_text("\n".join([SHIPPED_POLICY.read_text("utf-8"), *more]), "utf-8")
    return path


@asynccontextmanager
async def knowing(
    redis_url: str,
    folder: Path,
    people: Mapping[str, str],
    *,
    required: bool = False,
    addresses: bool = False,
    worker: bool = True,
) -> AsyncIterator[World]:
    """Start a world with a directory; with `addresses`, Slack tells the bot those of people."""
    extra = {"DR_POLICY": str(policy_with(folder, people, required=required))}
    async with inhabited(redis_url, extra, worker=worker) as world:
        if addresses:
            world.workspace.core.scopes |= {"users:read.email"}
        yield world


async def _votes(world: World, count: int) -> bool:
    return len((await world.request()).votes) == count


async def _is(world: World, state: State) -> bool:
    return (await world.request()).state is state


async def test_who_asked_with_one_account_cannot_approve_with_the_other(
    redis_url: str, tmp_path: Path
) -> None:
    """They are told why, it is written down with who they are, and they may withdraw."""
    async with knowing(redis_url, tmp_path, {ALICE: ONE, BO: ONE}, worker=False) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.told(world.bo, "You asked for this yourself as alice; somebody else has to")
        assert await world.kinds() == ["request.ask", "click.refused"]
        asked, refused = (entry.data for entry in (await world.entries())[-2:])
        assert (asked.actor.id, asked.actor.entra) == (ALICE, ONE)
        assert (refused.actor.id, refused.actor.entra) == (BO, ONE)
        assert (await world.request()).asker.entra == ONE
        await world.bo.presses("Withdraw", on=FAILOVER)
        await until(lambda: _is(world, State.WITHDRAWN), "the other account could not withdraw")


async def test_two_accounts_of_one_approver_count_once(redis_url: str, tmp_path: Path) -> None:
    """The second one is refused; another human completes it, and all of it can be proved."""
    people = {BO: ONE, CARLA: ONE, "U0DMITRI000": TWO}
    async with knowing(redis_url, tmp_path, people) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.bo.sees(FAILOVER, "1 of 2")
        await world.carla.presses("Approve", on=FAILOVER)
        await world.told(world.carla, "You have approved this already as bo; every person counts")
        await world.dmitri.presses("Approve", on=FAILOVER)
        await world.started("UnplannedFailover")
        request = await world.request()
        assert [vote.person.entra for vote in request.votes] == [ONE, TWO]
        await world.alice.types(f"/dr verify {request.id}")
        await world.told(world.alice, f"Receipt of {request.id}", ONE, TWO, "The chain holds")
        await world.alice.types(f"/dr audit --by {TWO}")
        await world.told(world.alice, TWO, "dmitri approved")
        for form in ("jsonl", "csv", "cef"):
            out = io.StringIO()
            await export(redis_url, form, out=out)
            assert (ONE in out.getvalue(), TWO in out.getvalue()) == (True, True), form
        assert (await verified(redis_url))[0] == 0


async def test_a_directory_by_address(redis_url: str, tmp_path: Path) -> None:
    """Slack says whose account has which address, in whatever casing it is written."""
    people = {"Alice@northwind.example": ONE, "bo@northwind.example": ONE, CARLA: TWO}
    async with knowing(redis_url, tmp_path, people, addresses=True, worker=False) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.told(world.bo, "You asked for this yourself as alice")
        for person in (world.carla, world.dmitri):
            await person.presses("Approve", on=FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "two other humans were not enough")


async def test_without_an_address_nobody_takes_somebody_for_another(
    redis_url: str, tmp_path: Path
) -> None:
    """The app lacks the scope: who is in the directory by id goes on, of the others none has power.

    Denying does no harm, so that is for them too.
    """
    people = {ALICE: ONE, CARLA: TWO, "bo@northwind.example": ONE}
    async with knowing(redis_url, tmp_path, people, worker=False) as world:
        await world.asked()
        await world.bo.presses("Approve", on=FAILOVER)
        await world.told(world.bo, "it cannot be told who you are", "users:read.email")
        await world.carla.presses("Approve", on=FAILOVER)
        await until(lambda: _votes(world, 1), "who is known by id could not approve")
        await world.bo.presses("Deny", on=FAILOVER)
        await until(lambda: _is(world, State.DENIED), "Bo could not deny")
        kinds = await world.kinds()
        assert kinds == ["request.ask", "click.refused", "request.vote", "request.deny"]


async def test_slack_is_away_while_somebody_is_looked_up(redis_url: str, tmp_path: Path) -> None:
    """Whoever presses is told so, nothing is recorded, and they may try again."""
    people = {ALICE: ONE, "bo@northwind.example": TWO}
    async with knowing(redis_url, tmp_path, people, addresses=True, worker=False) as world:
        await world.asked()
        before = await world.record()
        world.workspace.trouble.next("users.info", "503", times=3)
        await world.bo.presses("Approve", on=FAILOVER)
        await world.told(world.bo, "Slack has trouble of its own.")
        assert await world.record() == before
        await world.bo.presses("Approve", on=FAILOVER)
        await until(lambda: _votes(world, 1), "Bo could not try again")


async def test_a_policy_by_which_two_voters_are_one_human_voids_it(
    redis_url: str, tmp_path: Path
) -> None:
    """It changes between the last vote and the sending."""
    async with knowing(redis_url, tmp_path, {BO: ONE, CARLA: TWO}, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        other = policy_with(tmp_path, {BO: ONE, CARLA: ONE})
        async with working(world.settings.model_copy(update={"policy": other})):
            await world.alice.sees(FAILOVER, "Void", "policy:", "Nothing was sent")
        assert world.posts("unplannedFailover") == 0


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("bo", "carla has approved by another account already"),
        ("alice", "carla and alice, who asked, are one person"),
    ],
)
async def test_an_address_by_which_two_accounts_are_one_human_voids_it(
    redis_url: str, tmp_path: Path, whose: str, said: str
) -> None:
    """Under the very same policy: Slack says by then that a voter is also somebody else."""
    people = {f"{name}@northwind.example": ONE for name in (whose, "second")}
    async with knowing(redis_url, tmp_path, people, addresses=True, worker=False) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await until(lambda: _is(world, State.APPROVED), "it was not approved")
        world.workspace.user("carla").address = "second@northwind.example"
        async with working(world.settings):
            await world.alice.sees(FAILOVER, "Void", said, "Nothing was sent")
        assert world.posts("unplannedFailover") == 0


async def test_who_has_to_be_in_the_directory_and_is_not(redis_url: str, tmp_path: Path) -> None:
    """They can neither ask nor approve; the explanation of the policy counts humans."""
    people = {ALICE: ONE, CARLA: ONE, BO: TWO}
    async with knowing(redis_url, tmp_path, people, required=True, worker=False) as world:
        world.workspace.usergroup_members("dr-operators").append("U0DMITRI000")
        await world.dmitri.types("/dr failover vm-web01 because West Europe is down")
        await world.told(world.dmitri, "to be in its directory, and this account is not")
        await world.asked()
        await world.dmitri.presses("Approve", on=FAILOVER)
        await until(lambda: _kinds_end(world, "click.refused"), "Dmitri was not refused")
        await world.alice.types("/dr policy explain failover vm-web01")
        shown = await world.told(world.alice, "Who can now: bo", "that is not enough")
        assert "carla" not in shown.words
        await world.carla.types("/dr")
        await world.told(world.carla, "Yours, waiting for others", "vm-web01")
        assert await world.kinds() == ["ask.refused", "request.ask", "click.refused"]


async def _kinds_end(world: World, kind: str) -> bool:
    return (await world.kinds())[-1] == kind


async def test_the_doctor_looks_the_directory_over(redis_url: str, tmp_path: Path) -> None:
    """Addresses that nobody has, accounts that are two humans, and a scope that is missing."""
    people = {BO: ONE, "bo@northwind.example": TWO, "bob@northwind.example": ONE, CARLA: TWO}
    async with knowing(redis_url, tmp_path, people, worker=False) as world:
        said = await doctor(world.bot)
        assert "The directory knows 4 accounts of 2 humans." in said
        assert "the Slack app may not read them." in said
        assert "Give it the scope users:read.email" in said
        world.workspace.core.scopes |= {"users:read.email"}
        world.workspace.trouble.next("users.lookupByEmail", "ratelimited", retry_after=0)
        out = io.StringIO()
        assert await check(world.environment, world.environment["DR_POLICY"], out) == 1
        for said in (await doctor(world.bot), out.getvalue()):
            assert "has the address bob@northwind.example; if it is wrong" in said
            assert f"bo@northwind.example is the account {BO}, which stands there as" in said
        await world.bo.types("/dr failover vm-web01 because West Europe is down")
        await world.told(world.bo, "The policy does not let you ask for this")


async def test_entries_are_vouched_for_from_the_first_to_the_last(
    redis_url: str, tmp_path: Path
) -> None:
    """By every process that has the key; the doctor tells of one that has not."""
    secret = tmp_path / "audit-hmac.key"
    secret.write_text("0123456789abcdef" * 4 + "\n", "utf-8")
    async with inhabited(redis_url, {"DR_AUDIT_HMAC_KEY": str(secret)}) as world:
        await world.asked()
        await world.approved(FAILOVER)
        await world.started("UnplannedFailover")
        await world.done("Failover of vm-web01 succeeded")
        count = len(await world.entries())
        code, said = await verified(redis_url, secret)
        assert (code, f"The macs of {count} entries are right." in said) == (0, True)
        assert world.bot.mac_key
        name = world.bot.mac_key.name
        assert f"Each entry is vouched for by the key {name}." in await doctor(world.bot)
        other = policy_with(tmp_path, {BO: ONE})
        plain = world.settings.model_copy(update={"audit_hmac_key": None, "policy": other})
        async with opened(plain) as bot:
            assert f"by the key {name}, which this process does not have" in await doctor(bot)
            await take_effect(bot)
        assert "The newest entry is vouched for by no key." in await doctor(world.bot)
        code, said = await verified(redis_url, secret)
        assert (code, f"Entry {count + 1} carries no mac" in said) == (1, True)
        assert "0123456789abcdef" not in said + repr(world.bot) + repr(world.settings)


async def doctor(bot: Bot) -> str:
    """Have everything looked at; returns what is said."""
    return "\n".join(f"{one.sentence} {one.advice}" for one in await examine(bot))


async def verified(url: str, *secrets: Path) -> tuple[int, str]:
    """Have the audit log checked; returns the exit code and what is said."""
    out = io.StringIO()
    return await verify(url, Files(secrets=secrets), out), out.getvalue()
