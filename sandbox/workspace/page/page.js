/* The page: whom we act as, what is on screen, and the loop that redraws it with every picture the
 * workspace sends.
 *
 * Rule: what the workspace knows is never changed here, only shown; a person's deed is posted, and its
 * effect comes back with the next picture.
 */

import { FIRST_PERSON, addressOf, readAddress, writeAddress } from "./address.js";
import { Composer } from "./composer.js";
import { hearClock, refreshTimes } from "./dates.js";
import { toast } from "./dialogs.js";
import { fill, stickToEnd } from "./dom.js";
import { drawHead } from "./head.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { drawMessages, inChannel, repliesTo } from "./messages.js";
import { Modal } from "./modal.js";
import { plainWords } from "./mrkdwn.js";
import { offersFor } from "./offers.js";
import { authorOf, called, namesOf } from "./people.js";
import { readingMarks } from "./reading.js";
import { shortcutsMenu } from "./shortcuts.js";
import { sidebar } from "./sidebar.js";
import { follow, post } from "./wire.js";

const part = (id) => document.getElementById(id);
const dismissed = new Set();
const app = { ...readAddress(), view: null };
app.names = namesOf(app);
const marks = readingMarks(app);
let following = null;
let announced = null;

app.unread = marks.unread;
app.addressFor = (as) => addressOf({ ...app, as });
app.actAs = actAs;
app.openChannel = (id) => show({ kind: "channel", id });
app.openHome = async () => {
  show({ kind: "home" });
  await askForHome();
};
app.openThread = (channel, ts) => {
  app.thread = ts;
  draw();
  threadComposer.focus();
  threadEnd.toEnd();
};
app.dismiss = (ts) => {
  dismissed.add(ts);
  draw();
};

const drawSidebar = sidebar(part("sidebar"), app);
const modal = new Modal(app);
const mainComposer = new Composer({
  name: "main",
  offers: offersFor(app, false),
  beside: shortcutsMenu(app),
  send: (text) => say(text, {}),
});
const threadComposer = new Composer({
  name: "thread",
  offers: offersFor(app, true),
  send: (text) => say(text, { thread_ts: app.thread }),
});
part("main-composer").append(mainComposer.node);
part("thread-composer").append(threadComposer.node);
const mainEnd = stickToEnd(part("main-scroll"), part("messages"), (atEnd) => {
  part("to-end").hidden = atEnd;
  if (atEnd) readNow();
});
const threadEnd = stickToEnd(part("thread-scroll"), part("thread-messages"));
part("to-end").addEventListener("click", mainEnd.toEnd);
part("thread-close").addEventListener("click", closeThread);
part("thread-close").append(icon("close"));
part("thread").addEventListener(
  "keydown",
  (event) => event.key === "Escape" && !event.defaultPrevented && closeThread(),
);
document.addEventListener("visibilitychange", () => app.view && draw());
setInterval(refreshTimes, 1000);
start();

function start() {
  following?.abort();
  following = new AbortController();
  const { signal } = following;
  follow({
    as: app.as,
    signal,
    onView: (view) => signal.aborted || take(view),
    onAway: away,
    onRefused: turnedAway,
  });
}

function take(view) {
  const first = app.view === null;
  hearClock(view.now);
  app.as = view.me.id;
  app.view = { ...view, people: called(view.people) };
  part("away").hidden = true;
  marks.begin();
  if (first) announced = null;
  settlePlace();
  draw();
  if (first && app.place.kind === "home") askForHome();
}

function away(sentence) {
  part("away").hidden = false;
  part("away-words").textContent = sentence;
}

function turnedAway(sentence) {
  toast(sentence);
  actAs(FIRST_PERSON);
}

function settlePlace() {
  const { view, place } = app;
  if (place.kind === "home" || view.channels.some((channel) => channel.id === place.id)) return;
  const first = view.channels.find((channel) => channel.name === "incidents") ?? view.channels[0];
  app.place = { kind: "channel", id: first?.id ?? null };
  app.thread = null;
  if (first) marks.enter(first.id);
}

