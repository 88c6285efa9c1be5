/* A surface is a message or a view seen by the person we act as: it carries what its elements tell
 * to the workspace, asks for confirmations, and knows which presses still wait for their answer.
 *
 * Rule: an element is named by surface, block and action; what is typed is sent a moment after the
 * last key, and always before the view is submitted.
 */

import { confirmed, toast } from "./dialogs.js";
import { setPending } from "./elements.js";
import { remember } from "./entries.js";
import { post } from "./wire.js";

const TYPING_PAUSE = 250;
const pending = new Set();
const unsent = new Map();
const underway = new Map();

/** The name under which entries of a surface are kept. */
export function surfaceKey(as, where) {
  return where.view_id
    ? `view ${as} ${where.view_id}`
    : `message ${as} ${where.channel} ${where.ts}`;
}

/** What the elements of one message (`{channel, ts}`) or view (`{view_id}`) talk to. */
export function surfaceOf(app, where, { recorded = null, onEdit = null } = {}) {
  const as = app.as;
  const key = surfaceKey(as, where);
  const tell = (path, block, element, more) =>
    post(path, { as, ...where, block_id: block, action_id: element.action_id, ...more });
  const agreed = async (element) => !element.confirm || confirmed(element.confirm, app.names);

  return {
    key,
    recorded,
    names: app.names,
    pressKey: (block, element) => JSON.stringify([key, block, element.action_id]),
    isPending: (press) => pending.has(press),

    async press(block, element) {
      const press = this.pressKey(block, element);
      if (pending.has(press) || !(await agreed(element))) return;
      if (/^https?:/i.test(element.url ?? "")) window.open(element.url, "_blank", "noopener");
      mark(press, true);
      await sendEverything(key);
      const answer = await tell("press", block, element);
      mark(press, false);
      if (!answer.ok) toast(answer.error);
    },

    async choose(block, element, value, sent) {
      if (!(await agreed(element))) return false;
      if (value !== undefined) remember(key, block, element.action_id, value);
      onEdit?.(block);
      sendUnsent(key);
      const answer = await carried(
        key,
        post("choose", { as, where, block_id: block, action_id: element.action_id, value: sent }),
      );
      if (!answer.ok) toast(answer.error);
      return true;
    },

    input(block, element, value) {
      remember(key, block, element.action_id, value);
      onEdit?.(block);
      const field = this.pressKey(block, element);
      clearTimeout(unsent.get(field)?.timer);
      const send = () => {
        unsent.delete(field);
        return carried(key, tell("input", block, element, { value }));
      };
      unsent.set(field, { key, send, timer: setTimeout(send, TYPING_PAUSE) });
    },

    async suggest(block, element, query) {
      const answer = await tell("suggest", block, element, { value: query });
      if (!answer.ok) toast(answer.error);
      return answer;
    },
  };
}

/** Send what was typed into a surface and wait until everything it said has been heard. */
export async function sendEverything(key) {
  sendUnsent(key);
  await Promise.all(underway.get(key) ?? []);
}

function sendUnsent(key) {
  for (const { key: owner, send, timer } of [...unsent.values()]) {
    if (owner !== key) continue;
    clearTimeout(timer);
    send();
  }
}

function carried(key, promise) {
  const all = underway.get(key) ?? new Set();
  underway.set(key, all.add(promise));
  return promise.finally(() => {
    all.delete(promise);
    if (!all.size) underway.delete(key);
  });
}

function mark(press, waiting) {
  if (waiting) pending.add(press);
  else pending.delete(press);
  for (const node of document.querySelectorAll(`[data-press="${CSS.escape(press)}"]`))
    setPending(node, waiting);
}
