"""Lines and sections in which a site speaks of itself, in the languages that most feeds are written in. Pure.

English, German, French, Spanish, Italian, Portuguese, Dutch and Russian, some of it in Polish, Swedish,
Japanese and Chinese. A line is told by its whole wording, a section by the line that begins it and its place
near the end of a text: in the middle of a report the same words are news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_I = re.IGNORECASE

# -- lines -----------------------------------------------------------------------------------------------

_LINES = re.compile(
    r"(?:"
    # where it was read first, and whose it is
    r"(?:sources?|quellen?|fuentes?|fontes?|bron(?:nen)?|источники?|via|crédits?"
    r"|source photo)\s*[:：]\s*[^.!?]{1,80}"
    r"|.{0,60}\b(?:©|\(c\)|copyright)\b.{0,40}\b(?:19|20)\d\d\b.{0,60}|©.{1,80}"
    r"|.{0,80}\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés"
    r"|todos los derechos reservados"
    r"|tutti i diritti riservati|todos os direitos reservados|alle rechten voorbehouden"
    r"|все права защищены)\b.{0,40}"
    r"|(?:the )?(?:post|article|story|entry)\b.{0,200}\b(?:appeared first on|first appeared on)\b.{1,100}"
    r"|(?:der )?(?:beitrag|artikel)\b.{0,200}\b(?:erschien (?:zuerst|als erstes) (?:auf|bei))\b.{1,100}"
    r"|(?:l['’]article|cet article)\b.{0,200}\best apparu en premier sur\b.{1,100}"
    r"|(?:la entrada|el artículo)\b.{0,200}\b(?:se publicó primero|aparece primero) en\b.{1,100}"
    r"|(?:l['’]articolo)\b.{0,200}\b(?:proviene da|sembra essere il primo su)\b.{1,100}"
    r"|(?:o post|o artigo)\b.{0,200}\bapareceu primeiro em\b.{1,100}"
    r"|(?:het bericht)\b.{0,200}\bverscheen eerst op\b.{1,100}"
    r"|(?:сообщение|запись)\b.{0,200}\bпоявил\w+ сначала на\b.{1,100}"
    # asking to share, to comment, to follow, to subscribe
    r"|(?:share|like|tweet|email|print) (?:this|it|on|with|via)\b.{0,60}|share|tweet|teilen|partager"
    r"|compartir|condividi"
    r"|compartilh(?:ar|e)|delen|поделиться|シェア|分享"
    r"|(?:auf|diesen (?:artikel|beitrag)) .{0,30}teilen|partagez (?:cet|l).{0,40}|comparte est.{0,40}"
    r"|condividi (?:su|quest).{0,40}"
    r"|compartilhe.{0,40}|deel dit.{0,40}|поделит\w+ .{0,40}"
    r"|(?:leave|post|add) a (?:comment|reply).{0,20}|\d+ comments?|(?:einen )?kommentar (?:hinterlassen"
    r"|schreiben|verfassen)"
    r"|laisser un commentaire|deja(?:r)? un comentario|lascia un commento|deixe um comentário"
    r"|laat een reactie achter"
    r"|оставить комментарий|コメントを書く"
    r"|(?:folgen sie|folge) uns\b.{0,80}|suivez[- ]nous\b.{0,80}|síguenos\b.{0,80}|seguici\b.{0,80}"
    r"|siga[- ]nos\b.{0,80}"
    r"|volg ons\b.{0,80}|подпи(?:сывайтесь|шитесь) на\b.{0,80}|フォロー.{0,30}"
    r"|(?:subscribe|sign up)(?: now| today| for free| here| to (?:continue|keep) reading)?"
    r"|subscribe to (?:continue|keep|read).{0,60}"
    r"|(?:jetzt|kostenlos|gratis) (?:abonnieren|testen|anmelden).{0,40}|weiterlesen mit .{0,60}"
    r"|abonnez-vous\b.{0,80}"
    r"|suscr[ií]b(?:ete|ase)\b.{0,80}|abbonati\b.{0,80}|assine\b.{0,80}|abonneer\b.{0,80}"
    r"|подписаться.{0,40}|無料登録.{0,40}"
    r"|(?:thanks|thank you) for reading\b.{0,120}|(?:danke fürs lesen|merci (?:de votre lecture"
    r"|d['’]avoir lu)|gracias por leer)\b.{0,80}"
    r"|read (?:this|the) (?:full |original )?(?:article|story|post) (?:on|at) .{1,60}"
    # labels before other stories
    r"|(?:more|other|related|latest|top|recommended|further|similar)(?: \w+)? (?:stories|articles|news"
    r"|posts|reading|reads|content)\s*:?"
    r"|(?:mehr|weitere|ähnliche|verwandte) (?:artikel|beiträge|nachrichten|themen|meldungen)\s*:?"
    r"|(?:das könnte|könnte) sie auch"
    r" interessieren\s*:?|(?:auch|ebenfalls) interessant\s*:?|(?:plus d|autres|articles"
    r"|à lire)[ '’](?:articles|aussi|similaires|liés|sur)"
    r".{0,30}|(?:más noticias|artículos relacionados|noticias relacionadas|te puede interesar"
    r"|lea también)\s*:?"
    r"|(?:altri articoli|articoli correlati|leggi anche|potrebbe interessarti)\s*:?.{0,10}"
    r"|(?:mais notícias|artigos relacionados"
    r"|leia também|veja também)\s*:?|(?:meer nieuws|lees ook|gerelateerde artikelen)\s*:?|(?:похожие"
    r"|другие) (?:записи|статьи|новости)\s*:?"
    r"|читайте (?:также|ещё)\s*:?|関連記事.{0,10}|あわせて読みたい.{0,10}|相关(?:阅读|新闻|文章).{0,10}"
    # faults of the site's own software, and a news agency's name for its piece
    r"|(?:strict standards|warning|notice|deprecated|fatal error|parse error)\s*:.{0,300} on line \d+"
    r"|[A-Z]{2,3}-+[A-Z]{2,3}-+[\w-]+,? .{0,30}Ld-Writethru"
    r")[.!…:]?",
    _I,
)
# A line that sends its reader to an address.
_SENT_ON = re.compile(
    r"(?:more|follow|listen|download|itunes|watch|read|see|visit|for more|full coverage|mehr|infos?"
    r"|weitere|plus|más|più|mais|meer)\b"
    r"[^.!?]{0,120}(?:https?://\S+|www\.\S+)(?:\s+and\s+https?://\S+)?\.?",
    _I,
)
_PICTURE = re.compile(
    r"[(\[]?(?:photos?|fotos?|bild(?:er)?|image|imagen|immagine|imagem|picture|beeld|фото|写真|图)"
    r"(?:credit|nachweis|quelle|graf\w*)?\s*[:/|：]\s*[^.!?]{1,100}[)\]]?",
    _I,
)
_DATE_WORDS = frozenset(
    "january february march april may june july august september october november december jan feb mar "
    "apr jun jul "
    "aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed "
    "thu thur thurs "
    "fri sat sun am pm a.m p.m at on to the by gmt utc est edt cst cdt mst mdt pst pdt et ct mt pt bst "
    "cet cest ist jst "
    "msk updated published posted modified last first created ago hours hour minutes minute min mins "
    "days day read "
    "januar februar märz mai juni juli oktober dezember uhr um am den der stand aktualisiert "
    "veröffentlicht montag "
    "dienstag mittwoch donnerstag freitag samstag sonntag janvier février mars avril juin juillet août "
    "septembre octobre "
    "novembre décembre publié le mis à jour lundi mardi mercredi jeudi vendredi samedi dimanche h enero "
    "febrero marzo "
    "abril mayo junio julio agosto septiembre octubre noviembre diciembre de del a las publicado "
    "actualizado lunes martes "
    "miércoles jueves viernes sábado domingo gennaio febbraio aprile maggio giugno luglio settembre "
    "ottobre dicembre alle "
    "ore pubblicato aggiornato il janeiro fevereiro março maio junho julho setembro outubro novembro "
    "dezembro às atualizado "
    "em januari februari maart mei augustus om uur gepubliceerd bijgewerkt января февраля марта апреля "
    "мая июня июля "
    "августа сентября октября ноября декабря в опубликовано обновлено".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*")
# Most such lines are short. Looking for these words first makes a text four times quicker to read.
_SHORT_LINE, _LONGEST_LINE = 130, 400
_LONG_SIGN = re.compile(
    "©|copyright|appeared|erschien|apparu|publicó|aparece|proviene|sembra|apareceu|verscheen|появил|on line "
    "|http|www",
    _I,
)


def is_site_line(line: str) -> bool:
    """Tell whether a whole paragraph, list entry or heading speaks of the site or leads away from the "
    "story."""
    bare = line.strip().strip("►▶»›•·*#-–—|[]()↓→ ")
    if not bare or len(bare) > (_LONGEST_LINE if _LONG_SIGN.search(bare) else _SHORT_LINE):
        return False
    return bool(_LINES.fullmatch(bare) or _SENT_ON.fullmatch(bare) or _PICTURE.fullmatch(bare))


