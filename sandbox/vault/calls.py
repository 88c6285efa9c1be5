"""A request and its answer as the vault's desks see them: no HTTP library in sight."""

from dataclasses import dataclass, field

from sandbox.vault.names import JsonObject
from sandbox.vault.world import Caller, World


@dataclass(frozen=True)
class Call:
    """One request, with the words found in its path."""

    world: World
    method: str
    path: str
    query: dict[str, str]
    body: object
    base_url: str
    caller: Caller
    words: dict[str, str]


@dataclass
class Answer:
    """What the vault answers; `repeated` headers are sent twice, as the service does."""

    status: int = 200
    body: JsonObject | None = None
    headers: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)


def listed(values: list[JsonObject], next_link: str | None = None) -> Answer:
    """Answer with a list."""
    return Answer(body={"value": values, "nextLink": next_link})
