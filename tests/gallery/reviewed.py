"""The reviewed files: what each example looked like when somebody last looked at it.

`dr demo --gallery` shows these files, and a test compares them with what is drawn now.
"""

import json
from pathlib import Path
from typing import Any, Final

from bot.messages.blocks import Message
from tests.bot.samples import ANN, BO, CARLA, DAN, ERIN, NOON
from tests.gallery import NAMES, draw
from tests.gallery.example import Drawn

FOLDER: Final = Path(__file__).with_name("reviewed")
ABOUT: Final = "about.json"
"""What the page has to know besides: who is who, and what time it is."""
_ABOUT: Final = {
    "now": NOON.timestamp() + 120,
    "people": {one.id: one.name for one in (ANN, BO, CARLA, DAN, ERIN)},
    "groups": {"S0APPROVERS": "dr-approvers", "S0REVIEWERS": "dr-reviewers"},
    "channels": {"C0INCIDENTS": "incidents"},
    "kinds": list(dict.fromkeys(name.rpartition("/")[0] for name in NAMES)),
    "examples": list(NAMES),
}


def content(drawn: Drawn) -> dict[str, Any]:
    """Return what is kept of an example."""
    if isinstance(drawn, Message):
        return {"text": drawn.text, "blocks": drawn.blocks}
    return {"view": drawn}


def expected() -> dict[Path, str]:
    """Draw every example: what has to stand in which file."""
    files = {FOLDER / f"{name}.json": _json(content(draw(name))) for name in NAMES}
    return {FOLDER / ABOUT: _json(_ABOUT), **files}


def renew() -> tuple[int, int]:
    """Write what is drawn now, and drop what is left over; return how many files that changed."""
    wanted = expected()
    stale = [path for path in FOLDER.rglob("*.json") if path not in wanted]
    for path in stale:
        path.unlink()
    changed = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    return len(changed), len(stale)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
