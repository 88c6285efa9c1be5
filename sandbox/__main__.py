"""`python -m sandbox`: run a workspace and a vault on loopback until told to stop.

Prints one line of JSON with every address and secret an app needs, and nothing else, so that a
script can read it. The secrets are made up; the file of `--announce` is private all the same.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.workspace import Workspace


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    asyncio.run(_run(_options(sys.argv[1:])))


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--deliver-to",
        metavar="URL",
        default="none",
        help="where the app takes its requests; 'none' means Socket Mode",
    )
    parser.add_argument(
        "--estate", choices=("shop", "full"), default="shop", help="which machines there are"
    )
    parser.add_argument(
        "--machines", type=int, default=0, help="so many healthy machines more, called vm-0001 …"
    )
    parser.add_argument(
        "--retry-after", default="1", help="the seconds that a 429 of the allowance asks for"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster work goes")
    parser.add_argument("--seed", type=int, default=7, help="what chance starts from")
    parser.add_argument("--workspace-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--vault-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument(
        "--gallery", type=Path, metavar="FOLDER", help="examples of messages, shown at /gallery"
    )
    parser.add_argument("--announce", type=Path, metavar="FILE", help="write the line there too")
    return parser.parse_args(words)


async def _run(options: argparse.Namespace) -> None:
    # Imported when needed, so that a workspace alone costs nothing of the vault's.
    from sandbox.vault import Vault

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = Clock(hurry=options.speed)
    workspace = Workspace(clock, seed=options.seed, gallery=options.gallery)
    vault = Vault(clock, seed=options.seed, estate=options.estate, extra_machines=options.machines)
    for world in vault.worlds:
        vault.limits(world.vault.id).retry_after = options.retry_after
    workspace.deliver_to(None if options.deliver_to == "none" else options.deliver_to)
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(
            serve(workspace.application(), options.workspace_port)
        )
        azure = await stack.enter_async_context(serve(vault.application(), options.vault_port))
        line = json.dumps(
            {
                "workspace": page,
                "vault": azure,
                "slack_api_url": f"{page}/api/",
                "bot_token": workspace.bot_token,
                "app_token": workspace.app_token,
                "signing_secret": workspace.signing_secret,
                "vault_id": vault.resource_id,
                "vault_ids": list(vault.resource_ids),
                "identity_endpoint": f"{azure}/msi/token",
                "identity_header": vault.identity_header,
                "incident_channel": "incidents",
            }
        )
        _announce(line, options.announce)
        await stop.wait()


def _announce(line: str, path: Path | None) -> None:
    if path is not None:
        # Whoever waits for the file must never find half of it.
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(line + "\n")
        unfinished.replace(path)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
