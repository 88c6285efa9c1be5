"""`dr policy check` and `dr policy explain`, and the same in Slack."""

import io
from pathlib import Path

from bot.doctor import Grade, examine
from bot.settings import SHIPPED_POLICY
from handlers.policy_commands import check, explain
from tests.processes import run
from tests.world import World, inhabited

WRONG = """
[[rule]]
name = "one"
aprovals = 1
may_ask = ["@dr-operators"]
may_approve = []
"""


async def checked(path: Path, environ: dict[str, str] | None = None) -> tuple[int, list[str]]:
    """Check a policy; returns the exit code and the lines."""
    out = io.StringIO()
    return await check(environ or {}, str(path), out), out.getvalue().splitlines()


async def test_a_sane_policy_is_said_to_be_one() -> None:
    """With exit code 0 and one line, and no setting at all."""
    code, [line] = await checked(SHIPPED_POLICY)
    assert code == 0
    assert "1 rules, version" in line
    assert "all is well" in line


async def test_every_finding_is_a_line(tmp_path: Path) -> None:
    """Of a file that cannot be read, of mistakes in it, and of what is not sane about it."""
    path = tmp_path / "policy.toml"
    code, [line] = await checked(path)
    assert (code, "No such file" in line) == (1, True)
    path.write_text(WRONG + "colour = 1\n")
    code, lines = await checked(path)
    assert code == 1
    assert [line.partition(": ")[2].partition(": ")[0] for line in lines] == [
        "at rule.0.aprovals (line 4)",
        "at rule.0.colour (line 7)",
    ]
    path.write_text(WRONG.replace("aprovals", "approvals"))
    code, [line] = await checked(path)
    assert code == 1
    assert line.endswith("rule “one”: nobody can approve: an empty list is nobody.")


async def test_with_a_token_empty_groups_are_found(quiet: World, tmp_path: Path) -> None:
    """Slack says who is in them."""
    path = tmp_path / "policy.toml"
    path.write_text(SHIPPED_POLICY.read_text().replace("@dr-approvers", "@dr-nobody"))
    assert (await checked(path))[0] == 0
    code, [line] = await checked(path, dict(quiet.environment))
    assert code == 1
    assert "@dr-nobody is nobody" in line
    code, [line] = await checked(SHIPPED_POLICY, dict(quiet.environment))
    assert code == 0
    assert "with the groups as they are in Slack" in line


async def test_it_is_a_command_for_a_pipeline(tmp_path: Path) -> None:
    """Its exit code is 1 when anything is wrong; no setting is needed."""
    path = tmp_path / "policy.toml"
    path.write_text(WRONG)
    code, said = await run("policy check", {"DR_POLICY": str(path)}, tmp_path)
    assert code == 1
    assert "did you mean “approvals”?" in said
    assert (await run("policy check", {}, tmp_path))[0] == 0


async def test_a_rule_is_explained(quiet: World) -> None:
    """Which one, why, and who could approve at this moment: not the asker."""
    out = io.StringIO()
    assert await explain(quiet.settings, "failover vm-web01", "U0CARLA0000", out) == 0
    said = out.getvalue()
    assert "Rule 1, “default”, decides:" in said
    assert "• machine vm-web01: *" in said
    assert "Needed: 2 of @dr-approvers. Who can now: bo, dmitri" in said
    assert "Not you" not in said
    await quiet.bo.types("/dr policy explain failover vm-web01")
    await quiet.told(
        quiet.bo, "Policy: failover vm-web01", "Not you, now: The policy does not let you ask",
        "Who can now: carla, dmitri",
    )  # fmt: skip
    assert await quiet.kinds() == []


async def test_a_question_that_is_none_gets_a_sentence(quiet: World) -> None:
    """With what to type instead."""
    await quiet.alice.types("/dr policy failover vm-web01")
    await quiet.told(quiet.alice, "The policy cannot be asked to “failover”", "/dr policy explain")
    await quiet.alice.types("/dr policy explain status vm-web01")
    await quiet.told(quiet.alice, "changes nothing, so no rule speaks of it")
    await quiet.alice.types("/dr policy")
    await quiet.told(quiet.alice, "/dr policy needs a command")


async def test_an_explanation_names_a_freeze_and_all_needs(redis_url: str, tmp_path: Path) -> None:
    """And what else the rule asks for."""
    path = tmp_path / "policy.toml"
    path.write_text(
        'may_look = ["everyone"]\n[[rule]]\nname = "x"\nregions = ["West Europe"]\n'
        'tell = ["U0ERIN00000"]\nconfirm = "name"\nreason_at_least = 9\nchannel = "#dr-drills"\n'
        'may_ask = ["everyone"]\n[[rule.needs]]\nof = ["everyone"]\n[[rule.needs]]\ncount = 2\n'
        'of = ["U0ERIN00000", "U0NOBODY000"]\n[[freeze]]\nname = "now"\n'
        "until = 2090-01-01T00:00:00\nfrom = 2020-01-01T00:00:00\n"
    )
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, worker=False) as world:
        await world.alice.types("/dr policy explain failover vm-web01")
        await world.told(
            world.alice, "region West Europe: West Europe", "at least 9 characters",
            "type the name", "#dr-drills", "Told when it is asked: U0ERIN00000",
            "No failover may be asked for now", "1 of everyone. Who can now: every full member",
            "2 of U0ERIN00000, U0NOBODY000. Who can now: erin — that is not enough",
        )  # fmt: skip


async def test_the_doctor_says_the_same(redis_url: str, tmp_path: Path) -> None:
    """With the groups as they are, and whether the bot can post where the policy wants cards."""
    path = tmp_path / "policy.toml"
    path.write_text(
        SHIPPED_POLICY.read_text().replace("approvals = 2", 'approvals = 3\nchannel = "#general"')
    )
    async with inhabited(redis_url, {"DR_POLICY": str(path)}, worker=False) as world:
        found = [one.sentence for one in await examine(world.bot) if one.grade is Grade.BAD]
    assert any("there are no more approvers than needed" in one for one in found)
    assert any("cannot post to #general of rule “default”" in one for one in found)
