"""What the bot's own identity may do at a place, as Azure sums it up over all roles it has there.

Deny assignments are not in it.
"""

from typing import Annotated, Final

from bot.domain.grants import Grant
from bot.gateways.azure.around import List
from bot.gateways.azure.wire import OrElse, Shape

_VERSION: Final = "2022-04-01"
_Actions = Annotated[list[str], OrElse([])]


class PermissionShape(Shape):
    """What one role gives."""

    actions: _Actions = []
    not_actions: _Actions = []

    def grant(self) -> Grant:
        """Return it in our words."""
        return Grant(actions=tuple(self.actions), not_actions=tuple(self.not_actions))


class Permissions:
    """The rights of whoever asks."""

    def __init__(self, every: List) -> None:
        self._list = every

    async def at(self, place: str) -> tuple[Grant, ...]:
        """List what the bot may do at a resource or a resource group, role by role."""
        path = f"{place}/providers/Microsoft.Authorization/permissions?api-version={_VERSION}"
        return tuple(shape.grant() for shape in await self._list(path, PermissionShape))
