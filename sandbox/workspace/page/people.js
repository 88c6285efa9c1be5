/* How people look: their avatar, their role badges, and what a person, channel or group is called. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const ROLES = { "dr-operators": "operator", "dr-approvers": "approver" };

/** A square with somebody's initials, in the colour that is theirs. */
export function avatar(person, size = "medium") {
  const classes = `avatar avatar-${size} ${person.bot ? "avatar-bot" : `avatar-${person.tint ?? 0}`}`;
  return h(
    "span",
    { class: classes, "aria-hidden": "true" },
    person.bot ? person.name.slice(0, 2).toUpperCase() : initials(person.name),
  );
}

/** What a person may do and is, as small badges. */
export function badges(person) {
  const roles = (person.groups ?? []).map((group) => [
    ROLES[group] ?? group,
    ROLES[group] ?? "group",
  ]);
  for (const kind of ["guest", "external", "deactivated"])
    if (person[kind]) roles.push([kind, kind]);
  return roles.map(([text, kind]) => h("span", { class: `badge badge-${kind}` }, text));
}

/** The badge beside the name of an app. */
export function appBadge() {
  return h("span", { class: "badge badge-app" }, "App");
}

/** The mark in front of a channel's name. */
export function channelMark(channel) {
  if (channel.direct) return icon("person");
  return icon(channel.private ? "lock" : "hash");
}

/** Whoever wrote a message; the workspace itself writes too and is not among its people. */
export function authorOf(app, message) {
  const known = app.view.people.find((person) => person.id === message.user);
  return (
    known ?? {
      id: message.user,
      name: message.user_name.charAt(0).toUpperCase() + message.user_name.slice(1),
      bot: message.bot,
    }
  );
}

/** The app's own account. */
export function appOf(app) {
  return app.view.people.find((person) => person.bot) ?? { id: "app", name: "App", bot: true };
}

/** The people of a picture, called by their real names; the name they are mentioned by is `handle`. */
export function called(people) {
  return people.map((person, place) => ({
    ...person,
    handle: person.name,
    name: person.real_name,
    tint: place % 8,
  }));
}

/** Names by id, read from whatever the workspace said last; unknown ids give undefined. */
export function namesOf(app) {
  const person = (id) => app.view?.people.find((candidate) => candidate.id === id);
  return {
    get me() {
      return app.as;
    },
    person: (id) => person(id)?.name,
    channel: (id) => app.view?.channels.find((channel) => channel.id === id)?.name,
    group: (id) => app.view?.usergroups?.find((group) => group.id === id)?.handle,
    channels: () => (app.view?.channels ?? []).filter((channel) => !channel.direct),
    people: () =>
      (app.view?.people ?? []).filter((candidate) => !candidate.bot && !candidate.deactivated),
  };
}

function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words[1][0] : name.slice(0, 2)).toUpperCase();
}
