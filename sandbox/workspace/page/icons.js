/* The few line icons of the page, drawn as paths on a 24 by 24 grid. They carry no meaning of their
 * own for a screen reader: whatever uses one also says it in words.
 */

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z",
  shared: "M9 7H5v12h12v-4M13 4h7v7M20 4l-9 9",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  send: "M4 12 20 4l-6 16-3-7z",
  reply: "M20 12a7 7 0 0 1-7 7H5l2-3a7 7 0 1 1 13-4z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5",
  window: "M4 6h12v12H4zM9 6V3h12v12h-5",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pin: "M9 4h6l-1 6 4 4H6l4-4zM12 14v6",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.5 20c.8-4 4-6 7.5-6s6.7 2 7.5 6",
};

/** Draw one of the icons; it is hidden from assistive technology. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
