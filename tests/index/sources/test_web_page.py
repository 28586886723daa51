"""What comes out of a web page: its story, its names, and why it is none."""

import json
import time
from zoneinfo import ZoneInfo

import pytest

from index.sources.web_page import Page, parse

URL = "https://www.wire.example/2025/03/shore-power"
TITLE = "Port opens shore power for container ships"
PARAGRAPHS = [
    f"Container ships can switch off their engines at quay {number} since Monday, the port authority said, "
    f"because a cable of {number * 7} megawatts now supplies them with electricity from the grid."
    for number in range(3, 9)
]
OTHER = "I was there, and it was loud, said another reader. " * 5
STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def read(body: str, head: str = "", url: str = URL) -> Page:
    html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    return parse(html.encode(), url, "utf-8", ZoneInfo("UTC"))


def ld(**values: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'


def whole(page: Page) -> bool:
    return page.text.split("\n\n") == PARAGRAPHS


# -- the story -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>{TITLE}</h1>{STORY}</article>",
        f"<main><div><h1>{TITLE}</h1><div>{'<br><br>'.join(PARAGRAPHS)}</div></div></main>",
        f"<table><tr><td><a href='/a'>Home</a><br><a href='/b'>Sport</a></td>"
        f"<td><h1>{TITLE}</h1>{STORY}</td></tr></table>",
        f"<article><h1>{TITLE}</h1>{STORY}</article><article><h1>Other</h1><p>{OTHER}</p></article>",
        f"<article><h1>{TITLE}</h1><h2 class='standfirst'>Engines fall silent</h2>{STORY}</article>",
        f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><figure><img><figcaption>The quay</figcaption>"
        f"</figure><div class='caption-box'><img src='y'><span>Cables on the quay in March</span></div>"
        f"{''.join(f'<p>{paragraph}</p>' for paragraph in PARAGRAPHS[1:])}</article>",
        f"<article><h1>{TITLE}</h1>{STORY}<p><a href='/other'>Council raises the price of parking</a></p>"
        f"<ul><li><a href='/x'>Bakery burned</a></li><li><a href='/y'>Swans are back</a></li></ul></article>",
        f"<article><h1>{TITLE}</h1>{STORY}<div class='newsletter-signup'><p>All news of the port, every day, "
        f"free of charge, in your mailbox.</p></div></article>",
        f"<article><h1>{TITLE}</h1>{STORY}</article><section id='comments'><p>{OTHER}</p></section>",
    ],
)
def test_the_story_and_nothing_else(body: str) -> None:
    page = read(f"<nav><a href='/'>Home</a></nav>{body}<footer>Imprint</footer>")
    assert page.title == TITLE
    assert whole(page)


def test_posts_of_a_live_report_are_all_kept() -> None:
    posts = "".join(
        f"<div class='post' id='p{i}'><h3>Update {i}</h3><p>{paragraph}</p><a href='#'>Share</a></div>"
        for i, paragraph in enumerate(PARAGRAPHS)
    )
    page = read(f"<article><h1>{TITLE}</h1><p>Live from the port.</p>{posts}</article>")
    assert all(paragraph in page.text for paragraph in PARAGRAPHS)


def test_a_table_of_results_is_read_row_by_row() -> None:
    table = "<table><tr><th>Quay</th><th>Ships</th></tr><tr><td>North</td><td>12</td></tr></table>"
    assert "Quay | Ships\n\nNorth | 12" in read(f"<article><h1>{TITLE}</h1>{STORY}{table}</article>").text


def test_brackets_and_references_are_kept_as_browsers_show_them() -> None:
    sentence = (
        "If a < b, it&apos;s the mayor&#146;s turn&comma; he said&period; &lt;dialog&gt; opens &amp; closes."
    )
    page = read(f"<article><h1>{TITLE}</h1>{STORY}<p>{sentence}</p></article>")
    assert page.text.endswith("If a < b, it's the mayor’s turn, he said. <dialog> opens & closes.")


def test_a_story_comes_without_how_its_characters_are_read() -> None:
    story = (
        "<p>港の<ruby>市長<rt>しちょう</rt></ruby>は月曜日に新しい埠頭を開いた。"
        + "工事には三年かかった。" * 9
        + "</p>"
    )
    page = read(f"<article><h1>{TITLE}</h1>{story}</article>")
    assert page.text.startswith("港の市長は月曜日に")


