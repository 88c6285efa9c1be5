"""The settings: every wrong variable stops the process with one sentence and shows no secret."""

from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.settings import CLOUDS, SHIPPED_POLICY, SLACK_API_URL, Settings, is_loopback, redis_url

VAULT = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"
SECRETS = ("xoxb-very-secret", "sign-very-secret", "xapp-very-secret", "redis-very-secret")
GOOD = {
    "SLACK_BOT_TOKEN": SECRETS[0],
    "SLACK_SIGNING_SECRET": SECRETS[1],
    "SLACK_APP_TOKEN": SECRETS[2],
    "REDIS_URL": f"rediss://user:{SECRETS[3]}@redis.example:6380/0",
    "DR_VAULTS": VAULT,
    "DR_CHANNEL": "#incidents",
}
LOCAL = "http://127.0.0.1:8080"


def reading(**changes: str | None) -> Settings:
    """Read good settings with some changed or taken away."""
    environ = GOOD | {name: value for name, value in changes.items() if value is not None}
    return Settings.read(
        {name: environ[name] for name in environ if changes.get(name, "") is not None}
    )


def test_good_settings_are_read_with_their_defaults() -> None:
    """Public Azure, Slack's own address, the shipped policy, port 3000."""
    read = reading()
    assert [vault.id for vault in read.vaults] == [VAULT]
    assert (read.slack_api_url, read.arm_url) == (SLACK_API_URL, CLOUDS["public"])
    assert (read.port, read.policy, read.log_level) == (3000, SHIPPED_POLICY, "INFO")
    assert not read.sandbox


def test_what_only_one_transport_needs_may_be_missing() -> None:
    """Neither is read as something empty."""
    read = reading(SLACK_SIGNING_SECRET=None, SLACK_APP_TOKEN="  ")
    assert read.slack_signing_secret is None
    assert read.slack_app_token is None


def test_settings_of_many_vaults_and_other_clouds() -> None:
    """Vaults are separated by commas; a cloud is called by its name, or by its address."""
    other = VAULT.replace("/1/", "/2/").upper()
    read = reading(DR_VAULTS=f" {VAULT}/ ,, {other} ,", AZURE_RESOURCE_MANAGER_URL="China")
    assert [vault.name for vault in read.vaults] == ["v", "V"]
    assert [vault.subscription for vault in read.vaults] == ["1", "2"]
    assert read.arm_url == CLOUDS["china"]
    assert (
        reading(AZURE_RESOURCE_MANAGER_URL=CLOUDS["government"] + "/").arm_url
        == (CLOUDS["government"])
    )
    assert reading(DR_POLICY="/etc/dr/policy.toml").policy == Path("/etc/dr/policy.toml")


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "REDIS_URL", "DR_VAULTS", "DR_CHANNEL"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_setting_is_named(name: str, value: str | None) -> None:
    """Missing, empty and blank are the same."""
    with pytest.raises(Misconfigured) as caught:
        reading(**{name: value})
    assert caught.value.sentence == f"{name} is not set."
    assert caught.value.advice


WRONG = [
    ("REDIS_URL", "http://redis-very-secret"),
    ("REDIS_URL", "redis-very-secret"),
    ("DR_VAULTS", "vault-dr"),
    ("DR_VAULTS", f"{VAULT},{VAULT}/replicationJobs/1"),
    ("DR_VAULTS", VAULT.replace("RecoveryServices", "Compute")),
    ("DR_VAULTS", " , "),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "http"),
    ("PORT", "9" * 5000),
    ("PORT", "³"),
    ("DR_LOG_LEVEL", "LOUD"),
    ("SLACK_API_URL", "http://slack.com/api/"),
    ("SLACK_API_URL", "https://slack.com.evil.example/api/"),
    ("SLACK_API_URL", "https://slack.com@evil.example/api/"),
    ("SLACK_API_URL", "https://[slack.com/api/"),
    ("SLACK_API_URL", "slack.com"),
    ("SLACK_API_URL", f"{LOCAL}/api/"),
    ("AZURE_RESOURCE_MANAGER_URL", "http://management.azure.com"),
    ("AZURE_RESOURCE_MANAGER_URL", "https://management.azure.com.evil.example"),
    ("AZURE_RESOURCE_MANAGER_URL", "https://user:redis-very-secret@evil.example"),
    ("AZURE_RESOURCE_MANAGER_URL", "https://[::1"),
    ("AZURE_RESOURCE_MANAGER_URL", "mars"),
    ("AZURE_RESOURCE_MANAGER_URL", LOCAL),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_gets_one_sentence(name: str, value: str) -> None:
    """It names the variable and shows no secret."""
    with pytest.raises(Misconfigured) as caught:
        reading(**{name: value})
    assert name in caught.value.sentence
    assert "\n" not in str(caught.value)
    assert not any(secret in str(caught.value) for secret in SECRETS)


@pytest.mark.parametrize("name", ["SLACK_API_URL", "AZURE_RESOURCE_MANAGER_URL"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.3.2.1"])
def test_the_sandbox_may_be_on_this_machine(name: str, host: str) -> None:
    """Plain http is accepted there, with DR_SANDBOX=1 and no other word."""
    read = reading(DR_SANDBOX="1", **{name: f"http://{host}:8080"})
    assert read.sandbox
    for word in ("0", "true", ""):
        with pytest.raises(Misconfigured):
            reading(DR_SANDBOX=word, **{name: f"http://{host}:8080"})


@pytest.mark.parametrize("name", ["SLACK_API_URL", "AZURE_RESOURCE_MANAGER_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.0.7:8080",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://localhost.evil.example",
        "http://[::ffff:8.8.8.8]",
        "http://0.0.0.0:80",
        "https://evil.example",
        "http://",
    ],
)
def test_even_the_sandbox_may_not_be_elsewhere(name: str, url: str) -> None:
    """DR_SANDBOX=1 opens the door to this machine alone."""
    assert not is_loopback(url)
    with pytest.raises(Misconfigured):
        reading(DR_SANDBOX="1", **{name: url})


def test_no_secret_is_in_what_settings_look_like() -> None:
    """Neither printed, nor logged, nor dumped."""
    read = reading()
    for look in (repr(read), str(read), read.model_dump_json(), repr(read.model_dump())):
        assert not any(secret in look for secret in SECRETS)


def test_some_commands_need_redis_alone() -> None:
    """Its address is read without anything else being set."""
    assert redis_url({"REDIS_URL": " unix:///run/redis.sock "}) == "unix:///run/redis.sock"
    with pytest.raises(Misconfigured, match="REDIS_URL is not set"):
        redis_url({})
