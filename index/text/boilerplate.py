"""Finds what stands in a story's text but is not the story: boxes, links, captions, bylines, notices. Pure.

Publishers mix these into their text, and page extractors leave them there. The rules look for the fixed words
of such lines and for the place where they stand: "sign up" in a report on vaccinations is news. Where a rule
would have to guess, the line stays: losing a sentence of news is worse than keeping an advertisement.
`index.text.site_lines` has the rules for whole lines and sections in languages other than English.
"""

import re
from collections.abc import Sequence

from index.text.sentence_rules import PLAIN, SentenceRules
from index.text.sentences import split_blocks
from index.text.site_lines import is_notice, is_site_line, story_part
from index.text.spans import Span

VERSION = 2

# Characters of a text that are read: all passages of an article have fewer. A line longer than `_EDGE_CHARS`
# is told by so many at its beginning and its end, because no pattern below needs more.
READ_CHARS = 1_000_000
_EDGE_CHARS = 1000

_I = re.IGNORECASE

# Who photographs are credited to, as written behind a slash ("Jane Doe/AFP/Getty Images") or alone.
_AGENCY = (
    r"(?:AP(?: Images| Photo)?|AFP(?:TV)?|Reuters|Getty(?: Images)?|EPA(?:-EFE)?|EFE|Shutterstock"
    r"|Bloomberg|Anadolu"
    r"(?: Agency)?|Xinhua(?: News Agency)?|PA(?: Images| Wire)?|DPA|dpa|Alamy|Redux|ZUMA\w*|NurPhoto"
    r"|LightRocket|Sipa"
    r"(?: USA)?|Imagn(?: Images)?|Corbis|Maxar(?: Technologies)?|Pool|POOL|Handout|TASS|Sputnik|Kyodo"
    r"|Yonhap|ANSA"
    r"|Press Association|The Canadian Press|Associated Press|USA TODAY (?:Sports|NETWORK|Network))"
)
_PARTICLE = "de|da|del|della|di|dos|du|van|von|der|den|la|le|el|al|bin|ibn|and|of|for|the|&"
_CAPITAL = r"[^\W\d_a-zа-яß-ÿ][\w.'’-]*"
_NAME = rf"(?:{_CAPITAL}|{_PARTICLE})"
_NAMES = rf"{_NAME}(?:,? {_NAME}){{0,9}}"
_WRITTEN = r"(?:report|reporting|story|article|post|piece|column|coverage)"

# A label before a link to something else. Those in _LINK are never the beginning of a sentence; those in
# _MAYBE_LINK are, unless what follows them is a headline.
_LINK = (
    r"more(?: (?:on|from|about|in|coverage|stories)\b[^:.!?]{0,50})?|related(?: \w+){0,2}|read(?: more"
    r"| next| also| on)?"
    r"|also (?:read|see|on)|see (?:also|more)|learn more|(?:don['’]t|do not) miss|must[- ]reads?|trending"
    r"|recommended(?: (?:for you|reading|stories|videos?))?|you (?:may|might) also like|for subscribers"
    r"|subscribers? only|(?:\w+ ){0,2}newsletters?"
    r"|dig deeper|go deeper|support local journalism|stay (?:up[- ]to[- ]date|connected|informed"
    r"|in the (?:know|loop"
    r"|conversation))[^:.!?]{0,40}"
    r"|lesen sie (?:auch|mehr|hierzu|dazu)|mehr zum thema|auch interessant|(?:à )?lire (?:aussi|également)"
    r"|lisez (?:aussi|également)|voir aussi|lea también|lee también|vea también|ver también"
    r"|le puede interesar"
    r"|leggi anche|leia (?:mais|também)|lees ook|läs också|les også|læs også|czytaj (?:też|także)"
    r"|читайте также"
    r"|читайте ещё"
)
_MAYBE_LINK = (
    r"watch(?: live| now| more)?|listen|videos?|photos?|gallery|galleries|in (?:photos|pictures)"
    r"|graphics?|interactive"
    r"|podcasts?|opinion|analysis|exclusive|live(?: updates?| blog| coverage)?|fact[- ]check|explainer"
    r"|previously"
    r"|quiz|poll|follow[^:.!?]{0,30}|join[^:.!?]{0,30}|get [^:.!?]{0,40}|start the day[^:.!?]{0,30}"
)
_NETWORK = (
    r"(?:twitter|facebook|instagram|tiktok|threads|bluesky|mastodon|telegram|whatsapp|snapchat|youtube"
    r"|linkedin|x\b)"
)
_REACH = r"(?:e-?mail|reach|contact|tweet|write(?: to)?|message|follow|call|send (?:tips|e-?mails?)|find)"

