// Draws the messages on standard input (see payloads.py) as Discord shows them: the pictures that the READMEs
// show beside this file, all others in the folder `all`. Prints how high each is on a phone, and fails where an
// answer with one quote is higher than MOST_PIXELS.
//
// Everything comes from node_modules: a page is one file, and neither it nor the browser may use the net.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { build } from "esbuild";
import UPNG from "upng-js";
import { attachmentHtml, componentHtml } from "./components.mjs";

// What Discord shows is 600 pixels wide at most, beside an avatar; a phone leaves much less. Enlarged, so that
// the text is sharp in a README.
const SCALE = 1.5;
const VARIANTS = [
  { suffix: "", width: 688 },
  { suffix: "-light", width: 688, light: true },
  { suffix: "-phone", width: 360 },
];
// Nobody sees the difference to full colour, and the files are a third of the size.
const COLOURS = 256;
// What the READMEs show; these files are kept in the repository.
const SHOWN = new Set(["answer", "nothing", "latest", "timeline", "digest", "status-manager"]);
// An answer with one quote leaves room for the message above it on a phone 360 pixels wide.
const MOST_PIXELS = 700;
const ONE_QUOTE = ["answer-one", "answer-de", "answer-ja"];
// No picture that the browser takes at once may be higher than about 16,000 pixels.
const AT_ONCE = 6;
const CHROMIUM = process.env.CHROMIUM ?? "chromium";

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

function messageHtml({ name, command, body, below, now, language }, light) {
  const time = new Date(now).toLocaleTimeString(language, { timeStyle: "short", timeZone: "UTC" });
  const reader = { now, language };
  const drawn = body.components.map((component) => componentHtml(component, reader));
  return `<discord-messages ${light ? "light-theme" : ""} lang="${language}" data-name="${name}">
      <discord-message author="newsbot" bot avatar="${avatar("n", "#2e9e6b")}" timestamp="${time}">
        ${command ? `<discord-command slot="reply" author="alice" avatar="${avatar("a", "#4f7fd9")}" command="${command}"></discord-command>` : ""}
        <div slot="components" class="components">${drawn.join("")}${below ? attachmentHtml(below, reader) : ""}</div>
      </discord-message>
    </discord-messages>`;
}

// The width is set here too: no window of the browser is narrower than 500 pixels when it is only measured.
function pageHtml(messages, { light, width }, { script, style }) {
  return `<!doctype html><html lang="en"><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:">
    <style>${style} body { width: ${width}px; }</style><script>${script.replaceAll("</script", "<\\/script")}</script>
    ${messages.map((message) => messageHtml(message, light)).join("")}</html>`;
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
    { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
  );
  return stdout;
}

// Draws messages below each other and cuts the picture; returns name → height in CSS pixels.
async function draw(folder, messages, variant, parts) {
  const page = join(folder, "page.html");
  const picture = join(folder, "page.png");
  await writeFile(page, pageHtml(messages, variant, parts));
  const dom = await browse(folder, `--window-size=${variant.width},1000`, "--dump-dom", page);
  const heights = /data-heights="([\d ]+)"/.exec(dom)?.[1].split(" ").map(Number);
  if (heights?.length !== messages.length) throw new Error("The page did not say how high its messages are.");
  const whole = heights.reduce((sum, height) => sum + height, 0);
  await browse(folder, `--window-size=${variant.width},${whole}`, `--screenshot=${picture}`, page);
  const drawn = UPNG.decode(await readFile(picture));
  const pixels = new Uint8Array(UPNG.toRGBA8(drawn)[0]);
  let top = 0;
  for (const [place, { name }] of messages.entries()) {
    const bottom = top + heights[place];
    const [from, to] = [top, bottom].map((edge) => Math.round(edge * SCALE));
    const cut = pixels.slice(from * drawn.width * 4, to * drawn.width * 4);
    const file = join(SHOWN.has(name) && !variant.suffix ? "." : "all", `${name}${variant.suffix}.png`);
    const png = UPNG.encode([cut.buffer], drawn.width, to - from, COLOURS);
    await writeFile(join(import.meta.dirname, file), Buffer.from(png));
    top = bottom;
  }
  return Object.fromEntries(messages.map(({ name }, place) => [name, heights[place]]));
}

const wanted = process.argv.slice(2);
const messages = Object.values(JSON.parse(await text(process.stdin))).filter(
  ({ name }) => !wanted.length || wanted.includes(name),
);
const folder = await mkdtemp(join(tmpdir(), "newsbot-pictures-"));
const heights = {};
try {
  await mkdir(join(import.meta.dirname, "all"), { recursive: true });
  const parts = await bundle();
  for (const variant of VARIANTS) {
    for (let start = 0; start < messages.length; start += AT_ONCE) {
      const drawn = await draw(folder, messages.slice(start, start + AT_ONCE), variant, parts);
      if (variant.suffix === "-phone") Object.assign(heights, drawn);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
for (const [name, height] of Object.entries(heights)) console.log(`${name}: ${height} pixels high on a phone`);
const tooHigh = ONE_QUOTE.filter((name) => heights[name] > MOST_PIXELS);
if (tooHigh.length) {
  console.error(`Higher than ${MOST_PIXELS} pixels on a phone: ${tooHigh.join(", ")}`);
  process.exit(1);
}
