/* Times as people read them: in the reader's own time zone, on a 24-hour clock, in English.
 *
 * The sandbox's clock may run faster than the wall's, so "now" is what the workspace last said it
 * is, carried on at its own pace; only this module knows that.
 */

let heard = { said: Date.now() / 1000, at: performance.now(), pace: 1 };

/** Take over the workspace's clock: seconds since the epoch, as it said just now. */
export function hearClock(said) {
  if (typeof said !== "number") return;
  const at = performance.now();
  const passed = (at - heard.at) / 1000;
  const pace = passed > 2 ? Math.min(Math.max((said - heard.said) / passed, 0), 10000) : heard.pace;
  if (passed > 2 || said > now()) heard = { said, at, pace };
}

/** The workspace's time in seconds since the epoch. */
export function now() {
  return heard.said + ((performance.now() - heard.at) / 1000) * heard.pace;
}

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const TIME = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const TIME_SECONDS = format({
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const PLAIN = format({ day: "numeric", month: "long", year: "numeric" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });

const dayNumber = (date) =>
  Math.floor((date.getTime() - date.getTimezoneOffset() * 60000) / 86400000);

function pretty(date, otherwise) {
  const away = dayNumber(date) - dayNumber(new Date(now() * 1000));
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[away] ?? otherwise.format(date);
}

/** How long ago, or how far ahead, in words: "in 12 minutes", "3 hours ago". */
export function ago(unix) {
  const seconds = unix - now();
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  const [unit, one] =
    size < 60
      ? ["second", 1]
      : size < 3600
        ? ["minute", 60]
        : size < 86400
          ? ["hour", 3600]
          : ["day", 86400];
  const count = Math.max(1, Math.floor(size / one));
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

const TOKENS = {
  date_num: (date) =>
    `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`,
  date: (date) => PLAIN.format(date),
  date_short: (date) => SHORT.format(date),
  date_long: (date) => LONG.format(date),
  date_pretty: (date) => pretty(date, PLAIN),
  date_short_pretty: (date) => pretty(date, SHORT),
  date_long_pretty: (date) => pretty(date, LONG),
  day_divider_pretty: (date) => pretty(date, DAY),
  time: (date) => TIME.format(date),
  time_secs: (date) => TIME_SECONDS.format(date),
  ago: (date) => ago(date.getTime() / 1000),
};

/** Fill in a date format such as `{date_short_pretty} at {time}`; unknown tokens stay visible. */
export function slackDate(unix, pattern) {
  const date = new Date(unix * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * A `time` element that keeps itself right when it says "today" or "5 minutes ago"; `leading` gives it
 * the capital letter of a sentence's first word.
 */
export function timeNode(unix, pattern, leading = false) {
  const node = document.createElement("time");
  node.dateTime = new Date(unix * 1000).toISOString();
  node.title = `${LONG.format(new Date(unix * 1000))} ${TIME_SECONDS.format(new Date(unix * 1000))}`;
  node.dataset.unix = String(unix);
  node.dataset.pattern = pattern;
  if (leading) node.dataset.leading = "";
  node.textContent = wordsOf(node);
  return node;
}

/** Rewrite every `time` element on the page whose words have changed. */
export function refreshTimes(root = document) {
  for (const node of root.querySelectorAll("time[data-pattern]")) {
    const text = wordsOf(node);
    if (node.textContent !== text) node.textContent = text;
  }
}

/** The day of a message's `ts`, as the heading between two days shows it. */
export function dayOf(ts) {
  return slackDate(Number(ts), "{day_divider_pretty}");
}

function wordsOf({ dataset }) {
  const text = slackDate(Number(dataset.unix), dataset.pattern);
  return dataset.leading === undefined ? text : capital(text);
}
