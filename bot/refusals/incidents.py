"""The codes about incidents: declaring, telling and closing them."""

from bot.refusals.code import Code, Help


class Inc(Code):
    """What stands in the way of declaring an incident, of saying something in it, or closing it."""

    NO_TITLE = (
        "DR-INC-01",
        "What is down is not said",
        "An incident has a title of a few words, by which everybody knows it.",
        "Put the title in quotation marks; region: and channel:here may stand behind it.",
        Help.YOURSELF,
    )
    TOO_LONG = (
        "DR-INC-02",
        "It is too long",
        "A title has to fit into a line, and a note into a message.",
        "Shorten it, or say it in several notes.",
        Help.YOURSELF,
    )
    TWICE_SAID = (
        "DR-INC-03",
        "A region or a channel is named twice",
        "Which of the two is meant cannot be told, so neither is taken.",
        "Name it once; a second region is an incident of its own.",
        Help.YOURSELF,
    )
    NO_CHANNEL = (
        "DR-INC-04",
        "A channel is named from elsewhere",
        "An incident takes over the channel in which that is typed, and no other, so that nobody "
        "does it to a channel that they are not in.",
        "Type it in that channel, with channel:here.",
        Help.YOURSELF,
    )
    NO_REGION = (
        "DR-INC-05",
        "No machine is in that region",
        "A region is named as the vaults know it: by Azure's code, or as people call it.",
        "Type one of the regions that the sentence names, or leave region: out.",
        Help.YOURSELF,
    )
    NOT_TO_DECLARE = (
        "DR-INC-06",
        "Not among those who may declare or close",
        "The policy names who may declare incidents, report on them and close them.",
        "Have one of those do it whom the sentence names. /dr note is for whoever may look.",
        Help.POLICY,
    )
    NONE_OPEN = (
        "DR-INC-07",
        "There is no such incident",
        "None is declared that belongs to this channel, or has this id.",
        "Declare it with /dr declare, or go to the channel of the incident.",
        Help.YOURSELF,
    )
    WHICH = (
        "DR-INC-08",
        "Several incidents may be meant",
        "This channel belongs to none of them alone.",
        "Type the id of the incident first, or go to its channel.",
        Help.YOURSELF,
    )
    NOTHING_SAID = (
        "DR-INC-09",
        "Nothing was said",
        "A note and an update need at least one visible word.",
        "Type the words behind the command.",
        Help.YOURSELF,
    )
    CLOSED = (
        "DR-INC-10",
        "The incident is closed",
        "Somebody has closed it. Notes can still be added to it; nothing else.",
        "Declare a new one if it begins again.",
        Help.YOURSELF,
    )
