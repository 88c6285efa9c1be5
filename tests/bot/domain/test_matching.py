"""Which machines a typed word means; everything is judged by what Azure said of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.matching import is_pattern, matches, select, unmatched
from bot.errors import Misunderstood
from tests.bot.samples import VAULT, failed_over, hyper_v, machine

WEB01 = machine(tags={"app": "shop", "tier": "web"})
WEB02 = failed_over(id=f"{VAULT}/2", name="VM-Web02", tags={"App": "Shop"}, health="Warning")
DB01 = hyper_v(id=f"{VAULT}/3", name="hv-db01", health="Critical")
OTHER = machine(
    id=f"{VAULT.replace('vault-dr', 'vault-uk')}/4",
    name="vm-web01",
    vault=VAULT.replace("vault-dr", "vault-uk"),
    scenario="UnplannedFailover",
    test_state="WaitingForCompletion",
)
ALL = (WEB01, WEB02, DB01, OTHER)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("vm-web01", (WEB01, OTHER)),
        ("VM-WEB01", (WEB01, OTHER)),
        ("vm-web01@vault-uk", (OTHER,)),
        ("vm-web*@Vault-DR", (WEB01, WEB02)),
        ("vm-web*", (WEB01, WEB02, OTHER)),
        ("vm-web0?", (WEB01, WEB02, OTHER)),
        ("vm-web", ()),
        ("[vh]*", ()),
        ("*", ALL),
        (f"id:{DB01.id.upper()}", (DB01,)),
        (DB01.id, (DB01,)),
        ("tag:app=shop", (WEB01, WEB02)),
        ("tag:tier", (WEB01,)),
        ("tag:app=sh*", (WEB01, WEB02)),
        ("tag:app=erp", ()),
        ("region:westeurope", (WEB01, OTHER)),
        ("region:West-Europe", (WEB01, OTHER)),
        ("region:northeurope", (WEB02,)),
        ("vault:vault-uk", (OTHER,)),
        ("state:protected", (WEB01, DB01, OTHER)),
        ("state:failed-over", (WEB02,)),
        ("state:away", (WEB02,)),
        ("state:testing", (OTHER,)),
        ("state:busy", (OTHER,)),
        ("health:critical", (DB01,)),
        ("provider:a2a", (WEB01, WEB02, OTHER)),
        ("provider:hyperv*", (DB01,)),
    ],
)
def test_a_word_means_these_machines(word: str, meant: tuple[object, ...]) -> None:
    """Names and patterns, and what the machines have in common, in any casing."""
    assert tuple(one for one in ALL if matches(word, one)) == meant


def test_names_add_up_and_filters_narrow_down() -> None:
    """Two values of one prefix are alternatives; two different tags must both be there."""
    assert select(["vm-web01", "hv-db01"], ALL) == (WEB01, DB01, OTHER)
    assert select(["vm-web*", "hv-db01", "vault:vault-dr"], ALL) == (WEB01, WEB02, DB01)
    assert select(["health:critical", "health:warning"], ALL) == (WEB02, DB01)
    assert select(["tag:app=shop", "tag:tier=web"], ALL) == (WEB01,)
    assert select(["tag:app=shop", "tag:APP=erp"], ALL) == (WEB01, WEB02)
    assert select([], ALL) == ALL


def test_a_machine_is_chosen_once_whatever_means_it() -> None:
    """Two words for one machine are one machine, and the order is that of the machines."""
    assert select(["hv-db01", "vm-web*", f"id:{WEB01.id}"], ALL) == ALL


def test_the_words_that_mean_nothing_are_named() -> None:
    """Each is judged by itself."""
    assert unmatched(["vm-web01", "vm-web1", "tag:app=erp"], ALL) == ("vm-web1", "tag:app=erp")


@pytest.mark.parametrize("word", ["colour:red", "tag:", "region:"])
def test_an_unknown_prefix_or_none_of_a_value_is_not_understood(word: str) -> None:
    """Otherwise a typing error would mean other machines than intended."""
    with pytest.raises(Misunderstood, match=r"tag:<name>=<value>"):
        select([word], ())


def test_a_plain_name_is_told_from_a_pattern() -> None:
    """A plain name is looked up, and asked about when several have it."""
    assert not is_pattern("vm-web01")
    assert not is_pattern("vm-web01@vault-dr")
    assert not is_pattern(WEB01.id)
    assert is_pattern("vm-web*")
    assert is_pattern("tag:app=shop")


WORDS = st.one_of(
    st.text(max_size=400),
    st.from_regex(r"(tag|region|vault|state|health|provider|id|plan|Tag):[*?=@\[\]a-z-]{0,20}"),
    st.text(alphabet="*?a[]!-@", max_size=60),
)


@given(st.lists(WORDS, max_size=6))
def test_any_words_choose_machines_or_are_not_understood(words: list[str]) -> None:
    """Nothing that is typed breaks the choice, and nobody but those who are meant are chosen."""
    try:
        chosen = select(words, ALL)
        strange = unmatched(words, ALL)
    except Misunderstood:
        return
    assert [one for one in ALL if one in chosen] == list(chosen)
    assert all(any(matches(word, one) for word in words) for one in chosen if words)
    assert not any(matches(word, one) for word in strange for one in ALL)


def test_a_nasty_pattern_takes_no_time() -> None:
    """Four hundred characters of stars are looked for in a thousand machines at once."""
    many = tuple(machine(name="a" * 64, id=f"{VAULT}/{number}") for number in range(1000))
    began = time.perf_counter()
    assert select(["*a" * 200 + "b"], many) == ()
    assert time.perf_counter() - began < 2
