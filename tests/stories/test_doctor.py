"""The doctor: whatever is wrong is found, named, and comes with what to do; nothing else is."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import EXAMINATIONS, examine
from bot.domain.diagnosis import Diagnosis, Grade, of_grade
from bot.domain.policy import load
from bot.runtime import Bot, opened
from sandbox.vault import Vault
from sandbox.workspace.seed import user_id
from tests.processes import run
from tests.redis_servers import answering
from tests.world import World, inhabited, until

ITEM = (
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/"
    "replicationProtectedItems"
)
NOWHERE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/vault-x"
GROUP_SCOPE = "usergroups:read"


def without_scope(world: World) -> None:
    world.workspace.core.scopes -= {GROUP_SCOPE}


def with_history(world: World) -> None:
    world.workspace.core.scopes |= {"channels:history"}


def not_invited(world: World) -> None:
    world.workspace.channel("incidents").members.remove(world.workspace.core.state.bot_user_id)


def archived(world: World) -> None:
    world.workspace.channel("incidents").archived = True


def shared(world: World) -> None:
    world.workspace.channel("incidents").shared = True


def token_revoked(world: World) -> None:
    world.workspace.trouble.next("auth.test", "token_revoked", times=9)


def group_empty(world: World) -> None:
    world.workspace.usergroup_members("dr-approvers").clear()


def group_of_nobodies(world: World) -> None:
    world.workspace.usergroup_members("dr-approvers")[:] = [user_id("gus"), user_id("hana")]


def one_left(world: World) -> None:
    world.workspace.user("dmitri").deleted = True


def may_not_fail_over(world: World) -> None:
    world.vault.rights.withheld |= {f"{ITEM}/unplannedFailover/action"}


def may_change_nothing(world: World) -> None:
    world.vault.rights.withheld |= {"Microsoft.RecoveryServices/*"}


def may_not_see_disks(world: World) -> None:
    world.vault.rights.withheld |= {"Microsoft.Compute/virtualMachines/read"}


def operator(world: World) -> None:
    world.vault.role = "operator"


def rights_hidden(world: World) -> None:
    world.vault.rights.withheld |= {"Microsoft.Authorization/permissions/read"}


def clock_behind(world: World) -> None:
    world.vault.clock_ahead = world.workspace.web_api.clock_ahead = 7.0


def clock_far_behind(world: World) -> None:
    world.vault.clock_ahead = world.workspace.web_api.clock_ahead = 125.0


def azure_alone_ahead(world: World) -> None:
    world.vault.clock_ahead = 90.0


WRONG: list[tuple[Callable[[World], None], str, Grade, str]] = [
    (without_scope, "Slack", Grade.BAD, "The scope usergroups:read is missing: nobody who is"),
    (with_history, "Slack", Grade.CARE, "The bot may read what people write (channels:history)"),
    (not_invited, "Slack", Grade.BAD, "The bot is not in the incident channel #incidents."),
    (archived, "Slack", Grade.BAD, "The incident channel #incidents cannot be seen."),
    (shared, "Slack", Grade.BAD, "#incidents is shared with another organisation."),
    (token_revoked, "Slack", Grade.BAD, "token_revoked"),
    (group_empty, "Policy", Grade.BAD, "@dr-approvers is missing or empty: that is nobody."),
    (group_empty, "Policy", Grade.BAD, "rule “default”: nobody can approve"),
    (group_of_nobodies, "Policy", Grade.BAD, "U0GUS000000 (a guest), U0HANA00000 (deactivated)."),
    (group_of_nobodies, "Policy", Grade.BAD, "rule “default”: nobody can approve"),
    (one_left, "Policy", Grade.CARE, "@dr-approvers has 2 members who count, and some who do not"),
    (one_left, "Policy", Grade.BAD, "there are no more approvers than needed"),
    (may_not_fail_over, "Azure", Grade.BAD, "vault-dr: /dr failover and failback will be refused"),
    (may_change_nothing, "Azure", Grade.BAD, "The bot has no right on vault-dr: nothing will"),
    (may_not_see_disks, "Azure", Grade.BAD, "/dr reprotect cannot see the disks"),
    (operator, "Azure", Grade.BAD, "vault-dr: /dr cancel-failover will be refused by Azure."),
    (operator, "Azure", Grade.CARE, "vault-dr: the vault is read container by container"),
    (rights_hidden, "Azure", Grade.CARE, "Which rights the bot has on vault-dr cannot be read"),
    (clock_behind, "Clocks", Grade.CARE, "The clock of this host is "),
    (clock_far_behind, "Clocks", Grade.BAD, "The clock of Redis is 2 min 0"),
    (azure_alone_ahead, "Clocks", Grade.BAD, "The clock of Azure is 1 min "),
]


async def test_a_healthy_world_has_nothing_that_will_not_work(world: World) -> None:
    """Every subject is looked at; what should be known of a sandbox is known."""
    await until(lambda: swept(world.bot), "no worker has swept")
    found = await examine(world.bot)
    assert of_grade(found, Grade.BAD) == ()
    looked = {one.about for one in found}
    assert looked == EXAMINATIONS.keys() - {"Break-glass"}, "it is not allowed here"
    assert all(one.advice for one in found if one.grade is Grade.CARE)
    assert any("1 worker at work" in one.sentence for one in found)


@pytest.mark.parametrize(("break_it", "about", "grade", "words"), WRONG)
async def test_what_is_wrong_is_found(
    world: World, break_it: Callable[[World], None], about: str, grade: Grade, words: str
) -> None:
    """One thing is broken: it is named under its subject, with what to do about it."""
    break_it(world)
    await until(lambda: swept(world.bot), "no worker has swept")
    async with opened(world.settings) as bot:
        found = await examine(bot)
    hits = [one for one in found if words in one.sentence]
    assert hits, "\n".join(one.sentence for one in found)
    assert (about, grade) in {(one.about, one.grade) for one in hits}
    others = {one.about for one in of_grade(found, Grade.BAD)} - {about, "Policy"}
    assert not others, "a fault of one subject is no fault of another"


async def test_without_a_worker_nothing_would_be_sent(quiet: World) -> None:
    """It is said before somebody approves in vain."""
    sentence = "No worker runs: what is approved is not sent."
    assert sentence in [one.sentence for one in of_grade(await examine(quiet.bot), Grade.BAD)]


@pytest.mark.parametrize(
    ("region", "host", "words"),
    [
        ("westeurope", "", "The bot is in West Europe, where "),
        ("West Europe", "", "it would be down with them."),
        ("", "dr.westeurope.redis.azure.net", "Redis is in West Europe, where "),
    ],
)
async def test_nothing_burns_together(quiet: World, region: str, host: str, words: str) -> None:
    """Where the machines run, neither the bot nor its Redis may be."""
    bad = of_grade(await examine(placed(quiet.bot, region, host)), Grade.BAD)
    assert [one.about for one in bad if words in one.sentence] == ["Places"]


async def test_what_is_in_two_regions_outlives_each(quiet: World) -> None:
    """And what is elsewhere is well; where it cannot be told, that is said."""
    for region, host, words in (
        ("westeurope, northeurope", "", "The bot runs in westeurope and northeurope"),
        ("swedencentral", "dr.swedencentral.redis.azure.net", "Redis is in swedencentral"),
        ("", "", "Where the bot runs cannot be told."),
    ):
        found = await examine(placed(quiet.bot, region, host))
        assert [one.grade for one in found if words in one.sentence] != []
        assert not [one for one in of_grade(found, Grade.BAD) if one.about == "Places"]


async def test_a_vault_that_burns_with_its_machines(redis_url: str) -> None:
    """The second vault is in the region of its machines, and a third is not there at all."""
    both = {"DR_VAULTS": ",".join((*Vault.resource_ids, NOWHERE))}
    async with inhabited(redis_url, both, worker=False) as world:
        bad = of_grade(await examine(world.bot), Grade.BAD)
    said = "\n".join(f"{one.about}: {one.sentence}" for one in bad)
    assert "Places: The vault vault-dr-2 is in UK South, where vm-" in said
    assert "Azure: vault-x: The subscription 's' could not be found." in said


async def test_accounts_that_the_policy_names_must_count(quiet: World, tmp_path: Path) -> None:
    """Somebody who left, a bot, and an id that nobody has; and the rule is short of people."""
    path = tmp_path / "policy.toml"
    path.write_text(
        '[[rule]]\nname = "x"\nmay_ask = ["everyone"]\n'
        f'may_approve = ["{user_id("hana")}", "U0NOBODY000", "{user_id("bo")}"]\n'
        'channel = "#general"\n'
    )
    found = await examine(replace(quiet.bot, policy=load(path)))
    said = "\n".join(one.sentence for one in of_grade(found, Grade.BAD))
    assert "The policy names U0HANA00000, which counts for nothing: deactivated." in said
    assert "The policy names U0NOBODY000, which counts for nothing: Slack does not know it." in said
    assert "rule “x”: " in said
    assert "cannot post to #general of rule “x”: it is not in it." in said


async def test_socket_mode_is_tried_once_a_minute(quiet: World) -> None:
    """With a token that Slack takes, and with one that it does not."""
    assert await said_of_socket(quiet.bot) == ["Socket Mode can be opened."]
    assert await said_of_socket(quiet.bot) == []
    await quiet.bot.redis.client.delete("{dr}:seen:doctor:socket")
    wrong = quiet.settings.model_copy(update={"slack_app_token": SecretStr("xapp-wrong")})
    assert await said_of_socket(replace(quiet.bot, settings=wrong)) == [
        "Socket Mode cannot be opened: Slack says invalid_auth."
    ]


@pytest.mark.parametrize(
    ("options", "changes", "grade", "words"),
    [
        ({"appendonly": "no"}, {}, Grade.BAD, "There is no append-only file."),
        (
            {"appendfsync": "everysec"},
            {},
            Grade.CARE,
            "With appendfsync everysec, a write is not on disk at once",
        ),
        ({"maxmemory-policy": "allkeys-lru"}, {}, Grade.BAD, "throw keys away (allkeys-lru)"),
        ({}, {"redis_replicas": 1}, Grade.BAD, "1 replicas have to confirm an intent, and 0 are"),
    ],
    ids=str,
)
async def test_a_redis_that_is_not_as_it_should_be(
    tmp_path: Path,
    options: dict[str, str],
    changes: dict[str, object],
    grade: Grade,
    words: str,
) -> None:
    """A server that forgets, dawdles, throws away, is full or alone."""
    found = await examined_on(tmp_path, {"appendfsync": "always"} | options, changes)
    assert [one.grade for one in found if words in one.sentence] == [grade]


@pytest.mark.parametrize(
    ("rights", "words"),
    [
        ("~{dr}* ~dr-engine* &* +@all -xadd", "may not use XADD on the keys {dr}*."),
        ("~{dr}* &* +@all", "Its user may not use the keys dr-engine:*."),
        ("~* &* +@all -eval", "may not use EVAL on the keys {dr}*."),
    ],
)
async def test_a_redis_user_with_too_few_rights(tmp_path: Path, rights: str, words: str) -> None:
    """The command, or the keys, are named; nothing is left behind."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(answering(tmp_path))
        server.client.execute_command("ACL SETUSER", "dr", "on", ">few", *rights.split())
        world = await stack.enter_async_context(inhabited(server.url, worker=False, front=False))
        url = SecretStr(f"redis://dr:few@127.0.0.1:{server.port}")
        settings = world.settings.model_copy(update={"redis_url": url})
        bot = await stack.enter_async_context(opened(settings))
        bad = of_grade(await examine(bot), Grade.BAD)
        assert any(words in one.sentence for one in bad if one.about == "Redis"), bad
        assert "few@" not in repr(bad)
        assert not server.client.exists("{dr}:doctor", "dr-engine:doctor")


