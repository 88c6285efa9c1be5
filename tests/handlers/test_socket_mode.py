"""Socket Mode: the same bot without an address of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.socket import LINES
from tests.processes import run, started
from tests.world import World, inhabited, until

FAILOVER = "Failover of vm-web01"


@pytest.fixture
async def plugged(redis_url: str) -> AsyncIterator[World]:
    """Give a world whose front is the one of Socket Mode; it has no signing secret."""
    extra = {"SLACK_SIGNING_SECRET": ""}
    async with inhabited(redis_url, extra, socket=True) as world:
        yield world


async def test_the_main_story_over_socket_mode(plugged: World) -> None:
    """Asked, approved by two, carried out, and told: over a connection that the bot opened."""
    await plugged.asked()
    await plugged.approved(FAILOVER)
    await plugged.started("UnplannedFailover")
    done = await plugged.done("Failover of vm-web01 succeeded", "It runs in North Europe", "@alice")
    assert done.broadcast
    await plugged.alice.presses("Commit", on=FAILOVER)
    await plugged.alice.sees("Commit of vm-web01", "0 of 2")
    assert plugged.posts("unplannedFailover") == 1


async def test_doubled_envelopes_have_one_effect(plugged: World) -> None:
    """Slack sends a command and a click twice: one request, one vote."""
    plugged.workspace.trouble.duplicate_envelopes(2)
    await plugged.asked()
    await plugged.bo.presses("Approve", on=FAILOVER)
    await plugged.alice.sees(FAILOVER, "1 of 2")
    assert (await plugged.kinds()).count("request.ask") == 1
    assert len((await plugged.request()).votes) == 1
    assert "click.refused" not in await plugged.kinds()


async def test_a_form_works_over_socket_mode(plugged: World) -> None:
    """An error under a field travels with the acknowledgement."""
    plugged.vault.world.machines.remove(plugged.vault.machine("vm-files01"))
    await plugged.alice.types("/dr reprotect vm-crm01")
    await plugged.alice.presses("Name the cache storage account")
    field = next(iter((await plugged.alice.modal()).values))
    await plugged.alice.fills(**{field: "nonsense"})
    assert field in await plugged.alice.submits()
    await plugged.alice.fills(**{field: plugged.vault.cache_accounts["northeurope"]})
    assert await plugged.alice.submits() == {}
    await plugged.bo.sees("Reprotect of vm-crm01", "0 of 2", "named by the asker")


async def test_a_connection_that_slack_renews_loses_nothing(plugged: World) -> None:
    """Slack asks for a new connection now and then: the next command arrives over it."""
    first = plugged.workspace.socket.connections[0]
    await plugged.workspace.socket.disconnect("refresh_requested")
    await until(
        lambda: any(
            c is not first and not c.retiring for c in plugged.workspace.socket.connections
        ),
        "no new connection was opened",
    )
    await plugged.asked()


async def test_while_one_connection_is_renewed_the_other_listens(plugged: World) -> None:
    """Slack wants one renewed and takes no new one for a while: commands arrive over the other."""
    socket = plugged.workspace.socket
    await until(lambda: len(socket.connections) == LINES, "there are not two connections")
    socket.refuse_handshakes = 50
    await socket.disconnect("refresh_requested", most=1)
    await until(
        lambda: sum(not one.retiring for one in socket.connections) < LINES, "none goes away"
    )
    await plugged.asked()
    await plugged.bo.presses("Approve", on=FAILOVER)
    await plugged.alice.sees(FAILOVER, "1 of 2")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SLACK_BOT_TOKEN", "Slack does not take SLACK_BOT_TOKEN: invalid_auth"),
        ("SLACK_APP_TOKEN", "Slack does not take SLACK_APP_TOKEN: invalid_auth"),
    ],
)
async def test_a_bad_token_ends_the_process_at_once(
    quiet: World, tmp_path: Path, name: str, said: str
) -> None:
    """One sentence that names the setting, exit code 2, no traceback and no token."""
    secret = "xoxb-999-wrong-and-secret"
    code, words = await run("socket", {**quiet.environment, name: secret}, tmp_path)
    assert code == 2
    assert words.strip().splitlines()[-1].startswith(f"dr: {said}")
    assert "Traceback" not in words
    assert secret not in words


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("503", "Slack has trouble of its own."),
        ("ratelimited", "Slack asks us to slow down."),
        ("drop_before", "Slack does not answer."),
    ],
)
async def test_slack_in_trouble_is_no_bad_token(
    quiet: World, tmp_path: Path, trouble: str, said: str
) -> None:
    """Slack is away at the start: the process ends with a sentence, for another to be started."""
    quiet.workspace.trouble.next("apps.connections.open", trouble, times=5)
    code, words = await run("socket", quiet.environment, tmp_path)
    assert code == 2
    assert words.strip().splitlines()[-1] == f"dr: {said} (DR-FAR-01)"
    assert "Traceback" not in words


async def test_the_process_stops_when_it_is_told_to(redis_url: str, tmp_path: Path) -> None:
    """SIGTERM closes the connection and ends with code 0."""
    async with inhabited(redis_url, front=False, worker=False) as world:
        world.workspace.deliver_to(None)
        async with started("socket", world.environment, tmp_path, ready="connected") as front:
            await world.asked()
            front.process.terminate()
            assert await front.exits() == 0
        assert "Traceback" not in front.said
