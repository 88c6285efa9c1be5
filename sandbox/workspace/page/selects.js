/* The elements of Block Kit that open a list: the selects and the overflow menu.
 *
 * Rule: what was picked is shown at once and kept unless the person did not confirm it.
 */

import { fill, h } from "./dom.js";
import { shown } from "./entries.js";
import { icon } from "./icons.js";
import { menuBox } from "./menu.js";
import { plainText, textObject } from "./mrkdwn.js";

/** A select with the options in its own JSON. */
export function staticSelect(element, block, surface, labelledby) {
  const groups = groupsOf(element, surface.names);
  const many = groups.reduce((count, group) => count + group.options.length, 0) > 7;
  const load = (query) =>
    narrowed(groupsOf(element, surface.names), (option) => plainText(option.text), query);
  return select({
    element,
    block,
    surface,
    labelledby,
    load,
    filter: many,
    minimum: 0,
    face: optionFace(surface.names),
    same: sameValue,
    value: byValue,
  });
}

/** A select whose options the app is asked for. */
export function externalSelect(element, block, surface, labelledby) {
  const load = async (query) =>
    groupsOf(await surface.suggest(block, element, query), surface.names);
  return select({
    element,
    block,
    surface,
    labelledby,
    load,
    filter: true,
    minimum: element.min_query_length ?? 3,
    face: optionFace(surface.names),
    same: sameValue,
    value: byValue,
  });
}

/** A select of the people of the workspace. */
export function usersSelect(element, block, surface, labelledby) {
  const load = (query) =>
    narrowed([{ options: surface.names.people() }], (person) => person.name, query);
  const face = (person) => [
    h(
      "span",
      { class: "option-text" },
      surface.names.person(person.id ?? person) ?? String(person),
    ),
    person.title ? h("span", { class: "option-note" }, person.title) : null,
  ];
  return select({
    element,
    block,
    surface,
    labelledby,
    load,
    filter: true,
    minimum: 0,
    face,
    same: (person, id) => person.id === id,
    value: byId,
  });
}

/** A select of the channels the person is in. */
export function channelsSelect(element, block, surface, labelledby) {
  const load = (query) =>
    narrowed([{ options: surface.names.channels() }], (channel) => channel.name, query);
  const face = (channel) => [
    h(
      "span",
      { class: "option-text" },
      `#${surface.names.channel(channel.id ?? channel) ?? channel}`,
    ),
  ];
  return select({
    element,
    block,
    surface,
    labelledby,
    load,
    filter: true,
    minimum: 0,
    face,
    same: (channel, id) => channel.id === id,
    value: byId,
  });
}

/** The three dots that open a menu; each of its entries acts at once. */
export function overflow(element, block, surface) {
  const trigger = h(
    "button",
    { type: "button", class: "button button-overflow", "aria-label": "More actions" },
    icon("more"),
  );
  const pick = (option) => {
    if (/^https?:/i.test(option.url ?? "")) window.open(option.url, "_blank", "noopener");
    surface.choose(block, element, undefined, option.value);
  };
  return menuBox(trigger, {
    load: () => groupsOf(element, surface.names),
    face: optionFace(surface.names),
    pick,
    role: "menu",
    label: "More actions",
  });
}

const optionFace = (names) => (option) => [
  h("span", { class: "option-text" }, textObject(option.text, names)),
  option.description
    ? h("span", { class: "option-note" }, textObject(option.description, names))
    : null,
];

function select({ element, block, surface, labelledby, load, filter, minimum, face, same, value }) {
  let current = shown(surface, block, element);
  const placeholder = plainText(element.placeholder) || "Select an option";
  const label = h("span", { class: "picker-text" });
  const trigger = h(
    "button",
    {
      type: "button",
      class: "picker",
      "aria-labelledby": labelledby,
      "aria-label": labelledby ? null : placeholder,
    },
    label,
    icon("down"),
  );
  const show = () => {
    trigger.classList.toggle("picker-empty", !current);
    fill(label, current ? face(current)[0] : placeholder);
  };
  show();
  const pick = async (option) => {
    const before = current;
    current = value.keep(option);
    show();
    if (await surface.choose(block, element, current, value.send(option))) return;
    current = before;
    show();
  };
  return menuBox(trigger, {
    load,
    face,
    pick,
    filter,
    minimum,
    label: placeholder,
    chosen: (option) => current !== undefined && same(option, current),
  });
}

const groupsOf = (element, names) =>
  (element.option_groups ?? [{ options: element.options ?? [] }]).map((group) => ({
    label: group.label ? textObject(group.label, names) : null,
    options: group.options,
  }));

const byValue = { keep: (option) => option, send: (option) => option.value };
const byId = { keep: (item) => item.id, send: (item) => item.id };
const sameValue = (option, current) => option.value === current.value;

function narrowed(groups, textOf, query) {
  const wanted = query.toLowerCase();
  return groups
    .map((group) => ({
      ...group,
      options: group.options.filter((option) => textOf(option).toLowerCase().includes(wanted)),
    }))
    .filter((group) => group.options.length);
}