async def test_what_the_documents_give_a_redis_user_is_enough(world: World) -> None:
    """Nothing is refused, and the keys that it is tried on are gone."""
    for key in ("{dr}:doctor", "dr-engine:doctor"):
        assert await world.bot.redis.server.refuses(key) == ()
        assert not await world.bot.redis.client.exists(key)


async def test_the_doctor_in_slack_is_for_those_whom_the_policy_names(world: World) -> None:
    """Alice alone reads the worst first; Erin is refused, and her help does not offer it."""
    may_not_fail_over(world)
    await until(lambda: swept(world.bot), "no worker has swept")
    await world.alice.types("/dr doctor")
    said = await world.told(world.alice, "things looked at will not work.", "Well: Redis")
    assert said.words.index("failback will be refused") < said.words.index("DR_REGION")
    await world.alice.types("/dr doctor")
    await world.told(world.alice, "The bot was looked over less than 30 s ago.", "DR-ASK-03")
    await world.erin.types("/dr doctor")
    await world.told(world.erin, "The policy does not let you look the bot over.", "DR-ASK-11")
    await world.erin.types("/dr")
    overview = await world.told(world.erin, "/dr status")
    assert "/dr doctor" not in overview.words


async def test_it_ends_with_a_code_for_programs(world: World, tmp_path: Path) -> None:
    """0 when all will work, 1 when something will not, 2 when it cannot even look."""
    await until(lambda: swept(world.bot), "no worker has swept")
    code, said = await run("doctor", world.environment, tmp_path)
    assert (code, "Everything will work; " in said) == (0, True)
    group_empty(world)
    code, said = await run("doctor --json", world.environment, tmp_path)
    told = json.loads(said)
    assert (code, told["will_work"]) == (1, False)
    assert {one["grade"] for one in told["findings"]} == {"good", "care", "bad"}
    for secret in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "REDIS_URL"):
        assert world.environment[secret] not in said
    code, _ = await run("doctor", {**world.environment, "DR_CHANNEL": ""}, tmp_path)
    assert code == 2


async def swept(bot: Bot) -> bool:
    """Whether a worker has looked after what waits."""
    return await bot.redis.shelf.since_swept() is not None


async def said_of_socket(bot: Bot) -> list[str]:
    """Return what is said of Socket Mode."""
    return [one.sentence for one in await examine(bot) if "Socket Mode" in one.sentence]


def placed(bot: Bot, region: str, host: str) -> Bot:
    """Say that the bot runs in some regions, and its Redis on a host of that name."""
    regions = tuple(part.strip() for part in region.split(",") if part)
    changes: dict[str, object] = {"regions": regions}
    if host:
        changes["redis_url"] = SecretStr(f"rediss://{host}:10000")
    return replace(bot, settings=bot.settings.model_copy(update=changes))


async def examined_on(
    folder: Path, options: dict[str, str], changes: dict[str, object]
) -> list[Diagnosis]:
    """Examine a bot whose Redis server has some options, and whose settings have changed."""
    given = {name.replace("-", "_"): value for name, value in options.items()}
    async with (
        answering(folder, **given) as server,
        inhabited(server.url, worker=False, front=False) as world,
        opened(world.settings.model_copy(update=changes)) as bot,
    ):
        return await examine(bot)
