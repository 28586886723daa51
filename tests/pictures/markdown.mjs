// Discord's markdown as the HTML of discord-components. A construct that is not drawn is an error: a picture
// that silently leaves something out would show another bot.

import { createRequire } from "node:module";
import dayjs from "dayjs";
import relativeTime from "dayjs/plugin/relativeTime.js";
import utc from "dayjs/plugin/utc.js";

// Its ES module has neither a default export nor names that Node.js finds.
const { rulesExtended, SimpleMarkdown } = createRequire(import.meta.url)("discord-markdown-parser");

dayjs.extend(relativeTime); // the same thresholds as moment.js, which Discord's client uses
dayjs.extend(utc);

// The parser knows no lists. One ends after a single line break: an empty line below it is shown.
const list = {
  order: SimpleMarkdown.defaultRules.heading.order,
  match: (source, state) =>
    /^$|\n$/.test(state.prevCapture?.[0] ?? "") ? /^(?:- [^\n]+(?:\n {2}[^\n]+)*(?:\n|$))+/.exec(source) : null,
  parse: ([all], parse, state) => ({
    items: all
      .replace(/\n$/, "")
      .split(/\n(?=- )/)
      .map((item) => parse(item.slice(2).replaceAll("\n  ", "\n"), state)),
  }),
};
const parse = SimpleMarkdown.parserFor({ ...rulesExtended, list });

export const escapeHtml = (text) =>
  text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]);

const FORMATS = { undefined: "MMMM D, YYYY [at] h:mm A", f: "MMMM D, YYYY [at] h:mm A", D: "MMMM D, YYYY", d: "M/D/YYYY" };

function moment({ timestamp, format }, now) {
  const time = dayjs.unix(Number(timestamp)).utc();
  if (format === "R") return time.from(now);
  if (!(format in FORMATS)) throw new Error(`No timestamps of style ${format} are drawn.`);
  return time.format(FORMATS[format]);
}

const DRAWN = {
  // Breaks and spaces count in text only, not between the tags inside the components.
  text: (node) => `<span class="text">${escapeHtml(node.content)}</span>`,
  br: () => `<span class="text">\n</span>`,
  newline: () => `<span class="text">\n</span>`,
  strong: (node, now) => `<strong>${draw(node.content, now)}</strong>`,
  strikethrough: (node, now) => `<del>${draw(node.content, now)}</del>`,
  heading: (node, now) => `<div class="heading heading${node.level}">${draw(node.content, now)}</div>`,
  em: (node, now) => `<em>${draw(node.content, now)}</em>`,
  link: (node, now) => `<discord-link href="${escapeHtml(node.target)}">${draw(node.content, now)}</discord-link>`,
  blockQuote: (node, now) => `<discord-quote>${draw(node.content, now)}</discord-quote>`,
  subtext: (node, now) => `<discord-subscript>${draw(node.content, now)}</discord-subscript>`,
  timestamp: (node, now) => `<discord-time>${moment(node, now)}</discord-time>`,
  list: (node, now) => {
    const items = node.items.map((item) => `<discord-list-item>${draw(item, now)}</discord-list-item>`);
    return `<discord-unordered-list>${items.join("")}</discord-unordered-list>`;
  },
};

function draw(nodes, now) {
  return nodes
    .map((node) => {
      if (!(node.type in DRAWN)) throw new Error(`Markdown of type ${node.type} is not drawn.`);
      return DRAWN[node.type](node, now);
    })
    .join("");
}

export const toHtml = (markdown, now) => draw(parse(markdown, { inline: true }), dayjs(now));

// A title as plain text, because the component takes no other: refused where Discord would show more.
export function toText(markdown) {
  const nodes = parse(markdown, { inline: true });
  const other = nodes.find((node) => node.type !== "text");
  if (other) throw new Error(`A title with ${other.type} is not drawn.`);
  return nodes.map((node) => node.content).join("");
}
