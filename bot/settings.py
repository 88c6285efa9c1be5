"""The settings of every process, read once from the environment.

A wrong setting raises `Misconfigured` with one sentence; nothing is guessed and no secret is ever
shown. Plain http and foreign hosts are accepted only in sandbox mode and only on loopback.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from bot.errors import Misconfigured

SLACK_API_URL: Final = "https://slack.com/api/"
CLOUDS: Final = {
    "public": "https://management.azure.com",
    "china": "https://management.chinacloudapi.cn",
    "government": "https://management.usgovcloudapi.net",
}
PORTALS: Final = {
    CLOUDS["public"]: "https://portal.azure.com",
    CLOUDS["china"]: "https://portal.azure.cn",
    CLOUDS["government"]: "https://portal.azure.us",
}
"""The portal of each cloud, by its resource manager."""
REDIS_SCHEMES: Final = (
    "rediss",
    "redis",
    "unix",
    "rediss+sentinel",
    "redis+sentinel",
    "rediss+cluster",
    "redis+cluster",
)
SLACK_HOSTS: Final = ("slack.com", "slack-gov.com")
SHIPPED_POLICY: Final = Path(__file__).with_name("policy.toml")

_VAULT = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.RecoveryServices/vaults/(?P<name>[^/]+)$",
    re.IGNORECASE,
)


class Vault(BaseModel):
    """A Recovery Services vault, by the parts of its resource id."""

    model_config = ConfigDict(frozen=True)

    subscription: str
    group: str
    name: str

    @property
    def id(self) -> str:
        """The resource id, in the casing it was configured with."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.RecoveryServices/vaults/{self.name}"
        )

    @classmethod
    def parse(cls, text: str) -> "Vault":
        """Read a vault's resource id; raises `Misconfigured`."""
        found = _VAULT.match(text.strip().rstrip("/"))
        if not found:
            raise Misconfigured(
                f"DR_VAULTS holds {text.strip()!r}, which is not a vault's resource id.",
                "It looks like /subscriptions/<id>/resourceGroups/<group>/providers/"
                "Microsoft.RecoveryServices/vaults/<name>; several are separated by commas.",
            )
        return cls(**found.groupdict())


class Settings(BaseModel):
    """What a process was told; see `.env.example` for the words of each."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    redis_url: SecretStr
    redis_entra: bool = False
    """Whether Redis is signed in to with Entra, as Azure Managed Redis wants it."""
    redis_replicas: int = 0
    """So many replicas have to confirm what must not be lost."""
    redis_may_forget: bool = False
    """Whether a server is good enough that loses everything when it stops."""
    port: int = 3000
    metrics_port: int | None = None
    """Where a process without a port of its own answers probes."""
    vaults: tuple[Vault, ...]
    channel: str
    policy: Path = SHIPPED_POLICY
    arm_url: str = CLOUDS["public"]
    sandbox: bool = False
    log_level: str = "INFO"
    audit_sink: Path | None = None
    audit_key: Path | None = None
    audit_hmac_key: Path | None = None
    traces: str = ""
    """Where spans are sent; '' when nobody traces."""
    regions: tuple[str, ...] = ()
    """The Azure regions that the bot runs in; none when nobody says."""
    card_pause: float = 2.0
    """Seconds between two edits of one card; not read from the environment."""
    reread_pause: float = 0.25
    """The shortest time in seconds between two looks at a job; not read from the environment."""

    @property
    def redis_in_the_clear(self) -> bool:
        """Whether what goes to Redis can be read on its way."""
        url = self.redis_url.get_secret_value()
        return not url.startswith(("rediss", "unix")) and not is_loopback(url)

    @property
    def redis_host(self) -> str:
        """The host of Redis; '' where there is none, or several."""
        return _host(self.redis_url.get_secret_value())

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment; raises `Misconfigured` with the first thing that is wrong."""
        sandbox = environ.get("DR_SANDBOX", "") == "1"
        return cls(
            slack_bot_token=SecretStr(
                _required(environ, "SLACK_BOT_TOKEN", "it starts with xoxb-")
            ),
            slack_signing_secret=_secret(environ, "SLACK_SIGNING_SECRET"),
            slack_app_token=_secret(environ, "SLACK_APP_TOKEN"),
            slack_api_url=_slack_url(environ.get("SLACK_API_URL") or SLACK_API_URL, sandbox),
            redis_url=SecretStr(redis_url(environ)),
            redis_entra=redis_entra(environ),
            redis_replicas=_replicas(environ.get("DR_REDIS_REPLICAS") or "0"),
            redis_may_forget=environ.get("DR_REDIS_MAY_FORGET", "") == "1",
            port=_port(environ.get("PORT") or "3000"),
            metrics_port=_metrics_port(environ.get("DR_METRICS_PORT", "")),
            vaults=_vaults(_required(environ, "DR_VAULTS", "the resource ids of the vaults")),
            channel=_required(environ, "DR_CHANNEL", "the incident channel, an id or #name"),
            policy=Path(environ.get("DR_POLICY") or SHIPPED_POLICY),
            arm_url=_arm_url(environ.get("AZURE_RESOURCE_MANAGER_URL") or "public", sandbox),
            sandbox=sandbox,
            audit_sink=_path(environ, "DR_AUDIT_SINK"),
            audit_key=_path(environ, "DR_AUDIT_KEY"),
            audit_hmac_key=_path(environ, "DR_AUDIT_HMAC_KEY"),
            traces=_traces(environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ""),
            regions=_regions(environ),
            log_level=_log_level(environ.get("DR_LOG_LEVEL") or "INFO"),
        )


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine and nowhere else."""
    host = _host(url)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def subscriptions(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read the subscriptions of `DR_VAULTS` alone; none when it is not set."""
    text = environ.get("DR_VAULTS", "").strip()
    return tuple(vault.subscription for vault in _vaults(text)) if text else ()


