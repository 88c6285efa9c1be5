/* Messages as the channel and the thread show them, with the lines between them: a new day, what is
 * new since last time, the replies of a thread.
 */

import { drawBlocks } from "./blocks.js";
import { dayOf, timeNode } from "./dates.js";
import { fill, h, reconcile } from "./dom.js";
import { note, pinned, reactions, separator, threadLink, tools } from "./message_parts.js";
import { mrkdwn, plainWords } from "./mrkdwn.js";
import { appBadge, authorOf, avatar } from "./people.js";
import { surfaceOf } from "./surfaces.js";

const TOGETHER = 300;

/** The messages of a channel that stand in the channel itself. */
export function inChannel(messages) {
  return messages.filter((message) => !isReply(message) || message.broadcast);
}

/** The replies under a message, oldest first. */
export function repliesTo(messages, ts) {
  return messages.filter((message) => message.thread_ts === ts && isReply(message));
}

/**
 * Make `list` show `messages`. `newAfter` is the `ts` after which everything is new, or null;
 * `thread` says that this is a thread, where links to threads would lead nowhere new.
 */
export function drawMessages(list, messages, app, channel, options = {}) {
  const { newAfter = null, thread = false } = options;
  const place = { app, channel, thread };
  const drawRow = (node, row) =>
    row.kind === "message" ? drawMessage(node, row, place) : separator(row);
  reconcile(list, thread ? threadRows(messages, place) : channelRows(messages, place, newAfter), {
    key: (row) => row.key,
    look: (row) => JSON.stringify(row),
    draw: (row) => drawRow(h("article", { tabindex: "-1" }), row),
    update: drawRow,
  });
}

function channelRows(messages, place, newAfter) {
  const rows = [];
  let marked = newAfter === null;
  let previous = null;
  for (const message of messages) {
    const day = dayOf(message.ts);
    if (!previous || dayOf(previous.ts) !== day)
      rows.push({ kind: "day", key: `day ${day}`, ts: message.ts });
    if (!marked && Number(message.ts) > Number(newAfter) && message.user !== place.app.as) {
      rows.push({ kind: "new", key: "new" });
      marked = true;
    }
    const joined = rows.at(-1)?.kind === "message" && continues(previous, message);
    rows.push(messageRow(message, joined, place));
    previous = message;
  }
  return rows;
}

function threadRows([parent, ...replies], place) {
  const line = { kind: "replies", key: "replies", count: replies.length };
  const rows = replies.map((reply, at) =>
    messageRow(reply, at > 0 && continues(replies[at - 1], reply), place),
  );
  return [messageRow(parent, false, place), ...(replies.length ? [line] : []), ...rows];
}

function messageRow(message, joined, { app, channel }) {
  return {
    kind: "message",
    key: `message ${message.ts}`,
    message,
    joined,
    parent: parentOf(message, app, channel),
    replies: replySummary(message, app, channel),
  };
}

function drawMessage(node, { message, joined, parent, replies }, { app, channel, thread }) {
  const author = authorOf(app, message);
  node.className = `message${joined ? " joined" : ""}${message.ephemeral ? " ephemeral" : ""}`;
  const seenBy = message.ephemeral ? ", only visible to you" : "";
  node.setAttribute("aria-label", `${author.name}${seenBy}`);
  const body =
    node.querySelector(":scope > .message-content > .message-body") ??
    h("div", { class: "message-body" });
  drawBody(body, message, app, channel);
  const time = timeNode(Number(message.ts), "{time}");
  arrange(node, body, {
    side: h("div", { class: "message-side" }, joined ? time : avatar(author)),
    above: [
      pinned(message),
      note(message, parent, app, channel, thread),
      joined ? null : head(author, message, time),
    ],
    below: [reactions(message), thread ? null : threadLink(message, replies, app, channel)],
    beside: tools(message, app, channel, thread),
  });
  return node;
}

function head(author, message, time) {
  const name = h("span", { class: "author" }, author.name);
  return h("div", { class: "message-head" }, name, message.bot ? appBadge() : null, time);
}

function arrange(node, body, { side, above, below, beside }) {
  const content = body.parentElement;
  if (!content) {
    fill(node, side, h("div", { class: "message-content" }, above, body, below), beside);
    return;
  }
  node.firstElementChild.replaceWith(side);
  for (const child of [...content.children]) if (child !== body) child.remove();
  body.before(...above.filter(Boolean));
  body.after(...below.filter(Boolean));
  node.lastElementChild.replaceWith(beside);
}

function drawBody(body, message, app, channel) {
  const surface = surfaceOf(app, { channel, ts: message.ts });
  const blocks = message.blocks?.length ? message.blocks : [];
  body.classList.toggle("message-blocks", blocks.length > 0);
  if (blocks.length) drawBlocks(body, blocks, surface);
  else
    fill(
      body,
      h(
        "div",
        { class: "text" },
        mrkdwn(message.text ?? "", app.names),
        message.edited ? h("span", { class: "edited" }, " (edited)") : null,
      ),
    );
}

function replySummary(message, app, channel) {
  if (isReply(message) || !message.reply_count) return null;
  const replies = repliesTo(app.view.messages[channel] ?? [], message.ts).filter(
    (reply) => !reply.ephemeral,
  );
  const people = [...new Set(replies.map((reply) => reply.user))]
    .slice(0, 4)
    .map((id) => app.view.people.find((person) => person.id === id) ?? { id, name: id });
  return { count: message.reply_count, people, last: replies.at(-1)?.ts };
}

function parentOf(message, app, channel) {
  if (!message.broadcast || !isReply(message)) return null;
  const parent = (app.view.messages[channel] ?? []).find(
    (candidate) => candidate.ts === message.thread_ts,
  );
  const words = parent ? plainWords(parent.text, app.names) : "";
  return words.length > 90 ? `${words.slice(0, 88)}…` : words || "an earlier message";
}

function continues(previous, message) {
  return (
    Boolean(previous) &&
    previous.user === message.user &&
    !previous.ephemeral &&
    !message.ephemeral &&
    !message.broadcast &&
    !message.blocks?.length &&
    !previous.blocks?.length &&
    Number(message.ts) - Number(previous.ts) < TOGETHER
  );
}

function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}
