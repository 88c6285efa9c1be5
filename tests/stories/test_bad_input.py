"""Whatever people type, they get a private sentence that helps, and nothing is recorded."""

import pytest

from tests.world import World

LONG = "/dr failover vm-web01 because " + "it is down. " * 332

UNREADABLE = [
    ("/dr points", "/dr points needs a machine.", "Type: /dr points <machine>"),
    ("/dr because it is down", "There is a reason but no command.", "/dr help"),
    ("/dr faliover vm-web01 because x", "There is no command “faliover”.", "mean /dr failover"),
    ("/dr obliterate everything", "There is no command “obliterate”.", "/dr help"),
    ("/dr 🔥🔥🔥", "There is no command “🔥🔥🔥”.", "/dr help"),
    ("/dr <!channel> now", "There is no command “", "/dr help"),
    ("/dr failover vm-web01 --force yes because x", "has no option --force", "--point, --shutdown"),
    ("/dr failover vm-web01 --point because x", "--point needs a value", "latest|processed"),
    ("/dr failover vm-web01 --point yesterday because x", "'yesterday' is not a recovery", "say"),
    ("/dr failover vm-web01 —shutdown maybe because x", "'maybe' is not yes or no", "yes"),
    ("/dr failover vm-web01 --shutdown no --shutdown yes because x", "is given twice", "Type:"),
    ("/dr points vm-web01 vm-web02", "takes one name", "reads like 2"),
    ("/dr reprotect vm-crm01 --cache nonsense", "'nonsense' is not the resource id", "/subscrip"),
    ("/dr requests mine", "/dr requests takes no name.", "Type: /dr requests"),
    ("/dr status vm-web01 because I ask", "/dr status takes no reason.", "Type: /dr status"),
    ("/dr help obliterate", "There is no command “obliterate”.", "/dr help"),
    ("/dr audit R-222222", "There is no request R-222222.", "/dr requests"),
    (LONG, "characters long; 500 is the most", "Shorten it"),
    ("/dr failover " + "x" * 4000 + " because y", "is too long to be a name", "Type:"),
]

IMPOSSIBLE = [
    ("/dr failover vm-nowhere because x", "No machine is called vm-nowhere", "/dr list"),
    ("/dr failover vm-cache01 because x", "is not possible for vm-cache01 now", "first time"),
    ("/dr failover vm-crm01 because x", "is not possible for vm-crm01 now", "now: /dr reprotect"),
    ("/dr failover vm-mail01 because x", "is not possible for vm-mail01", "/dr commit"),
    ("/dr failover vm-files01 because x", "already runs away from home", "/dr failback vm-files01"),
    ("/dr failback vm-web01", "vm-web01 runs at home", "/dr failover vm-web01"),
    ("/dr commit vm-web01", "Commit is not possible for vm-web01 now", "/dr failover"),
    ("/dr reprotect vm-web01", "Reprotect is not possible for vm-web01 now", "/dr failover"),
    ("/dr reprotect hv-sql01", "hv-sql01", "now: /dr failover"),
    ("/dr failover vm-web01 --point 8f14e45f-ceea-467f-a7d7-0a1a4b1e9f10 because x",
     "vm-web01 has no recovery point 8f14e45f", "--point latest"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "helps"), UNREADABLE, ids=lambda text: text[4:40])
async def test_what_cannot_be_read_is_explained(
    quiet: World, text: str, said: str, helps: str
) -> None:
    """The sentence says what is the matter and what to type instead; nothing changed."""
    before = await quiet.record()
    await quiet.alice.types(text)
    await quiet.told(quiet.alice, said, helps)
    assert await quiet.record() == before


@pytest.mark.parametrize(("text", "said", "instead"), IMPOSSIBLE, ids=lambda text: text[4:40])
async def test_what_is_not_possible_is_explained(
    quiet: World, text: str, said: str, instead: str
) -> None:
    """A machine that cannot do this now: why, and what it can do; nothing changed."""
    before = await quiet.record()
    await quiet.alice.types(text)
    await quiet.told(quiet.alice, said, instead)
    assert await quiet.record() == before
    assert not [seen for seen in quiet.vault.journal if seen.method == "POST"]


