// Reads a JSON list of markdown texts and writes, for each, what the quote blocks in it hold: the nodes that
// are more than text, and the text.

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { rulesExtended, SimpleMarkdown } = createRequire(import.meta.url)("discord-markdown-parser");
const parse = SimpleMarkdown.parserFor(rulesExtended);

const PLAIN = new Set(["text", "br", "newline"]);

function read(nodes, found) {
  for (const node of nodes) {
    if (node.type === "text") found.text += node.content;
    else if (node.type === "twemoji") found.text += node.name; // a character that is drawn as a picture
    else if (PLAIN.has(node.type)) found.text += "\n";
    else found.active.push(node.type);
  }
}

function quotes(markdown) {
  const found = { text: "", active: [] };
  for (const node of parse(markdown, { inline: true })) {
    if (node.type === "blockQuote") read(node.content, found);
  }
  return found;
}

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(quotes)));