# Whole lines, matched from their start whatever follows.
_LINE = re.compile(
    rf"(?:[►▶»›•·*#📷🎧-]+\s*)?(?:{_LINK})\s*:"
    r"|(?:with )?contribut(?:ing|ed|ors?)(?: writers?| by| to this \w+)?\s*:"
    r"|[(\[]?(?:additional |with )?reporting (?:by|from) [^.]{3,300}(?:;|\.) ?(?:additional |writing|editing)"
    r"|(?:editing|compiled|edited|translated) by (?:[\w.'’-]+ ){1,3}[\w.'’-]+[.)]?$"
    r"|[(\[]?(?:photo|image|picture|video)s?(?: illustrations?| credits?| courtesy)?\s*(?::|\bby\b|/)\s*\S"
    r"|[(\[]?(?:photographs? by|image source|photo credit|screenshot (?:from|via)|credit:|foto:|bild:|фото:)"
    rf"|(?:{_NETWORK}|e-?mail)\s*:\s*\S+\s*$"
    r"|advertis(?:e)?ment(?:\s*[-–—:].{0,60})?$|sponsored(?: content| by .{0,40})?$|paid (?:content|post)$"
    r"|(?:story|article|content) continues (?:below|after)|scroll (?:down )?(?:to|for) (?:continue|more)"
    r"|(?:view|see) this (?:post|tweet|video|photo) on|a (?:post|video|reel) shared by|embedded content"
    r"|(?:click|tap)(?: or (?:click|tap))? (?:here|on the|the link|to|through)\b"
    r"|(?:read|see|hear|find out|discover) (?:even )?more\b(?! than\b)"
    r"|(?:share|listen to|print|save|bookmark) this (?:article|story|page|post)|share (?:on|via) |copy link"
    r"|skip to (?:main )?content|back to top|video ad feedback|now playing|play video|\d+ min(?:ute)?s? read"
    r"|(?:©|\(c\)|copyright(?: ©)?) ?(?:\d{4}|by )|@\w+$|https?://\S+$|www\.\S+$"
    r"|(?:last |first |originally )?(?:updated|published|posted)(?: on| at)?\s*+(?:[:,]\s*+)?"
    r"(?:\w{1,9}day\b|\w{3,9}\.? \d|\d)[^!?]{0,50}$"
    r"|[(（]?(?:記者|取材(?:・文)?|文|撮影|作者|编辑|編輯|责编|責任編輯|责任编辑)\s*[:：／]\s*\S{1,20}$"
    r"|newsletter(?:\s*:|$)|(?:abonnieren sie|suscr[ií]b[ae]te? a|abonnez-vous|подписывайтесь)\b.{0,120}$",
    _I,
)
# The same, where case tells a name from a word.
_CASED_LINE = re.compile(
    rf"[(\[]?{_NAME}(?: {_NAME}){{0,5}}(?:/[^/\n]{{2,40}}){{0,3}}/(?:[^/\n]{{1,30}} via )?{_AGENCY}\b"
    rf"|[(\[]?{_NAMES},? via {_AGENCY}\b|AP Photo\b|[(\[]?{_AGENCY}[)\]]?$|(?:From|Via"
    rf"|Courtesy(?: of)?) {_NAMES}(?: (?:wire|staff) reports?)?$"
    rf"|[Bb](?:y|Y) {_NAMES}(?:, [^.!?]{{2,60}})?$|(?:Written|Reported"
    rf"|Story) by {_NAMES}\.?$"
    rf"|(?:Von|VON|Par|Por|Di|Door|(?:Autor(?:in)?|Auteur|Autore|Redaktion|Texte?|Автор|Текст) ?:) {_CAPITAL}"
    rf"(?:,? (?:und|et|y|e|en|и|{_NAME})){{1,7}}$"
    r"|(?:[A-Z][\w.'’-]*,? ){1,6}[—–]$"  # a dateline that stands alone
    r"|[—–-] ?[^(]{1,60}\(@\w+\)",
)
# Who signs a text, or an entry in a list of names.
_SIGNATURE = re.compile(rf"[–—-]{{1,2}} ?{_NAMES}$")
# A credit alone, as it follows a caption.
_CREDIT = re.compile(rf"{_NAMES}(?:/[^/\n]{{2,40}}){{0,3}}/{{1,2}}(?:[^/\n]{{1,30}} via )?{_AGENCY}$")
# The ends of lines that are captions, video boxes or remains of embedded posts.
_LINE_END = re.compile(
    rf"[(\[](?:(?i:(?:photo(?:graph)?|image|picture|credit)s?(?: (?:by|via|from|courtesy|credit)\b"
    rf"|\s*[:/]))[^)\]]{{0,80}}|[^)\]]{{2,60}}/{_AGENCY}|{_AGENCY})[)\]]?$"
    r"|\d{1,2}:\d\d\s*[-–]\s*Source:.{1,40}$"
    r"|\(@\w+\) (?:[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4})$"
)
# A headline behind a label: no sentence end.
_HEADLINE = re.compile(
    rf"(?:[►▶»›•·*#📷🎧-]+\s*)?(?:(?:{_MAYBE_LINK})\s*:\s*|[^:.!?\n]{{2,60}}:(?=[^\W\d_]|['\"“‘]))\S", _I
)
_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")

