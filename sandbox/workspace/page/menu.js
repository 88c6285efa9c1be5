/* A menu that opens from a button: the one list behind selects, overflow menus and the switch of
 * persons. Arrow keys move, Enter picks, Escape closes; a filter field narrows or asks the app.
 *
 * Rule: a menu lives beside its button, so that a refresh that removes the button removes the menu.
 */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };
const TALLEST = 380;
const ROOMY = 260;
let menus = 0;

/**
 * Wrap `trigger` so that it opens a menu. `load(query)` gives groups `{label?, options}` (a promise is
 * fine); `face(option)` draws one option; `pick(option)` is told what was picked. With `filter` there
 * is a search field, and `minimum` is the number of letters it needs before it asks.
 */
export function menuBox(trigger, settings) {
  return new Menu(trigger, { filter: false, minimum: 0, role: "listbox", ...settings }).node;
}

class Menu {
  #rows = [];
  #active = -1;
  #asked = 0;

  constructor(trigger, settings) {
    menus += 1;
    this.id = `menu-${menus}`;
    this.trigger = trigger;
    this.settings = settings;
    const { filter, role, label, wide } = settings;
    this.search = filter ? searchField(this.id, label) : null;
    this.list = h("div", {
      id: this.id,
      class: "menu-list",
      role,
      tabindex: filter ? -1 : 0,
      "aria-label": label,
    });
    this.box = h(
      "div",
      { class: `menu${wide ? " menu-wide" : ""}`, popover: "auto" },
      this.search,
      this.list,
    );
    this.keys = this.search ?? this.list;
    this.node = h("span", { class: "menu-box" }, trigger, this.box);
    this.#listen();
  }

  #listen() {
    const { trigger, box, search, keys } = this;
    trigger.setAttribute("aria-haspopup", this.settings.role);
    trigger.setAttribute("aria-expanded", "false");
    trigger.addEventListener("click", () =>
      box.matches(":popover-open") ? box.hidePopover() : this.#open(),
    );
    trigger.addEventListener("keydown", (event) => {
      if (!(event.key in MOVES)) return;
      event.preventDefault();
      this.#open();
    });
    box.addEventListener("toggle", (event) => {
      trigger.setAttribute("aria-expanded", String(event.newState === "open"));
      if (event.newState === "closed" && search) search.value = "";
    });
    search?.addEventListener("input", () => this.#ask(search.value));
    keys.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #open() {
    this.box.showPopover();
    this.keys.focus();
    this.#ask("");
  }

  async #ask(query) {
    const { load, minimum } = this.settings;
    const turn = (this.#asked += 1);
    const wanted = query.trim();
    if (wanted.length < minimum) {
      this.#show([], `Type ${minimum === 1 ? "a letter" : `${minimum} letters`} to search`);
      return;
    }
    const answer = load(wanted);
    if (answer instanceof Promise) this.#show([], "Loading…");
    const groups = await answer;
    if (turn === this.#asked) this.#show(groups, "Nothing found");
  }

  #show(groups, otherwise) {
    this.#rows = [];
    const nodes = groups.flatMap((group) => [
      group.label ? h("div", { class: "menu-group" }, group.label) : null,
      ...group.options.map((option) => this.#row(option)),
    ]);
    fill(this.list, this.#rows.length ? nodes : h("div", { class: "menu-empty" }, otherwise));
    const { chosen } = this.settings;
    this.#active = -1;
    this.#activate(
      Math.max(
        0,
        this.#rows.findIndex(({ option }) => chosen?.(option)),
      ),
    );
    put(this.box, this.trigger);
  }

  #row(option) {
    const { role, chosen, face } = this.settings;
    const at = this.#rows.length;
    const picked = Boolean(chosen?.(option));
    const node = h(
      "div",
      {
        id: `${this.id}-${at}`,
        class: "menu-option",
        role: role === "menu" ? "menuitem" : "option",
        "aria-selected": role === "menu" ? null : String(picked),
        "aria-disabled": option.disabled ? "true" : null,
        onclick: () => this.#take(at),
        onpointermove: () => this.#activate(at),
      },
      h("span", { class: "menu-face" }, face(option)),
      picked ? icon("check") : null,
    );
    this.#rows.push({ option, node });
    return node;
  }

  #activate(at) {
    this.#rows[this.#active]?.node.classList.remove("active");
    this.#active = this.#rows.length ? (at + this.#rows.length) % this.#rows.length : -1;
    const now = this.#rows[this.#active]?.node;
    now?.classList.add("active");
    now?.scrollIntoView({ block: "nearest" });
    if (now) this.keys.setAttribute("aria-activedescendant", now.id);
    else this.keys.removeAttribute("aria-activedescendant");
  }

  #take(at) {
    const option = this.#rows[at]?.option;
    if (!option || option.disabled) return;
    this.box.hidePopover();
    this.trigger.focus();
    this.settings.pick(option);
  }

  #onKey(event) {
    if (event.key === "Tab") {
      this.box.hidePopover();
      return;
    }
    if (event.key in MOVES) this.#activate(this.#active + MOVES[event.key]);
    else if (event.key === "Enter" || (event.key === " " && !this.search)) this.#take(this.#active);
    else return;
    event.preventDefault();
  }
}

function searchField(id, label) {
  return h("input", {
    class: "menu-filter",
    type: "text",
    role: "combobox",
    "aria-controls": id,
    "aria-expanded": "true",
    "aria-label": `Search ${label}`,
    placeholder: "Search",
    autocomplete: "off",
    spellcheck: "false",
  });
}

function put(box, trigger) {
  const at = trigger.getBoundingClientRect();
  const below = window.innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const upwards = below < Math.min(box.scrollHeight, ROOMY) && above > below;
  box.style.maxHeight = `${Math.min(TALLEST, upwards ? above : below)}px`;
  box.style.minWidth = `${Math.max(at.width, 200)}px`;
  box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))}px`;
  const top = upwards ? Math.max(8, at.top - box.offsetHeight - 4) : at.bottom + 4;
  box.style.top = `${top}px`;
}
