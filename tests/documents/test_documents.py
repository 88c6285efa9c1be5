"""What README and docs/ say: drawn from the code, or checked against it."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.audit import START, Actor, chain
from bot.domain.break_glass import BreakGlass
from bot.domain.checks import Check
from bot.domain.directory import Directory
from bot.domain.freezes import Freeze
from bot.domain.incident_terms import IncidentTerms
from bot.domain.macs import mac_key, vouched
from bot.domain.objectives import Objective
from bot.domain.operations import CATALOGUE
from bot.domain.policy import Delegating, Locking, Policy, load
from bot.domain.quorum import Need
from bot.domain.reason_terms import ReasonTerms
from bot.domain.rules import Rule
from bot.domain.sanity import findings
from bot.domain.windows import Committing
from bot.gateways.azure.rights import ACTIONS, role
from bot.settings import SHIPPED_POLICY
from tests.bot.samples import fact
from tests.documents.redraw import CHECKOUT, DRAWN, ROLE, SCHEMA, schema, standing

_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")
_LARGEST_PICTURE = 300_000


def documents() -> list[Path]:
    """Return everything that people read."""
    named = [CHECKOUT / "README.md", CHECKOUT / "CHANGELOG.md", CHECKOUT / "SECURITY.md"]
    return named + sorted((CHECKOUT / "docs").rglob("*.md"))


@pytest.mark.parametrize(("document", "part"), DRAWN, ids=str)
def test_a_drawn_part_is_as_the_code_draws_it(document: str, part: str) -> None:
    """`python -m tests.documents.redraw` draws it again after a change."""
    assert standing(document, part) == DRAWN[document, part]()


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    """A link to another file names one that is there."""
    text = path.read_text("utf-8")
    linked = [one or two for one, two in _LINK.findall(text)]
    missing = [link for link in linked if not (path.parent / link).exists()]
    assert not missing, f"{path.name} links to {missing}"


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    """`make something` in a document is something that the Makefile makes."""
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


def test_pictures_are_small() -> None:
    """Nobody waits for a page that explains something."""
    sizes = {path.name: path.stat().st_size for path in (CHECKOUT / "docs/pictures").iterdir()}
    assert sizes
    assert max(sizes.values()) <= _LARGEST_PICTURE


def test_every_dependency_is_explained() -> None:
    """`docs/dependencies.md` has a row for each dependency of pyproject.toml, and for no other."""
    text = (CHECKOUT / "docs/dependencies.md").read_text("utf-8")
    explained = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert sorted(explained) == sorted(set(dependencies()))


def test_every_alarm_asks_for_metrics_that_exist() -> None:
    """What the page about operations watches is what the processes say."""
    text = (CHECKOUT / "docs/operations.md").read_text("utf-8")
    rows = re.findall(r"^\| `(dr_\w+)` \| (\w+)", text, re.MULTILINE)
    known = {f"{name}_count" if kind == "histogram" else name for name, kind in rows}
    asked = {one for block in re.findall(r"```promql\n(.*?)```", text, re.DOTALL)
             for one in re.findall(r"dr_\w+", block)}  # fmt: skip
    assert len(asked) > 10
    assert asked <= known
    said = set(re.findall(r"dr_[a-z_]+", text))
    assert said <= known | {name for name, _ in rows}


def test_every_decision_is_listed() -> None:
    """The page about how it works leads to each decision."""
    text = (CHECKOUT / "docs/how-it-works.md").read_text("utf-8")
    for path in sorted((CHECKOUT / "docs/decisions").glob("*.md")):
        assert f"(decisions/{path.name})" in text


def test_the_policy_in_the_readme_is_the_one_that_is_shipped() -> None:
    """The rule that README shows stands word for word in bot/policy.toml."""
    blocks = re.findall(
        r"```toml\n(.*?)```", (CHECKOUT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert blocks
    assert blocks[0].strip() in SHIPPED_POLICY.read_text("utf-8")


def test_the_example_of_the_policy_page_is_sane_and_whole(tmp_path: Path) -> None:
    """It can be read, nothing is found about it, and it uses every key that there is."""
    text = (CHECKOUT / "docs/policy.md").read_text("utf-8")
    example = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]
    path = tmp_path / "policy.toml"
    path.write_text(example, "utf-8")
    assert findings(load(path)) == ()
    content = tomllib.loads(example)
    for model, tables in (
        (Policy, [content]),
        (Rule, content["rule"]),
        (Need, content["rule"][0]["needs"]),
        (BreakGlass, [content["rule"][0]["break_glass"]]),
        (Freeze, content["freeze"]),
        (Directory, [content["directory"]]),
        (Locking, [content["locks"]]),
        (Objective, content["objective"]),
        (Check, content["check"]),
        (Committing, [content["commit"]]),
        (Delegating, [content["delegation"]]),
        (ReasonTerms, [content["reasons"]]),
        (IncidentTerms, [content["incident"]]),
    ):
        used = {key for table in tables for key in table}
        assert used == {field.alias or name for name, field in model.model_fields.items()}


def test_the_schema_of_the_audit_log_is_that_of_its_entries() -> None:
    """Whoever reads the log elsewhere relies on it: a field that changes is seen here."""
    assert SCHEMA.read_text("utf-8") == schema()
    published = json.loads(SCHEMA.read_text("utf-8"))
    who = Actor(team="T0", id="U0", name="Ann", entra="3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10")
    entry = chain(fact(actor=who), sequence=1, prevhash=START, time="2026-03-01T12:00:00.000+00:00")
    written = vouched(entry, mac_key(b"s" * 32, "it")).model_dump(mode="json")
    assert set(published["properties"]) == set(written)
    assert set(published["$defs"]["Fact"]["properties"]) == set(written["data"])
    assert set(published["$defs"]["Actor"]["properties"]) == set(written["data"]["actor"])
    parts = (published, *published["$defs"].values())
    for name, field in ((n, f) for part in parts for n, f in part["properties"].items()):
        assert field["description"], f"{name} is not explained"


def test_the_azure_role_is_what_the_bot_prints() -> None:
    """The document and `dr doctor --role` have one source."""
    assert ROLE.read_text("utf-8") == role()
    printed = json.loads(role(["5ab1", "5ab2", "5ab1"]))
    assert printed["AssignableScopes"] == ["/subscriptions/5ab1", "/subscriptions/5ab2"]


def test_the_azure_role_lets_the_bot_post_what_the_catalogue_sends() -> None:
    """Its actions are the POSTs of the gateway and what has to be read for them, nothing else."""
    source = "".join(
        one.read_text("utf-8") for one in (CHECKOUT / "bot/gateways/azure").glob("*.py")
    )
    posted = set(re.findall(r'"(\w+)": (?:items|plans|jobs|client\.\w+)\.begin_', source))
    allowed = {one.split("/")[-2] for one in ACTIONS if one.endswith("/action")}
    assert posted == allowed
    written = {one.split("/")[-2] for one in ACTIONS if one.endswith("/write")}
    assert written == {"replicationProtectedItems"}
    assert len(CATALOGUE) >= len(posted)
    read = {one.split("/")[-2] for one in ACTIONS if one.endswith("/read")}
    around = {"virtualMachines", "recoveryPoints", "vaults", "replicationNetworkMappings"}
    around |= {"networkInterfaces", "permissions"}
    assert read == set(_kinds_read(source)) | around


def dependencies() -> Iterator[str]:
    """Name what pyproject.toml asks for, everywhere in it."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for some in project["optional-dependencies"].values() for one in some]
    for requirement in [*project["dependencies"], *extras]:
        found = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert found
        yield found.group()


def _kinds_read(source: str) -> Iterator[str]:
    """Find the kinds of resource in the paths that the gateway lists or gets."""
    yield from re.findall(r'f"\{[a-z_.]+\}/(replication\w+)', source)
