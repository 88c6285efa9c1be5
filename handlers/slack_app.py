"""The one Bolt app behind both transports: listeners that acknowledge and hand over.

Nothing after `ack()` can raise, each kind of thing has exactly one listener, and no listener
waits for anything: the acknowledgement is on its way before the work begins. Only what is
suggested to somebody who types is an acknowledgement itself, and comes in time or not at all.
"""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot import approvals, settling, validating
from bot.access import Way, turn_away
from bot.clicks import Click
from bot.domain.break_glass import JUSTIFIED
from bot.domain.confirmation import is_one_of
from bot.domain.unseen import without_unseen
from bot.messages.ask_form import ASK_FORM, kept_in
from bot.messages.blocks import Message
from bot.messages.buttons import PREFIX, action_of
from bot.messages.forms import (
    BECAUSE,
    CONFIRM_FORM,
    DENY_FORM,
    INPUT,
    NOD_FORM,
    NOTE,
    OPTION_FORM,
    REVIEW_FORM,
    TYPED,
    VALIDATE_FORM,
    VERDICT,
    given,
    to_confirm,
    to_validate,
    unreviewable,
)
from bot.messages.incident_forms import CLOSE_FORM, UPDATE_FORM, meant_by, unsayable
from bot.runtime import Bot
from handlers import ask_form, commands, incidents, sent_form
from handlers.buttons import Press, press
from handlers.commands import Said
from handlers.deliveries import once, show_window, whisper
from handlers.happenings import Happenings
from handlers.payloads import COMMAND, HOME_OPENED, MENTIONED, unlike_slack
from handlers.sent_form import Window
from handlers.supervisor import Reply, Supervisor

_KIND: Final = re.compile("[a-z_]{1,40}")
"""How Slack calls the types of what it sends; nothing else of a payload gets into the log."""

_OTHER_VERSION: Final = "This form is of another version of the bot. Type the command again."

Body = dict[str, Any]
GoOn = Callable[[Bot, str, str, Mapping[str, str]], Awaitable[Message]]
"""Goes on with the half-finished command of a person, who is told what it returns."""

log = logging.getLogger(__name__)


def build(bot: Bot, supervisor: Supervisor) -> AsyncApp:
    """Make the app; opens nothing."""
    app = AsyncApp(
        client=bot.slack.client,
        request_verification_enabled=False,  # the gate did, over the bytes that came
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        authorize=_Home(bot),
        logger=logging.getLogger("slack_bolt"),  # its own would take the level of the root
    )
    listeners = _Listeners(bot, supervisor)
    app.use(_Door(listeners))
    app.command(COMMAND)(listeners.typed)
    app.action(re.compile(f"^{re.escape(PREFIX)}"))(listeners.pressed)
    app.action(INPUT)(listeners.changed)
    app.block_suggestion(INPUT)(listeners.typing)
    app.view(re.compile(rf"^({'|'.join(map(re.escape, listeners.forms))})\Z"))(listeners.sent)
    happenings = Happenings(bot, supervisor)
    app.shortcut(re.compile(f"^{re.escape(PREFIX)}"))(happenings.chosen)
    app.event(HOME_OPENED)(happenings.looked)
    app.event(MENTIONED)(happenings.mentioned)
    app.error(listeners.unhandled)
    return app