@pytest.mark.parametrize(
    "text",
    [
        "/dr failover “vm-web01” because it’s “down” — really",
        "/dr FAILOVER VM-WEB01 because it is down",
        "/dr  failover\u00a0vm-web01   BECAUSE   it is down 🔥",
        "/dr failover `vm-web01` –shutdown no because it is down",
        "/dr failover vm-web01 because " + "x" * 500,
    ],
    ids=lambda text: text[4:40],
)
async def test_what_keyboards_and_slack_make_of_it_is_understood(quiet: World, text: str) -> None:
    """Smart quotes, dashes, capitals, links and odd spaces mean what was meant."""
    await quiet.alice.types(text)
    await quiet.told(quiet.alice, "Asked:", "Failover of vm-web01")


async def test_an_ambiguous_name_is_a_choice_and_never_a_guess(world: World) -> None:
    """Two machines are called vm-jump01: buttons tell them apart, and the choice is asked for."""
    before = await world.record()
    await world.alice.types("/dr failover vm-jump01 because it is down")
    choice = await world.told(world.alice, "2 machines are called vm-jump01. Which one?")
    assert await world.record() == before
    assert sorted(button.label for button in choice.buttons) == [
        "vm-jump01 (rg-erp)",
        "vm-jump01 (rg-shop)",
    ]
    await world.alice.presses("vm-jump01 (rg-erp)", on=choice)
    await world.bo.sees("Failover of vm-jump01", "0 of 2", "it is down")
    machine = world.vault.machine("vm-jump01", "rg-erp")
    assert (await world.request()).target_id.casefold() == machine.item_id.casefold()


async def test_a_near_miss_is_offered_and_never_taken(world: World) -> None:
    """A prefix and a slip of the finger lead to buttons with the names that may be meant."""
    await world.alice.types("/dr failover vm-web because it is down")
    near = await world.told(world.alice, "No machine is called vm-web.", "Did you mean")
    assert [button.label for button in near.buttons] == ["vm-web01", "vm-web02", "vm-web03"]
    await world.alice.types("/dr failover vm-wbe02 because it is down")
    slip = await world.told(world.alice, "No machine is called vm-wbe02.")
    assert "vm-web02" in [button.label for button in slip.buttons]
    await world.alice.presses("vm-web02", on=slip)
    await world.bo.sees("Failover of vm-web02", "0 of 2", "it is down")


async def test_a_choice_also_works_for_looking(world: World) -> None:
    """`/dr status` of an ambiguous name asks which one, and then shows it."""
    await world.erin.types("/dr status vm-jump01")
    choice = await world.told(world.erin, "Which one?")
    await world.erin.presses("vm-jump01 (rg-shop)", on=choice)
    await world.told(world.erin, "vm-jump01", "Recovery points")


async def test_a_choice_expires(world: World) -> None:
    """A button whose half-finished command is gone says so."""
    await world.alice.types("/dr failover vm-jump01 because it is down")
    choice = await world.told(world.alice, "Which one?")
    client = world.bot.redis.client
    async for key in client.scan_iter("{dr}:stash:*"):
        await client.delete(key)
    await world.alice.presses("vm-jump01 (rg-erp)", on=choice)
    await world.told(world.alice, "This choice has expired.", "Type the command again.")


async def test_a_hyper_v_machine_fails_over_too(world: World) -> None:
    """A machine of another kind goes the same way, with what Azure offers for it."""
    await world.alice.types("/dr failover hv-sql01 because the site is down")
    await world.bo.sees("Failover of hv-sql01", "0 of 2", "site-amsterdam → Microsoft Azure")
    await world.approved("Failover of hv-sql01")
    await world.started("UnplannedFailover")
    await world.done("Failover of hv-sql01 succeeded")


async def test_an_item_of_an_unknown_kind_is_shown_and_left_alone(world: World) -> None:
    """Something that Azure lists and nobody has heard of does not disturb the others."""
    world.vault.admit_stranger()
    await world.alice.types("/dr list")
    listed = await world.told(world.alice, "vm-web01", "machines")
    assert "could not be read" not in listed.words
    await world.asked()


async def test_nobody_types_faster_than_a_person_can(world: World) -> None:
    """Whoever sends more than sixty commands in a minute is told to wait, and others are not."""
    key = f"{{dr}}:often:commands:{world.workspace.user('alice').id}"
    await world.bot.redis.client.set(key, 60, ex=60)
    await world.alice.types("/dr list")
    await world.told(world.alice, "more than 60 commands within a minute")
    await world.bo.types("/dr list")
    await world.told(world.bo, "vm-web01")
