"""The handful of things that every flow needs, opened together and closed in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.credentials import CredentialProvider

from bot.domain import policy as policies
from bot.domain.checkpoints import private_key
from bot.domain.macs import MacKey, mac_key
from bot.domain.policy import Policy
from bot.errors import DrError, Misconfigured
from bot.gateways import azure as azure_gateway
from bot.gateways import entra
from bot.gateways import redis as redis_gateway
from bot.gateways import slack as slack_gateway
from bot.gateways.azure import Azure
from bot.gateways.redis import NO_ANSWER, Redis
from bot.gateways.slack import Slack
from bot.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bot:
    """What a process works with."""

    settings: Settings
    policy: Policy
    redis: Redis
    slack: Slack
    azure: Azure
    signer: Ed25519PrivateKey | None = None
    """What the checkpoints of the audit log are signed with."""
    mac_key: MacKey | None = None
    """What each entry of the audit log is vouched for with."""

    @property
    def vaults(self) -> tuple[str, ...]:
        """The resource ids of the vaults."""
        return tuple(vault.id for vault in self.settings.vaults)


async def insist_on_lasting(bot: Bot) -> None:
    """Raise `Misconfigured` when Redis would lose requests and the log with the next restart.

    A sandbox may, and whoever says so. When Redis is away nobody can tell.
    """
    if bot.settings.sandbox or bot.settings.redis_may_forget:
        return
    try:
        facts = await bot.redis.facts()
    except NO_ANSWER as error:
        log.warning("Redis does not say whether it keeps what it is given: %s", error)
        return
    wrong = {
        "keeps no append-only file (set appendonly yes)": not facts.append_only,
        f"throws keys away when it is full, {facts.eviction} (set maxmemory-policy noeviction)": (
            facts.eviction not in {"noeviction", ""}
        ),
    }
    if said := " and ".join(what for what, so in wrong.items() if so):
        raise Misconfigured(
            f"The Redis server {said}: approvals and the audit log could be lost.",
            "Change that, or set DR_REDIS_MAY_FORGET=1 if you accept it.",
        )


async def greet(bot: Bot) -> None:
    """Learn who we are and fetch a token before anybody waits for it; either may be away now."""
    answers = await asyncio.gather(bot.slack.home(), bot.azure.warm(), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, DrError):
            log.warning("%s", answer.sentence)
        elif isinstance(answer, BaseException):
            raise answer


def key_for(settings: Settings, purpose: str) -> bytes:
    """Derive a key that every process of this bot has and Redis has not.

    It comes from the bot's Slack token: a new token makes what was sealed before unreadable.
    """
    secret = settings.slack_bot_token.get_secret_value().encode()
    return HKDF(SHA256(), 32, salt=b"dr-bot", info=purpose.encode()).derive(secret)


def _signer(settings: Settings) -> Ed25519PrivateKey | None:
    name, path = "DR_AUDIT_KEY", settings.audit_key
    return private_key(_content(path, name), name) if path else None


def _mac_key(settings: Settings) -> MacKey | None:
    name, path = "DR_AUDIT_HMAC_KEY", settings.audit_hmac_key
    return mac_key(_content(path, name), name) if path else None


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{name} cannot be read: {error.strerror}.") from error


def credentials(settings: Settings) -> CredentialProvider | None:
    """Return what signs one client in to Redis, where the address does not."""
    return entra.credentials() if settings.redis_entra else None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Bot]:
    """Open every gateway; raises `Misconfigured` when policy or key cannot be read."""
    policy = policies.load(settings.policy)
    macs = _mac_key(settings)
    url = settings.redis_url.get_secret_value()
    token = settings.slack_bot_token.get_secret_value()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        yield Bot(
            settings=settings,
            policy=policy,
            redis=await enter(
                redis_gateway.opened(
                    url,
                    key_for(settings, "requests"),
                    macs,
                    replicas=settings.redis_replicas,
                    credentials=credentials(settings),
                )
            ),
            slack=await enter(slack_gateway.opened(settings.slack_api_url, token)),
            azure=await enter(azure_gateway.opened(settings.arm_url, sandbox=settings.sandbox)),
            signer=_signer(settings),
            mac_key=macs,
        )
