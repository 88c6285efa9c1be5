/* The small, safe part of Markdown that a `markdown` block needs: headings, paragraphs, quotes,
 * bullet, numbered and task lists, fences, tables, rules, bold, italic, strike, code and links.
 * HTML in the source is shown as the text it is.
 */

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { anchor } from "./mrkdwn.js";

const FENCE = /^```/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const RULE = /^(-{3,}|\*{3,}|_{3,})\s*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const QUOTE = /^>\s?/;
const TABLE_RULE = /^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Render Markdown into an array of nodes. */
export function markdown(source) {
  const lines = source.split("\n");
  const nodes = [];
  let place = 0;
  while (place < lines.length) {
    const reader = READERS.find(({ starts }) => starts(lines, place));
    const [node, next] = reader.read(lines, place);
    if (node) nodes.push(node);
    place = next;
  }
  return nodes;
}

const READERS = [
  { starts: (lines, at) => lines[at].trim() === "", read: (_, at) => [null, at + 1] },
  { starts: (lines, at) => FENCE.test(lines[at]), read: fence },
  { starts: (lines, at) => HEADING.test(lines[at]), read: heading },
  {
    starts: (lines, at) => RULE.test(lines[at]),
    read: (_, at) => [h("hr", { class: "divider" }), at + 1],
  },
  { starts: (lines, at) => QUOTE.test(lines[at]), read: quote },
  { starts: (lines, at) => ITEM.test(lines[at]), read: list },
  {
    starts: (lines, at) => lines[at].includes("|") && TABLE_RULE.test(lines[at + 1] ?? "x"),
    read: table,
  },
  { starts: () => true, read: paragraph },
];

function take(lines, at, wanted) {
  let end = at;
  while (end < lines.length && wanted(lines[end], end)) end += 1;
  return [lines.slice(at, end), end];
}

function fence(lines, at) {
  const [body, end] = take(lines, at + 1, (line) => !FENCE.test(line));
  return [h("pre", { class: "pre" }, body.join("\n")), end + 1];
}

function heading(lines, at) {
  const [, marks, text] = HEADING.exec(lines[at]);
  return [
    h(
      "div",
      { class: `heading heading-${marks.length}`, role: "heading", "aria-level": marks.length + 2 },
      inline(text),
    ),
    at + 1,
  ];
}

function quote(lines, at) {
  const [body, end] = take(lines, at, (line) => QUOTE.test(line));
  return [
    h("blockquote", {}, markdown(body.map((line) => line.replace(QUOTE, "")).join("\n"))),
    end,
  ];
}

function list(lines, at) {
  const [body, end] = take(lines, at, (line) => ITEM.test(line));
  const ordered = /\d/.test(ITEM.exec(body[0])[2]);
  const items = body.map((line) => {
    const [, indent, , text] = ITEM.exec(line);
    const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
    const level = Math.min(Math.floor(indent.length / 2), 4);
    return h(
      "li",
      { class: `level-${level}${task ? " task-line" : ""}` },
      task ? [task[1] === " " ? "☐ " : "☑ ", inline(task[2])] : inline(text),
    );
  });
  return [h(ordered ? "ol" : "ul", { class: "list" }, items), end];
}

function table(lines, at) {
  const [body, end] = take(lines, at + 2, (line) => line.includes("|"));
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const head = h(
    "tr",
    {},
    cells(lines[at]).map((cell) => h("th", { scope: "col" }, inline(cell))),
  );
  const rows = body.map((line) =>
    h(
      "tr",
      {},
      cells(line).map((cell) => h("td", {}, inline(cell))),
    ),
  );
  return [
    h(
      "div",
      { class: "table-box" },
      h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, rows)),
    ),
    end,
  ];
}

function paragraph(lines, at) {
  const plain = (line, place) =>
    place === at || !READERS.slice(0, -1).some(({ starts }) => starts(lines, place));
  const [body, end] = take(lines, at, plain);
  return [
    h(
      "p",
      {},
      body.flatMap((line, place) => (place ? [h("br"), ...inline(line)] : inline(line))),
    ),
    end,
  ];
}

const TOKEN =
  /`([^`]+)`|\[([^\]]+)\]\(([^()\s]+)\)|\*\*(?=\S)(.+?)\*\*|(?<!\w)__(?=\S)(.+?)__(?!\w)|~~(?=\S)(.+?)~~|\*(?=\S)([^*]+?)\*|(?<!\w)_(?=\S)([^_]+?)_(?!\w)|(https?:\/\/[^\s<>()]+[^\s<>().,;:])/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(...withEmoji(text.slice(from, match.index)), token(match));
    from = match.index + match[0].length;
  }
  nodes.push(...withEmoji(text.slice(from)));
  return nodes;
}

function token([, code, label, address, bold, bold2, strike, italic, italic2, bare]) {
  if (code) return h("code", {}, code);
  if (label) return anchor(address, inline(label));
  if (bold ?? bold2) return h("strong", {}, inline(bold ?? bold2));
  if (strike) return h("s", {}, inline(strike));
  if (bare) return anchor(bare, bare);
  return h("em", {}, inline(italic ?? italic2));
}
