/* The field people type into: Enter sends, Shift and Enter make a new line, Up brings back what was
 * sent last, and what stands before the caret may be offered for completion.
 *
 * Rule: drafts are kept by person and place, so that nothing is lost by looking around, and what did
 * not arrive comes back into the field.
 */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";

const HIGHEST = 220;
const MOVES = { ArrowDown: 1, ArrowUp: -1 };

/**
 * A composer; its element is `node`. `offers(text, caret)` gives hints `{title, note, usage, person,
 * insert, from}`, and `send(text)` resolves to whether it arrived. What is `beside` the field stands
 * before it.
 */
export class Composer {
  #drafts = new Map();
  #sent = new Map();
  #draft = "";
  #hints = [];
  #active = 0;

  constructor({ name, offers, send, beside = null }) {
    this.name = name;
    this.offers = offers;
    this.send = send;
    this.list = h("div", {
      class: "hints",
      id: `${name}-hints`,
      role: "listbox",
      "aria-label": "Suggestions",
      hidden: true,
    });
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
      "aria-controls": `${name}-hints`,
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#onKey(event),
      onblur: () => this.#offer([]),
    });
    this.button = h(
      "button",
      {
        type: "button",
        class: "send",
        "aria-label": "Send",
        title: "Send (Enter)",
        onclick: () => this.#submit(),
      },
      icon("send"),
    );
    this.tip = h("span", { class: "composer-tip" });
    this.node = h(
      "div",
      { class: "composer" },
      this.list,
      h("div", { class: "composer-box" }, beside, this.field, this.button),
      h(
        "div",
        { class: "composer-help" },
        keys(["Enter"], "sends"),
        keys(["Shift", "Enter"], "new line"),
        this.tip,
      ),
    );
    this.#write("");
  }

  focus() {
    this.field.focus();
  }

  /** Turn to another person or place: its draft, its placeholder, its tip. */
  turnTo(draft, placeholder, tip = "") {
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.tip.textContent = tip;
    if (draft === this.#draft) return;
    this.#draft = draft;
    this.#write(this.#drafts.get(draft) ?? "");
  }

  #write(text) {
    this.field.value = text;
    this.#fit();
    this.#offer([]);
  }

  #typed() {
    this.#fit();
    this.#offer(this.offers(this.field.value, this.field.selectionStart));
  }

  #fit() {
    this.#drafts.set(this.#draft, this.field.value);
    this.button.disabled = this.field.value.trim() === "";
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, HIGHEST)}px`;
  }

  #offer(hints) {
    this.#hints = hints;
    this.#active = 0;
    this.list.hidden = hints.length === 0;
    fill(
      this.list,
      hints.map((hint, place) => this.#hintRow(hint, place)),
    );
    this.#point();
  }

  #hintRow(hint, place) {
    const take = (event) => {
      event.preventDefault();
      this.#take(hint);
    };
    return h(
      "div",
      {
        class: `hint${hint.insert ? "" : " hint-idle"}`,
        id: `${this.name}-hint-${place}`,
        role: "option",
        onpointerdown: take,
      },
      hint.person ? avatar(hint.person, "small") : null,
      h("span", { class: "hint-title" }, hint.title),
      hint.usage ? h("span", { class: "hint-usage" }, hint.usage) : null,
      hint.note ? h("span", { class: "hint-note" }, hint.note) : null,
    );
  }

  #point() {
    const rows = [...this.list.children];
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === this.#active)));
    const row = rows[this.#active];
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    else this.field.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  #take(hint) {
    if (!hint.insert) return;
    const { value, selectionStart } = this.field;
    this.field.value = value.slice(0, hint.from) + hint.insert + value.slice(selectionStart);
    this.field.selectionStart = this.field.selectionEnd = hint.from + hint.insert.length;
    this.#typed();
  }

  #onKey(event) {
    if (event.isComposing || event.shiftKey) return;
    const act = event.key in MOVES ? () => this.#move(event.key) : this.#acts[event.key];
    if (act?.() ?? false) event.preventDefault();
  }

  /** What keys do; each says whether it did something. */
  #acts = {
    Tab: () => this.#complete(),
    Enter: () => {
      if (!this.#complete()) this.#submit();
      return true;
    },
    Escape: () => {
      const open = this.#hints.length > 0;
      this.#offer([]);
      return open;
    },
  };

  #complete() {
    const hint = this.#hints[this.#active];
    const typed = this.field.value.slice(hint?.from ?? 0).trim();
    if (!hint?.insert || typed === hint.insert.trim()) return false;
    this.#take(hint);
    return true;
  }

  #move(key) {
    if (this.#hints.length > 1) {
      this.#active = (this.#active + MOVES[key] + this.#hints.length) % this.#hints.length;
      this.#point();
      return true;
    }
    if (key !== "ArrowUp" || this.field.value !== "" || !this.#sent.has(this.#draft)) return false;
    this.#write(this.#sent.get(this.#draft));
    return true;
  }

  async #submit() {
    const text = this.field.value.trim();
    if (text === "") return;
    const draft = this.#draft;
    this.#sent.set(draft, text);
    this.#write("");
    this.node.classList.add("sending");
    const arrived = await this.send(text);
    this.node.classList.remove("sending");
    if (arrived || this.#drafts.get(draft)) return;
    this.#drafts.set(draft, text);
    if (this.#draft === draft) this.#write(text);
  }
}

function keys(names, does) {
  return h(
    "span",
    {},
    names.map((name) => [h("kbd", {}, name), " "]),
    does,
  );
}
