"""The codes about people: who somebody is, what they may ask for, and what they may decide."""

from bot.refusals.code import Code, Help


class Who(Code):
    """Who may use the bot at all, whatever the policy says."""

    DEACTIVATED = (
        "DR-WHO-01",
        "The account is deactivated",
        "Slack says that this account was closed. Nothing that it does counts.",
        "Use an account that is active.",
        Help.WORKSPACE,
    )
    NOT_A_PERSON = (
        "DR-WHO-02",
        "A bot or a workflow",
        "Only people can ask and approve; somebody has to answer for it.",
        "Have a person type the command or press the button.",
        Help.WORKSPACE,
    )
    OUTSIDER = (
        "DR-WHO-03",
        "Somebody of another organisation",
        "The account belongs to another organisation and sees the channel because it is shared.",
        "Ask a member of this workspace to do it.",
        Help.WORKSPACE,
    )
    GUEST = (
        "DR-WHO-04",
        "A guest of the workspace",
        "Guests see some channels and are no full members; the bot works for full members.",
        "Ask a full member to do it, or become one.",
        Help.WORKSPACE,
    )
    SHARED_CHANNEL = (
        "DR-WHO-05",
        "The channel is shared with another organisation",
        "People of another organisation are in the channel or are invited to it. There the bot "
        "does only what stops something: a denial and a withdrawal count.",
        "Do it in a channel of your own, such as the incident channel.",
        Help.WORKSPACE,
    )
    NOT_IN_DIRECTORY = (
        "DR-WHO-06",
        "Not in the directory of the policy",
        "The policy wants everybody who asks or approves to be in its directory, so that two "
        "accounts of one human count once.",
        "Have the account entered into the directory.",
        Help.POLICY,
    )
    NO_ADDRESS = (
        "DR-WHO-07",
        "The e-mail address is hidden",
        "The directory of the policy knows people by their addresses, and Slack does not tell "
        "the bot this one. It cannot be told whether the account is a second one of somebody.",
        "Give the Slack app the scope users:read.email, or enter the account by its user id.",
        Help.POLICY,
    )
    TWO_HUMANS = (
        "DR-WHO-08",
        "In the directory as two humans",
        "By its user id the account is one human, by its e-mail address another.",
        "Have the directory corrected.",
        Help.POLICY,
    )


class Ask(Code):
    """What somebody may ask for and look at, and what stands in the way of asking."""

    NOT_LISTED = (
        "DR-ASK-01",
        "Not among those who may ask",
        "The rule of the policy that decides about this names who may ask, and you are not there.",
        "Have one of those ask whom the sentence names; /dr policy explain shows the rule.",
        Help.POLICY,
    )
    MAY_NOT_LOOK = (
        "DR-ASK-02",
        "Not among those who may look",
        "The policy names who may see machines, requests and the log (`may_look`).",
        "Ask somebody who may look, or have the policy changed.",
        Help.POLICY,
    )
    TOO_FAST = (
        "DR-ASK-03",
        "Too many commands within a minute",
        "There is a limit for each person, so that one script cannot keep everybody waiting.",
        "Wait for the next minute.",
        Help.YOURSELF,
    )
    TAKEN = (
        "DR-ASK-04",
        "Another request keeps it",
        "A machine, plan or job is in one open request at a time.",
        "Let that request end, or have it withdrawn or denied; its card shows what can be done.",
        Help.ASKER,
    )
    NOT_TO_LOCK = (
        "DR-ASK-05",
        "Not among those who may lock",
        "The policy names who may lock machines and plans, and you are not there.",
        "Have one of those lock it whom the sentence names.",
        Help.POLICY,
    )
    NOT_YOUR_LOCK = (
        "DR-ASK-06",
        "Somebody else's lock",
        "A lock is ended by whoever put it on, and by those whom the policy lets override it.",
        "Talk to whoever put it on, or wait for its end.",
        Help.POLICY,
    )
    MOST_LOCKS = (
        "DR-ASK-07",
        "There are as many locks as there can be",
        "Every request is compared with all locks, so there is a limit to how many hold.",
        "End those that are not needed; /dr locks lists them.",
        Help.YOURSELF,
    )
    NOTHING_TO_DELEGATE = (
        "DR-ASK-08",
        "There is nothing of yours to delegate",
        "A delegation gives what one may approve oneself, and no rule that can be delegated names "
        "you.",
        "Have somebody delegate who may approve.",
        Help.POLICY,
    )
    NO_DELEGATE = (
        "DR-ASK-09",
        "They cannot vote for you",
        "Only another human, who is a full and active member of this workspace, can.",
        "Choose somebody else.",
        Help.YOURSELF,
    )
    HOLDS_ALREADY = (
        "DR-ASK-10",
        "It is delegated already",
        "One delegation of one person to another holds at a time, so that it is clear how far it "
        "goes.",
        "End the one that holds, then delegate anew.",
        Help.YOURSELF,
    )
    MAY_NOT_DIAGNOSE = (
        "DR-ASK-11",
        "Not among those who may look the bot over",
        "The policy names who may see how the bot is run, and what of it is weak (`may_diagnose`).",
        "Ask somebody who may, or run dr doctor where the bot runs.",
        Help.POLICY,
    )


