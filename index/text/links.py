"""Links that scroll to a sentence.

Text fragments: https://wicg.github.io/scroll-to-text-fragment/ (`#:~:text=start,end`).
"""

from urllib.parse import quote, urldefrag, urlsplit

# Up to this many words the whole quote is named; a longer one is given by its first and last words,
# because addresses have a practical limit and Discord shows no link above 512 characters in a button.
WHOLE_WORDS = 8
EDGE_WORDS = 4


def link_to_text(url: str, text: str) -> str:
    """Return `url` with a fragment that makes a browser scroll to `text`.

    Addresses that no browser opens as a page (anything but http, https and file) are returned unchanged.
    """
    if urlsplit(url).scheme not in ("http", "https", "file"):
        return url
    words = text.split()
    if len(words) == 1 or (len(words) <= WHOLE_WORDS and "\n" not in text):
        directive = _encode(" ".join(words))
    else:
        edge = min(EDGE_WORDS, len(words) // 2)  # the end is looked for after the start: they may not overlap
        directive = f"{_encode(' '.join(words[:edge]))},{_encode(' '.join(words[-edge:]))}"
    return f"{urldefrag(url).url}#:~:text={directive}"


def _encode(text: str) -> str:
    # "-", "," and "&" are syntax inside a text directive; quote() leaves "-" alone, so it is done by hand.
    return quote(text, safe="").replace("-", "%2D")
