"""A Slack-like workspace at the far end of the wire: people, channels, messages and one app.

An app talks to it with its own Slack client, over the Web API, signed HTTP requests or Socket Mode,
and is held to Slack's rules: tokens, scopes, membership, Block Kit, deadlines, single-use triggers.
People use its page, or `sandbox.people`.

What it is not: it keeps no history API, no files, no canvases, no streaming, no workflows, no OAuth
installation and no Enterprise Grid; there is one team and one app. A failed event is tried once
more and not again minutes later. Where Slack's documentation is silent it takes the stricter guess:
a response address adds a new message unless it is told to replace the original.
"""

from sandbox.workspace.core import Command
from sandbox.workspace.workspace import Workspace

__all__ = ["Command", "Workspace"]
