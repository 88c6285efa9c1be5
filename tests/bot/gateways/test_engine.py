"""The engine's door stays shut: what is written to its stream by others neither runs nor harms."""

import asyncio
import os
import pickle
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st

from bot.gateways import engine as gateway
from bot.gateways.engine import NAME, Codec, Engine, Nothing, Perpetual, opened
from tests.world import until

KEY = b"k" * 32
STREAM = f"{NAME}:stream"


class Bomb:
    """An object that runs a command where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._command = f"touch {path}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Tell pickle what to call."""
        return os.system, (self._command,)


class Ran:
    """What the worker was given to do, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.hold = asyncio.Event()

    async def note(self, what: str = "") -> None:
        """Write down that it ran."""
        self.done.append(what)

    async def slow(self, what: str = "") -> None:
        """Run until it is let go."""
        self.done.append(what)
        await self.hold.wait()

    async def wrong(self, what: str = "") -> None:
        """Raise what cannot be written as JSON, or as anything."""
        self.done.append(what)
        raise Unspeakable(what)

    async def odd(self, what: str = "") -> Any:
        """Return what cannot be written as JSON."""
        self.done.append(what)
        loop: dict[Any, Any] = {("a", 1): {b"x", Unspeakable()}}
        loop["self"] = loop
        return loop


class Unspeakable(Exception):
    """An error that cannot even be shown."""

    def __repr__(self) -> str:
        """Fail."""
        raise RuntimeError("no words")


@asynccontextmanager
async def working(url: str, ran: Ran) -> AsyncIterator[Engine]:
    """Open the engine and let a worker run, that must still be alive at the end."""
    stopping = asyncio.Event()
    async with opened(url, KEY) as engine:
        engine.register(ran.note, ran.slow, ran.wrong, ran.odd)
        worker = asyncio.create_task(engine.work(stopping))
        try:
            yield engine
            assert not worker.done(), "the worker is alive"
        finally:
            ran.hold.set()
            stopping.set()
            await worker


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Any]:
    """Give somebody with write access to Redis."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        yield client


