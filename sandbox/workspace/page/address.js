/* The page's address says who is looking at what, so that a window can be reloaded, copied, or opened
 * beside another as somebody else: `?as=<user id>&at=<channel id or "home">&thread=<ts>`.
 */

/** Whoever a window without `as` begins as; the workspace knows people by id and by name. */
export const FIRST_PERSON = "alice";

/** Read the address. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const at = query.get("at");
  return {
    as: query.get("as") || FIRST_PERSON,
    place: at === "home" ? { kind: "home" } : { kind: "channel", id: at },
    thread: query.get("thread"),
  };
}

/** The address that shows a place as one person. */
export function addressOf({ as, place, thread }) {
  const query = new URLSearchParams({ as });
  if (place.kind === "home") query.set("at", "home");
  else if (place.id) query.set("at", place.id);
  if (thread && place.kind === "channel") query.set("thread", thread);
  return `?${query}`;
}

/** Put the address into the location bar without leaving the page. */
export function writeAddress(where) {
  const address = addressOf(where);
  if (address !== location.search) history.replaceState(null, "", address);
}
