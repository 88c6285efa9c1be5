/* The App Home: what the app has published for the person we act as. */

import { drawBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { surfaceOf } from "./surfaces.js";

/** Make `box` show the published Home, or say that there is none yet. */
export function drawHome(box, app) {
  const view = app.view.home;
  const key = view ? `${app.as} ${view.id}` : "";
  if (box.dataset.view !== key || !view) fill(box);
  box.dataset.view = key;
  if (view)
    drawBlocks(
      box,
      view.blocks ?? [],
      surfaceOf(app, { view_id: view.id }, { recorded: view.state?.values }),
    );
  else
    fill(
      box,
      h(
        "div",
        { class: "empty" },
        h("p", { class: "empty-title" }, "Nothing here yet"),
        h("p", {}, "The app has not published a Home for you."),
      ),
    );
}
