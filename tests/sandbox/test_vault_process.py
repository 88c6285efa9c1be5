"""`python -m sandbox --estate full` serves both vaults, and says so."""

import asyncio
import json
import signal
import sys

import aiohttp


async def test_the_whole_estate_is_served_by_a_process() -> None:
    """The announcement names both vaults, and the first one has the plan with the manual action."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--estate", "full"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        first, second = said["vault_ids"]
        assert first == said["vault_id"]
        query = {"api-version": "2019-08-01", "resource": "https://management.azure.com/"}
        secret = {"X-IDENTITY-HEADER": said["identity_header"]}
        async with aiohttp.ClientSession() as session:
            async with session.get(
                said["identity_endpoint"], params=query, headers=secret
            ) as answer:
                token = (await answer.json())["access_token"]
            found = []
            for vault in (first, second):
                async with session.get(
                    f"{said['vault']}{vault}/replicationRecoveryPlans",
                    params={"api-version": "2025-08-01"},
                    headers={"Authorization": f"Bearer {token}"},
                ) as answer:
                    found.append([plan["name"] for plan in (await answer.json())["value"]])
        assert found == [["plan-shop", "plan-erp", "plan-site"], []]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, complaints = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, rest, complaints) == (0, b"", b"")
