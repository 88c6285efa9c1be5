"""Who is looked after where, as the script that commits a step writes it."""

from typing import Any

from bot.domain.looks import look_of
from bot.domain.request import State, Step
from bot.gateways.redis import Redis
from bot.gateways.redis.following import followed_key
from tests.bot.gateways.stored import asked, step
from tests.bot.samples import VAULT, in_state


async def test_a_place_is_on_the_list_while_something_is_looked_after_there(store: Redis) -> None:
    """From the intent on until the job has ended, with how it stands now."""
    new = await asked(store)
    assert await store.following.places() == []
    await step(store, Step.APPROVE)
    await step(store, Step.CLAIM)
    assert await store.following.places() == [VAULT]
    looks = await store.following.at(VAULT)
    assert {one: look and look.state for one, look in looks.items()} == {new.id: State.SUBMITTING}
    job = in_state(State.RUNNING).job
    await step(store, Step.ACCEPT, job=job)
    request = await store.requests.load(new.id)
    assert request
    assert await store.following.at(VAULT.upper()) == {new.id: look_of(request)}
    await step(store, Step.SUCCEED)
    assert await store.following.at(VAULT) == {}
    assert await store.following.places() == []


async def test_what_is_no_look_of_ours_is_none(store: Redis) -> None:
    """Whoever reads it then reads the request itself."""
    client: Any = store.client
    await client.hset(followed_key(VAULT), mapping={"R-1": "{}", 'R-"2': "no json at all"})
    assert await store.following.at(VAULT) == {"R-1": None, 'R-"2': None}


async def test_a_request_is_lost_wherever_it_is_looked_after(store: Redis) -> None:
    """As one that is not ours is; the place goes with its last one."""
    new = await asked(store)
    await step(store, Step.APPROVE)
    await step(store, Step.CLAIM)
    await store.following.lose("R-OTHER1")
    assert list(await store.following.at(VAULT)) == [new.id]
    await store.following.lose(new.id)
    assert await store.following.at(VAULT) == {}
    assert await store.following.places() == []


async def test_a_place_without_anything_is_left(store: Redis) -> None:
    """Somebody may have taken away what was there; a place with something stays."""
    client: Any = store.client
    await client.zadd("{dr}:followed", {"/Nowhere": 3, VAULT: 1})
    await client.hset(followed_key(VAULT), "R-1", "{}")
    await store.following.leave("/Nowhere")
    await store.following.leave(VAULT)
    assert await store.following.places() == [VAULT]
