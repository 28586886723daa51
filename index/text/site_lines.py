"""Lines and sections in which a site speaks of itself, in the languages that most feeds are written in. Pure.

A line is told by its whole wording (`index.text.site_phrases`), a section by the line that begins it and its
place near the end of a text: in the middle of a report the same words are news. `index.text.boilerplate` asks
what may be quoted, `index.sources.feeds.furniture` what is left out at the end of a feed's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from index.text.site_notices import NOTICES
from index.text.site_phrases import BUTTONS, END_LINES, PICTURES, SITE_LINES, Phrases

_I = re.IGNORECASE

# -- lines ------------------------------------------------------------------------------------------------

# What a phrase's signs mean.
_WORDS = {"~": ".{0,40}", "~~": ".{0,80}", "…": ".{0,300}"}
_SIGN = re.compile(r"\\.|(?P<before> ?)(?P<words>~~?|…)(?P<after> ?)|<name>|'|\((?!\?)")


def _pattern(phrase: str) -> str:
    """Return the regular expression that a phrase of the table stands for."""
    return _SIGN.sub(_meaning, phrase)


def _meaning(sign: re.Match[str]) -> str:
    if sign["words"]:
        before, after = (r"\b" if sign[side] else "" for side in ("before", "after"))
        return before + _WORDS[sign["words"]] + after
    return {"<name>": "[^.!?]{1,80}", "'": "['’]", "(": "(?:"}.get(sign[0], sign[0])


def _compiled(*tables: Phrases) -> re.Pattern[str]:
    phrases = [phrase for table in tables for language in table.values() for phrase in language]
    # Without IGNORECASE, and so quicker: the lines are given in small letters.
    return re.compile("|".join(map(_pattern, phrases)))


# Compiled at the first line, because it takes an eighth of a second that a start would wait for.
@cache
def _site_line() -> re.Pattern[str]:
    return _compiled(*SITE_LINES.values())


@cache
def _notice() -> re.Pattern[str]:
    return _compiled(*NOTICES.values())


@cache
def _end_line() -> re.Pattern[str]:
    return _compiled(*END_LINES.values())


@cache
def _button() -> re.Pattern[str]:
    return _compiled(*BUTTONS.values())


_SENTENCE_END = re.compile(r"(?<!\.)[.!?。！？]$")
_PICTURE = re.compile(
    rf"[(\[]?(?:{_compiled(PICTURES).pattern})\s*[:/|：]\s*(?:[^.!?]|\b\w\.){{1,100}}[)\]]?", _I
)
# A line that sends its reader to an address.
_SENT_ON = re.compile(
    r"(?:more|follow|listen|download|itunes|watch|read|see|visit|for more|full coverage|mehr|infos?"
    r"|weitere|plus|más|più|mais|meer|подробнее|więcej|mer|詳しくは|详情)\b"
    r"[^.!?]{0,120}(?:https?://\S+|www\.\S+)(?:\s+and\s+https?://\S+)?\.?",
    _I,
)
_MARKS = "►▶»›•·*#-–—|[]()↓→👉 \u00a0"
_FINAL_MARKS = ".!…:：。！ \u00a0"
# No phrase is longer.
_LONGEST_LINE = 400


def is_site_line(line: str, *, at_end: bool = False) -> bool:
    """Tell whether a whole paragraph, list entry or heading speaks of the site or leads away from the story.

    With `at_end`, it is the last one of its text, where more phrases are no news ("Tags: …").
    """
    bare = line.strip().strip(_MARKS)
    if not bare or len(bare) > _LONGEST_LINE:
        return False
    if _SENT_ON.fullmatch(bare) or _PICTURE.fullmatch(bare):
        return True
    phrase = bare.rstrip(_FINAL_MARKS).lower()
    if _site_line().fullmatch(phrase) or _notice().fullmatch(phrase):
        return True
    return at_end and _is_end_line(phrase, is_sentence=bool(_SENTENCE_END.search(bare)))


def _is_end_line(phrase: str, *, is_sentence: bool) -> bool:
    return bool(_end_line().fullmatch(phrase) or (not is_sentence and _button().fullmatch(phrase)))


def is_notice(sentence: str) -> bool:
    """Tell whether a whole sentence turns the reader away: a limit, a log-in, a consent, a browser."""
    phrase = sentence.strip().rstrip(_FINAL_MARKS).lower()
    return len(phrase) <= _LONGEST_LINE and bool(_notice().fullmatch(phrase))


# -- dates -----------------------------------------------------------------------------------------------

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


def is_date(line: str) -> bool:
    """Tell whether a line is a date or a time and nothing else."""
    if len(line) > 80 or len(re.findall(r"\d", line)) < 2:
        return False
    words = _WORD.findall(line.lower())
    if not words:
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
    r"(?:[^\W\d_a-zß-ÿ][\w.&’'-]{0,60}+ ){0,4}[^\W\d_a-zß-ÿ][\w.&’'-]{0,60} ?(?:\([^)]{1,60}\) ?)?"
    r"(?:is|are|ist|sind|est|sont|es|son|è|sono|é"
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
    return bool(_AUTHOR_BOX.match(block)) or is_date(block) or is_site_line(block, at_end=True)


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