def is_date(line: str) -> bool:
    """Tell whether a line is a date or a time and nothing else."""
    words = _WORD.findall(line.lower())
    if len(line) > 80 or len(re.findall(r"\d", line)) < 2 or not words:
        return False
    unknown = [word for word in words if word not in _DATE_WORDS]
    # The others may be the name of a time zone.
    dated = any(word in _DATE_WORDS and (len(word) > 2 or word in ("am", "pm")) for word in words)
    return dated and all(len(word) <= 4 and word.upper() in line for word in unknown)


# -- sections --------------------------------------------------------------------------------------------

# A line that ends a press release.
_END_MARK = re.compile(
    r"(?:#\s?){2,5}|-+\s?30\s?-+|[-–—*]+\s?(?:ends?|ende|fin|fine|fim|einde)\s?[-–—*]+|ENDS", _I
)
# The heading of what a company says about itself.
_ABOUT = re.compile(
    r"(?:about|über(?: die| das| den)?|à propos d[eu'’]s?|acerca de(?:l| la)?|sobre(?: o| a| la| el)?"
    r"|informazioni su|chi è|over|om"
    r"|о компании|о группе)\s*(?P<name>\S[^.!?]{0,70}?)\s*[:：]?",
    _I,
)
_AUTHOR_BOX = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w.'’-]*|de|van|von|der|la|le|di|da)"
    r"(?: (?:[^\W\d_a-zß-ÿ][\w.'’-]*|de|van|von|der|la|le|di|da)){1,4} (?:is|ist|est|es|è|é) [^.!?]{0,120}?"
    r"\b(?i:reporter(?:in)?|editor|writer|correspondent|columnist|journalist(?:in)?|curator|producer"
    r"|contributor"
    r"|redakteur(?:in)?|korrespondent(?:in)?|autor(?:in)?|journaliste|rédact(?:eur|rice)(?: en chef)?"
    r"|correspondante?"
    r"|periodista|redactora?|corresponsal|giornalista|redattore|redattrice|corrispondente|jornalista|repórter"
    r"|redatora?)\b"
)
# How a company begins to describe itself where no heading stands above it.
_SELF = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w.&’'-]* ?){1,5}(?:\([^)]{1,60}\) ?)?(?:is|are|ist|sind|est|sont|es|son|è|sono|é"
    r"|são|является) "
    r"(?:an? |the |one of the |ein\w* |der |die |das |une? |le |la |el |los |uno |il |uma? |o "
    r"|a )?[^.!?]{0,60}?"
    r"\b(?i:global|leading|world(?:['’]s|wide)?|premier|international|multinational|führend\w*|weltweit\w*"
    r"|mondial\w*|líder"
    r"|leader|mundial|мировым?|ведущ\w+)\b[^.!?]{0,60}?"
    r"\b(?i:provider|company|companies|manufacturer|supplier|developer|group|firm|operator|maker"
    r"|specialist|leader|producer"
    r"|anbieter\w*|hersteller\w*|unternehmen|konzern\w*|gruppe|fournisseur|fabricant|entreprise|société"
    r"|groupe|proveedor"
    r"|fabricante|empresa|compañía|grupo|fornitore|produttore|azienda|società|gruppo|fornecedora?"
    r"|компани\w+|поставщик\w*)\b"
)
# A section is left out if it is at most this share of the text: a longer one is the story itself.
_SECTION_SHARE = 0.45
_EDGE_BLOCKS = 3
_HEADING_CHARS = 90