# Sentences, wherever they stand, told by how they begin. A label such as "Editor's note:" may come before.
_OPENING = re.compile(
    # newsletters and subscriptions
    r"(?:[^.]{0,60}[:,!] ?)?(?:(?:please|also|or|and|click here to|you can(?: also)?) )?(?:sign up"
    r"|subscribe)\b[^.]{0,120}"
    r"\b(?:newsletters?|inbox|our|podcasts?)\b"
    r"|(?:[^.]{0,40}: ?)?subscribe (?:(?:to [\w.'’ ]{2,40} )?(?:today|now|here|for free)\b|here\b)"
    r"|(?:want|like|love) to read more (?:stories|news|articles)\b"
    r"|(?:ap|associated press|usa today|reuters)\b[^.]{0,80}\bcontribut(?:ed|ing)\.?$"
    r"|(?:would you like to|to|want to|get|receive)\b.{0,80}\bnewsletters?\b"
    r"|become a (?:digital )?(?:subscriber|member)\b|support (?:\w+ )?(?:local|independent"
    r"|quality) journalism\b"
    r"|(?:if not, )?sign up for a (?:digital )?subscription\b|download (?:the"
    r"|our) (?:free )?[\w ]{0,30}\bapp\b"
    # asking to be followed or written to
    rf"|(?:[^.]{{0,60}}[,:] )?(?:please |also |you can |or |feel free to "
    rf"|and )*+{_REACH}\b(?! your\b)[^.!?]{{0,90}}"
    rf"(?:\s@\w|\S@\w+\.\w|\b(?:on|at) {_NETWORK}[.!]?$)"
    rf"|follow [^.!?]{{2,80}} on {_NETWORK}\b"
    r"|follow (?:us|me|along)\b|(?:join|find|like|visit) us on\b|stay up to date (?:on"
    r"|with) (?:the latest|our)\b"
    r"|(?:do you )?(?:have|got) (?:a|any) (?:tips?|stor(?:y|ies)|questions?)\b[^?]{0,60}\?$"
    # the notices of sites and of the story about itself
    r"|(?:additional )?reporting (?:by|from) (?:\S+ ){1,12}\S+$|['‘“\"]we['’”\"] includes\b"
    rf"|this (?:developing )?(?:{_WRITTEN}|page) (?:has been|was|will be|is being)(?: last| first"
    rf"| originally)? "
    r"(?:updated|corrected|published|produced|translated|amended|edited|clarified|adapted|provided)\b"
    r"|(?:view|read) more opinion\b|this (?:content|article) was produced by\b|(?:click"
    r"|tap)(?: or (?:click|tap))? here\b",
    _I,
)
# The same kind of sentence, by words that stand anywhere in it. Every such sentence has one of _SIGNS, and
# looking for these first makes reading an article ten times quicker.
_ANYWHERE = re.compile(
    r"(?:^|[:;,.!?–—] ?|\b(?:and|or|please) )(?:sign|signing) up (?:here|now|today|below|for (?:our|free"
    r"|cnn|the ap))\b"
    r"|\bsubscribe to (?:our|the) (?:[\w'’-]+ ){0,4}newsletters?\b"
    r"|\bsubscribe (?:to [\w.'’ ]{2,40} )?(?:today|here|now)\b"
    r"|\bsign(?:ing)? up for (?:our|the) (?:[\w'’-]+ ){0,4}newsletters?|\bnewsletters? (?:provides|gives"
    r"|brings) you\b"
    r"|\b(?:this|version of this)\b[^.]{0,60}\b(?:part of|appear(?:s|ed) in|originally|edition of"
    r"|from)\b.{0,60}"
    r"\bnewsletters?\b"
    r"|\bthis is the .{0,30}\bedition of\b|\bour (?:print|digital) edition\b"
    r"|\bif you haven['’]t subscribed\b|\b(?:you can|to) unsubscribe\b"
    r"|\bstories we link to are subscriber-only\b"
    r"|\b(?:consider|thank you for|thanks for) supporting (?:our|local|independent|quality)\b"
    r"|\ba subscription to one of our\b|\bspecial access for subscribers\b"
    r"|\bbecome a .{0,40}subscriber today\b"
    r"|\bdirect(?:ly)? to your inbox\b|\bdelivered to your inbox\b"
    rf"|(?<!['\"“‘])\b(?:follow|like|find|join) (?:us|him|her|them|me)(?: at| on|,)? ?(?:on "
    rf"|at )?(?:{_NETWORK}|@)"
    r"|\bcontribut(?:ed|ing) (?:(?:reporting )?(?:to|for) this (?:" + _WRITTEN + r")|reporting)\b.{0,30}$"
    r"|\b(?:we|site|website|page|publisher) (?:and our partners )?uses? cookies\b|\b(?:accept|reject"
    r"|manage) (?:all )?cookies\b"
    r"|\bcookie (?:policy|preferences|settings|consent|notice)\b|\byou\b.{0,120}\bour (?:privacy"
    r"|cookie) (?:policy|notice)\b"
    r"|\bby (?:clicking|continuing|submitting|signing up|registering|subscribing)\b.{0,80}\byou (?:agree"
    r"|accept|consent)"
    r"|\bwe will use the (?:details|information|data) you\b|\bobject to the use of your data\b"
    r"|\byou agree to the processing\b|\bprices were accurate at the time\b"
    r"|\bsupported in part by a grant from\b"
    r"|\bterms of (?:use|service) and (?:our )?privacy\b|\benable javascript\b"
    r"|\byour browser (?:does not|doesn['’]t) support\b"
    r"|\bsubject to copyright\b|\bno part (?:of .{0,40})?may be reproduced\b"
    r"|\bfor informational? purposes only\b"
    r"|\bour e-?mail(?: address)?(?: is|:)|\bletters to the editor\b.{0,60}$"
    r"|\balready a (?:subscriber|member)\b|\bcancel (?:at )?any ?time\b|\b(?:is"
    r"|are) (?:only )?for (?:our )?subscribers\b"
    r"|\bour customer service\b|\bshare of the sale\b"
    r"|\ball rights reserved\b|\bmay not be (?:published|reproduced|copied),"
    r"|\b(?:we|us) (?:may|might|will|could|can|sometimes) (?:also )?(?:earn|receive|get) (?:a "
    r"|an )?(?:\w+ )?(?:commission|share of)"
    r"|\bpurchases? (?:you make )?(?:through|via|using) (?:our|these|the) links\b"
    r"|\bour links\b.{0,60}\b(?:commission|purchase)"
    r"|\bgo to .{0,30}\bfor the latest\b.{0,30}\bcoverage$"
    rf"|\ban? (?:earlier|previous|prior) version of (?:this|the) (?:{_WRITTEN}|version|headline|caption)\b"
    rf"|\b(?:version of )?this (?:{_WRITTEN}) (?:(?:was )?(?:originally|first)|also) (?:ran|appeared"
    rf"|published)\b"
    r"|\b(?:the )?(?:opinions?|views?) expressed (?:here|in this|are|by the author|above)\b"
    r"|\bclick here (?:to|for)\b"
    # the remains of embedded posts
    r"|\bpic\.(?:twitter|x)\.com/\w+(?:\s*[—–-].{0,90})?$",
    _I,
)
_SIGNS = (
    *("sign up", "signing up", "subscri", "newsletter", "edition", "supporting", "inbox", "contributed"),
    *("contributing"),
    *("twitter", "facebook", "instagram", "tiktok", "threads", "bluesky", "mastodon", "telegram"),
    *("whatsapp", "snapchat"),
    *("youtube", "linkedin", " x", "@", "cookie", "privacy", "you agree", "you accept", "you consent"),
    *("we will use"),
    *("copyright", "reproduced", "purposes", "our e", "letters to", "already a", "cancel", "customer"),
    *("your data", "javascript", "your browser", "prices were", "a grant", "all rights", "may not be"),
    *("commission", "share of", "links"),
    *("coverage", "version of", "this story", "this article", "this post", "this piece", "this column"),
    *("this report"),
    *("expressed", "click here", "pic.twitter", "pic.x"),
)


