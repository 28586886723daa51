"""What publishers' software adds below a story in a feed: "The post … appeared first on …", links to share.

Two signs are used. In the markup: a paragraph or a list at the end of which every word is a link leads away
from the story, in any language. In the words: fixed phrases of WordPress, Substack, Feedburner and others, in
the languages that most feeds are written in (English, German, French, Spanish, Italian, Portuguese, Dutch,
Russian, and some of the phrases in Polish, Swedish, Turkish and Japanese, as WordPress translates them).
"""

from __future__ import annotations

import re

import lxml.html

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
# So many lines at the end are looked at: footers are short, and stories long.
MAX_LINES = 30

_I = re.IGNORECASE
_LINE = re.compile(
    # WordPress: "The post X appeared first on Y.", as its translations say it
    r"the (?:post|article|story|entry)\b.{0,300}\b(?:appeared first on|first appeared on"
    r"|was first published on)\b.*"
    r"|(?:der )?(?:beitrag|artikel|post)\b.{0,300}\b(?:erschien (?:zuerst|als erstes|zunächst) (?:auf|bei|in)"
    r"|ist (?:zuerst|als erstes|zunächst) (?:auf|bei|in) .{0,80}erschienen)\b.*"
    r"|(?:l['’]article|l['’]publication|cet article|le (?:post|billet))\b.{0,300}\b(?:est apparu"
    r"|a été publié|est paru)"
    r"(?:e)? (?:en premier|d['’]abord)\b.*"
    r"|(?:la entrada|el art[ií]culo|la noticia|el post|esta entrada)\b.{0,300}\b(?:se public[oó] primero"
    r"|apareci[oó] primero|aparece primero|se public[oó] por primera vez)\b.*"
    r"|(?:l['’]articolo|il post|questo articolo)\b.{0,300}\b(?:proviene da|sembra essere il primo"
    r"|è apparso (?:per primo"
    r"|prima)|è stato pubblicato (?:per la prima volta|prima))\b.*"
    r"|(?:o (?:post|artigo|conteúdo)|a (?:matéria|notícia))\b.{0,300}\b(?:aparece(?:u)?|apareceu|surgiu"
    r"|foi publicado)"
    r" (?:primeiro|pela primeira vez|originalmente)\b.*"
    r"|(?:het bericht|het artikel|de post)\b.{0,300}\bverscheen eerst\b.*"
    r"|(?:сообщение|запись|статья)\b.{0,300}\b(?:появил\w+ (?:сначала|впервые)|впервые (?:появил"
    r"|опубликован)\w+)\b.*"
    r"|(?:artykuł|post|wpis)\b.{0,300}\b(?:pochodzi z serwisu|pojawił się (?:najpierw|po raz pierwszy))\b.*"
    r"|inlägget\b.{0,300}\bdök först upp\b.*"
    r"|.{0,300}\byazısı ilk önce\b.*|投稿 ?.{0,300}に最初に表示されました.*"
    # asking to share, to comment, to like
    r"|share (?:this|on|via)\b.{0,60}|click to (?:share|email|print|tweet)\b.{0,80}|like (?:this"
    r"|loading).{0,20}|loading"
    r"|tweet|email this(?: article| post)?|print this|teilen(?: mit| auf)?\b.{0,30}"
    r"|klick(?:en)?,? um .{0,60}teilen.{0,60}"
    r"|gefällt mir.{0,20}|partager\b.{0,40}|cliquez pour partager\b.{0,60}|j['’]aime(?: ça)?.{0,20}"
    r"|comp[aá]rt\w+ (?:esto|en|no|isso|isto)\b.{0,40}|compartir:?|haz clic para compartir\b.{0,60}"
    r"|me gusta.{0,20}"
    r"|condividi\b.{0,40}|fai clic (?:per|qui per) condividere\b.{0,60}|mi piace.{0,20}|partilh\w+\b.{0,30}"
    r"|clique para (?:partilhar|compartilhar)\b.{0,60}|delen:?|klik om te delen\b.{0,60}|vind ik leuk.{0,20}"
    r"|поделиться\b.{0,40}|нажмите.{0,20}поделиться.{0,60}|понравилось.{0,20}"
    r"|(?:leave|post|add) a (?:comment|reply)|\d+ comments?|(?:read|view|see) (?:all )?(?:the )?comments?"
    r"|(?:einen )?kommentar (?:hinterlassen|schreiben)|hinterlasse einen kommentar|schreibe einen kommentar"
    r"|laisser un commentaire|(?:dejar?|deja|escribir) un comentario|lascia un commento"
    r"|deix(?:e|ar) um comentário|(?:laat een reactie achter|plaats een reactie)|оставить комментарий"
    # labels before lists of words, and where it was
    r"|(?:tags?|filed under|categor(?:y|ies)|topics?|schlagw[oö]rter?|kategorien?|étiquettes?|catégories?"
    r"|mots[- ]clés"
    r"|etiquetas?|categorías?|categorie|etichette|trefwoorden|рубрики?|метки|теги)\s*:.{0,200}"
    r"|(?:source|quelle|fuente|fonte|bron|источник|via)\s*:\s*\S[^.!?]{0,80}"
    # newsletters
    r"|(?:thanks|thank you) for reading\b.{0,160}|subscribe(?: now| for free\b.{0,80}|\s*:?\s*https?://\S+)?"
    r"|.{0,80}\bis a reader[- ]supported publication\b.{0,120}|upgrade to paid|start (?:your )?free trial"
    r"|(?:to receive|get) new posts\b.{0,80}|give a gift subscription|get \d+% off\b.{0,60}"
    r"|(?:jetzt|kostenlos) abonnieren|s['’]abonner(?: maintenant)?|suscr[ií]bete(?: ahora)?|abbonati(?: ora"
    r"| subito)?"
    r"|(?:inscreva|assine)(?:-se)?(?: agora| já)?|abonneer(?: je)?(?: nu)?|подписаться(?: сейчас)?"
    # where else to read and to follow
    r"|(?:read|view|see) (?:this|the|more)(?: (?:full|whole|entire|rest of the|original))? ?(?:article|story"
    r"|post|entry)?"
    r"(?: (?:on|at)\b.{0,60})?|follow (?:us|me|him|her|them)\b.{0,80}|join us\b.{0,60}"
    r"|(?:more|other|related|further|latest)(?: \w+)? (?:stories|articles|news|posts|reading|content)\s*:?"
    r"|related\s*:?"
    r"|(?:mehr|weitere|ähnliche) (?:artikel|beiträge|nachrichten|themen)\s*:?|folgen sie uns\b.{0,60}"
    r"|(?:plus d['’]|autres |articles )(?:articles|similaires|liés)?\s*:?|suivez[- ]nous\b.{0,60}"
    r"|(?:más noticias|artículos relacionados|noticias relacionadas)\s*:?|síguenos\b.{0,60}"
    r"|(?:altri articoli|articoli correlati)\s*:?|seguici\b.{0,60}|(?:mais notícias"
    r"|artigos relacionados)\s*:?"
    r"|siga[- ]nos\b.{0,60}|(?:meer nieuws|gerelateerde artikelen)\s*:?|volg ons\b.{0,60}"
    r"|(?:похожие (?:записи|статьи)|читайте также)\s*:?|подписывайтесь на\b.{0,60}",
    _I,
)
# An excerpt trails off: three dots and at most a few words, such as "Read the whole story" in any language;
# or the invitation alone.
_DOTS = r"(?:\.{3,}|…|\[\s*(?:…|\.{3,})\s*\])"
_TRAILS_OFF = re.compile(
    rf"{_DOTS}[\s\"'”’»)\]]*(?:[^\s.!?…]+(?:\s+|$)){{0,8}}$"
    r"|\b(?:read (?:more|on|the (?:full|whole|rest|entire)\b[^.!?]{0,30})|continue reading\b[^.!?]{0,60}"
    r"|keep reading"
    r"|full (?:story|article)|weiterlesen|mehr lesen|mehr erfahren|lire (?:la suite|plus"
    r"|l['’]article)\b[^.!?]{0,30}"
    r"|en savoir plus|leer m[aá]s|seguir leyendo|sigue leyendo|ver m[aá]s|leggi (?:tutto|di pi[uù]"
    r"|l['’]articolo)"
    r"|continua a leggere|continua|ler mais|leia mais|continue lendo|continuar a ler|lees (?:meer|verder)"
    r"|читать (?:далее|полностью|дальше|больше)|czytaj (?:więcej|dalej)|läs mer|devamını oku|続きを読む"
    r"|阅读(?:更多|全文)|閱讀(?:更多|全文))\s*[.:»>→…\])]*\s*$",
    _I,
)
_INVITATION = re.compile(rf"({_DOTS})[\s\"'”’»)\]]*(?:[^\s.!?…]+(?:\s+|$)){{1,8}}$")


