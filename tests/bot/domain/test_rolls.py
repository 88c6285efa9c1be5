"""A roll finds what a walk through all machines finds, and sooner."""

import difflib
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.machines import Machine
from bot.domain.matching import kind, matches
from bot.domain.rolls import (
    Alike,
    Roll,
    beginning_or_within,
    everybody,
    named,
    nearly_named,
    select,
)
from bot.errors import Misunderstood
from tests.bot.domain.test_matching import ALL, DB01, OTHER, WEB01, WEB02
from tests.bot.samples import ITEM, SOURCE, VAULT, machine

TWO = (Roll([WEB01, WEB02, DB01]), Roll([OTHER]))
"""The machines of two vaults."""
BY_NAME = (DB01, WEB01, OTHER, WEB02)


def walked(words: Sequence[str], machines: Sequence[Machine]) -> tuple[Machine, ...]:
    """Find what the words mean together by asking each machine."""
    alternatives: dict[str, list[str]] = {}
    for word in words:
        alternatives.setdefault(kind(word), []).append(word)
    return tuple(
        one
        for one in machines
        if all(any(matches(word, one) for word in some) for some in alternatives.values())
    )


def test_a_machine_is_named_exactly_or_by_its_id() -> None:
    """Two may share a name; a beginning is not a name, and the end of an id is not the id."""
    twin = machine(id=f"{ITEM}2")
    roll = (Roll([machine(), twin]),)
    assert named("VM-WEB01", roll) == (machine(), twin)
    assert named(f"id:{ITEM.upper()}", roll) == (machine(),)
    assert named(SOURCE.upper(), roll) == (machine(), twin)
    assert named("vm-web", roll) == ()
    assert named(f"/subscriptions/{ITEM.rpartition('/')[2]}", roll) == ()


def test_a_name_may_say_its_vault() -> None:
    """Otherwise the machines of all vaults have it, in the order of the vaults."""
    assert named("vm-web01", TWO) == (WEB01, OTHER)
    assert named("vm-web01@Vault-UK", TWO) == (OTHER,)
    assert named("vm-web01@vault-elsewhere", TWO) == ()


def test_names_add_up_and_filters_narrow_down() -> None:
    """Values of one prefix are alternatives; tags are, when they name the same tag."""
    assert select(["vm-web01", "hv-db01"], TWO)[0] == (DB01, WEB01, OTHER)
    assert select(["vm-web*", "hv-db01", "vault:vault-dr"], TWO)[0] == (DB01, WEB01, WEB02)
    assert select(["health:critical", "health:warning"], TWO)[0] == (DB01, WEB02)
    assert select(["tag:app=shop", "tag:tier=web"], TWO)[0] == (WEB01,)
    assert select(["tag:app=shop", "tag:APP=erp"], TWO)[0] == (WEB01, WEB02)
    assert select([], TWO) == (BY_NAME, ())
    assert everybody(TWO) == BY_NAME


def test_a_machine_is_chosen_once_whatever_means_it() -> None:
    """A name and a pattern that mean the same machine are one choice."""
    assert select(["hv-db01", "vm-web*", f"id:{WEB01.id}"], TWO)[0] == BY_NAME


def test_the_words_that_mean_nothing_are_named() -> None:
    """Each is judged by itself."""
    meant, strange = select(["vm-web01", "vm-web1", "tag:app=erp"], TWO)
    assert (meant, strange) == ((), ("vm-web1", "tag:app=erp"))
    with pytest.raises(Misunderstood):
        select(["colour:red"], ())


WORDS = st.one_of(
    st.text(max_size=400),
    st.sampled_from(["vm-web01", "VM-*", "*01", "vm-web0?", "vm-web*@vault-*", DB01.id, ""]),
    st.from_regex(r"(tag|region|vault|state|health|provider|id|plan|Tag):[*?=@\[\]a-z-]{0,20}"),
    st.text(alphabet="*?a[]!-@", max_size=60),
)


@given(st.lists(WORDS, max_size=6))
def test_any_words_choose_what_a_walk_chooses_or_are_not_understood(words: list[str]) -> None:
    """Nothing that is typed breaks the choice, and nobody but those who are meant are chosen."""
    try:
        chosen, strange = select(words, TWO)
    except Misunderstood:
        return
    assert chosen == walked(words, BY_NAME)
    assert set(strange) == {word for word in words if not any(matches(word, one) for one in ALL)}


def test_a_nasty_pattern_takes_no_time() -> None:
    """Four hundred characters of stars are looked for in a thousand machines at once."""
    many = Roll(machine(name="a" * 60 + f"{n:04}", id=f"{VAULT}/{n}") for n in range(1000))
    began = time.perf_counter()
    assert select(["*a" * 200 + "b"], (many,))[0] == ()
    assert time.perf_counter() - began < 2


def near(name: str, rolls: Sequence[Roll]) -> tuple[Machine, ...]:
    """Show all names at once, as nobody waits here."""
    alike = Alike(name.casefold())
    for roll in rolls:
        alike.show(roll.names)
    return nearly_named(name, rolls, alike.names)


def test_a_near_name_is_offered_never_taken() -> None:
    """Those that begin so come first, then those that are spelled alike, five at the most."""
    fleet = (Roll(machine(name=f"vm-web{n:02}", id=f"{ITEM}{n}") for n in range(9)),)
    assert [one.name for one in near("vm-web", fleet)] == [f"vm-web{n:02}" for n in range(5)]
    assert "vm-web03" in {one.name for one in near("vn-web03", fleet)}
    assert near("zzz", fleet) == ()
    assert near("", fleet) == ()


@given(
    st.lists(st.text("vm-web019", max_size=12), unique=True, max_size=40),
    st.text("vm-web019", max_size=12),
    st.integers(1, 7),
)
def test_names_that_are_alike_are_those_that_difflib_finds(
    names: list[str], word: str, slice_: int
) -> None:
    """However many are shown at a time."""
    alike = Alike(word)
    for at in range(0, len(names), slice_):
        alike.show(names[at : at + slice_])
    assert list(alike.names) == difflib.get_close_matches(word, names, n=5, cutoff=0.7)


def test_a_part_of_a_name_finds_those_that_begin_so_before_the_others() -> None:
    """Each once, each group in the order of the names; nothing at all finds everybody."""
    rolls = (Roll([machine(name="web"), machine(name="vm-web")]), Roll([machine(name="a-web-web")]))
    found = [one.name for one in beginning_or_within("web", rolls)]
    assert found == ["web", "a-web-web", "vm-web"]
    assert tuple(beginning_or_within("", TWO)) == BY_NAME
