"""Whether a page is an article at all: forms for consent and log-in, errors and front pages are none.

Such pages come with status 200 and as much text as a story. They are told by what they are made of (teasers),
by what they call themselves, and by sentences that ask their reader for something, in the languages that most
feeds are written in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from index.sources.pages.json_ld import PageData, types_of
from index.sources.pages.tree import Measure

_I = re.IGNORECASE
_HEADINGS = ("h2", "h3", "h4", "h5")
# A story is longer than what stands on a form.
_FORM_CHARS = 2500
_ASKING_SHARE = 0.3
_HEADLINE_CHARS = 25
_TEASERS, _HEADLINES_OF_TEASER, _TEASER_CHARS, _TEASER_SHARE = 3, 2, 700, 0.6
# More text than this beside the teasers is a story with teasers of others around it.
_BESIDE_TEASERS = 600
_SENTENCES = re.compile(r"(?<=[.!?。！？])\s*|\n+")

# How a page speaks to its reader, and of itself.
_ADDRESS = re.compile(
    r"\b(?i:you|your|we|our|us|wir|unser\w{0,2}|vous|votre|vos|nous|nos|notre|usted|tus?|te|nuestr\w+|tuo"
    r"|tua|tuoi|tue"
    r"|ti|nostr\w+|noi|você|nosso\w?|nossa\w?|je|jij|jouw|uw|wij|we|ons|onze|вы|вас|вам|ваш\w*|мы|наш\w*)\b"
    # Within a German sentence a capital letter makes "she" and "her" a "you" and "your".
    r"|(?<=[\w,] )(?:Sie|Ihr\w{0,2})\b|ください|お願いし|お客様|ご利用|お探し|您|你|我们|我們"
    # Spanish has its reader in the verb.
    r"|\b(?i:lo sentimos|puedes|podrás|quieres|aceptas?|buscas?)\b"
)
# What a page asks for, or says in place of a story: the reason given, the words, and titles of such pages.
_FORMS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "asks for consent",
        re.compile(
            r"cookies?|tracking|\bconsent\b|\bpartners?\b|personal data|privacy|datenschutz"
            r"|einwilligung|zustimm"
            r"|widerrufen|werbung|kekse|consentement|traceurs|données personnelles|confidentialité"
            r"|consentimiento"
            r"|privacidad|datos personales|consenso|dati personali|consentimento|dados pessoais"
            r"|privacidade|toestemming"
            r"|persoonsgegevens|согласи|персональн|クッキー|同意|个人信息|隐私",
            _I,
        ),
        re.compile(
            r"\A.*\b(?:cookies?|consent|privacy (?:choices|settings|cent(?:er|re))|before you continue"
            r"|datenschutzeinstellungen"
            r"|mit werbung|zustimmung|consentement|consentimiento|consenso|toestemming)\b.*"
            r"|\A.*согласие.*|\A.*同意.*",
            _I,
        ),
    ),
    (
        "asks to log in",
        re.compile(
            r"\blog(?:ged)?[ -]?(?:in|on)\b|\bsign(?:ed)?[ -]?(?:in|up)\b|passwords?|\baccount\b"
            r"|e-?mail address|regist(?:er|ration)"
            r"|anmeld|einloggen|passwort|kennwort|benutzerkonto|registrier|se connecter|connectez"
            r"|mot de passe|compte"
            r"|iniciar sesión|inicia sesión|contraseña|cuenta|accedi\b|parola d['’]ordine|entrar\b"
            r"|senha|conta\b|inloggen"
            r"|wachtwoord|войти|войдите|парол|ログイン|パスワード|登录|密码",
            _I,
        ),
        re.compile(
            r"(?:please |members? )?(?:log[ -]?(?:in|on)|sign[ -]?in|register|registration"
            r"|(?:my )?account)\b.{0,60}"
            r"|(?:bitte )?(?:anmeld\w{1,20}|einloggen|login|registrier\w{1,20})\b.{0,60}|(?:se )?connect(?:er"
            r"|ez-vous|ion)\b.{0,60}"
            r"|inici\w{1,9} (?:de )?sesión.{0,60}|acced[ie]\b.{0,60}|entrar\b.{0,40}|inloggen\b.{0,60}"
            r"|вход\b.{0,60}|ログイン.{0,40}"
            r"|登录.{0,40}",
            _I,
        ),
    ),
    (
        "asks for a subscription",
        re.compile(
            r"subscri(?:be|ber|bers|ption|ptions)\b|cancel (?:at )?any ?time|free trial|\bfree access\b"
            r"|unlimited access|a month\b"
            r"|\babo(?:s|nn\w*|nnement\w*)?\b|kündbar|suscri\w+|abbona\w+|assin(?:e|ante|antes|atura)\b"
            r"|abonne\w+|подписк"
            r"|подпишитесь|有料会員|購読|订阅",
            _I,
        ),
        re.compile(
            r"(?:subscribe|subscription|choose (?:your|a) (?:plan|subscription)|become a (?:member"
            r"|subscriber))\b.{0,60}"
            r"|(?:jetzt )?abonn(?:ieren|ement|ez-vous|ement)\b.{0,60}|suscr[ií]b\w+.{0,60}"
            r"|abbona\w+.{0,60}|assine\b.{0,60}"
            r"|weiterlesen\b.{0,40}|word abonnee\b.{0,40}|.{0,20}会員限定.{0,20}",
            _I,
        ),
    ),
    (
        "asks for JavaScript or for proof that a person reads it",
        re.compile(
            r"javascript|ad ?blocker|werbeblocker|captcha|robots?\b|\bbots?\b|unusual traffic|automated"
            r"|checking your browser|verify"
            r"|verif(?:ier|izier)\w*|access (?:was |is |has been )?denied|\bblocked\b"
            r"|zugriff verweigert|accès refusé"
            r"|acceso denegado|accesso negato|acesso negado|доступ (?:запрещ|огранич)|робот|アクセス",
            _I,
        ),
        re.compile(
            r"(?:just a moment|attention required|access denied|are you (?:a )?(?:human|robot)"
            r"|security check|verify\b.{0,40}"
            r"|checking your browser|(?:please )?enable javascript.{0,40}|pardon our interruption"
            r"|robot check|403\b.{0,40}"
            r"|zugriff verweigert|accès refusé|acceso denegado|accesso negato|acesso negado)\b.{0,60}",
            _I,
        ),
    ),
    (
        "says that the page is not there",
        re.compile(
            r"not (?:be )?found|\b404\b|no longer (?:available|exists?)|does(?: not|n['’]t) exist"
            r"|page you (?:are|were) looking"
            r"|nicht (?:gefunden|finden)|existiert nicht|nicht mehr verfügbar"
            r"|introuvable|n['’]existe (?:pas|plus)"
            r"|no (?:se )?(?:encontr|existe)"
            r"|non (?:è stata )?trovata|non esiste|não (?:foi )?encontrad|não existe|niet gevonden"
            r"|bestaat niet|не найден"
            r"|не существует|見つかりません|存在しません|削除され|不存在|找不到",
            _I,
        ),
        re.compile(
            r"(?:error )?404\b.{0,60}|(?:page|file|article|story) (?:was )?not found.{0,40}|not found"
            r"|oops\b.{0,60}"
            r"|(?:die )?seite (?:wurde )?nicht gefunden.{0,40}|(?:die )?seite existiert nicht.{0,40}"
            r"|fehler 404.{0,40}|page (?:introuvable|non trouvée).{0,40}"
            r"|página no encontrada.{0,40}"
            r"|pagina non trovata.{0,40}|página não encontrada.{0,40}|pagina niet gevonden.{0,40}"
            r"|страница не найдена.{0,40}"
            r"|(?:お探しの)?(?:ページ|記事)[がは]見つかりません.{0,40}|页面不存在.{0,40}",
            _I,
        ),
    ),
    (
        "says that the site is not available now",
        re.compile(
            r"legal reasons|data protection regulation|european economic area"
            r"|maintenance|be (?:right )?back|try again (?:later|in)|temporarily|unavailable|wartung"
            r"|gleich zurück|später (?:noch|erneut)"
            r"|vorübergehend|réessayer|indisponible|mantenimiento|inténtelo|manutenzione|riprova"
            r"|manutenção|tente novamente"
            r"|onderhoud|техническ\w{1,9} работ|обслуживани|メンテナンス|维护",
            _I,
        ),
        re.compile(
            r"(?:scheduled |planned |site |under |down for )?maintenance\b.{0,60}|(?:we will"
            r"|we['’]ll) be (?:right )?back.{0,40}"
            r"|(?:service|site|temporarily) unavailable.{0,40}|50[0-4]\b.{0,60}"
            r"|(?:451\b.{0,10})?unavailable (?:due to|for) legal reasons"
            r"|wartung(?:sarbeiten)?\b.{0,60}|(?:en )?maintenance\b.{0,60}"
            r"|(?:en |sitio en )?mantenimiento\b.{0,60}|(?:in )?manutenzione\b.{0,60}"
            r"|(?:em )?manutenção\b.{0,60}"
            r"|технические работы.{0,60}|メンテナンス.{0,40}|维护.{0,40}",
            _I,
        ),
    ),
    (
        "sends its reader on to another page",
        re.compile(r"redirect\w*|leaving\b|weiter(?:ge)?leit\w*|redirig\w*|redirección|転送|跳转", _I),
        re.compile(
            r"(?:redirecting|weiterleitung|redirection|redirigiendo|reindirizzamento|转向|跳转)\b.{0,40}"
            r"|(?:you are (?:being redirected|(?:now )?leaving)|sie werden weitergeleitet|vous allez être"
            r" redirigé)\b.{0,60}",
            _I,
        ),
    ),
)
# Pages about the site, by their whole title.
_ABOUT_SITE = re.compile(
    r"(?:our )?(?:privacy|cookie)(?: and cookies?)? (?:policy|notice|statement)|terms (?:of (?:use"
    r"|service)|and conditions)|imprint"
    r"|about us|contact(?: us)?|advertise(?: with us)?|impressum|datenschutz(?:erkl[äa]rung|hinweise?)?"
    r"|nutzungsbedingungen|agb|kontakt"
    r"|über uns|mentions légales|politique de confidentialité|conditions générales.{0,30}"
    r"|contactez-nous|qui sommes-nous"
    r"|aviso legal|política de (?:privacidad|privacidade|cookies)|quiénes somos|contacto|note legali"
    r"|informativa (?:sulla )?privacy"
    r"|chi siamo|contatti|termos de uso|quem somos|contato|privacyverklaring|over ons"
    r"|политика конфиденциальности|о нас|контакты"
    r"|プライバシーポリシー|利用規約|会社概要|隐私政策|关于我们",
    _I,
)
_NOT_ONE_STORY = frozenset(
    "CollectionPage SearchResultsPage ProfilePage AboutPage ContactPage FAQPage CheckoutPage".split()
)


def why_no_article(headlines: Sequence[str], text: str, data: PageData, *, is_list: bool) -> str | None:
    """Return why a page holds no article, as what it does or is instead; None where it may hold one.

    `headlines` are what the page calls itself, without its site's name; `is_list` is what
    `is_list_of_stories` says of its tree.
    """
    return _asked(headlines, text) or ("is a list of stories" if is_list and not data.story else None)


def why_no_story(title: str, meta: Mapping[str, str], data: PageData) -> str | None:
    """Return why a page is not one that a news site publishes as a story; None where it may be one.

    Its text can be read, if a person asks for this page by its address.
    """
    if _ABOUT_SITE.fullmatch(title.strip()):
        return "is about the site"
    kinds = set().union(*(types_of(described) for described in data.objects))
    if not data.story and (kinds & _NOT_ONE_STORY or meta.get("og:type", "").lower() == "profile"):
        return "is a page of the site and no story"
    return None


def _asked(headlines: Sequence[str], text: str) -> str | None:
    """Return what a page asks of its reader where it does little else."""
    if len(text) > _FORM_CHARS:
        return None
    sentences = [sentence for sentence in _SENTENCES.split(text) if sentence.strip()]
    for reason, words, titles in _FORMS:
        asking = sum(bool(words.search(sentence) and _ADDRESS.search(sentence)) for sentence in sentences)
        titled = any(titles.fullmatch(line.strip()) for line in headlines)
        if asking and (titled or (asking > 1 and asking >= _ASKING_SHARE * len(sentences))):
            return reason
    return None


def is_list_of_stories(root: HtmlElement, measures: Mapping[HtmlElement, Measure]) -> bool:
    """Tell whether most of a page's long texts stand under headlines that are links to other pages.

    A headline is a heading, or the link with which an entry of a list begins.
    """
    headlines: Counter[HtmlElement] = Counter()
    for heading in root.iter(*_HEADINGS):
        if measures[heading].is_link or next(heading.iterancestors("a"), None) is not None:
            holder = next((outer for outer in heading.iterancestors() if measures[outer].prose), None)
            if holder is not None:
                headlines[holder] += 1
    for entry in root.iter("li"):
        if measures[entry].prose and _begins_with_headline(entry, measures):
            headlines[entry] += 1
    # Many headlines around one text are links beside a story.
    teasers = [
        measures[holder].prose
        for holder, count in headlines.items()
        if count <= _HEADLINES_OF_TEASER and measures[holder].prose <= _TEASER_CHARS
    ]
    total = measures[root].prose
    beside = total - sum(teasers)
    return len(teasers) >= _TEASERS and beside <= min(_BESIDE_TEASERS, (1 - _TEASER_SHARE) * total)


def _begins_with_headline(entry: HtmlElement, measures: Mapping[HtmlElement, Measure]) -> bool:
    first = next(iter(entry), None)
    begins = first is not None and first.tag == "a" and not (entry.text or "").strip()
    return begins and measures[first].text >= _HEADLINE_CHARS
