"""What publishers' software adds below a story in a feed: "The post … appeared first on …", links to share.

Two signs are used. In the markup: a paragraph or a list at the end of which every word is a link leads away
from the story, in any language. In the words: the phrases of `index.text.site_lines`, in the languages
that most feeds are written in.
"""

from __future__ import annotations

import re

import lxml.html

from index.text.site_lines import is_site_line

# Classes of the boxes that plugins put into the content of feeds.
_BOXES = re.compile(
    r"\b(?:feedflare|sharedaddy|sd-sharing|jp-relatedposts|addtoany\S*|social-?(?:share|icons?|links?)\S*"
    r"|related"
    r"(?:-?(?:posts?|stories|articles?|content|links?))?|yarpp\S*|wp-block-buttons?|button-wrapper"
    r"|subscri(?:be|ption)-widget\S*|newsletter\S*|captioned-button-wrap|post-?(?:footer|tags|meta)"
    r"|comments?-link"
    r"|screen-reader-text|wp-caption-text|rp4wp\S*|crp_related|shariff\S*)(?=\s|$)",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WRAPPERS = ("div", "section", "article", "main")
_BLOCKS = ("p", "ul", "ol", "li", "table", "footer", "aside", "nav", *_HEADINGS, *_WRAPPERS)
# A longer line of links is a sentence with many sources.
MAX_LINK_WORDS = 15
# A list of other stories holds hardly more than links, with the name of an outlet behind each.
LISTED_LINKS = 3
LISTED_SHARE = 0.6
# So many lines at the end are looked at: footers are short, and stories long.
MAX_LINES = 30

_I = re.IGNORECASE
# An excerpt trails off: three dots and at most a few words, such as "Read the whole story" in any language;
# or the invitation alone.
_DOTS = r"(?:(?<!\.)\.{3,}+|…|\[\s*+(?:…|\.{3,}+)\s*+\])"
_INVITES = (
    r"(?:\b(?:read (?:more(?: (?:of|at|about)\b[^.!?]{0,60})?|on"
    r"|the (?:full|whole|rest|entire)\b[^.!?]{0,30})|continue reading\b[^.!?]{0,60}"
    r"|keep reading"
    r"|full (?:story|article)|weiterlesen|mehr lesen|mehr erfahren|zum (?:artikel|beitrag)"
    r"|(?:ganzen|vollständigen|kompletten) (?:artikel|beitrag|text)(?: lesen)?|lire (?:la suite|plus"
    r"|l['’]article)\b[^.!?]{0,30}"
    r"|en savoir plus|leer m[aá]s|seguir leyendo|sigue leyendo|leer (?:la )?(?:noticia|nota) completa"
    r"|ver m[aá]s|leggi (?:tutto|di pi[uù]"
    r"|l['’]articolo)"
    r"|continua a leggere|continua|ler mais|leia mais|continue lendo|continuar a ler|lees (?:meer|verder)"
    r"|читать (?:далее|полностью|дальше|больше)|czytaj (?:więcej|dalej)|läs mer|devamını oku"
    r"|続きを読む|全文を読む"
    r"|阅读(?:更多|全文)|閱讀(?:更多|全文))|(?:^|\n)\W{0,5}more)\s*+[.:»>→…\])]*+\s*+$"
)
_TRAILS_OFF = re.compile(rf"{_DOTS}[\s\"'”’»)\]]*+(?:[^\s.!?…]++(?:\s++|$)){{0,8}}+$|{_INVITES}", _I)
_INVITED = re.compile(_INVITES, _I)
# An invitation that is a sentence of its own: "he had to read more" is none.
_SENTENCE_OF_ITS_OWN = re.compile(
    rf"((?:^|[.!?…。！？][\"'”’»)\]]{{0,3}}+|\n)\s{{0,4}}+[\[(→»]{{0,3}}+){_INVITES}", _I
)
_INVITATION = re.compile(rf"({_DOTS})[\s\"'”’»)\]]*+(?:[^\s.!?…]++(?:\s++|$)){{1,8}}+$")


def drop_furniture(root: lxml.html.HtmlElement) -> list[str]:
    """Take the boxes of plugins out of a story's tree, and what at its end consists of links alone.

    Return the texts of the latter.
    """
    dropped: list[str] = []
    for element in list(root.iter()):
        if isinstance(element.tag, str) and element is not root and _BOXES.search(element.get("class") or ""):
            element.drop_tree()
    led_away = False
    for _ in range(MAX_LINES):
        last = _last_element(root)
        if last is None or (last.tag not in _BLOCKS and _has_words(last)):
            break
        is_links = _is_links(last)
        if _has_words(last) and not is_links and not _is_heading_of_nothing(last, led_away=led_away):
            break
        led_away = is_links and last.tag in ("ul", "ol")
        dropped.append(" ".join(last.text_content().split()))
        last.drop_tree()
    return dropped


def without_furniture(text: str) -> str:
    """Return a story's text without the lines below it that speak of the site."""
    lines = text.split("\n")
    for _ in range(MAX_LINES):
        while lines and not any(char.isalnum() for char in lines[-1]):
            lines.pop()
        if not lines or not is_site_line(lines[-1], at_end=True):
            break
        lines.pop()
    return "\n".join(lines)


def trails_off(text: str) -> bool:
    """Tell whether a text ends before its story does: with dots, or with "Read more" in some language."""
    return bool(_TRAILS_OFF.search(text[-120:]))


def invites(line: str) -> bool:
    """Tell whether a line below a text invites its reader to go on elsewhere, in some language."""
    return bool(_INVITED.search(line[-120:]))


def without_invitation(text: str) -> str:
    """Return a text that trails off without the words behind its dots ("… Read the whole story").

    An invitation in a sentence of its own goes as well, whatever stands before it.
    """
    head, tail = text[:-120], text[-120:]
    end = _SENTENCE_OF_ITS_OWN.search(tail)
    if end:
        tail = tail[: end.end(1)].rstrip("[(→» \n")
    return head + _INVITATION.sub(r"\1", tail)


def _last_element(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """Return the element at the end of a story, in its innermost wrapper.

    None where words stand behind it.
    """
    element = root
    while len(element):
        last = element[-1]
        if (last.tail or "").strip():
            return None
        element = last
        if last.tag not in _WRAPPERS or _is_links(last):
            return last
    return None if element is root or _has_words(element) else element


def _has_words(block: lxml.html.HtmlElement) -> bool:
    return any(char.isalnum() for char in block.text_content())


def _is_links(block: lxml.html.HtmlElement) -> bool:
    """Tell whether every word of a block is part of a link, and they are few or stand in a list."""
    if not isinstance(block.tag, str):
        return False
    linked = sum(_words(link) for link in block.iter("a"))
    words = _words(block)
    return 0 < words == linked and (words <= MAX_LINK_WORDS or block.tag in ("ul", "ol"))


def is_list_of_links(root: lxml.html.HtmlElement) -> bool:
    """Tell whether a text consists of headlines that lead to stories, as those of Google News do."""
    links = [words for link in root.iter("a") if (words := _words(link))]
    return len(links) >= LISTED_LINKS and sum(links) >= LISTED_SHARE * _words(root)


def _words(element: lxml.html.HtmlElement) -> int:
    """Count the words of an element; the bars and dots between links are none."""
    words = " ".join(element.itertext()).split()
    return sum(any(char.isalnum() for char in word) for word in words)


def _is_heading_of_nothing(block: lxml.html.HtmlElement, *, led_away: bool) -> bool:
    """Tell whether a block at the end is only the heading of what stood below it.

    `led_away` tells that this was a list of links; else it was a box, and a heading is told by its tag.
    """
    text = block.text_content().strip()
    return block.tag in _HEADINGS or (led_away and len(text.split()) <= MAX_LINK_WORDS and text.endswith(":"))
