// Message components as HTML. discord-components knows buttons in rows, but none of the newer components that
// lay a whole message out: containers, separators and text. Their measures are those of Discord's client.

import { escapeHtml, toHtml } from "./markdown.mjs";

const ROW = 1;
const BUTTON = 2;
const SELECT = 3;
const CHANNELS = 8;
const SECTION = 9;
const TEXT = 10;
const SEPARATOR = 14;
const CONTAINER = 17;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "destructive", 5: "link" };

// A menu shows what is chosen in it.
const selectHtml = ({ placeholder = "", options = [] }) => {
  const chosen = options.filter((option) => option.default).map((option) => option.label);
  return `<div class="select">${escapeHtml(chosen.join(", ") || placeholder)}<span>⌄</span></div>`;
};

const DRAWN = {
  [ROW]: ({ components }, now) => `<div class="row">${all(components, now)}</div>`,
  [BUTTON]: ({ style, label = "", emoji, disabled }) =>
    `<span class="button ${STYLES[style]}${disabled ? " disabled" : ""}">` +
    `${emoji ? `<span class="emoji">${escapeHtml(emoji.name)}</span>` : ""}${escapeHtml(label)}</span>`,
  [SELECT]: selectHtml,
  [CHANNELS]: selectHtml,
  [SECTION]: ({ components, accessory }, now) =>
    `<div class="section"><div>${all(components, now)}</div>${componentHtml(accessory, now)}</div>`,
  [TEXT]: ({ content }, now) => `<div class="display">${toHtml(content, now)}</div>`,
  [SEPARATOR]: ({ divider = true, spacing = 1 }) =>
    `<div class="separator${divider ? " divider" : ""}${spacing === 2 ? " large" : ""}"></div>`,
  [CONTAINER]: ({ components, accent_color: accent }, now) => {
    const bar = accent == null ? "" : ` style="--accent: #${accent.toString(16).padStart(6, "0")}"`;
    return `<div class="container"${bar}>${all(components, now)}</div>`;
  },
};

const all = (components, now) => components.map((component) => componentHtml(component, now)).join("");

export function componentHtml(component, now) {
  const draw = DRAWN[component.type];
  if (!draw) throw new Error(`Components of type ${component.type} are not drawn.`);
  return draw(component, now);
}
