/* The left column: the workspace, whom we act as, the channels, the app and the people. */

import { fill, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { menuBox } from "./menu.js";
import { appBadge, avatar, badges, channelMark } from "./people.js";

/** Make the left column inside `box`; the returned function makes it show the last picture. */
export function sidebar(box, app) {
  const team = h("div", { class: "team-name" });
  const face = h("span", { class: "acting-face" });
  const trigger = h("button", { type: "button", class: "acting" }, face, icon("down"));
  const acting = menuBox(trigger, {
    label: "Act as",
    wide: true,
    load: () => [
      {
        label: "Act as",
        options: humans(app).map((person) => ({ ...person, disabled: person.deactivated })),
      },
    ],
    face: personFace,
    chosen: (person) => person.id === app.as,
    pick: (person) => app.actAs(person.id),
  });
  const channels = h("div", { class: "nav-list" });
  const direct = h("div", { class: "nav-list" });
  const people = h("div", { class: "nav-list" });
  fill(
    box,
    h(
      "div",
      { class: "team" },
      h("span", { class: "team-mark", "aria-hidden": "true" }),
      h("div", {}, team, h("div", { class: "team-note" }, "Sandbox workspace")),
    ),
    h("div", { class: "acting-box" }, h("div", { class: "nav-title" }, "Acting as"), acting),
    h(
      "nav",
      { class: "nav", "aria-label": "Channels and people" },
      group("Channels", channels),
      group("Apps", direct),
      group("People", people),
    ),
  );

  return function draw() {
    const { view } = app;
    team.textContent = view.team;
    const me = view.people.find((person) => person.id === app.as);
    if (me && trigger.dataset.look !== JSON.stringify(me)) {
      trigger.dataset.look = JSON.stringify(me);
      fill(face, personFace(me));
      trigger.setAttribute("aria-label", `Acting as ${me.name}; change`);
    }
    navigation(
      channels,
      view.channels.filter((channel) => !channel.direct).map((channel) => channelRow(channel, app)),
    );
    navigation(direct, [
      ...view.people.filter((person) => person.bot).map((bot) => homeRow(bot, app)),
      ...view.channels
        .filter((channel) => channel.direct)
        .map((channel) => channelRow(channel, app)),
    ]);
    reconcile(people, humans(app), {
      key: (person) => person.id,
      look: (person) => JSON.stringify([person, person.id === app.as]),
      draw: (person) => personRow(person, app),
    });
  };
}

function humans(app) {
  return app.view.people.filter((person) => !person.bot);
}

function group(title, list) {
  return h("section", { class: "nav-group" }, h("h2", { class: "nav-title" }, title), list);
}

function navigation(list, rows) {
  reconcile(list, rows, {
    key: (row) => row.key,
    look: (row) => JSON.stringify([row.words, row.here, row.unread]),
    draw: navigationRow,
  });
}

function navigationRow({ words, mark, here, unread, badge, go }) {
  return h(
    "button",
    {
      type: "button",
      class: `nav-item${unread && !here ? " nav-unread" : ""}`,
      "aria-current": here ? "page" : null,
      onclick: go,
    },
    mark(),
    h("span", { class: "nav-words" }, words),
    badge?.(),
    unread && !here
      ? h("span", { class: "nav-count", "aria-label": `${unread} unread` }, String(unread))
      : null,
  );
}

function channelRow(channel, app) {
  return {
    key: channel.id,
    words: channel.direct ? "Messages with the app" : channel.name,
    mark: () => channelMark(channel),
    badge: channel.shared ? () => h("span", { class: "badge badge-external" }, "shared") : null,
    here: app.place.kind === "channel" && app.place.id === channel.id,
    unread: app.unread(channel.id),
    go: () => app.openChannel(channel.id),
  };
}

function homeRow(bot, app) {
  return {
    key: bot.id,
    words: bot.name,
    mark: () => avatar(bot, "small"),
    badge: appBadge,
    here: app.place.kind === "home",
    unread: 0,
    go: () => app.openHome(),
  };
}

function personFace(person) {
  return [
    avatar(person, "medium"),
    h(
      "span",
      { class: "person-words" },
      h(
        "span",
        { class: "person-line" },
        h("span", { class: "person-name" }, person.name),
        badges(person),
      ),
      h("span", { class: "person-title" }, person.title),
    ),
  ];
}

function personRow(person, app) {
  const me = person.id === app.as;
  const roles = h("span", { class: "nav-badges" }, badges(person));
  return h(
    "div",
    { class: `nav-person${me ? " nav-me" : ""}` },
    h(
      "button",
      {
        type: "button",
        class: "nav-item",
        disabled: person.deactivated,
        title: person.deactivated ? `${person.name} is deactivated` : `Act as ${person.name}`,
        onclick: () => app.actAs(person.id),
      },
      avatar(person, "small"),
      h(
        "span",
        { class: "nav-words" },
        person.name,
        me ? h("span", { class: "nav-you" }, " you") : null,
      ),
      roles,
    ),
    person.deactivated || me
      ? null
      : h(
          "a",
          {
            class: "icon-button nav-window",
            href: app.addressFor(person.id),
            target: "_blank",
            rel: "noopener",
            title: `Open a window as ${person.name}`,
            "aria-label": `Open a window as ${person.name}`,
          },
          icon("window"),
        ),
  );
}
