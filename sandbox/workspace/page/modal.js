/* The modal: the uppermost view of the stack of the person we act as.
 *
 * Rule: the workspace owns the stack. Closing and submitting only ask; the modal goes when the next
 * picture no longer has it. What was typed stays while the same view is shown.
 */

import { drawBlocks, showErrors } from "./blocks.js";
import { fill, h } from "./dom.js";
import { forget } from "./entries.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { sendEverything, surfaceKey, surfaceOf } from "./surfaces.js";
import { post } from "./wire.js";

const FIELDS = "input, textarea, .picker";

/** The one modal of the page; `draw()` makes it show what the last picture says. */
export class Modal {
  #view = null;
  #errors = {};
  #submitting = false;
  #frame = "";

  constructor(app) {
    this.app = app;
    this.title = h("h2", { id: "modal-title" });
    this.head = h("header", { class: "layer-head" });
    this.trouble = h("div", { class: "layer-trouble", role: "alert", hidden: true });
    this.blocks = h("div", { class: "blocks" });
    this.foot = h("footer", { class: "layer-foot" });
    const body = h("div", { class: "layer-body" }, this.trouble, this.blocks);
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    const cancel = (event) => {
      event.preventDefault();
      this.#close();
    };
    this.dialog = h(
      "dialog",
      { class: "layer modal", "aria-labelledby": "modal-title", oncancel: cancel },
      h("form", { novalidate: true, onsubmit: submit }, this.head, body, this.foot),
    );
    document.body.append(this.dialog);
  }

  draw() {
    const stack = this.app.view.modals;
    const view = stack.at(-1);
    this.#forgetOthers([...stack, this.app.view.home]);
    if (view) this.#show(view, stack.length);
    else this.#leave();
  }

  #forgetOthers(views) {
    const { as } = this.app;
    const keys = views.filter(Boolean).map(({ id }) => surfaceKey(as, { view_id: id }));
    forget(`view ${as}`, new Set(keys));
  }

  #show(view, depth) {
    const other = view.id !== this.#view?.id;
    if (other || view.hash !== this.#view.hash) this.#explain({}, null);
    if (other) fill(this.blocks);
    this.#view = view;
    this.#drawFrame(view, depth);
    const surface = surfaceOf(
      this.app,
      { view_id: view.id },
      { recorded: view.state?.values, onEdit: (block) => this.#forgive(block) },
    );
    drawBlocks(this.blocks, view.blocks, surface);
    showErrors(this.blocks, this.#errors);
    if (!this.dialog.open) this.dialog.showModal();
    if (other) this.#focusFirst();
  }

  #focusFirst() {
    const field = this.blocks.querySelector("[autofocus]") ?? this.blocks.querySelector(FIELDS);
    (field ?? this.foot.lastElementChild).focus();
  }

  #leave() {
    if (this.dialog.open) this.dialog.close();
    this.#view = null;
    fill(this.blocks);
  }

  #drawFrame(view, depth) {
    const { names } = this.app;
    const waiting = this.#submitting;
    const frame = JSON.stringify([view.id, view.title, view.submit, view.close, depth, waiting]);
    if (this.#frame === frame) return;
    this.#frame = frame;
    const [mark, word] = depth > 1 ? ["back", "Back"] : ["close", "Close"];
    const shut = h(
      "button",
      { type: "button", class: "icon-button", "aria-label": word, onclick: () => this.#close() },
      icon(mark),
    );
    fill(this.title, textObject(view.title, names));
    fill(this.head, depth > 1 ? [shut, this.title] : [this.title, shut]);
    const close = textObject(view.close ?? (view.submit ? "Cancel" : "Close"), names);
    fill(
      this.foot,
      h("button", { type: "button", class: "button", onclick: () => this.#close() }, close),
      view.submit ? submitButton(textObject(view.submit, names), waiting) : null,
    );
  }

  #explain(errors, sentence) {
    this.#errors = errors;
    this.trouble.hidden = sentence === null;
    fill(this.trouble, sentence);
  }

  #forgive(block) {
    delete this.#errors[block];
    showErrors(this.blocks, this.#errors);
  }

  async #submit() {
    const view = this.#view;
    if (!view?.submit || this.#submitting) return;
    this.#wait(true);
    await sendEverything(surfaceKey(this.app.as, { view_id: view.id }));
    const answer = await post("submit", { as: this.app.as, view_id: view.id });
    this.#wait(false);
    if (this.#view?.id !== view.id || answer.ok) return;
    this.#explain({ ...answer.errors }, answer.errors ? null : answer.error);
    showErrors(this.blocks, this.#errors);
    this.blocks.querySelector(".field-wrong")?.querySelector(FIELDS)?.focus();
  }

  #wait(now) {
    this.#submitting = now;
    if (this.#view) this.#drawFrame(this.#view, this.app.view.modals.length);
  }

  async #close() {
    const view = this.#view;
    if (!view) return;
    const answer = await post("close", { as: this.app.as, view_id: view.id });
    if (!answer.ok && this.#view?.id === view.id) this.#explain({}, answer.error);
  }
}

function submitButton(words, waiting) {
  return h(
    "button",
    {
      type: "submit",
      class: `button button-primary${waiting ? " pending" : ""}`,
      "aria-busy": String(waiting),
    },
    h("span", { class: "button-text" }, words),
  );
}
