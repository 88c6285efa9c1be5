"""The parts of the documents that are drawn from the code: `python -m tests.documents.redraw`.

Each part stands between two marks in its document. A test draws it again and compares; run as a
program, this writes what it drew into the documents.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot import metrics as counters
from bot.arrangements import VERBS
from bot.doctor import EXAMINATIONS
from bot.domain.audit import Entry
from bot.domain.break_glass import BreakGlass
from bot.domain.catalogue import Operation
from bot.domain.checks import Check
from bot.domain.directory import Directory
from bot.domain.freezes import Freeze
from bot.domain.incident_terms import IncidentTerms
from bot.domain.machines import A2A, CLASSIC, CLASSIC_BACK, FORWARD, HYPER_V, RCM, RCM_BACK
from bot.domain.objectives import Objective
from bot.domain.operations import CATALOGUE
from bot.domain.policy import Delegating, Locking, Policy, ReprotectDefaults
from bot.domain.quorum import Need
from bot.domain.reason_terms import ReasonTerms
from bot.domain.request import TABLE, State
from bot.domain.rules import Rule
from bot.domain.scopes import BY_ADDRESS, NEEDED, OF_INCIDENTS, WITHOUT_ADDRESSES
from bot.domain.windows import Committing
from bot.gateways.azure.rights import ACTIONS, lacks, role
from bot.gauges import GAUGES, LABELS
from bot.refusals import AREAS, Code

CHECKOUT: Final = Path(__file__).parent.parent.parent
ROLE: Final = CHECKOUT / "docs/azure-role.json"
"""Drawn as a whole."""

SCHEMA: Final = CHECKOUT / "docs/audit-schema.json"
"""Drawn as a whole, too."""

_LAST: Final = frozenset(
    state for state, steps in TABLE.items() if not set(steps.values()) - {state}
)


PROVIDERS: Final[Mapping[str, str]] = {
    A2A: "Azure to Azure",
    HYPER_V: "Hyper-V",
    RCM: "VMware",
    RCM_BACK: "VMware, in Azure",
    CLASSIC: "VMware, classic",
    CLASSIC_BACK: "VMware, classic, in Azure",
}
"""What replicates a machine, in Azure's word and in ours."""


def examinations() -> str:
    """Draw the table of what `dr doctor` looks at, subject by subject."""
    rows = [f"| {about} | {_words(part.__doc__ or '')} |" for about, part in EXAMINATIONS.items()]
    return "\n".join(["| Subject | What is looked at |", "| --- | --- |", *rows])


def scopes() -> str:
    """Draw the table of the scopes that the Slack app needs."""
    rows = [f"| `{scope}` | {why} |" for scope, why in NEEDED.items()]
    rows.append(f"| `{BY_ADDRESS}`, where there are such addresses | {WITHOUT_ADDRESSES} |")
    rows += [f"| `{scope}`, for incidents | {why} |" for scope, why in OF_INCIDENTS.items()]
    return "\n".join(["| Scope | Without it |", "| --- | --- |", *rows])


def rights() -> str:
    """Draw the table of the Azure actions that the bot needs."""
    rows = [
        f"| `{one.action}` | {one.without} | {'note' if one.minor else 'BAD'} |"
        for one in lacks((), ACTIONS)
    ]
    return "\n".join(["| Action | Without it | |", "| --- | --- | --- |", *rows])


def schema() -> str:
    """Write the JSON Schema of an entry of the audit log."""
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Entry.model_json_schema(mode="serialization"),
    }
    return json.dumps(content, indent=2) + "\n"


def commands() -> str:
    """Draw the table of commands: how each is typed and what it does."""
    looks_last = sorted(VERBS.values(), key=lambda v: (v.name not in CATALOGUE, not v.arranges))
    rows = [f"| {_code(verb.brief)} | {verb.help} |" for verb in looks_last]
    return "\n".join(["| Type | It does |", "| --- | --- |", *rows])