# A paragraph of at most so many sentences is a box when it begins like one or says how to reach its author,
# a caption when it ends with a credit.
BOX_SENTENCES = 4
_AUTHOR = re.compile(
    rf"\b{_REACH} (?:him|her|them|me|us)\b|\bour e-?mail\b|\balready a (?:subscriber|member)\b"
    r"|\bcancel (?:at )?any ?time\b|\bfor (?:our )?subscribers\b",
    _I,
)


def reporting(text: str, rules: SentenceRules = PLAIN) -> list[list[Span]]:
    """Return the spans of the sentences that tell the news, in runs between which something was left out.

    Runs and their sentences are ordered and disjoint; no run is empty. Of a text the first `READ_CHARS`
    characters are read.
    """
    text = text[:READ_CHARS]
    runs: list[list[Span]] = [[]]
    blocks = split_blocks(text, rules)
    lines = [text[block[0].start : block[-1].end] for block in blocks]
    part = story_part(lines)
    for i in part:
        block, is_name = blocks[i], _is_name_in_list(lines, i)
        for kept, sentence in zip(_kept(text, block, is_name=is_name), block, strict=True):
            if kept:
                runs[-1].append(sentence)
            elif runs[-1]:
                runs.append([])
    return [run for run in runs if run]


def _is_name_in_list(lines: Sequence[str], i: int) -> bool:
    """Tell whether a line that looks like a signature ("– Jane Doe") is one entry of a list."""
    if not _SIGNATURE.match(lines[i]):
        return False
    beside = (*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2])
    return any(line[0] == lines[i][0] for line in beside)


