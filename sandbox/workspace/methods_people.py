"""Who everybody is: `users.*`, `usergroups.*`, `auth.test` and `api.test`."""

from sandbox.workspace.core import Core
from sandbox.workspace.methods import Method, known_user, page_of
from sandbox.workspace.state import User, Usergroup
from sandbox.workspace.wire import Arguments, Json, SlackError


def auth_test(core: Core, arguments: Arguments) -> Json:
    state = core.state
    return {
        "url": f"https://{state.team_domain}.slack.com/",
        "team": state.team_name,
        "user": state.users[state.bot_user_id].name,
        "team_id": state.team_id,
        "user_id": state.bot_user_id,
        "bot_id": state.bot_id,
        "is_enterprise_install": False,
    }


def api_test(core: Core, arguments: Arguments) -> Json:
    if error := arguments.text("error"):
        raise SlackError(error)
    return {"args": arguments.values}


def user_info(core: Core, arguments: Arguments) -> Json:
    return {"user": user_json(core, known_user(core, arguments.need("user")))}


def list_users(core: Core, arguments: Arguments) -> Json:
    return page_of(
        arguments, [user_json(core, user) for user in core.state.users.values()], "members"
    )


def look_up_by_email(core: Core, arguments: Arguments) -> Json:
    email = arguments.need("email").lower()
    for user in core.state.users.values():
        if user.email == email and not user.deleted and not user.is_bot:
            return {"user": user_json(core, user)}
    raise SlackError("users_not_found")


def list_usergroups(core: Core, arguments: Arguments) -> Json:
    _need_paid_plan(core)
    disabled = arguments.flag("include_disabled")
    return {
        "usergroups": [
            _usergroup_json(core, group, with_users=arguments.flag("include_users"))
            for group in core.state.usergroups.values()
            if disabled or not group.disabled
        ]
    }


def list_usergroup_users(core: Core, arguments: Arguments) -> Json:
    _need_paid_plan(core)
    group = core.state.usergroups.get(arguments.need("usergroup"))
    if group is None or (group.disabled and not arguments.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def _need_paid_plan(core: Core) -> None:
    if not core.usergroups_available:
        raise SlackError("plan_upgrade_required")


def user_json(core: Core, user: User) -> Json:
    """A person as Slack returns it; a deactivated one has fewer fields."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.name,
            "title": user.title,
            "team": user.team_id,
        },
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if "users:read.email" in core.scopes and not user.is_bot:
        shown["profile"]["email"] = user.email
    if user.deleted:
        return shown
    if user.is_stranger:
        shown["is_stranger"] = True
    return shown | {
        "real_name": user.real_name,
        "tz": "Europe/Amsterdam",
        "tz_offset": 3600,
        "is_admin": user.name == "dmitri",
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
    }


def _usergroup_json(core: Core, group: Usergroup, *, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": core.state.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "handle": group.handle,
        "is_external": False,
        "date_delete": 1_700_000_000 if group.disabled else 0,
        "user_count": len(group.members),
    }
    if with_users:
        shown["users"] = list(group.members)
    return shown


PEOPLE = {
    "auth.test": Method(auth_test),
    "api.test": Method(api_test),
    "users.info": Method(user_info, ("users:read",)),
    "users.list": Method(list_users, ("users:read",)),
    "users.lookupByEmail": Method(look_up_by_email, ("users:read.email",)),
    "usergroups.list": Method(list_usergroups, ("usergroups:read",)),
    "usergroups.users.list": Method(list_usergroup_users, ("usergroups:read",)),
}
