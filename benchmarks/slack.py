"""What one `chat.update` costs over TLS, in processor time.

The bot's gateway beside the SDK's client as it comes, which connects anew for each call, and beside
aiohttp alone. The server runs in a process of its own, so that its work is not counted.
"""

import asyncio
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.results import Result, Table, Target
from bot.gateways.slack import Slack
from bot.gateways.slack.timed import TimedClient
from bot.messages.blocks import Message
from tests.ports import free_port

_CALLS: Final = 100
_TOKEN: Final = "xoxb-bench"
_MESSAGE: Final = Message(
    text="Failover of vm-web01",
    blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": f"Line {n}"}} for n in range(9)],
)

Update = Callable[[], Awaitable[object]]


async def measure(rounds: int) -> Result:
    """Take turns; the first round warms up and is not counted."""
    with _far_end() as (url, trusted):
        async with _updates(url, trusted) as updates:
            spent: dict[str, list[float]] = {name: [] for name in updates}
            for number in range(rounds + 1):
                for name, update in updates.items():
                    start = time.process_time()
                    for _ in range(_CALLS):
                        await update()
                    if number:
                        spent[name].append((time.process_time() - start) / _CALLS * 1000)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    raw = medians["aiohttp alone"]
    return Result(
        tables=(
            Table(
                "One chat.update over TLS, processor time",
                ("", "ms", "ratio"),
                tuple((name, found, f"{found / raw:.2f}x") for name, found in medians.items()),
            ),
        ),
        targets=(Target("one chat.update over TLS", medians["the bot"], 0.75, "ms"),),
    )


@asynccontextmanager
async def _updates(url: str, trusted: ssl.SSLContext) -> AsyncIterator[dict[str, Update]]:
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(connector=connector) as session:
        own = TimedClient(token=_TOKEN, base_url=url, session=session, ssl=trusted)
        plain = AsyncWebClient(token=_TOKEN, base_url=url, ssl=trusted)
        slack = Slack(own, session, url)
        body = {"channel": "C1", "ts": "1.2", "text": _MESSAGE.text, "blocks": _MESSAGE.blocks}

        async def alone() -> None:
            headers = {"Authorization": f"Bearer {_TOKEN}"}
            async with session.post(f"{url}chat.update", json=body, headers=headers) as answer:
                await answer.json()

        yield {
            "aiohttp alone": alone,
            "the bot": partial(slack.update, "C1", "1.2", _MESSAGE),
            "the SDK's client as it comes": partial(
                plain.chat_update,
                channel="C1",
                ts="1.2",
                text=_MESSAGE.text,
                blocks=_MESSAGE.blocks,
            ),
        }


@contextmanager
def _far_end() -> Iterator[tuple[str, ssl.SSLContext]]:
    """Serve a certificate that was made for this run, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="dr-bench-") as folder:
        pem, port = Path(folder) / "server.pem", free_port()
        pem.write_bytes(_certificate())
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.slack", str(pem), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            process.stdout.readline()
            url = f"https://localhost:{port}/api/"
            yield url, ssl.create_default_context(cafile=str(pem))
        finally:
            process.communicate()  # it ends when its input does


def _certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(pem, *private) + certificate.public_bytes(pem)


async def _serve(pem: str, port: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True, "channel": "C1", "ts": "1.2", "text": "x" * 500})

    application = web.Application()
    application.router.add_post("/api/chat.update", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    print(json.dumps("ready"), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
