"""An entry of the audit log in the Common Event Format, for what collects security events."""

from typing import Final

from bot.domain.audit import Entry

_GRAVE: Final = ("refused", "rejected", "outside", "lose")


def cef(entry: Entry) -> str:
    """Write an entry as one line."""
    fact = entry.data
    kind = fact.type
    head = ("CEF:0", "DR bot", "dr-bot", "1", entry.type, fact.words[:200] or kind, _severity(kind))
    when = int(entry.at.timestamp() * 1000)
    content = {
        "rt": str(when),
        "externalId": str(entry.sequence),
        "suser": fact.actor.name,
        "suid": fact.actor.id,
        "act": fact.operation,
        "dhost": fact.target,
        "outcome": fact.after,
        "reason": fact.reason,
        "msg": fact.words,
        "cs1Label": "subject",
        "cs1": entry.subject,
        "cs2Label": "policy",
        "cs2": fact.policy,
        "cs3Label": "hash",
        "cs3": entry.hash,
        "cs4Label": "previousHash",
        "cs4": entry.prevhash,
        "cs5Label": "job",
        "cs5": fact.correlation.get("job", ""),
        "cs6Label": "clientRequestId",
        "cs6": fact.correlation.get("client_request_id", ""),
        **_where_said("flexString1", "entraObjectId", fact.actor.entra),
        **_where_said("flexString2", "mac", entry.mac),
    }
    told = " ".join(f"{name}={_value(value)}" for name, value in content.items() if value)
    return "|".join([head[0], *(_head(one) for one in head[1:]), told])


def _where_said(field: str, label: str, value: str) -> dict[str, str]:
    return {f"{field}Label": label, field: value} if value else {}


def _severity(kind: str) -> str:
    return "8" if any(word in kind for word in _GRAVE) else "3"


def _head(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("|", "\\|"), " ")


def _value(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("=", "\\="), "\\n")


def _one_line(text: str, instead: str) -> str:
    return instead.join(text.splitlines())
