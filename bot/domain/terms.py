"""The terms of a request: what the policy asked for when it was made, frozen with it."""

from bot.domain.break_glass import Glass
from bot.domain.data import Data
from bot.domain.freezes import Frozen
from bot.domain.locks import HeldBy
from bot.domain.quorum import Need


class Terms(Data):
    """What the policy asked for when the request was made; it is decided under these."""

    rule: str
    policy: str
    """The policy's version."""
    approvals: int
    may_ask: tuple[str, ...]
    may_approve: tuple[str, ...]
    request_lifetime: int
    approval_lifetime: int
    needs: tuple[Need, ...] = ()
    """Several lists of which so many are needed; empty when it is `approvals` of `may_approve`."""

    confirm: str = ""
    """`name` when an approver has to type the name of the target."""
    overrides: tuple[Frozen, ...] = ()
    """The freezes that whoever asked has overridden."""
    rpo_may_grow: int | None = None
    """Seconds by which the RPO may have grown when it is sent; None when nobody watches it."""
    health_may_worsen: bool = True
    """Whether it is sent although the replication health is worse than what people saw."""
    locks: tuple[HeldBy, ...] = ()
    """The locks that whoever asked has overridden."""
    may_delegate: bool = True
    """Whether somebody may vote in the place of an approver who has asked them to."""
    tell: tuple[str, ...] = ()
    """Who is told when it is asked: the ids of people and of user groups."""
    remind_after: int = 0
    """Seconds until those who can still approve are reminded; 0 for never."""
    escalate_after: int = 0
    """Seconds until those of `escalate_to` are told that it still waits; 0 for never."""
    escalate_to: tuple[str, ...] = ()
    glass: Glass | None = None
    """What was skipped and is owed, when the glass is broken: `approvals` are then fewer."""

    @property
    def quorum(self) -> tuple[Need, ...]:
        """What is needed, as needs."""
        return self.needs or (Need(count=self.approvals, of=self.may_approve),)
