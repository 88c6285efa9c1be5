/* What lies over the page for a moment: the confirmation before a button acts, and the toasts that
 * say what went wrong.
 */

import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { icon } from "./icons.js";

/** Ask the question of a Block Kit `confirm` object; resolves to true only when it was confirmed. */
export function confirmed(confirm, names) {
  return new Promise((resolve) => {
    const yes = h(
      "button",
      {
        type: "submit",
        value: "yes",
        class: `button button-${confirm.style === "danger" ? "danger" : "primary"}`,
      },
      textObject(confirm.confirm ?? "Yes", names),
    );
    const no = h(
      "button",
      { type: "submit", value: "no", class: "button" },
      textObject(confirm.deny ?? "Cancel", names),
    );
    const dialog = h(
      "dialog",
      {
        class: "layer confirm",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
      },
      h(
        "form",
        { method: "dialog" },
        h(
          "header",
          { class: "layer-head" },
          h("h2", { id: "confirm-title" }, textObject(confirm.title ?? "Are you sure?", names)),
          h(
            "button",
            { type: "submit", value: "no", class: "icon-button", "aria-label": "Close" },
            icon("close"),
          ),
        ),
        h("div", { id: "confirm-text", class: "layer-body text" }, textObject(confirm.text, names)),
        h("footer", { class: "layer-foot" }, no, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    (confirm.style === "danger" ? no : yes).focus();
  });
}

/** Show a sentence for some seconds, above everything else; it can be dismissed earlier. */
export function toast(sentence, kind = "error") {
  const tray = document.getElementById("toasts");
  const node = h(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" },
    h("span", {}, sentence),
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => drop() },
      icon("close"),
    ),
  );
  const drop = () => {
    node.remove();
    if (!tray.children.length && tray.matches(":popover-open")) tray.hidePopover();
  };
  tray.append(node);
  while (tray.children.length > 4) tray.firstElementChild.remove();
  if (tray.matches(":popover-open")) tray.hidePopover();
  tray.showPopover();
  setTimeout(drop, 9000);
}
