/* Talking with the workspace: one long poll that brings the whole picture, and small posts that tell
 * what a person did.
 *
 * Rule: nothing here throws for a workspace that is away or angry; the answer says so in words.
 */

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8000;
const SAME_AGAIN = 100;
const SILENCE = "The workspace did not answer. Is the sandbox still running?";

/** Tell the workspace what somebody did; the answer always has `ok`, and `error` when it is false. */
export async function post(path, body) {
  try {
    const response = await fetch(`/page/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json().catch(() => null);
    if (answer === null || typeof answer !== "object")
      return { ok: false, error: `The workspace answered ${response.status} without a reason.` };
    return { ...answer, ok: answer.ok ?? response.ok };
  } catch {
    return { ok: false, error: SILENCE };
  }
}

/**
 * Follow what one person sees until `signal` is aborted. `onView` gets every new picture; `onAway`
 * gets a sentence whenever the workspace cannot be reached, after which it is asked again, ever more
 * slowly. `onRefused` gets its sentence when it does not let this person in; then following ends. A
 * workspace that was restarted counts from the beginning, and so do we.
 */
export async function follow({ as, onView, onAway, onRefused, signal }) {
  let since = 0;
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    const { view, refused, away } = await look(as, since, signal);
    if (signal.aborted) return;
    if (refused) {
      onRefused(refused);
      return;
    }
    if (away) {
      onAway(away);
      since = 0;
      await rest(pause * (0.8 + 0.4 * Math.random()), signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      continue;
    }
    pause = FIRST_PAUSE;
    onView(view);
    if (view.version === since) await rest(SAME_AGAIN, signal);
    since = view.version;
  }
}

async function look(as, since, signal) {
  try {
    const response = await fetch(
      `/page/view?${new URLSearchParams({ as, since: String(since) })}`,
      { signal, cache: "no-store" },
    );
    const view = await response.json();
    if (response.status === 404 && view.error) return { refused: view.error };
    return response.ok
      ? { view }
      : { away: view.error ?? `The workspace answered ${response.status}.` };
  } catch {
    return { away: SILENCE };
  }
}

function rest(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
