/* What the page shows for Block Kit that it does not know: a red box that names it, because a block
 * that vanished would look as if the app had never sent it.
 */

import { h } from "./dom.js";

/** A red box saying that this kind of thing cannot be shown here. */
export function unknown(kind, type) {
  return h(
    "span",
    { class: "unknown", role: "alert" },
    `This page cannot show the ${kind} “${type ?? "without a type"}”.`,
  );
}