def usage_hint() -> str:
    """Write what Slack shows behind `/dr` while somebody types."""
    return f"<{'|'.join(VERBS)}> [<machine>…] [because <reason>]"


def request_life() -> str:
    """Draw the life of a request as Mermaid draws state diagrams."""
    arrows = [f"    [*] --> {State.WAITING}: ask"]
    for state, steps in TABLE.items():
        for after in dict.fromkeys(steps.values()):
            names = ", ".join(step for step, to in steps.items() if to is after)
            arrows.append(f"    {state} --> {after}: {names}")
    arrows += [f"    {state} --> [*]" for state in TABLE if state in _LAST]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def operations() -> str:
    """Draw the table of operations and the jobs they start."""
    rows = [
        f"| {one.title} | {', '.join(f'`{s}`' for s in one.scenarios)} |"
        for one in CATALOGUE.values()
    ]
    return "\n".join(["| Operation | Its job in Azure |", "| --- | --- |", *rows])


def providers() -> str:
    """Draw the table of operations and providers: what Azure has to allow for each."""
    head = " | ".join(f"{title}<br>`{name}`" for name, title in PROVIDERS.items())
    rows = [
        f"| {one.title} | {' | '.join(_cell(one.needs.get(name, '')) for name in PROVIDERS)} "
        f"| {_of_plans(one)} |"
        for one in CATALOGUE.values()
        if one.about != "job"
    ]
    columns = "| --- |" + " --- |" * (len(PROVIDERS) + 1)
    return "\n".join([f"| | {head} | Recovery plan |", columns, *rows])


def _of_plans(one: Operation) -> str:
    """Say of which plans an operation is done to the whole, and of which to each machine."""
    machines = {name for name in one.needs if name in FORWARD}
    if one.about == "candidate":
        return "–"
    if not one.plan:
        return "machine by machine"
    names = ", ".join(PROVIDERS[name] for name in one.plan)
    return "as one" if machines <= set(one.plan) else f"as one for {names}, else machine by machine"


