/* Building and refreshing the document.
 *
 * Rule: data becomes text nodes and attributes, never markup; nothing here (or anywhere on the
 * page) sets innerHTML. A refresh keeps the nodes whose data did not change, so that focus,
 * selection and half-typed text survive it.
 */

/** Make an element. `onclick`-like properties are listeners; null, undefined and false are left out. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else
      node.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
  }
  fill(node, ...children);
  return node;
}

/** Replace everything inside `node`. Strings become text nodes; null and false are left out. */
export function fill(node, ...children) {
  node.replaceChildren(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

const drawn = new WeakMap();

/**
 * Make the children of `parent` show `items`, in order, touching only what changed.
 *
 * `key(item)` tells items apart, `look(item)` is a string that differs when the item must be drawn
 * again, `draw(item)` makes a node, and `update(node, item)`, when given, changes a node in place
 * (or gives another one for it).
 * A node that stays in its place is never moved, because moving a node takes the focus from it.
 */
export function reconcile(parent, items, { key, look, draw, update }) {
  const old = new Map();
  for (const node of parent.children) old.set(drawn.get(node)?.key, node);
  const next = items.map((item) => {
    const [itemKey, itemLook] = [key(item), look(item)];
    let node = old.get(itemKey);
    if (node && drawn.get(node).look !== itemLook) {
      node = update?.(node, item);
    }
    node ??= draw(item);
    drawn.set(node, { key: itemKey, look: itemLook });
    return node;
  });
  const kept = new Set(next);
  for (const node of [...parent.children]) if (!kept.has(node)) node.remove();
  next.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
}

/** Keep a scrolling box at its end while the reader is there; leave the reader alone otherwise. */
export function stickToEnd(box, content, onMove) {
  let stuck = true;
  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 48;
  const settle = () => {
    if (stuck) box.scrollTop = box.scrollHeight;
    onMove?.(stuck);
  };
  box.addEventListener("scroll", () => {
    stuck = atEnd();
    onMove?.(stuck);
  });
  const watcher = new ResizeObserver(settle);
  watcher.observe(box);
  watcher.observe(content);
  return {
    settle,
    toEnd() {
      stuck = true;
      settle();
    },
    get stuck() {
      return stuck;
    },
  };
}
