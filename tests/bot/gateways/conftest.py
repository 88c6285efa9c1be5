"""What the tests of the gateways share: an open store, and a vault at the end of the wire."""

from collections.abc import AsyncIterator

import pytest

from bot.gateways import azure as azure_gateway
from bot.gateways.azure import Azure
from bot.gateways.redis import Redis, opened
from sandbox.clock import Clock
from sandbox.server import serve
from sandbox.vault import Vault
from tests.bot.samples import KEY


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Redis]:
    """Give the store over an empty database."""
    async with opened(redis_url, KEY) as store:
        yield store


@pytest.fixture
def vault() -> Vault:
    """Give a vault whose time stands still."""
    return Vault(Clock.by_hand())


@pytest.fixture
async def address(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Serve the vault, and let azure-identity find its tokens there."""
    async with serve(vault.application()) as address:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", vault.identity_header)
        yield address


@pytest.fixture
async def azure(address: str) -> AsyncIterator[Azure]:
    """Give the gateway to the vault."""
    async with azure_gateway.opened(address, sandbox=True) as azure:
        yield azure
