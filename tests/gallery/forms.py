"""The forms: modals that ask for what is missing, and what is suggested in them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.domain.operations import CATALOGUE
from bot.domain.suggestions import Suggested, Suggestion
from bot.messages import ask_form, forms
from tests.bot.samples import machine, request
from tests.gallery.example import Drawn, Examples
from tests.gallery.looks import AWAY, ILL, PLAN
from tests.gallery.several import WAITS

_FEW = [("point-1", "app-consistent, 10 min 00 s old"), ("point-2", "latest, 2 min 00 s old")]


def _suggested() -> dict[str, Any]:
    """Show what is suggested as a select that has it in itself."""
    view = ask_form.ask_form("word", "Failover", "", reason_required=True)
    found = ask_form.suggestions(
        Suggested(
            (
                Suggestion(machine(), "", able=True),
                Suggestion(ILL, " (rg-shop)", able=True),
                Suggestion(AWAY, "", able=False),
            ),
            (Suggestion(PLAN, "", able=True),),
            ("vault-two",),
        )
    )
    view["blocks"][0]["element"] = {"type": "static_select", "action_id": "option", **found}
    return view


def _options(operation: str) -> dict[str, Any]:
    one = CATALOGUE[operation]
    some = {one.verb.options[0].name: _FEW}
    return forms.option_form("word", one.verb.options, one.title, "vm-web01", some)


def _manual_action() -> dict[str, Any]:
    assert WAITS.asks
    return forms.nod_form("R-7K2M9P", WAITS.asks)


def _with_options() -> dict[str, Callable[[], Drawn]]:
    return {
        f"options-of-{one.name}": partial(_options, one.name)
        for one in CATALOGUE.values()
        if one.verb.options
    }


EXAMPLES: Examples = {
    "ask": lambda: ask_form.ask_form("word", "Failover", "", reason_required=True),
    "ask-with-a-reason": lambda: ask_form.ask_form(
        "word", "Commit", "West Europe is down", reason_required=False
    ),
    "ask-with-suggestions": _suggested,
    **_with_options(),
    "deny": lambda: forms.deny_form("R-7K2M9P", "Failover of vm-web01"),
    "manual-action": _manual_action,
    "review": lambda: forms.review_form(
        "R-7K2M9P", "Break-glass failover of vm-web01", "West Europe is down"
    ),
    "approve-by-typing": lambda: forms.confirm_form(
        "R-7K2M9P",
        "Failover of vm-web01",
        CATALOGUE["failover"].destroys(request().ground),
        ("vm-web01",),
    ),
}
