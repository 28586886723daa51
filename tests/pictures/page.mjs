// The components in the browser, with the colours of today's client: theirs are those of 2021.

import "@fontsource-variable/noto-sans/wght.css";
import "./page.css";
import { DiscordCommand, DiscordEmbed, DiscordLink, DiscordQuote } from "@skyra/discord-components-core";
import { css } from "lit";

// Inside the components no style sheet of the page applies. Added before the first of them is made.
DiscordEmbed.elementStyles.push(css`
  :host .discord-embed-wrapper {
    background-color: #2b2d31;
    border: none;
    max-width: 516px;
  }
  :host([light-theme]) .discord-embed-wrapper {
    background-color: #f2f3f5;
  }
`);
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

// For render.mjs, which crops the picture to it.
addEventListener("load", async () => {
  await document.fonts.ready;
  const height = document.querySelector("discord-messages").getBoundingClientRect().height;
  document.documentElement.dataset.height = Math.ceil(height);
});
