"""Everything that the bot shows, with fixed data: what `dr demo --gallery` and the tests look at.

To add an example, put `"its-name": lambda: draw(…)` into the table of its kind, or a new kind into
`KINDS` below; then run `make gallery` and read the file that it writes under `reviewed/`.
"""

from collections.abc import Mapping
from typing import Final

from tests.gallery import (
    answers,
    arranged,
    cards,
    forms,
    homes,
    incidents,
    looks,
    measures,
    reminders,
    several,
    thread,
)
from tests.gallery.example import Drawn, Examples

KINDS: Final[Mapping[str, Examples]] = {
    **cards.EXAMPLES,
    "cards/several": several.EXAMPLES,
    "forms": forms.EXAMPLES,
    "homes": homes.EXAMPLES,
    "threads": thread.EXAMPLES,
    "reminders": reminders.EXAMPLES,
    "measures": measures.EXAMPLES,
    "arranged": arranged.EXAMPLES,
    "incidents": incidents.EXAMPLES,
    **answers.EXAMPLES,
    "looks": looks.EXAMPLES,
}
"""By kind, which is the folder of the reviewed files, too."""


def draw(name: str) -> Drawn:
    """Draw one example, by its kind and its name: `cards/failover/waiting`."""
    kind, _, own = name.rpartition("/")
    return KINDS[kind][own]()


NAMES: Final = tuple(f"{kind}/{name}" for kind, examples in KINDS.items() for name in examples)