class Pol(Code):
    """What the policy wants besides people: a rule that speaks of it, a reason, no freeze."""

    NO_RULE = (
        "DR-POL-01",
        "No rule speaks of it",
        "What no rule of the policy names, nobody may ask for.",
        "Have a rule written for it.",
        Help.POLICY,
    )
    SEVERAL_RULES = (
        "DR-POL-02",
        "The machines fall under different rules",
        "One request is decided under one rule, and these machines have several.",
        "Ask for the machines of each rule by themselves.",
        Help.YOURSELF,
    )
    MACHINE_NOT_KNOWN = (
        "DR-POL-03",
        "The rule cannot be applied",
        "A rule goes by the region, the provider or the tags of a machine that is not known.",
        "Name the machine itself, or wait until its vault can be read again.",
        Help.POLICY,
    )
    WANTS_REASON = (
        "DR-POL-04",
        "The rule wants a reason, or a longer one",
        "Approvers and auditors are to know why; the rule says how much it wants.",
        "Type the command again with: because <reason>.",
        Help.YOURSELF,
    )
    FROZEN = (
        "DR-POL-05",
        "A freeze holds",
        "The policy lets nobody ask for this in a window of time that the sentence names.",
        "Wait for its end, or have it overridden by those who may, with --override-freeze yes.",
        Help.POLICY,
    )
    NOT_TO_OVERRIDE = (
        "DR-POL-06",
        "Not among those who may override the freeze",
        "A freeze names who may ask in spite of it, and you are not there.",
        "Have one of those ask whom the sentence names.",
        Help.POLICY,
    )
    NO_GLASS = (
        "DR-POL-07",
        "There is no glass to break",
        "No rule of the policy allows break-glass for this operation.",
        "Ask for it without breakglass.",
        Help.POLICY,
    )
    LOCKED = (
        "DR-POL-08",
        "A lock holds",
        "Somebody has locked it for a time; the sentence says who, until when and why.",
        "Wait for its end, have it ended, or have it overridden with --override-lock yes.",
        Help.POLICY,
    )
    NOT_TO_PASS = (
        "DR-POL-09",
        "Not among those who may override the lock",
        "The policy names who may ask in spite of a lock, and you are not there.",
        "Have one of those ask whom the sentence names, or talk to whoever locked it.",
        Help.POLICY,
    )
    NO_DELEGATIONS = (
        "DR-POL-10",
        "The policy knows no delegations",
        "Nobody votes in the place of somebody else where the policy does not allow it.",
        "Have somebody approve who may.",
        Help.POLICY,
    )


