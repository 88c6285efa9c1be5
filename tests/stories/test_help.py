"""Help is for whoever asks: what they may type, and who may type the rest."""

from pathlib import Path

from bot.refusals import Appr
from tests.world import World, inhabited

OPERATORS = "the policy lets @dr-operators"
POLICY = """
may_look = ["@dr-approvers"]

[[rule]]
name = "commits"
operations = ["commit"]
approvals = 1
may_ask = ["@dr-approvers"]
may_approve = ["@dr-operators"]

[[rule]]
name = "the rest"
may_ask = ["@dr-operators"]
may_approve = ["@dr-approvers"]
"""


async def test_an_operator_is_shown_what_she_may(world: World) -> None:
    """Alice may ask for all there is, and has no vote that she could delegate."""
    await world.alice.types("/dr help")
    page = await world.told(world.alice, "/dr failover", "/dr lock", "/dr nudge", "/dr status")
    assert "/dr delegate" not in page.words


async def test_somebody_who_may_look_is_shown_the_looks(world: World) -> None:
    """Erin is told in one line that there is more, and who may; and sees it when she wants."""
    await world.erin.types("/dr help")
    page = await world.told(
        world.erin, "/dr status", "more commands are not for you: the policy lets others"
    )
    assert "/dr failover" not in page.words
    await world.erin.types("/dr help all")
    await world.told(world.erin, "/dr failover", f"Not for you: {OPERATORS}")


async def test_one_command_is_explained_to_everybody(world: World) -> None:
    """Erin reads what a failover does, and that she may not ask for it."""
    await world.erin.types("/dr help failover")
    await world.told(world.erin, "Start a machine", f"You may not ask for it: {OPERATORS}")
    await world.alice.types("/dr help failover")
    page = await world.told(world.alice, "Start a machine", "--point")
    assert "may not" not in page.words


async def test_a_code_is_explained(world: World) -> None:
    """Whoever was refused types the code that stood under the sentence."""
    await world.erin.types("/dr help dr-appr-02")
    await world.told(world.erin, "DR-APPR-02", Appr.TWICE.title, Appr.TWICE.do)
    await world.erin.types("/dr help DR-APPR-99")
    await world.told(world.erin, "There is no command “DR-APPR-99”.")


async def test_help_goes_by_the_rules(redis_url: str, tmp_path: Path) -> None:
    """Under another policy Bo may ask for a commit and look, and Alice do the rest but look."""
    path = tmp_path / "policy.toml"
    path.write_text(POLICY, "utf-8")
    async with inhabited(redis_url, {"DR_POLICY": str(path)}) as world:
        await world.bo.types("/dr help")
        page = await world.told(world.bo, "/dr commit", "/dr status", "the policy lets others")
        assert "/dr failover" not in page.words
        await world.alice.types("/dr help")
        page = await world.told(world.alice, "/dr failover", "more commands are not for you")
        assert "/dr commit" not in page.words
        assert "/dr status" not in page.words
        await world.bo.types("/dr")
        overview = await world.told(world.bo, "You may ask for: /dr commit.")
        assert "/dr failover" not in overview.words


async def test_a_button_for_what_comes_next_is_refused_to_others(world: World) -> None:
    """Everybody sees the same card; Erin's press makes no request, and is told and written down."""
    await world.asked()
    await world.approved("Failover of vm-web01")
    await world.started("UnplannedFailover")
    await world.done("Failover of vm-web01 succeeded")
    await world.erin.presses("Commit", on="Failover of vm-web01")
    await world.told(world.erin, "does not let you ask for this", "DR-ASK-01")
    refused = [one for one in await world.entries() if one.type == "dr.ask.refused"]
    assert [(one.data.actor.name, one.data.operation) for one in refused] == [("erin", "commit")]
    assert (await world.kinds()).count("request.ask") == 1