def test_a_short_story_in_japanese_is_one() -> None:
    story = (
        "港の新しい電源が火曜日に開通した。市長は式典で十二隻が使うと述べた。"
        "来年には別の埠頭にも広げる予定だという。"
    )
    page = read(f"<article><h1>港に電源が開通</h1><p>{story}</p></article>")
    assert page.text == story


def test_the_text_in_the_data_is_taken_where_the_page_shows_less() -> None:
    body = "\n\n".join(PARAGRAPHS)
    page = read(
        f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><div>Loading …</div></article>",
        ld(headline=TITLE, articleBody=body),
    )
    assert page.text == body


@pytest.mark.parametrize("form", ["next", "assigned"])
def test_the_story_in_a_script_is_taken_where_the_page_shows_nothing(form: str) -> None:
    blocks = [{"type": "paragraph", "text": paragraph} for paragraph in PARAGRAPHS]
    other = {
        "title": "Other",
        "body": [{"text": "Another story of the same site, with words of its own. " * 3}],
    }
    data = json.dumps(
        {"props": {"story": {"title": TITLE, "body": blocks, "related": [other]}, "more": [other]}}
    )
    opening, before = {
        "next": ('<script id="__NEXT_DATA__" type="application/json">', ""),
        "assigned": ("<script>", "window.__STATE__ = "),
    }[form]
    assert whole(read(f"<div id='app'><h1>{TITLE}</h1></div>{opening}{before}{data}</script>"))


# -- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "heading"),
    [
        (f"<title>{TITLE} | Sample Wire</title>", TITLE),
        (f"<title>{TITLE} - Sample Wire</title><meta property='og:site_name' content='Sample Wire'>", ""),
        (f"<title>Sample Wire: {TITLE}</title><meta property='og:site_name' content='Sample Wire'>", ""),
        (f"<title>x</title><meta property='og:title' content='{TITLE} — Sample Wire'>", TITLE),
        (
            f"<title>{TITLE} - Sample Wire</title>",
            "<span>Port</span><span>opens shore power for container ships</span>",
        ),
        (f"<title>{TITLE} | Sample Wire</title>", "<a href='/'>Sample Wire</a>"),
    ],
)
def test_a_headline_comes_without_the_name_of_its_site(head: str, heading: str) -> None:
    page = read(f"<article><h1>{heading}</h1>{STORY}</article>", head)
    assert page.title == TITLE


@pytest.mark.parametrize("written", [f"<em>{TITLE}</em>", f"&lt;em&gt;{TITLE}&lt;/em&gt;"])
def test_a_headline_in_the_data_comes_without_its_markup(written: str) -> None:
    page = read(f"<article><h1>{TITLE}</h1>{STORY}</article>", ld(headline=written))
    assert page.title == TITLE


def test_a_headline_escaped_twice() -> None:
    head = "<meta property='og:title' content='Caf&amp;eacute; owner&amp;#039;s plan'>"
    assert read(f"<article>{STORY}</article>", head).title == "Café owner's plan"


@pytest.mark.parametrize(
    ("head", "outlet"),
    [
        ("<meta property='og:site_name' content='Sample Wire'>", "Sample Wire"),
        (ld(headline=TITLE, publisher={"@type": "Organization", "name": "Sample Wire"}), "Sample Wire"),
        (f"<title>{TITLE} | Sample Wire</title>", "Sample Wire"),
        ("<meta property='og:site_name' content='https://www.sample.example/'>", "sample.example"),
        ("<title>x</title>", "wire.example"),
    ],
)
def test_the_outlet_is_the_site_by_its_own_name(head: str, outlet: str) -> None:
    assert read(f"<article><h1>{TITLE}</h1>{STORY}</article>", head).outlet == outlet


def test_authors_language_and_address() -> None:
    head = ld(
        headline=TITLE,
        author=[
            {"name": "By Jane Doe"},
            {"name": ["John Roe", "Ann Poe"]},
            {"name": "desk@wire.example"},
            "https://wire.example/jane",
        ],
    )
    canonical = "<link rel='canonical' href='https://www.wire.example/2025/03/shore-power?full'>"
    page = read(f"<article><h1>{TITLE}</h1>{STORY}</article>", head + canonical)
    assert page.authors == ("Jane Doe", "John Roe", "Ann Poe")
    assert page.language == "en"
    assert page.url == f"{URL}?full"