def story_part(blocks: Sequence[str]) -> range:
    """Return which of a text's paragraphs are its story: without lines of dates and names above and below it.

    What a publisher says about itself and its author at the end is left out, too.
    """
    start = next((i for i, block in enumerate(blocks[:_EDGE_BLOCKS]) if not is_date(block)), 0)
    return range(start, max(start, _story_end(blocks)))


def _story_end(blocks: Sequence[str]) -> int:
    total = sum(map(len, blocks))
    left = total
    for i, block in enumerate(blocks):
        if i and left <= _SECTION_SHARE * total and _begins_section(block, blocks[i + 1 : i + 2]):
            return i
        left -= len(block)
    end = len(blocks)
    while end > 1 and len(blocks) - end < _EDGE_BLOCKS and _is_below_story(blocks[end - 1]):
        end -= 1
    return end


def _is_below_story(block: str) -> bool:
    return bool(_AUTHOR_BOX.match(block)) or is_date(block) or is_site_line(block)


def _begins_section(block: str, following: Sequence[str]) -> bool:
    line = block.strip()
    if _SELF.match(line):
        return True
    if len(line) > _HEADING_CHARS:
        return False
    if _END_MARK.fullmatch(line):
        return True
    about = _ABOUT.fullmatch(line)
    first_word = _WORD.search(about["name"]) if about else None
    return bool(first_word and following and first_word[0].lower() in following[0][:60].lower())
