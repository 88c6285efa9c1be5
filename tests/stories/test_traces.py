"""What a tracer is told of a request: where the time went, and no name of anything."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.errors import Misconfigured
from bot.settings import Settings
from handlers.tracing import traced
from tests.handlers.test_starting import COMPLETE
from tests.ports import free_port
from tests.processes import run, started
from tests.world import World, inhabited

FAILOVER = "Failover of vm-web01"


class Collector:
    """A collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take an export."""
        self.bodies.append(await request.read())
        return web.Response(content_type="application/x-protobuf")

    @property
    def spans(self) -> list[Span]:
        """Everything that was sent."""
        exports = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for export in exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def attributes(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of the spans of a name."""
        return [
            {one.key: one.value.string_value for one in span.attributes}
            for span in self.spans
            if span.name == name
        ]


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    """Run a collector; yields it and its address."""
    collector, port = Collector(), free_port()
    application = web.Application()
    application.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_a_request_is_traced_by_its_id_alone(redis_url: str, tmp_path: Path) -> None:
    """Front, click, submission, call, look and card: each carries the id, and nothing a name."""
    async with (
        collecting() as (collector, endpoint),
        inhabited(redis_url, front=False, worker=False) as world,
    ):
        environment = {**world.environment, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        async with (
            started("web", environment, tmp_path, ready="listening") as front,
            started("worker", environment, tmp_path, ready="working") as worker,
        ):
            await world.asked()
            await world.approved(FAILOVER)
            await world.started("UnplannedFailover")
            await world.done("succeeded")
            for process in (front, worker):
                process.process.terminate()
                assert await process.exits() == 0
        request = await world.request()
        assert request.submission
        theirs = {"dr.request": request.id}
        for name in ("dr.front", "dr.click", "dr.submit", "dr.draw"):
            assert theirs in collector.attributes(name), name
        assert collector.attributes("dr.change") == [
            {**theirs, "az.client_request_id": request.submission.client_request_id}
        ]
        assert {} in collector.attributes("dr.follow")
        _nothing_is_named(world, collector)


def _nothing_is_named(world: World, collector: Collector) -> None:
    """Look for whatever should not leave through the bytes that left."""
    told = b"".join(collector.bodies)
    assert b"dr-bot" in told
    secrets = (world.workspace.bot_token, world.workspace.signing_secret)
    for word in ("vm-web01", "West Europe", "U0ALICE", "vault", "/subscriptions/", *secrets):
        assert word.encode() not in told, word


async def test_a_collector_that_is_away_holds_up_nothing(redis_url: str, tmp_path: Path) -> None:
    """Nobody listens at the endpoint: the answer comes all the same, and so does the end."""
    async with inhabited(redis_url, front=False, worker=False) as world:
        nowhere = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
        environment = {**world.environment, **nowhere}
        async with started("web", environment, tmp_path, ready="listening") as front:
            await world.alice.types("/dr list")
            await world.told(world.alice, "vm-web01")
            front.process.terminate()
            assert await front.exits() == 0


async def test_an_endpoint_that_is_none_is_named(quiet: World, tmp_path: Path) -> None:
    """One sentence, as for every setting."""
    environment = {**quiet.environment, "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}
    code, words = await run("worker", environment, tmp_path)
    assert code == 2
    assert words.startswith("dr: OTEL_EXPORTER_OTLP_ENDPOINT is not an address.")


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint is set and nothing is there to send with."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    told = Settings.read(COMPLETE | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    with pytest.raises(Misconfigured, match="OpenTelemetry is not installed"), traced(told):
        pass


def test_nothing_is_imported_where_nobody_traces() -> None:
    """What makes spans and what sends them stay on the disk."""
    look = (
        "import sys, handlers.command_line, handlers.web, handlers.worker, handlers.socket;"
        "print([m for m in sys.modules if m.startswith(('opentelemetry.sdk.trace',"
        " 'opentelemetry.exporter', 'google.protobuf'))])"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
