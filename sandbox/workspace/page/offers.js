/* What a composer offers for completion: the commands after a leading `/`, the people after `@`. */

const MOST = 6;

/** The hints for what stands before the caret; in a thread, only why commands do not work there. */
export function offersFor(app, inThread) {
  return (text, caret) => {
    const before = text.slice(0, caret);
    if (before.startsWith("/"))
      return inThread ? [NOT_IN_THREADS] : commandHints(app.view?.commands ?? [], before);
    const call = /(^|\s)@([\w.-]*)$/.exec(before);
    return call ? peopleHints(app, call[2].toLowerCase(), caret - call[2].length - 1) : [];
  };
}

const NOT_IN_THREADS = {
  title: "Slash commands do not work in threads.",
  note: "Write to the app instead: @dr status vm-web01",
};

function commandHints(commands, before) {
  const [word] = before.split(/\s/);
  const typing = word === before;
  return commands
    .filter(({ command }) => (typing ? command.startsWith(word) : command === word))
    .map(({ command, description, usage_hint: usage }) => ({
      title: command,
      usage,
      note: description,
      from: 0,
      insert: typing ? `${command} ` : null,
    }));
}

function peopleHints(app, typed, from) {
  const begins = (word) => word.startsWith(typed);
  return app.names
    .people()
    .filter((person) => person.name.toLowerCase().split(/\s/).some(begins))
    .slice(0, MOST)
    .map((person) => ({
      person,
      title: person.name,
      note: person.title,
      from,
      insert: `@${person.handle} `,
    }));
}
