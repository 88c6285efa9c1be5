/* The gallery: every example that the sandbox was given, drawn by the page's own renderer, a kind at
 * a time, light and dark, wide and narrow, with its text below.
 *
 * Rule: nothing is sent from here. A press asks what its dialog would ask, and ends there.
 */

import { drawBlocks } from "./blocks.js";
import { hearClock, refreshTimes } from "./dates.js";
import { confirmed, toast } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { mrkdwn, textObject } from "./mrkdwn.js";

const part = (id) => document.getElementById(id);
const CHOICES = {
  colours: ["light", "dark", "both"],
  width: ["wide", "narrow", "both"],
};
const given = await (await fetch("/gallery/examples")).json();
const chosen = { colours: "light", width: "wide", ...fromAddress() };
const names = {
  me: null,
  person: (id) => given.people[id],
  channel: (id) => given.channels[id],
  group: (id) => given.groups[id],
  people: () => Object.entries(given.people).map(([id, name]) => ({ id, name })),
  channels: () => Object.entries(given.channels).map(([id, name]) => ({ id, name })),
};

hearClock(given.now);
refreshTimes();
drawViews();
addEventListener("hashchange", draw);
draw();

function fromAddress() {
  const asked = Object.fromEntries(new URLSearchParams(location.search));
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => CHOICES[name]?.includes(value)),
  );
}

function drawViews() {
  fill(
    part("gallery-views"),
    Object.entries(CHOICES).map(([name, values]) =>
      h(
        "fieldset",
        {},
        h("legend", { class: "unseen" }, name),
        values.map((value) => choice(name, value)),
      ),
    ),
  );
}

function choice(name, value) {
  const choose = () => {
    chosen[name] = value;
    history.replaceState(null, "", `?${new URLSearchParams(chosen)}${location.hash}`);
    draw();
  };
  const checked = chosen[name] === value;
  const box = h("input", { type: "radio", name, value, checked, onchange: choose });
  return h("label", {}, box, value === "both" ? `${name}: both` : value);
}

function draw() {
  const kind = decodeURIComponent(location.hash.slice(1)) || given.kinds[0];
  const here = given.examples.filter((example) => example.kind === kind || kind === "all");
  document.title = `Gallery: ${kind}`;
  fill(part("gallery-kinds"), [...given.kinds, "all"].map((one) => link(one, one === kind)));
  fill(part("gallery-examples"), here.map(drawExample));
  part("gallery-examples").scrollTop = 0;
}

function link(kind, current) {
  const count = given.examples.filter((one) => kind === "all" || one.kind === kind).length;
  return h(
    "a",
    { href: `#${kind}`, "aria-current": current ? "page" : null },
    kind,
    h("span", { class: "gallery-count" }, String(count)),
  );
}

function drawExample(example) {
  const id = `${example.kind}/${example.name}`;
  return h(
    "article",
    { class: "example", "aria-label": id, data: { example: id } },
    h("h2", {}, example.name.replaceAll("-", " ")),
    example.wrong.length
      ? h("p", { class: "example-wrong" }, `Slack would not take this: ${example.wrong.join("; ")}`)
      : null,
    h(
      "div",
      { class: "example-looks" },
      both("colours").flatMap((colour) => both("width").map((width) => look(example, colour, width))),
    ),
  );
}

function both(name) {
  return chosen[name] === "both" ? CHOICES[name].slice(0, 2) : [chosen[name]];
}

function look(example, colour, width) {
  const surface = surfaceOf(`${example.kind}/${example.name} ${colour} ${width}`);
  const blocks = example.view?.blocks ?? example.blocks;
  const body = h("div", { class: "message-body message-blocks" });
  drawBlocks(body, blocks, surface);
  return h(
    "div",
    { class: `example-look look-${colour} look-${width}` },
    example.view ? view(example.view, body) : body,
    asks(blocks).map((confirm) =>
      h(
        "p",
        { class: "example-asks" },
        h("strong", {}, textObject(confirm.title, names)),
        " ",
        textObject(confirm.text, names),
        ` [${confirm.deny.text}] [${confirm.confirm.text}]`,
      ),
    ),
    example.text === undefined
      ? null
      : h("div", { class: "example-text" }, h("strong", {}, "Read out: "), mrkdwn(example.text, names)),
  );
}

function view({ title, submit, close }, body) {
  const button = (words, style) =>
    words ? h("button", { type: "button", class: `button ${style}` }, textObject(words, names)) : null;
  return h(
    "div",
    { class: "example-view modal" },
    title ? h("header", { class: "layer-head" }, h("h3", {}, textObject(title, names))) : null,
    h("div", { class: "layer-body" }, body),
    title
      ? h("footer", { class: "layer-foot" }, button(close, ""), button(submit, "button-primary"))
      : null,
  );
}

/** The questions that the elements of some blocks would ask, each once. */
function asks(blocks) {
  const elements = blocks.flatMap((block) => [...(block.elements ?? []), block.accessory ?? {}]);
  return elements.map((element) => element.confirm).filter(Boolean);
}

/** What an element talks to here: nobody. */
function surfaceOf(key) {
  const nothing = async (block, element) => {
    if (!element.confirm || (await confirmed(element.confirm, names)))
      toast("Nothing is sent from the gallery.", "note");
    return false;
  };
  return {
    key,
    recorded: null,
    names,
    pressKey: (block, element) => JSON.stringify([key, block, element.action_id]),
    isPending: () => false,
    press: nothing,
    choose: nothing,
    input: () => undefined,
    suggest: async () => ({ ok: true, options: { options: [] } }),
  };
}
