/* The `rich_text` block: sections, lists, quotes and preformatted text, and the elements inside them.
 * An element we do not know is shown as a red box, never left out in silence.
 */

import { h } from "./dom.js";
import { timeNode } from "./dates.js";
import { emojiNode, emojiOf } from "./emoji.js";
import { anchor, group, mention } from "./mrkdwn.js";
import { unknown } from "./unknown.js";

/** Render the elements of a `rich_text` block into an array of nodes. */
export function richText(elements, names) {
  return elements.map((element) => {
    if (element.type === "rich_text_section")
      return h("div", { class: "rich-section" }, pieces(element.elements, names));
    if (element.type === "rich_text_quote")
      return h("blockquote", {}, pieces(element.elements, names));
    if (element.type === "rich_text_preformatted")
      return h("pre", { class: "pre" }, pieces(element.elements, names));
    if (element.type === "rich_text_list") return list(element, names);
    return unknown("rich text element", element.type);
  });
}

function list(element, names) {
  const ordered = element.style === "ordered";
  const level = Math.min(element.indent ?? 0, 8);
  const items = element.elements.map((item) => h("li", {}, pieces(item.elements, names)));
  const node = h(
    ordered ? "ol" : "ul",
    {
      class: `list rich-list level-${Math.min(level, 4)}`,
      start: ordered && element.offset ? element.offset + 1 : null,
    },
    items,
  );
  return element.border ? h("blockquote", {}, node) : node;
}

function pieces(elements, names) {
  return elements.map((element) =>
    styled((PIECES[element.type] ?? other)(element, names), element.style),
  );
}

const PIECES = {
  text: (element) => document.createTextNode(element.text),
  link: (element) => anchor(element.url, element.text ?? element.url),
  emoji: (element) =>
    emojiNode(
      element.name,
      emojiOf(element.name) ?? fromCodes(element.unicode) ?? `:${element.name}:`,
    ),
  user: (element, names) =>
    mention(`@${names.person(element.user_id) ?? element.user_id}`, element.user_id === names.me),
  usergroup: (element, names) => group(element.usergroup_id, undefined, names),
  channel: (element, names) =>
    mention(`#${names.channel(element.channel_id) ?? element.channel_id}`),
  broadcast: (element) => mention(`@${element.range}`),
  color: (element) => h("code", {}, element.value),
  date: (element) => {
    const node = timeNode(element.timestamp, element.format);
    return element.url ? anchor(element.url, node) : node;
  },
};

function other(element) {
  return unknown("rich text element", element.type);
}

function fromCodes(codes) {
  if (!/^[0-9a-f-]+$/i.test(codes ?? "")) return undefined;
  return String.fromCodePoint(...codes.split("-").map((code) => Number.parseInt(code, 16)));
}

function styled(node, style = {}) {
  let result = node;
  if (style.code) result = h("code", {}, result);
  if (style.bold) result = h("strong", {}, result);
  if (style.italic) result = h("em", {}, result);
  if (style.strike) result = h("s", {}, result);
  return result;
}