function actAs(id) {
  if (id === app.as) return;
  Object.assign(app, { as: id, view: null });
  for (const list of ["messages", "thread-messages", "home"]) fill(part(list));
  writeAddress(app);
  start();
  mainEnd.toEnd();
}

function show(place) {
  app.place = place;
  app.thread = null;
  fill(part("messages"));
  if (place.kind === "channel") marks.enter(place.id);
  draw();
  mainEnd.toEnd();
  if (place.kind === "channel") mainComposer.focus();
}

function closeThread() {
  app.thread = null;
  draw();
  mainComposer.focus();
}

async function askForHome() {
  const answer = await post("home", { as: app.as });
  if (!answer.ok) toast(answer.error);
}

async function say(text, more) {
  if (app.place.kind !== "channel") return false;
  marks.settle();
  mainEnd.toEnd();
  const answer = await post("type", { as: app.as, channel: app.place.id, text, ...more });
  if (!answer.ok) toast(answer.error);
  return answer.ok;
}

function messagesHere() {
  return (app.view.messages[app.place.id] ?? []).filter((message) => !dismissed.has(message.ts));
}

function draw() {
  if (!app.view) return;
  writeAddress(app);
  const channel = app.view.channels.find((candidate) => candidate.id === app.place.id);
  if (document.visibilityState === "hidden" && channel) marks.lookAway(channel.id);
  part("page").classList.toggle("at-home", app.place.kind === "home");
  part("home").hidden = app.place.kind !== "home";
  if (app.place.kind === "home") drawHome(part("home"), app);
  else if (channel) drawChannel(channel);
  drawThread(channel);
  drawHead(part("main-head"), app, channel);
  mainEnd.settle();
  threadEnd.settle();
  readNow();
  drawSidebar();
  modal.draw();
  const unread = app.view.channels.reduce((count, { id }) => count + marks.unread(id), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${app.place.kind === "home" ? "Home" : channel?.direct ? "Messages" : `#${channel?.name ?? ""}`} as ${app.names.person(app.as)}`;
}

function drawChannel(channel) {
  const shown = inChannel(messagesHere());
  drawMessages(part("messages"), shown, app, channel.id, { newAfter: marks.newAfter() });
  part("empty").hidden = shown.length > 0;
  const where = channel.direct ? "the app" : `#${channel.name}`;
  mainComposer.turnTo(
    `${app.as} ${channel.id}`,
    `Message ${where} as ${app.names.person(app.as)}`,
    app.view.commands?.length ? `Type ${app.view.commands[0].command} to begin` : "",
  );
  announce(shown);
}

function drawThread(channel) {
  const parent =
    channel && app.thread ? messagesHere().find((message) => message.ts === app.thread) : null;
  part("page").classList.toggle("with-thread", Boolean(parent));
  part("thread").hidden = !parent;
  if (!parent) return fill(part("thread-messages"));
  part("thread-place").textContent = channel.direct ? "Messages" : `#${channel.name}`;
  drawMessages(
    part("thread-messages"),
    [parent, ...repliesTo(messagesHere(), parent.ts)],
    app,
    channel.id,
    { thread: true },
  );
  threadComposer.turnTo(
    `${app.as} ${channel.id} ${parent.ts}`,
    `Reply as ${app.names.person(app.as)}`,
  );
  return undefined;
}

function readNow() {
  if (
    app.view &&
    app.place.kind === "channel" &&
    mainEnd.stuck &&
    document.visibilityState === "visible"
  )
    marks.read(app.place.id);
}

function announce(messages) {
  const last = messages.at(-1)?.ts ?? "0";
  const where = `${app.as} ${app.place.id}`;
  if (announced?.where === where) {
    const fresh = messages.filter(
      (message) => Number(message.ts) > Number(announced.last) && message.user !== app.as,
    );
    if (fresh.length)
      part("announcer").textContent = fresh
        .map((message) => `${authorOf(app, message).name}: ${plainWords(message.text, app.names)}`)
        .join(". ");
  }
  announced = { where, last };
}