def test_feeds_are_announced_with_any_usual_type_and_relative_to_the_base() -> None:
    types = ["application/rss+xml", "application/atom+xml; charset=utf-8", "text/xml", "application/json"]
    links = "".join(f"<link rel='alternate' type='{kind}' href='feed-{i}'>" for i, kind in enumerate(types))
    others = (
        "<link rel='alternate' type='application/json' href='/wp-json/1'><link rel='alternate' href='/m'>"
    )
    page = read(f"<article>{STORY}</article>", f"<base href='/news/'>{links}{links}{others}")
    assert [feed.url for feed in page.feeds] == [f"https://www.wire.example/news/feed-{i}" for i in range(4)]


# -- what is no story ------------------------------------------------------------------------------------

FORMS = {
    "asks for consent": (
        "Mit Werbung weiterlesen",
        "Besuchen Sie uns wie gewohnt mit Werbung und Cookies. Ihre Zustimmung können Sie jederzeit "
        "widerrufen. "
        "Wir und unsere Partner verarbeiten personenbezogene Daten, etwa Ihre IP-Adresse, in Cookies.",
    ),
    "asks to log in": (
        "Inicia sesión para continuar",
        "Introduce tu contraseña para leer nuestras noticias. Si no tienes una cuenta, crea tu cuenta "
        "con tu correo "
        "electrónico; es gratis y se hace en un minuto, y puedes leer en todos tus dispositivos.",
    ),
    "asks for a subscription": (
        "Choose your plan",
        "Subscribe to read all our stories for 2 dollars a month. You can cancel at any time. As a "
        "subscriber you "
        "also get our newsletters, our puzzles and our archive of forty years.",
    ),
    "asks for JavaScript or for proof that a person reads it": (
        "Just a moment",
        "Please enable JavaScript and cookies in your browser to continue. We are checking your browser "
        "because of "
        "unusual traffic from your network. This takes a few seconds, after which we send you to the page.",
    ),
    "says that the page is not there": (
        "Page introuvable",
        "La page que vous cherchez n'existe pas ou plus. Vérifiez votre adresse, ou revenez à notre page "
        "d'accueil "
        "pour trouver les nouvelles du jour et tous nos dossiers sur la ville et sur la région.",
    ),
    "says that the site is not available now": (
        "Technische Wartung",
        "Wegen einer Wartung sind wir vorübergehend nicht erreichbar. Bitte versuchen Sie es später noch "
        "einmal; wir "
        "danken Ihnen für Ihre Geduld und sind gleich zurück, voraussichtlich um zwölf Uhr.",
    ),
}


# The same in languages that have few or no words in common with those above.
MORE_FORMS = [
    (
        "asks for consent",
        "隐私设置",
        "我们使用Cookie来改进网站并衡量其使用情况。继续浏览即表示您同意我们的隐私政策。您可以随时更改您的设置。",
    ),
    (
        "asks for a subscription",
        "Weiterlesen mit Abo",
        "Lesen Sie diesen Artikel mit unserem Abo, zwei Euro im ersten Monat. Jederzeit kündbar. Sie "
        "erhalten alle Artikel der Beispielagentur und das Archiv.",
    ),
    (
        "asks for a subscription",
        "港の記事は会員限定です",
        "この記事は有料会員限定です。ご購読のお申し込みをお願いします。すでに購読中の方はログインしてください。",
    ),
    (
        "asks for consent",
        TITLE,
        "Para seguir leyendo gratis, acepta las cookies de nuestros socios. Si no quieres aceptar las "
        "cookies, puedes pagar un euro al mes. Tu elección vale seis meses y se puede cambiar.",
    ),
    (
        "says that the page is not there",
        "Página no encontrada",
        "Lo sentimos, la página que buscas no existe o ha cambiado de dirección. En la portada está todo "
        "lo que se publicó hoy, y en el archivo lo que se publicó desde el año de la fundación.",
    ),
    (
        "says that the page is not there",
        "Fehler 404",
        "Leider können wir die Seite, die Sie suchen, nicht finden. Die Nachrichten des Tages stehen auf der "
        "Startseite, ältere Berichte im Archiv, das bis zum Jahr der Gründung zurückreicht.",
    ),
    (
        "says that the page is not there",
        "お探しのページは見つかりませんでした",
        "お探しのページは削除されたか、移動した可能性があります。トップページから今日のニュースをご覧ください。",
    ),
    (
        "sends its reader on to another page",
        "Redirecting…",
        "You are being redirected to the story. If you are not redirected within five seconds, follow the "
        "link below to the site of the publisher, which is another one than this.",
    ),
    (
        "says that the site is not available now",
        "451: Unavailable due to legal reasons",
        "You are reading from a country that belongs to the European Economic Area, for which this "
        "service is not made, and so access cannot be granted at this time. Call the newsroom for all else.",
    ),
]


