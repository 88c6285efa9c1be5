/* How far each person has read each channel in this window.
 *
 * Rule: whatever was there when the page opened counts as read; one's own messages are never unread;
 * the "New" line stays where it was when the channel was opened.
 */

import { inChannel } from "./messages.js";

/** Keep the reading marks of this window. */
export function readingMarks(app) {
  const marks = new Map();
  let opened = null;
  let line = null;
  const named = (channel) => `${app.as} ${channel}`;
  const arrived = (channel) => inChannel(app.view?.messages[channel] ?? []);
  const mark = (channel) => marks.get(named(channel)) ?? opened ?? 0;
  const strangers = (channel) =>
    arrived(channel).filter(
      (message) => message.user !== app.as && Number(message.ts) > mark(channel),
    );

  return {
    /** Take everything that is there as read, when the first picture of the window arrives. */
    begin() {
      if (opened !== null) return;
      opened = Math.max(
        0,
        ...Object.values(app.view.messages)
          .flat()
          .map((message) => Number(message.ts)),
      );
    },
    unread: (channel) => strangers(channel).length,
    /** The `ts` after which messages of the channel on screen are new, or null. */
    newAfter: () => line,
    /** A channel came on screen: remember where its new messages begin. */
    enter(channel) {
      line = strangers(channel).length ? mark(channel) : null;
    },
    /** The person has seen the end of the channel. */
    read(channel) {
      const last = arrived(channel).at(-1);
      if (last) marks.set(named(channel), Number(last.ts));
    },
    /** While nobody looks, what arrives is new. */
    lookAway(channel) {
      if (strangers(channel).length && line === null) line = mark(channel);
    },
    /** The person did something here; the line has served its purpose. */
    settle() {
      line = null;
    },
  };
}
