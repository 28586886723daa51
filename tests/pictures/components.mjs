// Message components as HTML. discord-components knows buttons in rows, but none of the newer components that
// lay a whole message out: containers, separators and text. Their measures are those of Discord's client.

import { escapeHtml, NAMES, toHtml } from "./markdown.mjs";

const ROW = 1;
const BUTTON = 2;
const SELECT = 3;
const ROLES = 6;
const CHANNELS = 8;
const SECTION = 9;
const TEXT = 10;
const SEPARATOR = 14;
const CONTAINER = 17;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "destructive", 5: "link" };

// A menu shows what is chosen in it.
const selectHtml = ({ placeholder = "", options = [], default_values: values = [] }) => {
  const chosen = options.filter((option) => option.default).map((option) => option.label);
  const named = values.map(({ id, type }) => `${type === "role" ? "@" : "#"}${NAMES[id] ?? id}`);
  const shown = [...chosen, ...named].join(", ");
  const text = `<span class="shown">${escapeHtml(shown || placeholder)}</span>`;
  return `<div class="select${shown ? " chosen" : ""}">${text}<span>⌄</span></div>`;
};

const DRAWN = {
  [ROW]: ({ components }, reader) => `<div class="row">${all(components, reader)}</div>`,
  [BUTTON]: ({ style, label = "", emoji, disabled }) =>
    `<span class="button ${STYLES[style]}${disabled ? " disabled" : ""}">` +
    `${emoji ? `<span class="emoji">${escapeHtml(emoji.name)}</span>` : ""}${escapeHtml(label)}</span>`,
  [SELECT]: selectHtml,
  [ROLES]: selectHtml,
  [CHANNELS]: selectHtml,
  [SECTION]: ({ components, accessory }, reader) =>
    `<div class="section"><div>${all(components, reader)}</div>${componentHtml(accessory, reader)}</div>`,
  [TEXT]: ({ content }, reader) => `<div class="display">${toHtml(content, reader)}</div>`,
  [SEPARATOR]: ({ divider = true, spacing = 1 }) =>
    `<div class="separator${divider ? " divider" : ""}${spacing === 2 ? " large" : ""}"></div>`,
  [CONTAINER]: ({ components, accent_color: accent }, reader) => {
    const bar = accent == null ? "" : ` style="--accent: #${accent.toString(16).padStart(6, "0")}"`;
    return `<div class="container"${bar}>${all(components, reader)}</div>`;
  },
};

const all = (components, reader) => components.map((component) => componentHtml(component, reader)).join("");

// The message that follows one of components with a file, since those cannot show it by themselves: its text, and
// a picture or a box with the file's name and size. The client puts it below, without another avatar.
export function attachmentHtml({ content, file: { name, alt, data } }, reader) {
  const bytes = Buffer.from(data, "base64").length;
  const box = `<div class="file"><span class="emoji">📄</span><div><div class="name">${escapeHtml(name)}</div>
    <div class="size">${bytes} bytes</div></div></div>`;
  const picture = `<img src="data:image/png;base64,${data}" alt="${escapeHtml(alt ?? "")}">`;
  return `<div class="attached"><div>${toHtml(content, reader)}</div>${name.endsWith(".png") ? picture : box}</div>`;
}

export function componentHtml(component, reader) {
  const draw = DRAWN[component.type];
  if (!draw) throw new Error(`Components of type ${component.type} are not drawn.`);
  return draw(component, reader);
}
