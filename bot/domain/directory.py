"""The directory of the policy: which Slack accounts belong to which human, by Entra object id.

An account is named by its user id, or by its e-mail address, which Slack says when it is asked who
somebody is. Where it cannot be told which human an account is, though it matters, the account is
left in doubt, and an account in doubt gives no power: it might be the second one of somebody who
has a say already.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, model_validator

from bot.domain.data import Data
from bot.domain.lists import is_user
from bot.domain.people import Doubt, Person

_ADDRESS: Final = re.compile(r"^[^\s@]+@[^\s@]+\.[^\s@]+$")
_EXAMPLE: Final = "3b0d7a7e-4f7c-4b86-9a63-0c6a5a1e2f10"
_OBJECT: Final = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def _account(value: object) -> object:
    if isinstance(value, str) and (is_user(value) or _ADDRESS.match(value)):
        return value
    if isinstance(value, str) and value.startswith("@"):
        raise ValueError("a group is nobody in particular; name each of its people")
    raise ValueError(
        "an account is a user id such as 'U012AB3CD', or an e-mail address such as "
        "'ann@example.com'"
    )


def _object_id(value: object) -> object:
    if not isinstance(value, str) or not _OBJECT.match(value):
        raise ValueError(f"an Entra object id is a guid such as '{_EXAMPLE}'{_meant(value)}")
    if not UUID(value).int:
        raise ValueError("the guid of zeros is nobody; write the object id of the person")
    return value.lower()


def _meant(value: object) -> str:
    try:
        return f"; did you mean “{UUID(str(value))}”?"
    except ValueError:
        return ""


Account = Annotated[str, BeforeValidator(_account)]
ObjectId = Annotated[str, BeforeValidator(_object_id)]


class Directory(Data):
    """Who is who."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    people: dict[Account, ObjectId] = {}
    """The Entra object id of each account's owner, by user id or e-mail address. Several accounts
    of one object id are one human."""
    required: bool = False
    """`true` lets nobody ask or approve who is not in it."""

    @model_validator(mode="after")
    def _told_apart(self) -> "Directory":
        """An address has one owner, in whatever casing it is written."""
        spelt = defaultdict[str, list[str]](list)
        for account in self.people:
            spelt[account.casefold()].append(account)
        if twins := [" and ".join(each) for each in spelt.values() if len(each) > 1]:
            raise ValueError(f"{twins[0]} are one address")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """The accounts that are named by an e-mail address."""
        return tuple(account for account in self.people if "@" in account)

    def owners(self, accounts: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the human of each account by its user id, as far as that is known.

        `accounts` are the user ids that Slack knows for addresses.
        """
        known = {} if accounts is None else accounts
        return {
            user: owner
            for account, owner in self.people.items()
            if (user := known.get(account, "") if "@" in account else account)
        }

    def troubles(self, accounts: Mapping[str, str]) -> tuple[str, ...]:
        """Say what is wrong with the addresses, from the user ids that Slack knows for them."""
        by_address = {
            address: user for address in self.addresses if (user := accounts.get(address, ""))
        }
        nobody = [address for address in self.addresses if address not in by_address]
        return tuple(
            f"directory: nobody who is active in Slack has the address {address}; if it is wrong, "
            "two accounts of one human count as two."
            for address in nobody
        ) + tuple(
            f"directory: {address} is the account {user}, which stands there as another human; "
            "it can neither ask nor approve."
            for address, user in by_address.items()
            if self.people.get(user, self.people[address]) != self.people[address]
        )

    def identified(self, person: Person, address: str) -> Person:
        """Say which human an account is; `address` is what Slack says, '' when it says none."""
        by_id = self.people.get(person.id, "")
        by_address = self._at(address)
        if by_id and by_address and by_id != by_address:
            return person.model_copy(update={"doubt": Doubt.TWO})
        if owner := by_id or by_address:
            return person.model_copy(update={"entra": owner})
        if self.addresses and not address:
            return person.model_copy(update={"doubt": Doubt.HIDDEN})
        if self.required:
            return person.model_copy(update={"doubt": Doubt.UNLISTED})
        return person

    def _at(self, address: str) -> str:
        wanted = address.casefold()
        found = (owner for account, owner in self.people.items() if account.casefold() == wanted)
        return next(found, "") if wanted else ""
