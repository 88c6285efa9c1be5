/* The small things around a message: notes above it, reactions and the link to its thread below it,
 * the tools beside it, and the lines between messages.
 */

import { timeNode } from "./dates.js";
import { h } from "./dom.js";
import { emojiNode, emojiOf } from "./emoji.js";
import { icon } from "./icons.js";
import { toast } from "./dialogs.js";
import { avatar } from "./people.js";
import { post } from "./wire.js";

/** That a message is pinned. */
export function pinned(message) {
  return message.pinned
    ? h("div", { class: "message-note" }, icon("pin"), "Pinned to this channel")
    : null;
}

/** Where a message stands: seen by one person only, or in a thread and in the channel. */
export function note(message, parent, app, channel, thread) {
  if (message.ephemeral)
    return h("div", { class: "message-note" }, icon("eye"), "Only visible to you");
  if (!message.broadcast || !parent) return null;
  if (thread) return h("div", { class: "message-note" }, icon("reply"), "Also sent to the channel");
  return h(
    "div",
    { class: "message-note" },
    icon("reply"),
    "replied to a thread: ",
    h(
      "button",
      { type: "button", class: "link", onclick: () => app.openThread(channel, message.thread_ts) },
      parent,
    ),
  );
}

/** The emoji people and apps put under a message. */
export function reactions(message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((name) =>
      h("span", { class: "reaction" }, emojiNode(name, emojiOf(name) ?? `:${name}:`)),
    ),
  );
}

/** What can be done with a message, shown while it is pointed at. */
export function tools(message, app, channel, thread) {
  const reply =
    thread || message.ephemeral
      ? null
      : h(
          "button",
          {
            type: "button",
            class: "icon-button",
            title: "Reply in thread",
            "aria-label": "Reply in thread",
            onclick: () => app.openThread(channel, message.thread_ts ?? message.ts),
          },
          icon("reply"),
        );
  const dismiss = message.ephemeral
    ? h(
        "button",
        {
          type: "button",
          class: "icon-button",
          title: "Dismiss message",
          "aria-label": "Dismiss message",
          onclick: () => app.dismiss(message.ts),
        },
        icon("close"),
      )
    : null;
  const shortcuts = message.ephemeral ? [] : (app.view?.message_shortcuts ?? []);
  const chosen = shortcuts.map(({ callback_id, name, description }) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: `${name}: ${description}`,
        "aria-label": name,
        onclick: async () => {
          const where = { channel, ts: message.ts };
          const answer = await post("message_shortcut", { as: app.as, callback_id, ...where });
          if (!answer.ok) toast(answer.error);
        },
      },
      icon("bolt"),
    ),
  );
  return h("div", { class: "message-tools" }, reply, chosen, dismiss);
}

/** The link to the replies of a message, or nothing when there are none. */
export function threadLink(message, replies, app, channel) {
  if (!replies) return null;
  return h(
    "button",
    { type: "button", class: "thread-link", onclick: () => app.openThread(channel, message.ts) },
    replies.people.map((person) => avatar(person, "tiny")),
    h(
      "span",
      { class: "thread-count" },
      `${replies.count} ${replies.count === 1 ? "reply" : "replies"}`,
    ),
    replies.last
      ? h(
          "span",
          { class: "thread-last" },
          "Last reply ",
          timeNode(Number(replies.last), "{date_short_pretty} at {time}"),
        )
      : null,
  );
}

/** A line between messages: a new day, what is new, the replies of a thread. */
export function separator(row) {
  if (row.kind === "day")
    return h(
      "div",
      { class: "line line-day", role: "separator" },
      h("span", {}, timeNode(Number(row.ts), "{day_divider_pretty}", true)),
    );
  if (row.kind === "new")
    return h("div", { class: "line line-new", role: "separator" }, h("span", {}, "New"));
  return h(
    "div",
    { class: "line line-replies", role: "separator" },
    h("span", {}, `${row.count} ${row.count === 1 ? "reply" : "replies"}`),
  );
}
