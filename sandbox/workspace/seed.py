"""The people, groups and channels of the demo company.

Who is who is the point of this page: each person stands for one case of who may ask and approve.
"""

from sandbox.workspace.state import SLACKBOT, Channel, State, User, Usergroup

TEAM = "T0DRSANDBOX"
OTHER_TEAM = "T0CONTOSO00"


def user_id(name: str) -> str:
    """The id a seeded person has: readable, and shaped like Slack's."""
    return f"U0{name.upper()}".ljust(11, "0")


def people(state: State) -> None:
    """Fill an empty workspace with the demo company."""
    for user in _users(state):
        state.users[user.id] = user
    for handle, group_id, members in (
        ("dr-operators", "S0OPERATORS", ["alice", "carla"]),
        ("dr-approvers", "S0APPROVERS", ["bo", "carla", "dmitri"]),
    ):
        name = handle.replace("dr-", "DR ").capitalize()
        ids = [user_id(member) for member in members]
        state.usergroups[group_id] = Usergroup(group_id, handle, name, ids)
    for channel in _channels(state.bot_user_id):
        state.add_channel(channel)


def _users(state: State) -> list[User]:
    def person(name: str, real_name: str, title: str) -> User:
        return User(user_id(name), name, real_name, title, TEAM)

    gus = person("gus", "Gus Guest", "Contractor")
    gus.is_restricted = True
    hana = person("hana", "Hana Hofer", "Left the company")
    hana.deleted = True
    xavier = person("xavier", "Xavier Xu", "Partner at Contoso")
    xavier.is_stranger, xavier.team_id = True, OTHER_TEAM
    return [
        person("alice", "Alice Adler", "On-call engineer"),
        person("bo", "Bo Berg", "Platform lead"),
        person("carla", "Carla Costa", "Disaster recovery lead"),
        person("dmitri", "Dmitri Dahl", "Head of operations"),
        person("erin", "Erin Ek", "Developer"),
        gus,
        hana,
        xavier,
        User(state.bot_user_id, "dr", "DR bot", "App", TEAM, is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot", "The workspace itself", TEAM, is_bot=True),
    ]


def _channels(bot: str) -> list[Channel]:
    def ids(*names: str) -> list[str]:
        return [user_id(name) for name in names]

    everyone = ids("alice", "bo", "carla", "dmitri", "erin", "gus")
    staff = ids("alice", "bo", "carla", "dmitri")
    return [
        Channel("C0INCIDENTS", "incidents", [*everyone, bot], topic="What is broken right now"),
        Channel("C0GENERAL00", "general", [*everyone]),
        Channel("C0DRDRILLS0", "dr-drills", [*staff, *ids("erin"), bot]),
        Channel("C0SHAREDOPS", "shared-ops", [*staff, *ids("xavier"), bot], shared=True),
        Channel("C0WARROOM00", "war-room", [*ids("alice", "bo"), bot], private=True),
    ]
