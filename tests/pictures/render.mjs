// Draws the messages on standard input (see payloads.py) as Discord shows them, into PNG files beside this one.
//
// Everything comes from node_modules: the page is one file, and neither it nor the browser may use the net.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { build } from "esbuild";
import UPNG from "upng-js";
import { componentHtml } from "./components.mjs";
import { escapeHtml, toHtml, toText } from "./markdown.mjs";

// What Discord shows is 600 pixels wide at most, beside an avatar; a phone leaves much less. Enlarged, so that
// the text is sharp in a README.
const WIDE = 688;
const NARROW = 390;
const SCALE = 1.5;
// Nobody sees the difference to full colour, and the files are a third of the size.
const COLOURS = 256;
const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const PICTURES = [
  { file: "answer.png", message: "answer" },
  { file: "answer-light.png", message: "answer", light: true },
  { file: "answer-phone.png", message: "answer", width: NARROW },
  { file: "abstention.png", message: "abstention" },
  { file: "latest.png", message: "latest" },
  { file: "timeline.png", message: "timeline" },
  { file: "timeline-light.png", message: "timeline", light: true },
  { file: "timeline-phone.png", message: "timeline", width: NARROW },
  { file: "digest.png", message: "digest" },
  { file: "status.png", message: "status" },
  { file: "setup.png", message: "setup" },
];

const run = promisify(execFile);

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "page.mjs")],
    bundle: true,
    write: false,
    minify: true,
    outdir: "unused",
    loader: { ".woff2": "dataurl" },
  });
  const output = (end) => outputFiles.find((file) => file.path.endsWith(end)).text;
  return { script: output(".js"), style: output(".css") };
}

// A disc with an initial. Discord's default avatars would have to be fetched.
function avatar(initial, colour) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="${colour}"/>
    <text x="20" y="27" text-anchor="middle" font-family="sans-serif" font-size="20" font-weight="700" fill="#fff">${initial}</text></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

function embedHtml({ title = "", description, color, footer, image }, now) {
  const colour = `#${color.toString(16).padStart(6, "0")}`;
  return `<discord-embed slot="embeds" color="${colour}" ${title && `embed-title="${escapeHtml(toText(title))}"`}>
    <discord-embed-description slot="description">${toHtml(description, now)}</discord-embed-description>
    ${image ? `<img class="plot" slot="description" src="${image.url}">` : ""}
    ${footer ? `<discord-embed-footer slot="footer">${escapeHtml(footer.text)}</discord-embed-footer>` : ""}
  </discord-embed>`;
}

function componentsHtml(components, now) {
  const drawn = components.map((component) => componentHtml(component, now)).join("");
  return drawn && `<div slot="components" class="components">${drawn}</div>`;
}

// A file that comes with a message is named by the embed that shows it.
function withFiles({ files = {}, ...body }) {
  const shown = Object.entries(files).reduce(
    (json, [name, data]) => json.replaceAll(`attachment://${name}`, `data:image/png;base64,${data}`),
    JSON.stringify(body),
  );
  return JSON.parse(shown);
}

// The width is set here too: no window of the browser is narrower than 500 pixels when it is only measured.
function pageHtml({ command, body, now }, light, width, { script, style }) {
  const time = new Date(now).toLocaleTimeString("en-US", { timeStyle: "short", timeZone: "UTC" });
  return `<!doctype html><html lang="en"><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:">
    <style>${style} body { width: ${width}px; }</style><script>${script.replaceAll("</script", "<\\/script")}</script>
    <discord-messages ${light ? "light-theme" : ""}>
      <discord-message author="newsbot" bot avatar="${avatar("n", "#2e9e6b")}" timestamp="${time}">
        ${command ? `<discord-command slot="reply" author="alice" avatar="${avatar("a", "#4f7fd9")}" command="${command}"></discord-command>` : ""}
        ${(body.embeds ?? []).map((embed) => embedHtml(embed, now)).join("")}
        ${componentsHtml(body.components ?? [], now)}
      </discord-message>
    </discord-messages></html>`;
}

async function browse(folder, ...options) {
  const { stdout } = await run(
    CHROMIUM,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND",
      "--disable-lcd-text", // coloured fringes look wrong on every other screen
      "--hide-scrollbars",
      `--force-device-scale-factor=${SCALE}`,
      "--virtual-time-budget=3000", // until the components and the font are there
      `--user-data-dir=${await mkdtemp(join(folder, "profile-"))}`,
      ...options,
    ],
    { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
  );
  return stdout;
}

async function draw(folder, html, file, width) {
  const page = join(folder, "page.html");
  const picture = join(folder, "page.png");
  await writeFile(page, html);
  const dom = await browse(folder, `--window-size=${width},1000`, "--dump-dom", page);
  const height = /data-height="(\d+)"/.exec(dom)?.[1];
  if (!height) throw new Error(`${file}: the page did not say how high it is.`);
  await browse(folder, `--window-size=${width},${height}`, `--screenshot=${picture}`, page);
  const drawn = UPNG.decode(await readFile(picture));
  await writeFile(file, Buffer.from(UPNG.encode(UPNG.toRGBA8(drawn), drawn.width, drawn.height, COLOURS)));
}

const messages = JSON.parse(await text(process.stdin));
const folder = await mkdtemp(join(tmpdir(), "newsbot-pictures-"));
try {
  const parts = await bundle();
  for (const { file, message, light, width = WIDE } of PICTURES) {
    const html = pageHtml({ ...messages[message], body: withFiles(messages[message].body) }, light, width, parts);
    await draw(folder, html, join(import.meta.dirname, file), width);
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
