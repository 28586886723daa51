// The components in the browser, with the colours of today's client: theirs are those of 2021.

import "@fontsource-variable/noto-sans/wght.css";
import "./page.css";
import { DiscordCommand, DiscordLink, DiscordQuote } from "@skyra/discord-components-core";
import { css } from "lit";

// Inside the components no style sheet of the page applies. Added before the first of them is made.
DiscordLink.elementStyles.push(css`
  a {
    color: #00a8fc;
  }
  a.discord-link-light-theme {
    color: #006ce7;
  }
`);
DiscordQuote.elementStyles.push(css`
  .discord-quote-divider {
    background-color: #4e5058;
    flex-shrink: 0;
  }
  blockquote {
    max-width: 90%;
  }
`);

DiscordCommand.elementStyles.push(css`
  :host([light-theme]) .discord-slash-command-name {
    background-color: #e6e8fd;
    color: #4752c4 !important;
  }
`);

// For render.mjs, which cuts the picture into messages.
addEventListener("load", async () => {
  await document.fonts.ready;
  const messages = [...document.querySelectorAll("discord-messages")];
  // Whole pixels, so that the picture can be cut between two of them.
  for (const message of messages) message.style.height = `${Math.ceil(message.getBoundingClientRect().height)}px`;
  document.documentElement.dataset.heights = messages.map((message) => parseInt(message.style.height)).join(" ");
});
