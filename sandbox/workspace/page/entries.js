/* What people have typed or chosen and not yet seen come back: kept beside the document, so that a
 * field that has to be drawn again shows it again.
 *
 * Rule: a value is found by surface (a message or a view), block and action, as Slack finds it; it
 * outlives an update of the surface and is forgotten with the surface.
 */

const values = new Map();
const named = (surface, block, action) => JSON.stringify([surface, block, action]);

/** Keep what the person put into an element. */
export function remember(surface, block, action, value) {
  values.set(named(surface, block, action), value);
}

/** What the person put into an element, or undefined. */
export function recall(surface, block, action) {
  return values.get(named(surface, block, action));
}

/** Forget all surfaces whose name begins with `prefix`, except those in `alive`. */
export function forget(prefix, alive) {
  for (const key of values.keys()) {
    const [surface] = JSON.parse(key);
    if (surface.startsWith(prefix) && !alive.has(surface)) values.delete(key);
  }
}

/**
 * The value an element shows now: what was put in here, else what the workspace recorded for the
 * view, else its own initial value. Options are option objects; several are an array of values.
 */
export function shown(surface, block, element) {
  const mine = recall(surface.key, block, element.action_id);
  if (mine !== undefined) return mine;
  const recorded = surface.recorded?.[block]?.[element.action_id];
  return READ[element.type]?.(recorded ?? {}) ?? READ_INITIAL[element.type]?.(element);
}

const chosenValues = (options) => options?.map((option) => option.value);

const READ = {
  plain_text_input: (state) => state.value,
  static_select: (state) => state.selected_option,
  external_select: (state) => state.selected_option,
  users_select: (state) => state.selected_user,
  channels_select: (state) => state.selected_channel,
  radio_buttons: (state) => state.selected_option?.value,
  checkboxes: (state) => chosenValues(state.selected_options),
  datepicker: (state) => state.selected_date,
};

const READ_INITIAL = {
  plain_text_input: (element) => element.initial_value,
  static_select: (element) => element.initial_option,
  external_select: (element) => element.initial_option,
  users_select: (element) => element.initial_user,
  channels_select: (element) => element.initial_channel,
  radio_buttons: (element) => element.initial_option?.value,
  checkboxes: (element) => chosenValues(element.initial_options),
  datepicker: (element) => element.initial_date,
};
