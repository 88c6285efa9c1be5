"""Who is who: which accounts are one human, and when that cannot be told."""

from pathlib import Path

import pytest

from bot.domain.directory import Directory
from bot.domain.people import Doubt, why_in_doubt
from bot.domain.policy import read
from tests.bot.samples import ANN, BO, CARLA

ONE, TWO = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10", "c8a1f0de-52f3-4d0b-8f0c-2a2b7c1d9e44"
ANNS, BOS = "ann@example.com", "Bo@Example.com"


def test_two_accounts_of_one_object_id_are_one_human() -> None:
    """By user id or by address, whatever its casing; accounts that are not in it are themselves."""
    directory = Directory(people={ANN.id: ONE, BOS: ONE})
    ann = directory.identified(ANN, "ann@elsewhere.example")
    bo = directory.identified(BO, "bo@example.com")
    carla = directory.identified(CARLA, "carla@example.com")
    assert (ann.entra, bo.entra, carla.entra) == (ONE, ONE, "")
    assert ann.is_same(bo)
    assert not ann.is_same(carla)
    assert (ann.human, carla.human) == (ONE, CARLA.id)
    assert {one.doubt for one in (ann, bo, carla)} == {Doubt.NONE}


def test_an_account_is_itself_whatever_the_directory_says_by_then() -> None:
    """Somebody who asked before their address was known is still the one who asked."""
    directory = Directory(people={ANNS: ONE})
    before, after = directory.identified(ANN, "ann@old.example"), directory.identified(ANN, ANNS)
    assert before.human != after.human
    assert before.is_same(after)


@pytest.mark.parametrize(
    ("directory", "address", "doubt"),
    [
        (Directory(people={ANNS: ONE}), "", Doubt.HIDDEN),
        (Directory(people={ANNS: ONE, BO.id: TWO}), "", Doubt.NONE),
        (Directory(people={BO.id: ONE, "bo@example.com": TWO}), "bo@example.com", Doubt.TWO),
        (Directory(people={BO.id: ONE, "bo@example.com": ONE}), "bo@example.com", Doubt.NONE),
        (Directory(people={ANN.id: ONE}, required=True), "bo@example.com", Doubt.UNLISTED),
        (Directory(people={ANNS: ONE}, required=True), "", Doubt.HIDDEN),
        (Directory(required=True), "", Doubt.UNLISTED),
        (Directory(), "", Doubt.NONE),
    ],
)
def test_who_cannot_be_told_is_in_doubt(directory: Directory, address: str, doubt: Doubt) -> None:
    """Addresses without Slack's word, two humans at once, or nobody where all have to be."""
    found = directory.identified(BO, address)
    assert found.doubt is doubt
    assert bool(why_in_doubt(found)) is bool(doubt)
    assert not (doubt and found.entra)


def test_owners_are_those_that_are_known() -> None:
    """Those by address once Slack has said whose they are."""
    directory = Directory(people={ANN.id: ONE, BOS: TWO})
    assert directory.owners() == {ANN.id: ONE}
    assert directory.owners({BOS: BO.id}) == {ANN.id: ONE, BO.id: TWO}
    assert directory.owners({BOS: ""}) == {ANN.id: ONE}


def test_wrong_addresses_are_named() -> None:
    """Those that nobody has, and those of an account that stands there as somebody else."""
    directory = Directory(people={ANN.id: ONE, ANNS: TWO, BOS: TWO})
    assert directory.troubles({ANNS: "", BOS: BO.id}) == (
        "directory: nobody who is active in Slack has the address ann@example.com; if it is wrong, "
        "two accounts of one human count as two.",
    )
    [said] = directory.troubles({ANNS: ANN.id, BOS: BO.id})
    assert f"ann@example.com is the account {ANN.id}, which stands there as another human" in said


RULE = '[[rule]]\nname = "x"\nmay_ask = []\nmay_approve = []\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('U012AB3CD = "ann"', "at directory.people.U012AB3CD (line 6): an Entra object id is a gu"),
        (f'U012AB3CD = "{ONE.replace("-", "")}"', f"did you mean “{ONE}”?"),
        (f'U012AB3CD = "{{{ONE}}}"', f"did you mean “{ONE}”?"),
        (f'U012AB3CD = "{"0" * 8}-0000-0000-0000-{"0" * 12}"', "the guid of zeros is nobody"),
        ("U012AB3CD = 12", "(line 6): an Entra object id is a guid"),
        (f'ann = "{ONE}"', "at directory.people.ann (line 6): an account is a user id such as"),
        (f'"@dr-approvers" = "{ONE}"', "(line 6): a group is nobody in particular"),
        (f'everyone = "{ONE}"', "an account is a user id such as"),
        (f'"a@b.c" = "{ONE}"\n"A@b.c" = "{TWO}"', "directory (line 5): a@b.c and A@b.c are one ad"),
    ],
)
def test_a_mistake_in_the_directory_is_named(text: str, said: str, tmp_path: Path) -> None:
    """With its line, its key and what is meant."""
    path = tmp_path / "policy.toml"
    path.write_text(f"{RULE}[directory.people]\n{text}\n", "utf-8")
    policy, wrong = read(path)
    assert policy is None
    assert any(said in str(one) for one in wrong), [str(one) for one in wrong]


def test_every_mistake_in_the_directory_is_named_at_once(tmp_path: Path) -> None:
    """Also a key and its value that are both wrong, and a word that is not known."""
    path = tmp_path / "policy.toml"
    path.write_text(f'{RULE}[directory]\nrequird = true\n[directory.people]\nann = "x"\nU0AB = "y"')
    _, wrong = read(path)
    assert [(one.key, one.line) for one in wrong] == [
        ("directory.requird", 6),
        ("directory.people.ann", 8),
        ("directory.people.ann", 8),
        ("directory.people.U0AB", 9),
    ]
    assert "did you mean “required”?" in wrong[0].sentence
