"""The forms: modals that ask for what is missing, and what is suggested in them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.domain.operations import CATALOGUE
from bot.domain.suggestions import Suggested, Suggestion
from bot.errors import NotNow
from bot.messages import ask_form, forms
from bot.messages.card import would_be
from bot.refusals import Now
from tests.bot.ask_forms import KEPT, TEMPLATES, chosen, form
from tests.bot.samples import machine, request
from tests.gallery.example import Drawn, Examples
from tests.gallery.looks import AWAY, ILL, PLAN
from tests.gallery.several import WAITS

_REFUSED = NotNow(
    Now.WRONG_WAY,
    "vm-web01 already runs away from home, in North Europe.",
    "Moving it back is a failback: /dr failback vm-web01 because …",
)
_FEW = [("point-1", "app-consistent, 10 min 00 s old"), ("point-2", "latest, 2 min 00 s old")]


def _suggested() -> dict[str, Any]:
    """Show what is suggested as a select that has it in itself."""
    view = ask_form.ask_form(form())
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


def _looking() -> Drawn:
    shown = ask_form.still_looking(ask_form.ask_form(chosen()), KEPT, "Failover")
    assert shown
    return shown


def _nothing_chosen(operation: str) -> Drawn:
    return ask_form.ask_form(form(operation))


def _with_nothing_chosen() -> dict[str, Callable[[], Drawn]]:
    return {f"ask-{one}": partial(_nothing_chosen, one) for one in CATALOGUE}


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
    "ask-loading": lambda: ask_form.loading(KEPT, "Failover"),
    **_with_nothing_chosen(),
    "ask-with-a-reason": lambda: ask_form.ask_form(form("commit", reason="West Europe is down")),
    "ask-with-templates": lambda: ask_form.ask_form(form(templates=TEMPLATES)),
    "ask-with-suggestions": _suggested,
    "ask-with-preview": lambda: ask_form.ask_form(chosen()),
    "ask-with-a-network": lambda: ask_form.ask_form(chosen("test-failover")),
    "ask-what-is-asked-already": lambda: ask_form.ask_form(
        chosen(shown=tuple(would_be(request(), "", already=request())))
    ),
    "ask-what-is-frozen": lambda: ask_form.ask_form(
        chosen(why_not="No failover may be asked for now: the freeze “Year end” holds.")
    ),
    "ask-what-cannot-be-had": lambda: ask_form.ask_form(
        chosen(shown=ask_form.trouble(_REFUSED)),
    ),
    "ask-for-several": lambda: ask_form.ask_form(form(named="vm-web01 vm-web02 vm-web03")),
    "ask-again-after-a-while": lambda: ask_form.ask_form(chosen(shown=(ask_form.reopened(),))),
    "ask-while-looking": _looking,
    "ask-refused": lambda: ask_form.without_form(KEPT, "Failover", _REFUSED),
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