@pytest.mark.parametrize(("why", "title", "text"), MORE_FORMS)
def test_a_form_in_other_languages(why: str, title: str, text: str) -> None:
    page = read(f"<main><h1>{title}</h1><p>{text}</p></main>", f"<title>{title} | Sample Wire</title>")
    assert (page.text, page.why) == ("", why)


@pytest.mark.parametrize("why", FORMS)
def test_a_form_is_no_article(why: str) -> None:
    title, text = FORMS[why]
    page = read(f"<main><h1>{title}</h1><p>{text}</p></main>", f"<title>{title} | Sample Wire</title>")
    assert (page.text, page.why) == ("", why)


def test_a_headline_above_an_offer_is_no_story() -> None:
    offer = (
        "<p>The port of Rotterdam opened two quays…</p><p>You have reached your limit of free articles this "
        "month.</p><p>Already a subscriber? Log in to continue reading all of our stories, as often as you "
        "like.</p><p>Unlimited access costs 2 euros for the first month. Cancel at any time.</p>"
    )
    page = read(f"<article><h1>{TITLE}</h1>{offer}</article>")
    assert (page.text, page.why) == ("", "holds no text of an article")


def test_news_about_such_things_is_news() -> None:
    text = (
        "The regulator fined the company 12 million euros because its site set cookies without consent. "
        "Passwords of 40,000 accounts were stolen as well, the company said on Monday. Subscribers of "
        "the service "
        "were asked to change theirs. The site had been down for maintenance since the weekend."
    )
    page = read(f"<article><h1>Regulator fines site for cookies without consent</h1><p>{text}</p></article>")
    assert page.text == text
    assert page.why is None


def test_a_list_of_stories_is_no_article() -> None:
    teasers = "".join(
        f"<div><h2><a href='/story-{number}'>Headline number {number}</a></h2><p>{paragraph}</p></div>"
        for number, paragraph in enumerate(PARAGRAPHS)
    )
    page = read(f"<main>{teasers}</main>", "<title>Sample Wire</title>", "https://www.wire.example/")
    assert (page.text, page.why) == ("", "is a list of stories")


def test_a_list_of_links_with_a_text_each_is_no_article() -> None:
    teasers = "".join(
        f"<li><a href='/story-{number}'>The headline of story number {number}</a><p>{paragraph}</p></li>"
        for number, paragraph in enumerate(PARAGRAPHS)
    )
    page = read(f"<main><h1>Ports</h1><ul>{teasers}</ul></main>", "<title>Ports | Sample Wire</title>")
    assert (page.text, page.why) == ("", "is a list of stories")


def test_a_story_among_teasers_is_one() -> None:
    teasers = "".join(
        f"<div><h3><a href='/story-{number}'>Headline number {number}</a></h3><p>Some words on it.</p></div>"
        for number in range(9)
    )
    assert read(f"<main><h1>{TITLE}</h1>{STORY}</main><aside>{teasers}</aside>").why is None


@pytest.mark.parametrize(
    "title", ["Privacy Policy", "Impressum", "Mentions légales", "Chi siamo", "利用規約"]
)
def test_a_page_about_the_site_is_no_story(title: str) -> None:
    page = read(f"<main><h1>{title}</h1>{STORY}</main>", f"<title>{title} | Sample Wire</title>")
    assert page.why == "is about the site"
    assert page.text  # a person may ask for this page by its address


def test_a_declared_wall_is_told() -> None:
    head = ld(headline=TITLE, isAccessibleForFree="False")
    assert read(f"<article><h1>{TITLE}</h1>{STORY}</article>", head).is_closed
    assert not read(f"<article><h1>{TITLE}</h1>{STORY}</article>").is_closed


# -- pages made to be slow -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        "<div>",
        "<a href='/x'>word</a> ",
        "<p><a href='/x'>word</a></p>",
        "<table><tr><td>",
        "text that is long enough to be prose, as it seems<br><br>",
        "<article><h2><a href='/x'>Headline</a></h2><p>Some words on it, and a few more.</p></article>",
        "<h1>Headline</h1>",
        "<div class='post'><a>Share</a></div>",
        "<script>window.x = {",
        "&period;",
        "<span class='caption'><img></span>",
    ],
)
def test_time_grows_with_the_length_only(part: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        read(f"<h1>{TITLE}</h1>{STORY}{part * (size // len(part))}")
        return time.process_time() - started

    seconds(1000)
    assert seconds(200_000) < 4