def drop_furniture(root: lxml.html.HtmlElement) -> None:
    """Take the boxes of plugins out of a story's tree, and what at its end consists of links alone."""
    for element in list(root.iter()):
        if isinstance(element.tag, str) and element is not root and _BOXES.search(element.get("class") or ""):
            element.drop_tree()
    led_away = False
    for _ in range(MAX_LINES):
        last = _last_element(root)
        if last is None or (last.tag not in _BLOCKS and _has_words(last)):
            return
        is_links = _is_links(last)
        if _has_words(last) and not is_links and not (led_away and _is_label(last)):
            return
        led_away = is_links and last.tag in ("ul", "ol")
        last.drop_tree()


def without_furniture(text: str) -> str:
    """Return a story's text without the lines below it that speak of the site."""
    lines = text.split("\n")
    for _ in range(MAX_LINES):
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines or not is_furniture(lines[-1]):
            break
        lines.pop()
    return "\n".join(lines)


def is_furniture(line: str) -> bool:
    """Tell whether a whole line speaks of the site: fixed phrases, from its beginning to its end."""
    bare = line.strip().strip("►▶»›•·*#-–—|[]() ").rstrip(".! ")
    return not bare or (len(bare) <= 400 and bool(_LINE.fullmatch(bare)))


def trails_off(text: str) -> bool:
    """Tell whether a text ends before its story does: with dots, or with "Read more" in some language."""
    return bool(_TRAILS_OFF.search(text[-120:]))


def without_invitation(text: str) -> str:
    """Return a text that trails off without the words behind its dots ("… Read the whole story")."""
    head, tail = text[:-120], text[-120:]
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
    linked = sum(len(" ".join(link.itertext()).split()) for link in block.iter("a"))
    words = len(" ".join(block.itertext()).split())
    return 0 < words == linked and (words <= MAX_LINK_WORDS or block.tag in ("ul", "ol"))


def _is_label(block: lxml.html.HtmlElement) -> bool:
    """Tell whether a block is only the heading of what stood below it."""
    text = block.text_content().strip()
    return block.tag in _HEADINGS or (len(text.split()) <= MAX_LINK_WORDS and text.endswith(":"))