def _kept(text: str, block: Sequence[Span], *, is_name: bool = False) -> list[bool]:
    """Tell which sentences of a paragraph, list entry or heading are part of the story."""
    if is_name:
        return [True] * len(block)
    if is_boilerplate_line(text[block[0].start : block[-1].end]):
        return [False] * len(block)
    sentences = [text[start:end] for start, end in block]
    dropped = [is_boilerplate_sentence(sentence) for sentence in sentences]
    if len(block) <= BOX_SENTENCES and _is_box(sentences, dropped):
        return [False] * len(block)
    return [not is_dropped for is_dropped in dropped]


def _is_box(sentences: Sequence[str], dropped: Sequence[bool]) -> bool:
    if dropped[0] or is_notice(sentences[0]) or _CREDIT.match(sentences[-1]):
        return True
    return any(
        is_dropped and _AUTHOR.search(sentence)
        for is_dropped, sentence in zip(dropped, sentences, strict=True)
    )


def is_boilerplate_line(line: str) -> bool:
    """Tell whether a whole paragraph, list entry or heading is no part of the story."""
    if not any(char.isalnum() for char in line):
        return True
    head, tail = line[:_EDGE_CHARS], line[-_EDGE_CHARS:]
    if _LINE.match(head) or _CASED_LINE.match(head) or _SIGNATURE.match(head) or _LINE_END.search(tail):
        return True
    if is_site_line(line):
        return True
    return not _END.search(tail) and bool(_HEADLINE.match(head))


def is_boilerplate_sentence(sentence: str) -> bool:
    """Tell whether a sentence, in whatever paragraph, speaks of the site instead of the news."""
    if _OPENING.match(sentence) or _CREDIT.match(sentence):
        return True
    lowered = sentence.lower()
    return any(sign in lowered for sign in _SIGNS) and bool(_ANYWHERE.search(sentence))
