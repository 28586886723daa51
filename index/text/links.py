"""Links that scroll to a sentence.

Text fragments: https://wicg.github.io/scroll-to-text-fragment/ (`#:~:text=start,end`).
"""

from urllib.parse import quote, urldefrag, urlsplit

from index.text.masking import public_address

# A quote of up to this many words stands in the link as a whole. A longer one is given by its first and last
# words, because addresses have a practical limit and Discord accepts no link of more than 512 characters in a
# button.
WHOLE_WORDS = 8
EDGE_WORDS = 4


def link_to_text(url: str, text: str) -> str:
    """Return `url`, without what looks secret in it, with a fragment that makes a browser scroll to `text`.

    Addresses that no browser opens as a page (anything but http, https and file) are returned unchanged.
    """
    if urlsplit(url).scheme not in ("http", "https", "file"):
        return url
    url = public_address(url)
    words = text.split()
    if len(words) == 1 or (len(words) <= WHOLE_WORDS and "\n" not in text):
        directive = _encode(" ".join(words))
    else:
        # The browser looks for the end after the start, so both must not overlap.
        edge = min(EDGE_WORDS, len(words) // 2)
        directive = f"{_encode(' '.join(words[:edge]))},{_encode(' '.join(words[-edge:]))}"
    return f"{urldefrag(url).url}#:~:text={directive}"


def _encode(text: str) -> str:
    # "-", "," and "&" have a meaning inside a text directive. `quote` does not encode "-".
    return quote(text, safe="").replace("-", "%2D")