class Appr(Code):
    """Which click or form on a card counts."""

    OWN = (
        "DR-APPR-01",
        "You asked for it yourself",
        "Whoever asks never decides about it, even where the policy lists them as an approver.",
        "Have somebody else approve it. To take it back, press Withdraw.",
        Help.ASKER,
    )
    TWICE = (
        "DR-APPR-02",
        "You have approved it already",
        "Every person counts once, in however many groups they are.",
        "Have somebody else approve it.",
        Help.ASKER,
    )
    NOT_LISTED = (
        "DR-APPR-03",
        "Not among those who may decide",
        "The request names who may approve and deny it, and you are not there.",
        "Have one of those decide whom the sentence names.",
        Help.POLICY,
    )
    FILLS_NOTHING = (
        "DR-APPR-04",
        "Your approval would fill nothing",
        "The rule wants approvals of several groups, and those that you could give are there.",
        "Have somebody of the group approve that the sentence names.",
        Help.ASKER,
    )
    TOO_LATE = (
        "DR-APPR-05",
        "It is too late to decide",
        "The request waits no more: it was decided, withdrawn or sent, or ran out of time.",
        "Look at its card. Ask again if it is still needed.",
        Help.ASKER,
    )
    NOT_THE_ASKER = (
        "DR-APPR-06",
        "Only whoever asked can withdraw it",
        "Withdrawing is the word of whoever asked; the no of others is a denial.",
        "Press Deny, if you may approve it.",
        Help.ASKER,
    )
    NO_PARTY = (
        "DR-APPR-07",
        "Neither among those who ask nor those who approve",
        "To have it sent again, stopped or let go on, one has to be able to ask or to approve.",
        "Have one of those press the button.",
        Help.POLICY,
    )
    NOTHING_LEFT = (
        "DR-APPR-08",
        "There is nothing left to do with it",
        "The request is past the state in which this button does something.",
        "Look at its card, which shows what it offers now.",
        Help.ASKER,
    )
    STILL_LOOKING = (
        "DR-APPR-09",
        "Its job may still turn up",
        "Azure's answer was lost, and the bot looks for the job for some minutes before it is "
        "given up.",
        "Try again in a few minutes.",
        Help.YOURSELF,
    )
    WAITS_NO_MORE = (
        "DR-APPR-10",
        "The manual action waits no more",
        "The job that waited for somebody has gone on, has ended, or waits for another action.",
        "Look at the card, which shows what it waits for now.",
        Help.YOURSELF,
    )
    JUST_SAID = (
        "DR-APPR-11",
        "Somebody has just said so",
        "The job was told that the manual action is done, and Azure has not gone on yet.",
        "Wait two minutes; if it still waits then, press the button again.",
        Help.YOURSELF,
    )
    NOT_CONFIRMED = (
        "DR-APPR-12",
        "The name was not typed",
        "The rule wants an approver to type what they approve.",
        "Press Approve again and type the word that the form asks for.",
        Help.YOURSELF,
    )
    OUT_OF_TIME = (
        "DR-APPR-13",
        "It has run out of time",
        "The time in which the request could be approved or sent has passed, by Redis' clock.",
        "Ask again if it is still needed.",
        Help.YOURSELF,
    )
    NUDGED_LATELY = (
        "DR-APPR-14",
        "They were nudged just now",
        "People can be nudged about a request once in five minutes.",
        "Wait until the time that the sentence says, or talk to them.",
        Help.YOURSELF,
    )
    NOBODY_TO_NUDGE = (
        "DR-APPR-15",
        "Nobody is there to be nudged",
        "The request is decided, or nobody of those whose approval it needs is active.",
        "Look at its card; the owners of the policy can name more approvers for the next one.",
        Help.POLICY,
    )
    NOTHING_TO_REVIEW = (
        "DR-APPR-16",
        "There is nothing to review",
        "No glass was broken for the request, or it has all of its reviews.",
        "Look at /dr requests: it lists what owes a review, in red.",
        Help.YOURSELF,
    )
    REVIEW_LATER = (
        "DR-APPR-17",
        "It is reviewed when it has ended",
        "What breaking the glass led to is known only then.",
        "Come back when its card says how it ended.",
        Help.YOURSELF,
    )
    OWN_REVIEW = (
        "DR-APPR-18",
        "You had a part in it",
        "Whoever asked for or approved a request does not review it, by no account of theirs.",
        "Have somebody review it who had no part in it.",
        Help.POLICY,
    )
    NO_REVIEWER = (
        "DR-APPR-19",
        "Not among those who may review",
        "The rule names who may review what was done with its glass broken.",
        "Have one of those review it whom the sentence names.",
        Help.POLICY,
    )
    REVIEWED_TWICE = (
        "DR-APPR-20",
        "You have reviewed it already",
        "Every person counts once, with whatever account.",
        "Leave the other reviews to others.",
        Help.YOURSELF,
    )
    NOT_APPROVED = (
        "DR-APPR-21",
        "There is no approval of yours",
        "Only an approval of one's own, by whatever account it was given, can be taken back.",
        "Deny the request if it should not go ahead, or talk to whoever approved it.",
        Help.YOURSELF,
    )
    PLACE_TAKEN = (
        "DR-APPR-22",
        "The place has its vote already",
        "Whoever delegates and whoever votes in their place are one vote together.",
        "Have somebody else approve it. Either of the two can take the approval back.",
        Help.YOURSELF,
    )
    NOTHING_TO_VALIDATE = (
        "DR-APPR-23",
        "Nothing to validate",
        "People say whether it works of a failover, a failback or another recovery point that has "
        "succeeded.",
        "Look at the card: it has It works and It does not when it is time.",
        Help.YOURSELF,
    )
    COMMITTED = (
        "DR-APPR-24",
        "It is committed already",
        "Whether it works decides between committing and another recovery point; once committed, "
        "there is no other point.",
        "Say it in the thread. To bring the machine back, ask for a reprotect, then a failback.",
        Help.YOURSELF,
    )
