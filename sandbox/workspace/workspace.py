"""The workspace as those who run it hold it: a seeded demo company and everything adjustable on it.

The rule: this only puts the parts together; each does its work in its own file.
"""

import random
from collections.abc import Iterable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import Clock
from sandbox.server import LOOPBACK
from sandbox.trouble_door import Door, Order
from sandbox.workspace import seed as demo
from sandbox.workspace.core import DEFAULT_SCOPES, Command, Core, Seen, Shortcut
from sandbox.workspace.delivery import Delivery, Envelope
from sandbox.workspace.gallery import Gallery
from sandbox.workspace.interactions import Interactions
from sandbox.workspace.methods import Method
from sandbox.workspace.page_api import Page
from sandbox.workspace.socket_mode import SocketMode
from sandbox.workspace.state import Channel, State, User
from sandbox.workspace.tokens import Tokens
from sandbox.workspace.trouble import Trouble
from sandbox.workspace.trouble_orders import KINDS as DOOR_KINDS
from sandbox.workspace.trouble_orders import order
from sandbox.workspace.views import Views
from sandbox.workspace.web_api import WebApi
from sandbox.workspace.wire import Arguments, Json

DR_COMMAND = Command(
    "/dr",
    "Fail over, commit, reprotect and fail back, with two-person approval",
    "help | status | failover <machine> because <reason>",
)


DR_SHORTCUT = Shortcut(
    "dr.start_failover",
    "Start a failover",
    "Opens the form that /dr failover opens; the card goes to the incident channel.",
)

NOTE_SHORTCUT = Shortcut(
    "dr.add_to_timeline",
    "Add to the DR timeline",
    "Puts the message into the timeline of the incident, with who wrote it and where.",
    on_messages=True,
)


class Workspace:
    """A workspace with one app in it; each instance is a world of its own."""

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 7,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        commands: Iterable[Command] = (DR_COMMAND,),
        subscriptions: Iterable[str] = ("app_home_opened", "app_mention"),
        shortcuts: Iterable[Shortcut] = (DR_SHORTCUT, NOTE_SHORTCUT),
        gallery: Path | None = None,
    ) -> None:
        self._gallery = gallery
        dice = random.Random(seed)
        secret = f"{dice.getrandbits(128):032x}"
        self.bot_token = f"xoxb-sandbox-{secret[:16]}"
        self.app_token = f"xapp-1-sandbox-{secret[16:]}"
        self.signing_secret = f"{dice.getrandbits(128):032x}"
        state = State(clock, demo.TEAM, "Northwind", "northwind")
        demo.people(state)
        self.core = Core(
            state,
            Views(state),
            Tokens(state),
            frozenset(scopes),
            list(commands),
            frozenset(subscriptions),
            list(shortcuts),
        )
        self.trouble = Trouble(seed)
        self.socket = SocketMode(seed, state.app_id)
        self.delivery = Delivery(self.socket, self.trouble, self.signing_secret)
        self.web_api = WebApi(self.core, self.trouble, self.bot_token, self.app_token)
        self.web_api.methods["apps.connections.open"] = Method(
            self._open_connection, app_token=True
        )

    def application(self) -> web.Application:
        """The web application; whoever asked for it runs it, once."""
        application = web.Application(middlewares=[self._learn_address], client_max_size=2**20)
        self.web_api.add_routes(application)
        application.router.add_get("/socket", self.socket.serve)
        Door(self._order, self._calm, self._orders, DOOR_KINDS).add_routes(application)
        if self._gallery:
            Gallery(self._gallery).add_routes(application)
        Page(self.core, Interactions(self.core, self.delivery), self.delivery).add_routes(
            application
        )
        application.on_shutdown.append(self._hang_up)
        application.on_cleanup.append(self._clean_up)
        return application

    def deliver_to(self, url: str | None) -> None:
        """Send envelopes to this address from now on; None means Socket Mode."""
        self.delivery.url = url

    def user(self, name: str) -> User:
        """Somebody by name or id; change the record to change the person."""
        found = self.core.state.find_user(name)
        if found is None:
            raise KeyError(name)
        return found

    def channel(self, name: str) -> Channel:
        """A channel by name or id; change the record to change the channel."""
        found = self.core.state.find_channel(name)
        if found is None:
            raise KeyError(name)
        return found

    def usergroup_members(self, handle: str) -> list[str]:
        """The ids in a user group; change the list to change the group."""
        for group in self.core.state.usergroups.values():
            if group.handle == handle:
                return group.members
        raise KeyError(handle)

    @property
    def journal(self) -> list[Seen]:
        """Every call of the app: method, arguments, answer."""
        return self.core.journal

    @property
    def delivered(self) -> list[Envelope]:
        """Every envelope sent to the app, in order, retries included."""
        return self.delivery.delivered

    @property
    def limits(self) -> bool:
        """Whether the rate limiter is on."""
        return self.web_api.limits

    @limits.setter
    def limits(self, on: bool) -> None:
        self.web_api.limits = on

    @property
    def usergroups_available(self) -> bool:
        """Whether the workspace's plan has user groups."""
        return self.core.usergroups_available

    @usergroups_available.setter
    def usergroups_available(self, available: bool) -> None:
        self.core.usergroups_available = available

    async def _order(self, wanted: Order) -> None:
        await order(wanted, self.trouble, self.socket)

    def _calm(self) -> None:
        self.trouble.clear()
        self.socket.answer_pings, self.socket.refuse_handshakes = True, 0

    def _orders(self) -> list[dict[str, object]]:
        return self.trouble.orders

    def _open_connection(self, core: Core, arguments: Arguments) -> Json:
        return {"url": self.socket.new_address(core.address)}

    @web.middleware
    async def _learn_address(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Remember how we are reached, and keep other web sites out of the page's requests."""
        here = str(request.url.origin())
        foreign = request.headers.get("Origin", here) != here
        if foreign or request.url.host not in {LOOPBACK, "localhost"}:
            return web.Response(status=403, text="This sandbox is for its own page.")
        self.core.address = here
        return await handler(request)

    async def _hang_up(self, application: web.Application) -> None:
        await self.socket.close()
        self.core.state.touch()  # lets waiting pages go

    async def _clean_up(self, application: web.Application) -> None:
        await self.delivery.close()
