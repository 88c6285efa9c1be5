"""Logging: one JSON object a line on standard error, with what it is about and no secrets in it.

The libraries that print bodies or addresses with tokens are kept to warnings.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

from bot.about import ABOUT

_QUIET: Final = {
    "aiohttp": logging.WARNING,
    "azure": logging.WARNING,
    "docket": logging.WARNING,
    "msal": logging.WARNING,
    "opentelemetry": logging.WARNING,
    "slack_bolt": logging.CRITICAL,  # it logs bodies, and addresses with the ticket to connect by
    "slack_sdk": logging.WARNING,
}


class JsonLines(logging.Formatter):
    """Format a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        content: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if about := ABOUT.get():
            content["about"] = about
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


def configure(level: str) -> None:
    """Send everything from `level` on to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    quieten()


def quieten() -> None:
    """Keep the libraries that say too much from saying it."""
    for name, lowest in _QUIET.items():
        logging.getLogger(name).setLevel(lowest)
