"""Machines, people and reasons that want to be more than words, from the vault to the channel."""

import pytest

from sandbox.workspace.state import Post
from tests.hostile import HOSTILE, inert, sound_view
from tests.world import World, until

_TRIED = [
    "mentions", "halves", "emoji", "lines", "turned round", "not seen", "nothing to be seen",
    "surrogates", "a pile of marks", "escaped", "code", "long",
]  # fmt: skip


@pytest.mark.parametrize("which", _TRIED)
async def test_a_machine_of_any_name_mentions_nobody(whole: World, which: str) -> None:
    """It is listed, failed over by its id and told about, and what arrives does nothing."""
    world = whole
    text = HOSTILE[which]
    machine = world.vault.machine("vm-web01")
    machine.friendly_name = text
    world.workspace.user("alice").real_name = text
    named = f"id:{machine.item_id}"
    for look in (
        "list",
        f"status {named}",
        f"points {named}",
        f"ready {named}",
        "jobs",
        "requests",
    ):
        await world.alice.types(f"/dr {look}")
    reason = text.encode("utf-8", "replace").decode()[:400].strip("\u200b\u3164\u2800") or "of it"
    await world.alice.types(f"/dr failover {named} because EVIL {reason}")
    request = await world.bo.sees("0 of 2", "EVIL")
    await world.bo.presses("Approve", on=request)
    await world.carla.sees("1 of 2", "EVIL")
    await world.carla.presses("Approve", on=request)
    await world.started("UnplannedFailover")
    await world.alice.types("/dr jobs")
    asked = await world.request()
    await world.done(f"({asked.id})")
    await world.alice.types(f"/dr audit {asked.id}")
    await until(lambda: len(_posts(world)) >= 10, "some of it has not arrived")
    ids = frozenset(
        {*(world.workspace.user(one).id for one in ("alice", "bo", "carla")), "C0INCIDENTS"}
    )
    for post in _posts(world):
        inert(post.text, ids)
        sound_view(post.blocks, ids)


def _posts(world: World) -> list[Post]:
    posts = world.workspace.core.state.posts.values()
    return [one for some in posts for one in some.values()]