def message(**changes: bytes | None) -> dict[str, bytes]:
    """Write a message as the engine does, with some fields changed or taken away."""
    codec = Codec(KEY)
    whole = {
        "key": b"forged",
        "when": datetime.now(UTC).isoformat().encode(),
        "function": b"note",
        "args": codec.dumps(["sealed"]),
        "kwargs": codec.dumps({}),
        "attempt": b"1",
        "generation": b"0",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


async def settled(client: Any) -> bool:
    """Whether the stream holds nothing that was not dealt with."""
    return not await client.xlen(STREAM)


async def test_our_own_message_would_run(redis_url: str, client: Any) -> None:
    """What the forgeries below differ from is carried out: they fail for the right reason."""
    ran = Ran()
    async with working(redis_url, ran):
        await until(lambda: client.exists(STREAM), "there is no stream")
        await client.xadd(STREAM, message())
        await until(lambda: ran.done == ["sealed"], f"it did not run: {ran.done}")


@pytest.mark.parametrize("field", ["args", "kwargs"])
async def test_a_forged_pickle_runs_nothing(
    redis_url: str, client: Any, tmp_path: Path, field: str
) -> None:
    """Not even its arguments; the next real task runs, and nothing is left lying."""
    ran, trace = Ran(), tmp_path / "was-here"
    bomb = pickle.dumps(Bomb(trace))
    async with working(redis_url, ran) as engine:
        await until(lambda: client.exists(STREAM), "there is no stream")
        await client.xadd(STREAM, message(**{field: bomb}))
        await engine.wake("note", "real")
        await until(lambda: "real" in ran.done, f"the next task did not run: {ran.done}")
        await until(lambda: settled(client), "the forged message is still there")
    assert not trace.exists()
    assert set(ran.done) <= {"real", "", "sealed"}
    pickle.loads(bomb)  # noqa: S301 - it is our own, and shows that it works
    assert trace.exists(), "the bomb is a real one"


GARBAGE: list[dict[str, bytes | None]] = [
    {"args": b"", "kwargs": b""},
    {"args": b"\x80\x05", "kwargs": b"not json"},
    {"args": b"x" * 100_000},
    {"args": None},
    {"kwargs": None},
    {"key": None},
    {"key": b"\xff\xfe"},
    {"function": None},
    {"function": b"nobody"},
    {"function": b"\xff"},
    {"when": None},
    {"when": b"yesterday"},
    {"when": b"2026-03-01T12:00:00"},
    {"attempt": b"many"},
    {"attempt": None},
    {"generation": b"x"},
    dict.fromkeys(message()) | {"hello": b"world"},
]


@pytest.mark.parametrize("garbage", GARBAGE, ids="-".join)
async def test_a_garbage_message_kills_nothing(
    redis_url: str, client: Any, garbage: dict[str, bytes | None]
) -> None:
    """The worker lives, the next task runs, and the garbage does not come back."""
    ran = Ran()
    async with working(redis_url, ran) as engine:
        await until(lambda: client.exists(STREAM), "there is no stream")
        await client.xadd(STREAM, message(**garbage))
        await engine.wake("note", "real")
        await until(lambda: "real" in ran.done, f"the next task did not run: {ran.done}")
        await until(lambda: settled(client), "the garbage is still there")


@pytest.mark.parametrize("task", ["wrong", "odd"])
async def test_a_task_that_misbehaves_does_not_end_the_worker(redis_url: str, task: str) -> None:
    """It raises, or returns, what nobody can write down; the next task runs."""
    ran = Ran()
    async with working(redis_url, ran) as engine:
        await engine.wake(task, "first")
        await until(lambda: ran.done == ["first"], "it did not run")
        await engine.wake("note", "second")
        await until(lambda: ran.done == ["first", "second"], f"the next did not run: {ran.done}")


async def test_waking_what_is_pending_changes_nothing(redis_url: str) -> None:
    """However often it is woken before it has run; afterwards it can be woken again."""
    ran = Ran()
    async with working(redis_url, ran) as engine:
        for _ in range(5):
            await engine.wake("note", "once", after=0.3)
        await engine.wake("note", "other")
        await until(lambda: "once" in ran.done, "it did not run")
        await engine.wake("note", "last")
        await until(lambda: "last" in ran.done, "the worker stopped")
        assert ran.done == ["other", "once", "last"]
        await until(lambda: _again(engine, ran), "it could not be woken again")


async def _again(engine: Engine, ran: Ran) -> bool:
    await engine.wake("note", "once")
    return ran.done.count("once") == 2


async def test_what_runs_already_runs_once_more_where_that_is_wanted(redis_url: str) -> None:
    """An ordinary wake-up is lost while the same task runs, or is to run later."""
    ran = Ran()
    async with working(redis_url, ran) as engine:
        await engine.wake("slow", "x")
        await until(lambda: ran.done == ["x"], "it does not run")
        await engine.wake("slow", "x")
        await engine.wake("slow", "x", again=True)
        ran.hold.set()
        await engine.wake("note", "y", after=3600)
        await engine.wake("note", "y", again=True)
        await until(lambda: sorted(ran.done) == ["x", "x", "y"], f"not so: {ran.done}")


async def test_a_running_task_is_finished_before_the_worker_stops(redis_url: str) -> None:
    """Stopping takes nothing away from what has begun."""
    ran, stopping = Ran(), asyncio.Event()
    finished: list[str] = []

    async def careful() -> None:
        await ran.hold.wait()
        finished.append("careful")

    async with opened(redis_url, KEY) as engine:
        engine.register(ran.slow, careful)
        worker = asyncio.create_task(engine.work(stopping))
        await engine.wake("careful")
        await engine.wake("slow", "x")
        await until(lambda: ran.done == ["x"], "it did not begin")
        stopping.set()
        ran.hold.set()
        await worker
    assert finished == ["careful"]


async def test_a_task_of_another_version_is_let_go(redis_url: str, client: Any) -> None:
    """What this version does not know is not kept and does no harm."""
    ran = Ran()

    async def of_tomorrow(what: str = "") -> None:
        """Be unknown to the worker."""

    async with opened(redis_url, KEY) as engine:
        engine.register(of_tomorrow)
        await engine.wake("of_tomorrow", "x")
    async with working(redis_url, ran) as engine:
        await engine.wake("note", "real")
        await until(lambda: "real" in ran.done, "the next task did not run")
        await until(lambda: settled(client), "the unknown task is still there")


async def test_another_bots_messages_are_nothing(redis_url: str, client: Any) -> None:
    """A message sealed with another key has no arguments for us."""
    ran, other = Ran(), Codec(b"o" * 32)
    async with working(redis_url, ran):
        await until(lambda: client.exists(STREAM), "there is no stream")
        await client.xadd(STREAM, message(args=other.dumps(["theirs"])))
        await until(lambda: settled(client), "the message is still there")
    assert "theirs" not in ran.done


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


@given(anything)
def test_the_codec_never_raises(content: Any) -> None:
    """Not for what it writes, and not for what it reads."""
    codec = Codec(KEY)
    codec.loads(codec.dumps(content))
    if isinstance(content, bytes):
        assert isinstance(codec.loads(content), Nothing)


@given(st.lists(st.text()), st.integers(0, 400))
def test_a_sealed_message_can_not_be_changed(content: list[str], place: int) -> None:
    """One bit anywhere, and it is nothing."""
    codec = Codec(KEY)
    sealed = bytearray(codec.dumps(content))
    assert codec.loads(bytes(sealed)) == content
    sealed[place % len(sealed)] ^= 1
    assert isinstance(codec.loads(bytes(sealed)), Nothing)


def test_nothing_is_no_arguments_in_every_way_that_it_is_taken() -> None:
    """Positional, named, sliced: the engine does all three."""

    def call(*args: object, **named: object) -> tuple[object, ...]:
        return (*args, *named.items())

    nothing = Nothing()
    unpack: Callable[..., Any] = call
    assert unpack(*nothing) == ()
    assert unpack(**nothing) == ()
    assert nothing[1:] == ()
    with pytest.raises(KeyError):
        _ = nothing["x"]


@pytest.mark.parametrize("where", ["queue", "strikes"])
async def test_garbage_beside_the_stream_kills_nothing(
    redis_url: str, client: Any, where: str
) -> None:
    """Neither in the list of what is due later, nor in the list of what is not to run."""
    ran = Ran()
    async with working(redis_url, ran) as engine:
        await until(lambda: client.exists(STREAM), "there is no stream")
        if where == "queue":
            await client.zadd(f"{NAME}:queue", {b"\xff nothing": 1})
        else:
            await client.xadd(f"{NAME}:strikes", {"hello": b"\xff"})
        await engine.wake("note", "one", after=0.1)
        await until(lambda: "one" in ran.done, f"the next task did not run: {ran.done}")
        await engine.wake("note", "two")
        await until(lambda: "two" in ran.done, f"the next task did not run: {ran.done}")


async def test_what_runs_for_ever_comes_back_when_its_keys_are_lost(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweeper without keys is begun anew within seconds, though nobody is started again."""
    monkeypatch.setattr(gateway, "RESEEDING", 1)
    ran = Ran()

    async def sweep(
        perpetual: Perpetual = Perpetual(every=timedelta(milliseconds=50), automatic=True),  # noqa: B008
    ) -> None:
        ran.done.append("swept")

    async with opened(redis_url, KEY) as engine:
        engine.register(sweep)
        stopping = asyncio.Event()
        worker = asyncio.create_task(engine.work(stopping))
        await until(lambda: ran.done, "it does not sweep")
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            for key in [key async for key in client.scan_iter(f"{NAME}*")]:
                await client.delete(key)
        ran.done.clear()
        await until(lambda: len(ran.done) > 2, "it does not sweep any more")
        stopping.set()
        await worker
