/* The menu of the app's shortcuts, beside the field people type into; it works where no command
 * does, and with the keyboard alone.
 */

import { toast } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menuBox } from "./menu.js";
import { post } from "./wire.js";

/** Make the button that opens the menu. */
export function shortcutsMenu(app) {
  const trigger = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": "Shortcuts",
      title: "Shortcuts",
    },
    icon("bolt"),
  );
  return menuBox(trigger, {
    label: "Shortcuts",
    role: "menu",
    wide: true,
    load: () => [{ label: "Shortcuts", options: app.view?.shortcuts ?? [] }],
    face: ({ name, description }) =>
      h(
        "span",
        { class: "person-words" },
        h("span", { class: "person-name" }, name),
        h("span", { class: "person-title" }, description),
      ),
    pick: async ({ callback_id }) => {
      const answer = await post("shortcut", { as: app.as, callback_id });
      if (!answer.ok) toast(answer.error);
    },
  });
}
