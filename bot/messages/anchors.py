"""What Slack is told of the audit log itself, so that it is known outside Redis."""

from bot.domain.anchors import anchor_words
from bot.domain.checkpoints import Checkpoint
from bot.messages.blocks import Message, context


def checkpoint_post(checkpoint: Checkpoint) -> Message:
    """Say how far the log is, with its hash, and who says so."""
    signed = "not signed: no key is configured"
    if checkpoint.signature:
        signed = f"signed by the key `{checkpoint.key}`: `{checkpoint.signature}`"
    return Message(
        text=f"Audit checkpoint: the log stands at entry {checkpoint.sequence}.",
        blocks=[
            context(
                ":link: Audit checkpoint",
                anchor_words(checkpoint.sequence, checkpoint.hash),
                signed,
            )
        ],
    )