def slack_access(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Read Slack's address and the bot's token alone; None when there is no token."""
    token = environ.get("SLACK_BOT_TOKEN", "").strip()
    if not token:
        return None
    sandbox = environ.get("DR_SANDBOX", "") == "1"
    return _slack_url(environ.get("SLACK_API_URL") or SLACK_API_URL, sandbox), token


def redis_url(environ: Mapping[str, str]) -> str:
    """Read `REDIS_URL` alone, for the commands that need nothing else."""
    url = _redis_url(_required(environ, "REDIS_URL", "such as rediss://…"))
    if redis_entra(environ) and "@" in url:
        raise Misconfigured(
            "REDIS_URL holds a name or a password, and DR_REDIS_ENTRA is set.",
            "With Entra, the address is rediss://<host>:<port> and nothing more.",
        )
    return url


def redis_entra(environ: Mapping[str, str]) -> bool:
    """Whether `DR_REDIS_ENTRA` is set."""
    return environ.get("DR_REDIS_ENTRA", "") == "1"


def _required(environ: Mapping[str, str], name: str, hint: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise Misconfigured(f"{name} is not set.", f"Set it ({hint}) and start again.")
    return value


def _secret(environ: Mapping[str, str], name: str) -> SecretStr | None:
    value = environ.get(name, "").strip()
    return SecretStr(value) if value else None


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name, "").strip()
    return Path(value) if value else None


def _regions(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read where we run: `DR_REGION`, else what App Service says of itself."""
    text = environ.get("DR_REGION") or environ.get("REGION_NAME") or ""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _port(text: str, name: str = "PORT") -> int:
    if text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536:
        return int(text)
    raise Misconfigured(f"{name} is {text!r}, which is not a port number.", "Use 1 to 65535.")


def _metrics_port(text: str) -> int | None:
    return _port(text, "DR_METRICS_PORT") if text.strip() else None


def _traces(url: str) -> str:
    if url and (not url.startswith(("http://", "https://")) or not _host(url)):
        raise Misconfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT is not an address.", "Such as http://127.0.0.1:4318."
        )
    return url.rstrip("/")


def _log_level(text: str) -> str:
    level = text.upper()
    if level in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        return level
    raise Misconfigured(
        f"DR_LOG_LEVEL is {text!r}.", "It is one of DEBUG, INFO, WARNING and ERROR."
    )


def _vaults(text: str) -> tuple[Vault, ...]:
    vaults = tuple(Vault.parse(part) for part in text.split(",") if part.strip())
    if not vaults:
        raise Misconfigured("DR_VAULTS names no vault.", "Give at least one resource id.")
    return vaults


def _redis_url(text: str) -> str:
    if text.partition("://")[0] not in REDIS_SCHEMES:
        raise Misconfigured(
            "REDIS_URL is not a Redis address.", f"It starts with {'://, '.join(REDIS_SCHEMES)}://."
        )
    return text


def _replicas(text: str) -> int:
    if text.isdecimal() and len(text) < 3:
        return int(text)
    raise Misconfigured(f"DR_REDIS_REPLICAS is {text!r}.", "It is a number, such as 1.")


def _slack_url(url: str, sandbox: bool) -> str:
    if url.startswith("https://") and _host(url) in SLACK_HOSTS:
        return url.rstrip("/") + "/"
    return _sandbox_only("SLACK_API_URL", url, sandbox).rstrip("/") + "/"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""  # such as an address with half a bracket


def _arm_url(text: str, sandbox: bool) -> str:
    url = CLOUDS.get(text.lower(), text).rstrip("/")
    if url in CLOUDS.values():
        return url
    return _sandbox_only("AZURE_RESOURCE_MANAGER_URL", url, sandbox)


def _sandbox_only(name: str, url: str, sandbox: bool) -> str:
    if sandbox and is_loopback(url):
        return url
    raise Misconfigured(
        f"{name} points at a host that is not the vendor's.",
        "Leave it unset; other addresses are accepted only with DR_SANDBOX=1 and on loopback.",
    )