def keys(model: type[BaseModel]) -> str:
    """Draw the table of the keys of a table in the policy file."""
    rows = [
        f"| `{field.alias or name}` | {_words(field.description or '')} | {_default(name, field)} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(["| Key | What it says | Left out |", "| --- | --- | --- |", *rows])


def reprotect_keys() -> str:
    """Name what can be said for reprotects."""
    return ", ".join(f"`{name}`" for name in ReprotectDefaults.model_fields)


def refusals() -> str:
    """Draw every code of a refusal under its area; the heading of each is its anchor."""
    parts = [f"- [{_word(area)}](#{_word(area).lower()}): {_said_of(area)}" for area in AREAS]
    index = "\n".join(parts)
    areas = [
        "\n\n".join([f"## {_word(area)}", _said_of(area), *map(_refusal, area)]) for area in AREAS
    ]
    return "\n\n".join([index, *areas])


def _refusal(one: Code) -> str:
    what = f"**{one.title}.** {one.means}"
    return f"### {one.id}\n\n{what}\n\n- What to do: {one.do}\n- Who can help: {one.help}"


def metrics() -> str:
    """Draw the table of everything that is counted or read for Prometheus."""
    counted = [one for one in vars(counters).values() if isinstance(one, MetricWrapperBase)]
    rows = [
        f"| `{_exposed(one)}` | {one._type} | {_labels(one._labelnames)} | {one._documentation} |"
        for one in counted
    ]
    rows += [
        f"| `{name}` | gauge, of the whole bot | {_labels(filter(None, [LABELS.get(name)]))} "
        f"| {says} |"
        for name, says in GAUGES.items()
    ]
    head = ["| Metric | Type | Labels | What it says |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _exposed(one: MetricWrapperBase) -> str:
    return f"{one._name}_total" if one._type == "counter" else one._name


def _labels(names: Iterable[str | None]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _word(area: type[Code]) -> str:
    return next(iter(area)).area


def _said_of(area: type[Code]) -> str:
    return area.__doc__ or ""


def _words(description: str) -> str:
    return " ".join(description.split()).replace("|", "\\|")


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "has to be said"
    if name.endswith("_lifetime"):
        return f"`{field.default // 60}m`"
    if name.endswith("_within"):
        return f"`{field.default // 86400}d`"
    if name == "longest":
        return f"`{field.default // 3600}h`"
    if isinstance(field.default, BaseModel):
        return "–"
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{json.dumps(default)}`" if default else "–"


DRAWN: Final[Mapping[tuple[str, str], Callable[[], str]]] = {
    ("README.md", "commands"): commands,
    ("README.md", "providers"): providers,
    ("docs/request-life.md", "life"): request_life,
    ("docs/how-it-works.md", "operations"): operations,
    ("docs/refusals.md", "refusals"): refusals,
    ("docs/operations.md", "metrics"): metrics,
    ("docs/doctor.md", "subjects"): examinations,
    ("docs/doctor.md", "scopes"): scopes,
    ("docs/doctor.md", "rights"): rights,
    ("docs/policy.md", "rule"): lambda: keys(Rule),
    ("docs/policy.md", "need"): lambda: keys(Need),
    ("docs/policy.md", "break_glass"): lambda: keys(BreakGlass),
    ("docs/policy.md", "freeze"): lambda: keys(Freeze),
    ("docs/policy.md", "directory"): lambda: keys(Directory),
    ("docs/policy.md", "locks"): lambda: keys(Locking),
    ("docs/policy.md", "delegation"): lambda: keys(Delegating),
    ("docs/policy.md", "reasons"): lambda: keys(ReasonTerms),
    ("docs/policy.md", "incident"): lambda: keys(IncidentTerms),
    ("docs/policy.md", "objective"): lambda: keys(Objective),
    ("docs/policy.md", "check"): lambda: keys(Check),
    ("docs/policy.md", "commit"): lambda: keys(Committing),
    ("docs/policy.md", "policy"): lambda: keys(Policy),
    ("docs/policy.md", "reprotect"): reprotect_keys,
}
"""Every drawn part: its document, the name in its marks, and who draws it."""


def standing(document: str, name: str) -> str:
    """Return what stands between the marks now; raises `ValueError` when they are not there."""
    found = _marked(name).search((CHECKOUT / document).read_text("utf-8"))
    if found is None:
        raise ValueError(f"{document} has no part <!-- {name} --> … <!-- /{name} -->.")
    return found["part"].strip()


def redraw() -> list[str]:
    """Draw every part anew; returns the documents that changed."""
    changed = []
    for (document, name), draw in DRAWN.items():
        if standing(document, name) == draw():
            continue
        path = CHECKOUT / document
        text = path.read_text("utf-8")
        found = _marked(name).search(text)
        assert found
        part = f"<!-- {name} -->\n{draw()}\n<!-- /{name} -->"
        path.write_text(text[: found.start()] + part + text[found.end() :], "utf-8")
        changed.append(document)
    if ROLE.read_text("utf-8") != role():
        ROLE.write_text(role(), "utf-8")
        changed.append(ROLE.name)
    if not SCHEMA.exists() or SCHEMA.read_text("utf-8") != schema():
        SCHEMA.write_text(schema(), "utf-8")
        changed.append(SCHEMA.name)
    return changed


def _marked(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {name} -->(?P<part>.*?)<!-- /{name} -->", re.DOTALL)


def _cell(needed: str) -> str:
    return f"`{needed}`" if needed else "–"


def _code(text: str) -> str:
    """Write code for a cell of a table, where a bar would end the cell."""
    return f"`{text.replace('|', chr(92) + '|')}`"


if __name__ == "__main__":
    for one in redraw():
        sys.stdout.write(f"drew {one}\n")
