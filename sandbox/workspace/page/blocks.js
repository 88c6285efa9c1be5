/* Block Kit blocks as nodes. One function a block type; a type we do not know is a red box.
 *
 * Rule: blocks are refreshed one by one, and one that did not change keeps its node, its focus and
 * what was typed into it.
 */

import { fill, h, reconcile } from "./dom.js";
import { drawElement } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { unknown } from "./unknown.js";

/** Make `parent` show these blocks of `surface`, redrawing only those that changed. */
export function drawBlocks(parent, blocks, surface) {
  const items = blocks.map((block, place) => ({ block, key: block.block_id ?? `block ${place}` }));
  reconcile(parent, items, {
    key: (item) => item.key,
    look: (item) => JSON.stringify(item.block),
    draw: ({ block, key }) => drawBlock(block, key, surface),
  });
}

/** Write the errors of a refused submission under their fields, and clear all others. */
export function showErrors(parent, errors) {
  for (const field of parent.querySelectorAll(".field")) {
    const sentence = errors[field.dataset.block] ?? null;
    field.classList.toggle("field-wrong", sentence !== null);
    fill(field.querySelector(".field-error"), sentence);
    for (const control of field.querySelectorAll("input, textarea, .picker"))
      control.setAttribute("aria-invalid", String(sentence !== null));
  }
}

function drawBlock(block, key, surface) {
  const draw = BLOCKS[block.type];
  const node = draw ? draw(block, surface, key) : unknown("block", block.type);
  node.classList.add("block");
  return node;
}

function section(block, surface, key) {
  const text = block.text
    ? h("div", { class: "text" }, textObject(block.text, surface.names))
    : null;
  const fields = block.fields?.length
    ? h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "text" }, textObject(field, surface.names))),
      )
    : null;
  const accessory = block.accessory
    ? h(
        "div",
        { class: "accessory" },
        contextElement(block.accessory, surface) ?? drawElement(block.accessory, key, surface),
      )
    : null;
  return h(
    "div",
    { class: "block-section" },
    h("div", { class: "section-words" }, text, fields),
    accessory,
  );
}

function contextElement(element, surface) {
  if (element.type === "image") return picture(element, "small");
  if (element.type === "mrkdwn" || element.type === "plain_text")
    return h("span", { class: "text" }, textObject(element, surface.names));
  return null;
}

function picture(element, size) {
  return h(
    "span",
    {
      class: `picture picture-${size}`,
      role: "img",
      "aria-label": element.alt_text,
      title: element.alt_text,
    },
    icon("picture"),
    size === "small" ? null : h("span", {}, element.alt_text),
  );
}

function image(block, surface) {
  return h(
    "figure",
    { class: "block-image" },
    block.title ? h("figcaption", {}, textObject(block.title, surface.names)) : null,
    picture(block, "large"),
  );
}

let fields = 0;

function input(block, surface, key) {
  fields += 1;
  const label = h(
    "div",
    { class: "field-label", id: `field-${fields}` },
    textObject(block.label, surface.names),
    block.optional ? h("span", { class: "field-optional" }, " (optional)") : null,
  );
  const hint = block.hint
    ? h("div", { class: "field-hint" }, textObject(block.hint, surface.names))
    : null;
  return h(
    "div",
    { class: "field", data: { block: key } },
    label,
    drawElement(block.element, key, surface, `field-${fields}`),
    h("div", { class: "field-error", role: "alert" }),
    hint,
  );
}

function table(block, surface) {
  const settings = block.column_settings ?? [];
  const cell = (content, column, tag) => {
    const style = [
      settings[column]?.align ? `align-${settings[column].align}` : "",
      settings[column]?.is_wrapped ? "wrapped" : "",
    ]
      .join(" ")
      .trim();
    const inner =
      content.type === "rich_text"
        ? richText(content.elements, surface.names)
        : textObject(
            { type: "plain_text", text: String(content.text ?? content.value ?? "") },
            surface.names,
          );
    return h(tag, { class: style || null, scope: tag === "th" ? "col" : null }, inner);
  };
  const [head, ...rows] = block.rows.map((row, place) =>
    h(
      "tr",
      {},
      row.map((content, column) => cell(content, column, place ? "td" : "th")),
    ),
  );
  return h(
    "div",
    { class: "table-box" },
    h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, rows)),
  );
}

const STATUS_WORDS = {
  pending: "Pending",
  in_progress: "In progress",
  complete: "Complete",
  error: "Failed",
};

function task(item, surface) {
  const rich = (content) =>
    content
      ? h(
          "div",
          { class: "task-text text" },
          content.type === "rich_text"
            ? richText(content.elements, surface.names)
            : textObject(content, surface.names),
        )
      : null;
  const sources = (item.sources ?? []).map((source) =>
    h(
      "a",
      {
        class: "task-source",
        href: /^https?:/i.test(source.url ?? "") ? source.url : null,
        target: "_blank",
        rel: "noopener noreferrer",
      },
      source.text ?? source.url,
    ),
  );
  return h(
    "div",
    { class: `task task-${item.status ?? "pending"}` },
    h(
      "span",
      { class: "task-status", role: "img", "aria-label": STATUS_WORDS[item.status] ?? "Pending" },
      item.status === "complete" ? icon("check") : item.status === "error" ? icon("close") : null,
    ),
    h(
      "div",
      { class: "task-words" },
      h("div", { class: "task-title" }, textObject(item.title, surface.names)),
      rich(item.details),
      rich(item.output),
      sources.length ? h("div", { class: "task-sources" }, sources) : null,
    ),
  );
}

function plan(block, surface) {
  return h(
    "div",
    { class: "block-plan" },
    h("div", { class: "plan-title" }, textObject(block.title, surface.names)),
    h(
      "div",
      { class: "plan-tasks" },
      (block.tasks ?? []).map((item) => task(item, surface)),
    ),
  );
}

const BLOCKS = {
  header: (block, surface) =>
    h("h3", { class: "block-header" }, textObject(block.text, surface.names)),
  section,
  divider: () => h("hr", { class: "divider" }),
  context: (block, surface) =>
    h(
      "div",
      { class: "block-context" },
      block.elements.map(
        (element) => contextElement(element, surface) ?? unknown("context element", element.type),
      ),
    ),
  actions: (block, surface, key) =>
    h(
      "div",
      { class: "block-actions" },
      block.elements.map((element) => drawElement(element, key, surface)),
    ),
  input,
  rich_text: (block, surface) =>
    h("div", { class: "block-rich text" }, richText(block.elements, surface.names)),
  image,
  markdown: (block) => h("div", { class: "block-markdown text" }, markdown(block.text)),
  table,
  plan,
  task_card: (block, surface) => h("div", { class: "block-plan" }, task(block, surface)),
};
