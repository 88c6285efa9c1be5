/* Slack's mrkdwn, as nodes: *bold*, _italic_, ~strike~, `code`, fences, quotes, list lines, links,
 * mentions, dates and emoji. `&amp;`, `&lt;` and `&gt;` are undone once, in text and in addresses.
 *
 * Rule: `names` tells what to call a person, a channel or a group; this file knows no state.
 */

import { h } from "./dom.js";
import { timeNode } from "./dates.js";
import { withEmoji } from "./emoji.js";

/** Render mrkdwn text into an array of nodes. */
export function mrkdwn(text, names) {
  const nodes = [];
  text.split(/```\n?([\s\S]*?)\n?```/).forEach((part, place) => {
    if (place % 2 === 1) nodes.push(h("pre", { class: "pre" }, preformatted(part)));
    else if (part !== "") nodes.push(...paragraphs(part, names, place > 0));
  });
  return nodes;
}

/** Render a text object, `plain_text` or `mrkdwn`, into an array of nodes. */
export function textObject(text, names) {
  if (!text) return [];
  if (typeof text === "string") return withEmoji(text);
  if (text.type === "mrkdwn") return mrkdwn(text.text, names);
  return text.emoji === false ? [document.createTextNode(text.text)] : withEmoji(text.text);
}

/** The bare words of a text object, for placeholders and for searching. */
export function plainText(text) {
  return typeof text === "string" ? text : (text?.text ?? "");
}

/** Some mrkdwn as one plain line, for labels and announcements. */
export function plainWords(text, names) {
  return h("div", {}, mrkdwn(text ?? "", names))
    .textContent.replace(/\s+/g, " ")
    .trim();
}

/** Undo the three escapes that mrkdwn has. */
export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}

/** An anchor for a web or mail address, or its bare text for any other kind of address. */
export function anchor(address, children) {
  const url = unescape(address);
  if (!/^(https?:|mailto:)/i.test(url)) return h("span", {}, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

/** A highlighted mention of a person, channel or group. */
export function mention(text, mine = false) {
  return h("span", { class: mine ? "mention mention-me" : "mention" }, text);
}

function preformatted(text) {
  return unescape(
    text.replace(/<([^<>\n|]+)(?:\|([^<>\n]*))?>/g, (_, target, label) => label ?? target),
  );
}

function paragraphs(text, names, afterFence) {
  const lines = (afterFence ? text.replace(/^\n/, "") : text).split("\n");
  const nodes = [];
  for (let place = 0; place < lines.length; place += 1) {
    const quoted = [];
    while (place < lines.length && /^(>|&gt;)/.test(lines[place])) {
      quoted.push(lines[place].replace(/^(>|&gt;) ?/, ""));
      place += 1;
    }
    if (quoted.length) nodes.push(h("blockquote", {}, paragraphs(quoted.join("\n"), names, false)));
    if (place < lines.length) nodes.push(...line(lines[place], names, place + 1 < lines.length));
  }
  return nodes;
}

function line(text, names, more) {
  const item = /^(\s*)([•◦▪-]|\d+\.)\s+(.*)$/.exec(text);
  if (item) {
    const bullet = item[2] === "-" ? "•" : item[2];
    return [
      h(
        "div",
        { class: "list-line" },
        h("span", { class: "bullet" }, bullet),
        h("span", {}, inline(item[3], names)),
      ),
    ];
  }
  return more ? [...inline(text, names), h("br")] : inline(text, names);
}

const inside = (mark) => `(?:<[^<>\\n]*>|\`[^\`\\n]*\`|[^${mark}\\n])*?`;
const paired = (mark) =>
  `(?<![\\p{L}\\p{N}${mark}])${mark}(?=\\S)(${inside(mark)}[^\\s${mark}])${mark}(?![\\p{L}\\p{N}${mark}])`;
const TOKEN = new RegExp(
  `\`([^\`\\n]+)\`|<([^<>\\n]+)>|${paired("\\*")}|${paired("_")}|${paired("~")}`,
  "gu",
);

function inline(text, names) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(...withEmoji(unescape(text.slice(from, match.index))));
    nodes.push(token(match, names, match.index === 0));
    from = match.index + match[0].length;
  }
  nodes.push(...withEmoji(unescape(text.slice(from))));
  return nodes;
}

function token([, code, angled, bold, italic, strike], names, leading) {
  if (code !== undefined) return h("code", {}, preformatted(code));
  if (angled !== undefined) return reference(angled, names, leading);
  if (bold !== undefined) return h("strong", {}, inline(bold, names));
  if (italic !== undefined) return h("em", {}, inline(italic, names));
  return h("s", {}, inline(strike, names));
}

function reference(angled, names, leading) {
  const [target, label] = splitOnce(angled, "|");
  const id = target.slice(1);
  if (target.startsWith("@"))
    return mention(`@${names.person(id) ?? label ?? id}`, id === names.me);
  if (target.startsWith("#")) return mention(`#${names.channel(id) ?? label ?? id}`);
  if (target.startsWith("!date^")) return date(target, label, leading);
  if (target.startsWith("!subteam^")) return group(target.split("^")[1], label, names);
  if (target.startsWith("!")) return mention(`@${id}`);
  return anchor(target, withEmoji(unescape(label ?? target)));
}

/** A mention of a user group; without a name of its own it says what it is. */
export function group(id, label, names) {
  return mention(`@${(label ?? names.group(id) ?? "group").replace(/^@/, "")}`);
}

function date(target, fallback, leading) {
  const [, unix, pattern, address] = target.split("^");
  if (!/^\d+$/.test(unix ?? "") || !pattern) return h("span", {}, unescape(fallback ?? target));
  const node = timeNode(Number(unix), unescape(pattern), leading);
  return address ? anchor(address, node) : node;
}

function splitOnce(text, mark) {
  const place = text.indexOf(mark);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}
