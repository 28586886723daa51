// Discord's markdown as the HTML of discord-components. A construct that is not drawn is an error: a picture
// that silently leaves something out would show another bot.

import { createRequire } from "node:module";
import dayjs from "dayjs";
import "dayjs/locale/de.js";
import "dayjs/locale/ja.js";
import localizedFormat from "dayjs/plugin/localizedFormat.js";
import relativeTime from "dayjs/plugin/relativeTime.js";
import utc from "dayjs/plugin/utc.js";

// Its ES module has neither a default export nor names that Node.js finds.
const { rulesExtended, SimpleMarkdown } = createRequire(import.meta.url)("discord-markdown-parser");

dayjs.extend(relativeTime); // the same thresholds as moment.js, which Discord's client uses
dayjs.extend(utc);
dayjs.extend(localizedFormat);

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
// The parser takes small print and headings for text below a quote or small print, because it looks for the
// line break before them in the wrong place.
const atLineStart = (rule, pattern) => ({
  ...rule,
  match: (source, state) => (/^$|\n$/.test(state.prevCapture?.[0] ?? "") ? pattern.exec(source) : null),
});
const subtext = atLineStart(rulesExtended.subtext, /^-# +([^\n]+)(?:\n|$)/);
const heading = atLineStart(rulesExtended.heading, /^(#{1,3}) +([^\n]+)(?:\n|$)/);
const parse = SimpleMarkdown.parserFor({ ...rulesExtended, heading, list, subtext });

export const escapeHtml = (text) =>
  text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]);

// What Discord would know of the channels and roles that are mentioned.
export const NAMES = {
  "100000000000000000": "news",
  "200000000000000000": "general",
  "300000000000000000": "Editors",
};

const FORMATS = { undefined: "LLL", f: "LLL", D: "LL", d: "L", t: "LT" };

function moment({ timestamp, format }, { now, language }) {
  const time = dayjs.unix(Number(timestamp)).utc().locale(language);
  if (format === "R") return time.from(now);
  if (!(format in FORMATS)) throw new Error(`No timestamps of style ${format} are drawn.`);
  return time.format(FORMATS[format]);
}

const mention = (sign) => (node) => `<span class="mention">${sign}${escapeHtml(NAMES[node.id] ?? node.id)}</span>`;

const DRAWN = {
  // Breaks and spaces count in text only, not between the tags inside the components.
  text: (node) => `<span class="text">${escapeHtml(node.content)}</span>`,
  br: () => `<span class="text">\n</span>`,
  newline: () => `<span class="text">\n</span>`,
  strong: (node, reader) => `<strong>${draw(node.content, reader)}</strong>`,
  strikethrough: (node, reader) => `<del>${draw(node.content, reader)}</del>`,
  heading: (node, reader) => `<div class="heading heading${node.level}">${draw(node.content, reader)}</div>`,
  em: (node, reader) => `<em>${draw(node.content, reader)}</em>`,
  link: (node, reader) => `<discord-link href="${escapeHtml(node.target)}">${draw(node.content, reader)}</discord-link>`,
  blockQuote: (node, reader) => `<discord-quote>${draw(node.content, reader)}</discord-quote>`,
  subtext: (node, reader) => `<discord-subscript>${draw(node.content, reader)}</discord-subscript>`,
  timestamp: (node, reader) => `<discord-time>${moment(node, reader)}</discord-time>`,
  channel: mention("#"),
  role: mention("@"),
  inlineCode: (node) => `<code>${escapeHtml(node.content)}</code>`,
  twemoji: (node) => `<span class="text">${node.name}</span>`,
  list: (node, reader) => {
    const items = node.items.map((item) => `<discord-list-item>${draw(item, reader)}</discord-list-item>`);
    return `<discord-unordered-list>${items.join("")}</discord-unordered-list>`;
  },
};

function draw(nodes, reader) {
  return nodes
    .map((node) => {
      if (!(node.type in DRAWN)) throw new Error(`Markdown of type ${node.type} is not drawn.`);
      return DRAWN[node.type](node, reader);
    })
    .join("");
}

// `reader` has the time of reading, `now`, and the reader's language.
export const toHtml = (markdown, reader) => draw(parse(markdown, { inline: true }), reader);
