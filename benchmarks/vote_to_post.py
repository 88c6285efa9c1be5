"""From the last vote until Azure has the call.

The whole path of the bot (the signed click, the vote, the outbox, a worker, everything that is
looked at again, the intent on disk, the POST) is measured beside what it cannot do without: the
same call made with the SDK directly, and with the `az` command line where that is installed.
"""

import asyncio
import hashlib
import hmac
import json
import os
import shutil
import statistics
import time
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.recoveryservicessiterecovery.aio import SiteRecoveryManagementClient

from benchmarks.night import Night, fallen
from benchmarks.results import Result, Table, Target
from sandbox.screen import Message
from sandbox.workspace.seed import TEAM, user_id

OVER_SDK_MS: Final = 15.0
"""The bar: how much longer than the SDK's own call the whole path may take, at the median."""
BODY: Final = {
    "properties": {
        "failoverDirection": "PrimaryToRecovery",
        "sourceSiteOperations": "NotRequired",
        "providerSpecificDetails": {"instanceType": "A2A"},
    }
}
SDK: Final = "the SDK's own call"
OURS: Final = "the bot, from the last vote"
AZ: Final = "az rest"
_PATIENCE: Final = 30.0
_TIMES: Final = 5
"""So many machines go each way in a round."""


async def measure(rounds: int) -> Result:
    """Measure the ways there are here."""
    found = await _in_turns(rounds * _TIMES)
    note = "The az command line is not installed here, so it was not measured."
    if shutil.which("az"):
        found[AZ], note = await _with_az(rounds), ""
    sdk = statistics.median(found[SDK])
    rows = tuple(
        (name, len(times), statistics.median(times), max(times), statistics.median(times) - sdk)
        for name, times in found.items()
    )
    heads = ("", "times", "median, ms", "longest, ms", "over the SDK, ms")
    over = statistics.median(found[OURS]) - sdk
    return Result(
        (Table("Until Azure has the call", heads, rows, note),),
        (Target("last vote to POST, over the SDK's own call", over, OVER_SDK_MS, "ms"),),
    )


async def _in_turns(rounds: int) -> dict[str, list[float]]:
    """Fail machines over in turn, one way and the other; returns milliseconds by way."""
    names = [f"vm-{number:04}" for number in range(1, 2 * rounds + 3)]
    found: dict[str, list[float]] = {SDK: [], OURS: []}
    async with fallen(len(names), workers=1) as night, _sdk(night) as client:
        items = await _items(client, night.vault_id)
        await night.look()
        for at in range(0, len(names), 2):
            sdk = await _with_sdk(client, night, items[names[at]])
            ours = await _with_votes(night, names[at + 1])
            if at:  # the first round warms up
                found[SDK].append(sdk)
                found[OURS].append(ours)
    return found


async def _with_az(rounds: int) -> list[float]:
    """Ask `az rest` for the same call; the sandbox has no login, so the token is given to it."""
    names = [f"vm-{number:04}" for number in range(1, rounds + 1)]
    async with fallen(len(names)) as night, _sdk(night) as client:
        items = await _items(client, night.vault_id)
        async with DefaultAzureCredential() as credential:
            token = await credential.get_token("https://management.azure.com/.default")
        await night.look()
        times = []
        for name in names:
            start = time.time()
            process = await asyncio.create_subprocess_exec(
                *("az", "rest", "--method", "post", "--skip-authorization-header", "--url"),
                f"{night.vault}{items[name]}/unplannedFailover?api-version=2025-08-01",
                *("--headers", f"Authorization=Bearer {token.token}"),
                *("--body", json.dumps(BODY)),
                stdout=asyncio.subprocess.DEVNULL,
            )
            await process.wait()
            times.append((await _begun(night, start) - start) * 1000)
        return times


@asynccontextmanager
async def _sdk(night: Night) -> AsyncIterator[Any]:
    names = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
    os.environ |= {name: night.environment[name] for name in names}
    async with (
        DefaultAzureCredential() as credential,
        SiteRecoveryManagementClient(
            credential,
            night.vault_id.split("/")[2],
            base_url=night.vault,
            credential_scopes=["https://management.azure.com/.default"],
        ) as client,
    ):
        yield client


async def _items(client: Any, vault_id: str) -> dict[str, str]:
    parts = vault_id.split("/")
    listed = client.replication_protected_items.list(parts[4], parts[8], enforce_https=False)
    return {item.properties.friendly_name: item.id async for item in listed}


async def _with_sdk(client: Any, night: Night, item: str) -> float:
    words = item.split("/")
    start = time.time()
    await client.replication_protected_items.begin_unplanned_failover(
        *(words[4], words[8], words[10], words[12], words[14], BODY),
        polling=False,
        enforce_https=False,
    )
    return (await _begun(night, start) - start) * 1000


async def _with_votes(night: Night, name: str) -> float:
    title = f"Failover of {name}"
    await night.people.alice.types(f"/dr failover {name} because West Europe is down")
    await night.people.bo.presses("Approve", on=title, within=_PATIENCE)
    card = await night.people.carla.sees(title, "1 of 2", within=_PATIENCE)
    body, headers = _press(card, night.environment["SLACK_SIGNING_SECRET"])
    url = f"http://127.0.0.1:{night.environment['PORT']}/slack/events"
    start = time.time()
    async with night.session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    return (await _begun(night, start) - start) * 1000


def _press(card: Message, secret: str) -> tuple[bytes, dict[str, str]]:
    """Write Carla's click on *Approve* as Slack sends it, signed now."""
    actions = (one for block in card.blocks for one in block.get("elements", ()))
    button = next(one for one in actions if one.get("text", {}).get("text") == "Approve")
    block = next(one for one in card.blocks if button in one.get("elements", ()))
    channel = {"id": "C0INCIDENTS", "name": card.channel}
    payload = {
        "type": "block_actions",
        "user": {"id": user_id("carla"), "team_id": TEAM},
        "team": {"id": TEAM},
        "api_app_id": "A0BENCH",
        "channel": channel,
        "container": {"type": "message", "message_ts": card.ts, "channel_id": channel["id"]},
        "message": {"ts": card.ts, "blocks": card.blocks},
        "trigger_id": f"{card.ts}.bench",
        "response_url": "https://hooks.slack.com/actions/bench",
        "actions": [button | {"block_id": block["block_id"], "action_ts": card.ts}],
    }
    body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


async def _begun(night: Night, since: float) -> float:
    """Wait until Azure has begun something, and return when."""
    deadline = time.time() + _PATIENCE
    while time.time() < deadline:
        await night.look()
        if night.accepted and night.accepted[-1].at >= since:
            return night.accepted[-1].at
        await asyncio.sleep(0.05)
    raise SystemExit("Azure was never asked.")
