/* The interactive elements of Block Kit: buttons, checkboxes, radio buttons, text fields and dates
 * here, what opens a list in selects.js. Each is drawn from its JSON and tells its surface what a
 * person did with it.
 *
 * Rule: an element decides nothing. A `surface` (see surfaces.js) knows where the element lives,
 * asks for confirmation, sends what happened and says whether an answer is still awaited.
 */

import { h } from "./dom.js";
import { shown } from "./entries.js";
import { icon } from "./icons.js";
import { plainText, textObject } from "./mrkdwn.js";
import { channelsSelect, externalSelect, overflow, staticSelect, usersSelect } from "./selects.js";
import { unknown } from "./unknown.js";

/** Draw one element of the block `block`; `labelledby` names the label of an input block. */
export function drawElement(element, block, surface, labelledby = null) {
  const draw = ELEMENTS[element.type];
  return draw ? draw(element, block, surface, labelledby) : unknown("element", element.type);
}

function button(element, block, surface) {
  const press = surface.pressKey(block, element);
  const node = h(
    "button",
    {
      type: "button",
      class: `button${element.style ? ` button-${element.style}` : ""}`,
      "aria-label": element.accessibility_label,
      data: { press, action: element.action_id },
      onclick: () => surface.press(block, element),
    },
    h("span", { class: "button-text" }, textObject(element.text, surface.names)),
    element.url ? icon("shared") : null,
  );
  if (surface.isPending(press)) setPending(node, true);
  return node;
}

/** Show, or stop showing, that a button waits for its answer. */
export function setPending(node, pending) {
  node.classList.toggle("pending", pending);
  node.setAttribute("aria-busy", String(pending));
  node.setAttribute("aria-disabled", String(pending));
}

let ticks = 0;

function ticked(kind) {
  return (element, block, surface, labelledby) => {
    ticks += 1;
    const one = kind === "radio";
    const current = shown(surface, block, element);
    const boxes = element.options.map((option) => {
      const box = h("input", {
        type: kind,
        name: `ticks-${ticks}`,
        value: option.value,
        checked: one ? current === option.value : current?.includes(option.value),
      });
      return h(
        "label",
        { class: "tick" },
        box,
        h(
          "span",
          { class: "tick-words" },
          h("span", {}, textObject(option.text, surface.names)),
          option.description
            ? h("span", { class: "option-note" }, textObject(option.description, surface.names))
            : null,
        ),
      );
    });
    const tell = async () => {
      const values = [...node.querySelectorAll("input:checked")].map((box) => box.value);
      const before = shown(surface, block, element);
      if (await surface.choose(block, element, one ? values[0] : values, one ? values[0] : values))
        return;
      for (const box of node.querySelectorAll("input"))
        box.checked = one ? box.value === before : Boolean(before?.includes(box.value));
    };
    const node = h(
      "div",
      {
        class: "ticks",
        role: one ? "radiogroup" : "group",
        "aria-labelledby": labelledby,
        onchange: tell,
      },
      boxes,
    );
    return node;
  };
}

function textInput(element, block, surface, labelledby) {
  const current = shown(surface, block, element) ?? "";
  const properties = {
    class: "text-input",
    "aria-labelledby": labelledby,
    placeholder: plainText(element.placeholder) || null,
    maxlength: element.max_length ?? 3000,
    autocomplete: "off",
    autofocus: element.focus_on_load,
    oninput: () => surface.input(block, element, field.value),
  };
  const field = element.multiline
    ? h("textarea", { ...properties, rows: 4 }, current)
    : h("input", { ...properties, type: "text", value: current });
  return field;
}

function datePicker(element, block, surface, labelledby) {
  const current = shown(surface, block, element) ?? "";
  const field = h("input", {
    type: "date",
    class: "text-input date-input",
    value: current,
    "aria-labelledby": labelledby,
    "aria-label": labelledby ? null : plainText(element.placeholder) || "Date",
    onchange: () => surface.choose(block, element, field.value, field.value),
  });
  return field;
}

const ELEMENTS = {
  button,
  static_select: staticSelect,
  external_select: externalSelect,
  users_select: usersSelect,
  channels_select: channelsSelect,
  overflow,
  checkboxes: ticked("checkbox"),
  radio_buttons: ticked("radio"),
  plain_text_input: textInput,
  datepicker: datePicker,
};
