"""Ports that nobody else listens on."""

import random
import socket
from typing import Final

_BELOW: Final = range(20_000, 32_000)
"""Systems hand out higher ones by themselves, also between our looking and our listening."""


def free_port() -> int:
    """Return a port of the loopback interface that is free now and is not given to anybody."""
    while True:
        port = random.choice(_BELOW)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
