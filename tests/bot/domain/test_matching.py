"""Which machines a typed word means; everything is judged by what Azure said of them."""

import pytest

from bot.domain.matching import is_pattern, matches
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


@pytest.mark.parametrize("word", ["colour:red", "tag:", "region:"])
def test_an_unknown_prefix_or_none_of_a_value_is_not_understood(word: str) -> None:
    """Otherwise a typing error would mean other machines than intended."""
    with pytest.raises(Misunderstood, match=r"tag:<name>=<value>"):
        matches(word, WEB01)


def test_a_plain_name_is_told_from_a_pattern() -> None:
    """A plain name is looked up, and asked about when several have it."""
    assert not is_pattern("vm-web01")
    assert not is_pattern("vm-web01@vault-dr")
    assert not is_pattern(WEB01.id)
    assert is_pattern("vm-web*")
    assert is_pattern("tag:app=shop")