class _Home(AsyncAuthorize):
    """Tells Bolt who we are: a class, for of a function Bolt finds out each time what it takes."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def __call__(self, **_asked: object) -> AuthorizeResult:
        home = await self._bot.slack.home()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=min(home.teams),
            bot_user_id=home.user,
            bot_token=self._bot.settings.slack_bot_token.get_secret_value(),
        )


class _Door(AsyncMiddleware):
    """What every request passes before a listener has it: a class for the same reason."""

    def __init__(self, listeners: "_Listeners") -> None:
        self._listeners = listeners

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        if where := unlike_slack(req.body):
            log.warning("a request was turned away that is not as Slack sends them, at %r", where)
            return BoltResponse(status=400, body="")
        return await self._listeners.why_not_at_home(req.body) or await next()


class _Listeners:
    def __init__(self, bot: Bot, supervisor: Supervisor) -> None:
        self._bot = bot
        self._supervisor = supervisor
        self.forms: Mapping[str, Callable[[AsyncAck, Body, Body], Awaitable[None]]] = {
            ASK_FORM: self.asked,
            OPTION_FORM: self.filled_in,
            NOD_FORM: self.nodded,
            CONFIRM_FORM: self.confirmed,
            REVIEW_FORM: self.reviewed,
            VALIDATE_FORM: self.validated,
            DENY_FORM: self.denied,
            UPDATE_FORM: self.reported,
            CLOSE_FORM: self.closing,
        }
        """One listener for all of them: Bolt asks its listeners one after the other."""

    async def why_not_at_home(self, body: Body) -> BoltResponse | None:
        """Turn away what comes from another workspace than ours."""
        home = await self._bot.slack.home()
        enterprise = body.get("enterprise") or {}
        teams = {
            body.get("team_id"),
            body.get("enterprise_id"),
            (body.get("team") or {}).get("id"),
            enterprise.get("id") if isinstance(enterprise, dict) else enterprise,
        }
        if home.teams & teams:
            return None
        log.warning("a request of another workspace was turned away")
        self._turn_away(body)
        return BoltResponse(status=200, body="This bot works for another workspace.")

    def _turn_away(self, body: Body) -> None:
        """Write down who was turned away; whoever pressed is told, whoever typed is already."""
        user = body.get("user") or {}
        way: Way = "click" if user else "command"
        team = str((body.get("team") or {}).get("id") or body.get("team_id") or "")
        if not team:  # nonsense, and nobody's
            return
        work = turn_away(self._bot, team, str(user.get("id") or body.get("user_id") or ""), way)
        reply = self._reply_to(str(body.get("response_url") or "")) if user else _silence
        self._supervisor.spawn(work, reply)

    async def typed(self, ack: AsyncAck, body: Body) -> None:
        """Somebody typed `/dr …`."""
        await ack()
        said = Said(
            user=str(body["user_id"]),
            channel=str(body["channel_id"]),
            text=str(body.get("text") or ""),
            trigger=str(body["trigger_id"]),
        )
        work = self._once(said.trigger, lambda: incidents.run(self._bot, said))
        self._supervisor.spawn(work, self._reply_to(str(body["response_url"])))

    async def pressed(self, ack: AsyncAck, body: Body) -> None:
        """Somebody pressed one of our buttons."""
        await ack()
        action, user = body["actions"][0], str(body["user"]["id"])
        container, view = body.get("container") or {}, body.get("view") or {}
        place = (user, action.get("action_ts"), action["action_id"], container.get("message_ts"))
        chosen = action.get("selected_option") or {}
        pressed = Press(
            id=hashlib.sha256(repr(place).encode()).hexdigest()[:32],
            user=user,
            channel=str(container.get("channel_id") or ""),
            action=action_of(str(action["action_id"])),
            value=str(chosen.get("value") or action.get("value") or ""),
            trigger=str(body.get("trigger_id") or ""),
            window=str(view.get("id") or "") if view.get("type") == "modal" else "",
        )
        fleeting = bool(container.get("is_ephemeral"))
        work = self._once(pressed.id, lambda: press(self._bot, pressed))
        reply = self._reply_to(str(body.get("response_url") or ""), replace=fleeting)
        if container.get("type") == "view":
            reply = self._reply_in_window(pressed)
        self._supervisor.spawn(work, reply)

    async def typing(self, ack: AsyncAck, body: Body) -> None:
        """Somebody types into a form, and waits for what to choose from."""
        kept = kept_in(body.get("view") or {})
        if kept is None:
            await ack(ask_form.NOTHING)
            return
        user, typed = str(body["user"]["id"]), str(body.get("value") or "")
        found = ask_form.suggested(self._bot, user, kept, typed)
        await ack(await self._supervisor.promptly(found, ask_form.NOTHING))

    async def changed(self, ack: AsyncAck, body: Body) -> None:
        """Somebody chose something in a form, which shows what would be asked then."""
        await ack()
        window = _window(body.get("view") or {}, body["actions"][0])
        if window is None:
            return
        user = str(body["user"]["id"])

        async def work() -> None:
            await sent_form.changed(self._bot, user, window)

        async def reply(message: Message) -> None:
            await self._whisper(window.kept.channel, user, message)

        delivery = f"{window.id}:{window.at}"
        self._supervisor.spawn(self._once(delivery, work), reply)

    async def sent(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody sent a form."""
        await self.forms[view["callback_id"]](ack, body, view)

    async def asked(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody sent the form for an operation; while Slack waits, it says what is wrong."""
        window, user = _window(view, {}), str(body["user"]["id"])
        if window is None:
            await ack(
                response_action="errors", errors={next(iter(given(view)), ""): _OTHER_VERSION}
            )
            return
        delivery = f"{window.id}:{body.get('trigger_id')}"
        deciding = self._supervisor.start(
            once(self._bot, delivery, lambda: sent_form.sent(self._bot, user, window))
        )
        verdict = await self._supervisor.so_far(deciding)
        if verdict and verdict.errors:
            await ack(response_action="errors", errors=dict(verdict.errors))
            return
        if verdict and verdict.view:
            await ack(response_action="update", view=verdict.view)
            return
        await ack()

        async def work() -> Message | None:
            decided = await deciding
            return await sent_form.told(self._bot, user, window, decided) if decided else None

        async def reply(message: Message) -> None:
            await self._whisper(window.kept.channel, user, message)

        self._supervisor.spawn(work(), reply)

    async def filled_in(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody filled in what a command lacked."""
        options, wrong = commands.check(given(view))
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        self._go_on(body, view, commands.filled_in, options)

    def _go_on(self, body: Body, view: Body, carry_on: GoOn, filled: Mapping[str, str]) -> None:
        """Go on with a half-finished command, once; its asker is told where they typed it."""
        word, user = str(view.get("private_metadata") or ""), str(body["user"]["id"])

        async def reply(message: Message) -> None:
            await self._whisper(await commands.typed_in(self._bot, word), user, message)

        work = self._once(str(view.get("id")), lambda: carry_on(self._bot, user, word, filled))
        self._supervisor.spawn(work, reply)

    async def nodded(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody said that a manual action is done."""
        await ack()
        request_id, _, action = str(view.get("private_metadata") or "").partition(" ")
        click = _click("nod", body, view, request_id)
        note = given(view).get(NOTE, "")
        self._decide(view, click, lambda: settling.nod(self._bot, click, note, action))

    async def confirmed(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody typed the name of what they approve; whether it counts is decided behind."""
        request_id, expected = to_confirm(view)
        typed = given(view).get(TYPED, "")
        if expected and not is_one_of(typed, expected):
            wrong = f"That is not it. Type {' or '.join(expected)}."
            await ack(response_action="errors", errors={TYPED: wrong})
            return
        await ack()
        click = _click("confirm", body, view, request_id)
        self._decide(view, click, lambda: approvals.approve(self._bot, click, typed))

    async def reviewed(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody said whether a glass was rightly broken; whether it counts is decided behind."""
        filled = given(view)
        if wrong := unreviewable(filled):
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        click = _click("review", body, view, str(view.get("private_metadata") or ""))
        justified = filled[VERDICT] == JUSTIFIED
        self._decide(
            view,
            click,
            lambda: approvals.review(self._bot, click, filled[NOTE], justified=justified),
        )

    async def validated(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody said whether it works; whether that is taken is decided behind."""
        request_id, works = to_validate(view)
        note = without_unseen(given(view).get(NOTE, "")).strip()
        if not (works or note):
            wrong = "Say what does not work: it is what the others decide on."
            await ack(response_action="errors", errors={NOTE: wrong})
            return
        await ack()
        click = _click("validate", body, view, request_id)
        self._decide(view, click, lambda: validating.validate(self._bot, click, note, works=works))

    async def denied(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody said why they deny a request; whether it counts is decided behind."""
        because = without_unseen(given(view).get(BECAUSE, "")).strip()
        if not because:
            wrong = "Say why, or press Deny on the card, which needs no reason."
            await ack(response_action="errors", errors={BECAUSE: wrong})
            return
        await ack()
        click = _click("deny", body, view, str(view.get("private_metadata") or ""))
        self._decide(view, click, lambda: approvals.deny(self._bot, click, because), stops=True)

    async def reported(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody said how an incident stands."""
        filled = given(view)
        if wrong := unsayable(filled):
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        incident, seen = meant_by(view)
        user = str(body["user"]["id"])
        self._of_incident(
            body,
            view,
            lambda channel: incidents.updated(self._bot, user, channel, incident, seen, filled),
        )

    async def closing(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Somebody closes an incident."""
        await ack()
        incident, _ = meant_by(view)
        user, filled = str(body["user"]["id"]), given(view)
        self._of_incident(
            body,
            view,
            lambda channel: incidents.closed(self._bot, user, channel, incident, filled),
        )

    def _of_incident(
        self, body: Body, view: Body, take: Callable[[str], Awaitable[Message]]
    ) -> None:
        """Take a form about an incident, once; whoever sent it is told in its channel."""
        incident, _ = meant_by(view)

        async def work() -> Message:
            return await take(await incidents.channel_of(self._bot, incident))

        async def reply(message: Message) -> None:
            channel = await incidents.channel_of(self._bot, incident)
            await self._whisper(channel, str(body["user"]["id"]), message)

        self._supervisor.spawn(self._once(str(view.get("id")), work), reply)

    def _decide(
        self,
        view: Body,
        click: Click,
        decide: Callable[[], Awaitable[object]],
        *,
        stops: bool = False,
    ) -> None:
        """Let a form about a request decide, once; whoever sent it hears of it when it does not."""

        async def work() -> None:
            await commands.let_decide(self._bot, click.user, click.request, stops=stops)
            await decide()

        async def reply(message: Message) -> None:
            channel = await commands.channel_of(self._bot, click.request)
            await self._whisper(channel, click.user, message)

        self._supervisor.spawn(self._once(str(view.get("id")), work), reply)

    async def unhandled(self, error: Exception, body: Body) -> BoltResponse:
        """Answer what no listener takes; it is acknowledged all the same."""
        if isinstance(error, BoltUnhandledRequestError):
            kind = str(body.get("type") or "command")
            known = kind if _KIND.fullmatch(kind) else "thing of an odd type"
            log.info("nothing listens to a %s", known)
            return BoltResponse(status=200, body="")
        log.exception("a listener failed", exc_info=error)
        return BoltResponse(status=200, body="")

    async def _once(
        self, delivery: str, work: Callable[[], Awaitable[Message | None]]
    ) -> Message | None:
        return await once(self._bot, delivery, work)

    def _reply_to(self, response_url: str, *, replace: bool = False) -> Reply:
        async def reply(message: Message) -> None:
            await self._bot.slack.respond(response_url, message, replace=replace)

        return reply

    def _reply_in_window(self, pressed: Press) -> Reply:
        async def reply(message: Message) -> None:
            await show_window(self._bot, pressed.trigger, pressed.user, message)

        return reply

    async def _whisper(self, channel: str, user: str, message: Message) -> None:
        await whisper(self._bot, channel, user, message)


def _click(kind: str, body: Body, view: Body, request_id: str) -> Click:
    """Make a click of a form that was sent: the same for every delivery of it."""
    return Click(id=f"{kind}:{view.get('id')}", user=str(body["user"]["id"]), request=request_id)


async def _silence(_message: Message) -> None:
    """Say nothing: the acknowledgement has said it."""


def _window(view: Body, action: Body) -> Window | None:
    """Read an open form, and when something was chosen in it; None for one of another version."""
    kept = kept_in(view)
    if kept is None:
        return None
    return Window(
        id=str(view["id"]),
        hash=str(view.get("hash") or ""),
        kept=kept,
        filled=given(view),
        view=view,
        at=_seconds(action.get("action_ts")),
    )


def _seconds(stamp: object) -> float:
    try:
        return float(str(stamp))
    except ValueError:
        return 0.0
