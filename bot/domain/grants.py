"""What an identity may do in Azure: actions, which may hold stars, and those taken out of them."""

import re
from collections.abc import Iterable
from functools import cache

from bot.domain.data import Data


class Grant(Data):
    """What one role gives at some place. What one role takes out, another may still give."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()


def allows(grants: Iterable[Grant], action: str) -> bool:
    """Whether any of these roles gives an action; a star stands for anything."""
    return any(
        _named(action, grant.actions) and not _named(action, grant.not_actions) for grant in grants
    )


def _named(action: str, patterns: Iterable[str]) -> bool:
    return any(_pattern(one).fullmatch(action) for one in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.IGNORECASE)
