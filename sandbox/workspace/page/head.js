/* The head of the middle column: where one is, and what should be known before writing there. */

import { fill, h } from "./dom.js";
import { appBadge, appOf, avatar, channelMark } from "./people.js";

/** Make `box` name the channel on screen, or the app when its Home is. */
export function drawHead(box, app, channel) {
  const bot = appOf(app);
  const look = JSON.stringify([app.place, channel, bot]);
  if (box.dataset.look === look) return;
  box.dataset.look = look;
  if (app.place.kind === "home")
    fill(
      box,
      avatar(bot, "small"),
      h("h1", {}, bot.name),
      appBadge(),
      h("span", { class: "tab" }, "Home"),
    );
  else if (channel)
    fill(
      box,
      channelMark(channel),
      h("h1", {}, channel.direct ? bot.name : channel.name),
      channelFacts(channel, bot),
    );
  else fill(box, h("h1", {}, "No channels"));
}

function channelFacts(channel, bot) {
  if (channel.direct) return [];
  const facts = [`${channel.member_count} ${channel.member_count === 1 ? "member" : "members"}`];
  if (channel.private) facts.push("private");
  return [
    h("span", { class: "fact", title: channel.topic }, [facts.join(" · "), channel.topic].filter(Boolean).join("  —  ")),
    channel.archived ? h("span", { class: "badge badge-guest" }, "archived") : null,
    shelf(channel),
    channel.shared
      ? h("span", { class: "badge badge-external" }, "shared with another company")
      : null,
    channel.bot_is_member
      ? null
      : h("span", { class: "badge badge-guest" }, `${bot.name} is not a member here`),
  ];
}

/** What hangs on the wall of a channel: its bookmarks as links, and what is pinned. */
function shelf(channel) {
  const pins = channel.pins || [];
  const marks = channel.bookmarks || [];
  if (!pins.length && !marks.length) return null;
  return h(
    "span",
    { class: "fact shelf" },
    marks.map((one) =>
      h("a", { href: one.link, target: "_blank", rel: "noreferrer" }, `Bookmark: ${one.title}`),
    ),
    pins.map((one) => h("span", { title: one.text }, `Pinned: ${one.text.slice(0, 60)}`)),
  );
}
