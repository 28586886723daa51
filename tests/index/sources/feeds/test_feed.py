"""Feeds as publishers send them: what each entry says, and a line for each that says too little."""

from __future__ import annotations

import time

import pytest

from index.errors import SourceError
from index.sources import opml
from index.sources.feeds import feed, json_feed, sitemap, xml_repair
from index.sources.feeds.items import Child, FeedLink, Item

URL = "https://kurier.example/feeds/all.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def rss(*entries: str, head: str = "", link: str = "https://www.kurier.example/") -> str:
    return (
        f'{head}<rss version="2.0" {NAMESPACES}><channel><title>Kurier</title><link>{link}</link>'
        f"{''.join(entries)}</channel></rss>"
    )


def entry(inside: str = "", title: str = "Bridge closed", link: str = "https://kurier.example/1") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inside}</item>"


def only(text: str, url: str = URL) -> Item:
    found = feed.parse(text, url)
    assert found.problems == ()
    (item,) = found.items
    return item


# -- headlines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "headline"),
    [
        ("Marks &amp;amp; Sons &amp; Co", "Marks & Sons & Co"),
        ("A &amp;amp;amp;quot;no&amp;amp;amp;quot;", 'A "no"'),
        ("<![CDATA[<em>Live</em>: bridge &amp; road]]>", "Live: bridge & road"),
        ("&amp;lt;i&amp;gt;Live&amp;lt;/i&amp;gt;: bridge", "Live: bridge"),
        ("Why &amp;lt;i&amp;gt; is no &amp;lt;em&amp;gt;", "Why <i> is no <em>"),
        ("<![CDATA[Bridge<!-- wp:heading --> closed]]>", "Bridge closed"),
        ("&lt;ruby&gt;橋&lt;rt&gt;はし&lt;/rt&gt;&lt;/ruby&gt;が閉鎖", "橋が閉鎖"),
        ("Grund&amp;shy;steuer", "Grundsteuer"),
        ("Lan\u00addes\u00adrat", "Landesrat"),
        ("B&B: why S&P fell", "B&B: why S&P fell"),
        ("Shares of Nordsk &lt;NRD.OL&gt; rise", "Shares of Nordsk <NRD.OL> rise"),
        ("3 &lt; 4 &gt; 2", "3 < 4 > 2"),
        ("What the &lt;canvas&gt; tag does", "What the <canvas> tag does"),
        ("The minister&#146;s bill&#133;", "The minister’s bill…"),
        ("Soir&eacute;e &mdash; it&apos;s on", "Soirée — it's on"),
        ("<![CDATA[Costs&comma; and&period; more]]>", "Costs, and. more"),
        ("\u202aBridge\u202c \u200fclosed", "Bridge closed"),
    ],
)
def test_headlines(written: str, headline: str) -> None:
    assert only(rss(entry(title=written))).title == headline


@pytest.mark.parametrize(
    ("kind", "headline"), [("text", "Use <b> & <i>"), ("html", "Use & "), ("", "Use <b> & <i>")]
)
def test_atom_says_whether_a_headline_is_markup(kind: str, headline: str) -> None:
    declared = f' type="{kind}"' if kind else ""
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Kurier</title><entry>'
        f"<title{declared}>Use &lt;b&gt; &amp; &lt;i&gt;</title>"
        '<link href="https://kurier.example/1"/><id>urn:1</id></entry></feed>'
    )
    assert only(text).title == headline.strip()


def test_what_describes_a_picture_is_not_the_entry_s() -> None:
    media = (
        "<media:content url='https://kurier.example/p.jpg'><media:title>IMG 22</media:title>"
        "<media:description>A long caption of the photograph, longer than the entry.</media:description>"
        "</media:content>"
    )
    item = only(rss(entry(f"<description>The bridge is closed.</description>{media}")))
    assert (item.title, item.text) == ("Bridge closed", "The bridge is closed.")


def test_a_film_has_its_description_for_a_text() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:yt="http://www.youtube.com/xml/schemas/2015"><title>TV</title><entry><id>yt:1</id>'
        "<yt:videoId>1</yt:videoId><title>The bridge</title><link href='https://tv.example/1'/>"
        "<media:group><media:title>Other</media:title><media:description>It closes at noon.\n\n"
        "Subscribe: https://tv.example/s\nFollow us on "
        "Facebook</media:description></media:group></entry></feed>"
    )
    item = only(text)
    assert (item.title, item.text) == ("The bridge", "It closes at noon.")


# -- addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/a?x=1&amp;y=2</link>", "https://www.kurier.example/a?x=1&y=2"),
        ("<link>https://kurier.example/?x=1&amp;amp;y=2</link>", "https://kurier.example/?x=1&y=2"),
        ("<link>www.other.example/b</link>", "http://www.other.example/b"),
        ("<guid>https://kurier.example/c</guid>", "https://kurier.example/c"),
        ("<enclosure url='https://kurier.example/d.mp3' type='audio/mpeg'/>", "https://kurier.example/d.mp3"),
        (f"<link>https://kurier.example/{'x' * 2500}</link>", f"https://kurier.example/{'x' * 2500}"),
    ],
)
def test_where_an_entry_leads(inside: str, url: str) -> None:
    assert only(rss(f"<item><title>T</title>{inside}</item>")).url == url


def test_atom_links() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://kurier.example/">'
        "<entry><title>A</title><link rel='self' href='/a.atom'/><link rel='enclosure' type='image/png'/>"
        "<link rel='alternate' type='application/pdf' href='/a.pdf'/>"
        "<link rel='alternate' type='text/html' hreflang='en' href='/a-en'/>"
        "<link rel='alternate' type='text/html' hreflang='de' href='/a-de'/></entry>"
        "<entry xml:base='https://kurier.example/sub/'><title>B</title><link href='b'/></entry>"
        "<entry><title>C</title><id>https://kurier.example/c</id></entry></feed>"
    )
    assert [item.url for item in feed.parse(text, URL).items] == [
        "https://kurier.example/a-en",
        "https://kurier.example/sub/b",
        "https://kurier.example/c",
    ]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<title>Nowhere</title><guid isPermaLink='false'>n-1</guid>", "“Nowhere” gives no web address"),
        ("<guid isPermaLink='false'>n-1</guid>", "with the id 'n-1' gives no web address"),
        (f"<title>Far</title><link>https://a.example/{'x' * 4000}</link>", "“Far” has an address of 4,0"),
    ],
)
def test_an_entry_that_leads_nowhere_has_a_line(inside: str, why: str) -> None:
    found = feed.parse(rss(f"<item>{inside}</item>", entry()), URL)
    assert [item.title for item in found.items] == ["Bridge closed"]
    (problem,) = found.problems
    assert (problem.where, why in problem.why) == (URL, True)


def test_authors_and_the_outlet_that_an_entry_is_from() -> None:
    inside = "<dc:creator>Mia Holt</dc:creator><dc:creator>Jo Berg</dc:creator><source url='https://x.example'>X</source>"
    item = only(rss(entry(inside)))
    assert (item.authors, item.source) == (("Mia Holt", "Jo Berg"), "X")
    assert only(rss(entry("<author>desk@kurier.example (Mia Holt)</author>"))).authors == ("Mia Holt",)
    assert only(rss(entry("<author>desk@kurier.example</author>"))).authors == ()
    assert only(rss(entry("<dc:creator>By Mia Holt</dc:creator>"))).authors == ("Mia Holt",)
    assert only(rss(entry("<dc:creator>https://kurier.example/holt</dc:creator>"))).authors == ()


# -- broken documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"<br/><b>Notice</b>: x in <b>/srv/a.php</b><br/>\n\n  {rss(entry())}",
        f'\n\n<?xml version="1.0"?>{rss(entry())}',
        f"{rss(entry())}<!-- cached --><script>go()</script>",
        f"<!-- makes <rss> --><?xml version='1.0'?>{rss(entry())}",
        rss(entry("<description>a\x00b \x0b & c < d &nosuch; &euro;</description>")),
        rss(entry("<undeclared:thing other:x='1'>y</undeclared:thing>")),
        rss(entry())[: -len("</channel></rss>")],
        rss(entry(), head="<!DOCTYPE rss [<!ENTITY % more SYSTEM 'https://a.example/x'>%more;]>"),
    ],
)
def test_what_readers_forgive(text: str) -> None:
    assert [item.title for item in feed.parse(text, URL).items] == ["Bridge closed"]


@pytest.mark.parametrize(
    "fault", ["<category>roads</categry>", "<media:content url='a' url='b'/>", "<media:content width=600/>"]
)
def test_a_fault_spoils_no_words_behind_it(fault: str) -> None:
    inside = f"{fault}<description>&lt;p&gt;Costs &amp;lt; 5 at R&amp;amp;D.&lt;/p&gt;</description>"
    faulty = (
        f"<item>{fault}<title>Road &amp; bridge</title><link>https://kurier.example/1</link>{inside}</item>"
    )
    assert (only(rss(faulty)).title, only(rss(faulty)).text) == ("Road & bridge", "Costs < 5 at R&D.")


def test_html_that_is_not_escaped_is_read_to_its_end() -> None:
    inside = "<description><p>The bridge<BR>is closed.</p><img src='a.png'><p>Lorries wait.</p></description>"
    assert only(rss(entry(inside))).text == "The bridge\nis closed.\n\nLorries wait."


def test_entities_that_stand_for_characters() -> None:
    head = '<!DOCTYPE rss [<!ENTITY oslash "&#248;"><!ENTITY shop "K &#38; L">]>'
    assert only(rss(entry(title="&oslash;re at &shop;"), head=head)).title == "øre at K & L"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 1000}">]>',
    ],
)
def test_entities_that_could_be_a_bomb(head: str) -> None:
    with pytest.raises(SourceError, match="declares XML entities"):
        feed.parse(rss(entry(title="&b;&a;"), head=head), URL)


def test_short_entities_in_large_numbers_are_a_bomb_too() -> None:
    head = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>'
    with pytest.raises(SourceError, match="declares XML entities"):
        feed.parse(rss(entry(title="&a;" * 10_000), head=head), URL)


@pytest.mark.parametrize("piece", ["<![CDATA[ ", "<!--", "&", "<? ", "<a ", "&#x", "<!ENTITY a "])
def test_a_repair_takes_time_in_proportion(piece: str) -> None:
    started = time.process_time()
    xml_repair.repaired(f"{piece * 100_000}<rss>{piece * 100_000}", URL)
    assert time.process_time() - started < 5


def test_prefixed_atom_and_rdf() -> None:
    atom = (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Kurier</a:title><a:entry><a:title>P</a:title>'
        '<a:link href="https://kurier.example/p"/><a:updated>2025-02-03T04:05:06Z</a:updated></a:entry></a:feed>'
    )
    item = only(atom)
    assert (item.title, item.url, item.published) == ("P", "https://kurier.example/p", "2025-02-03T04:05:06Z")
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Kurier</title></channel>'
        "<item rdf:about='https://kurier.example/r'><title>R</title><link>https://kurier.example/r</link>"
        "<dc:date>2025-02-03</dc:date></item></rdf:RDF>"
    )
    assert (only(rdf).title, only(rdf).published) == ("R", "2025-02-03")


def test_the_newest_of_a_large_feed() -> None:
    dated = [
        entry(f"<pubDate>2025-01-{day:02}T00:{minute:02}:00Z</pubDate>", title=f"{day}-{minute}")
        for day in range(1, 29)
        for minute in range(30)
    ]
    found = feed.parse(rss(*dated), URL)
    assert (found.found, len(found.items)) == (840, 500)
    assert {"28-29", "12-10"} <= {item.title for item in found.items} >= {"28-0"}
    assert "1-0" not in {item.title for item in found.items}


# -- text ------------------------------------------------------------------------------------------------

STORY = "<p>The bridge over the Elm is closed.</p><p>Lorries go by way of Aldhorn until May.</p>"
TOLD = "The bridge over the Elm is closed.\n\nLorries go by way of Aldhorn until May."


@pytest.mark.parametrize(
    "below",
    [
        "<p>The post <a href='#'>Bridge closed</a> appeared first on <a href='#'>Kurier</a>.</p>",
        "<p>Der Beitrag <a href='#'>Brücke zu</a> erschien zuerst auf <a href='#'>Kurier</a>.</p>",
        "<p>L’article <a href='#'>Pont fermé</a> est apparu en premier sur <a href='#'>Kurier</a>.</p>",
        "<p>La entrada <a href='#'>Puente</a> se publicó primero en <a href='#'>Kurier</a>.</p>",
        "<p>L'articolo <a href='#'>Ponte</a> proviene da <a href='#'>Kurier</a>.</p>",
        "<p>O post <a href='#'>Ponte</a> apareceu primeiro em <a href='#'>Kurier</a>.</p>",
        "<p>Het bericht <a href='#'>Brug</a> verscheen eerst op <a href='#'>Kurier</a>.</p>",
        "<p>Сообщение <a href='#'>Мост</a> появились сначала на <a href='#'>Kurier</a>.</p>",
        "<p>Your subscription has expired.</p><p>Foto: M. Holt</p>",
        "<p>Étiquettes : pont, Elm</p><p>Partager : Facebook, Mastodon</p><p>Avec AFP</p>",
        "<p>タグ：橋</p><p>Mehr dazu auf k.example</p>",
        "<p>Tags: roads, Elm</p><p>Share this:</p><ul><li>Click to share on Y</li><li>Loading...</li></ul>",
        "<div class='feedflare'><a href='#'>Mail it</a></div><p><em>Read this article on "
        "<a>k.example</a></em></p>",
        "<p><strong>Elsewhere:</strong></p><ul><li><a href='#'>Fair opens</a></li><li><a "
        "href='#'>Rain</a></li></ul>",
        "<p><a href='#'>Einen Kommentar hinterlassen</a></p><p><img src='#'/></p>",
        "<p class='button-wrapper'><a href='#'>Abonnieren</a></p><p>Thanks for reading Kurier! Subscribe for "
        "free.</p>",
        "<h3>More stories</h3><div class='related'><p>Fair opens on Sunday.</p></div>",
        "<p><a href='#'>Permalink</a> | <a href='#'>Email this</a> | <a href='#'>Comments</a></p>",
        "<figure><img src='#'/><figcaption>The bridge. Photo: M. Holt</figcaption></figure><!-- end -->",
    ],
)
def test_furniture_below_a_story(below: str) -> None:
    item = only(rss(entry(f"<content:encoded><![CDATA[{STORY}{below}]]></content:encoded>")))
    assert (item.text, item.cut) == (TOLD, False)


def test_a_box_within_a_story() -> None:
    box = "<div class='related'><h4>Related</h4><ul><li><a href='#'>Fair opens on Sunday</a></li></ul></div>"
    inside = STORY.replace("</p><p>", f"</p>{box}<p>")
    assert only(rss(entry(f"<description><![CDATA[{inside}]]></description>"))).text == TOLD


@pytest.mark.parametrize(
    "last",
    [
        "<p>Der Beitrag der Länder ist zunächst gering.</p>",
        "<p>She said: see <a href='#'>the report</a> and <a href='#'>the map</a>, both are public.</p>",
        "<ul><li>Elm road: open</li><li>Aldhorn road: closed</li></ul>",
        "<p>– Mia Holt\n– Jo Berg</p>",
        "<p>Share prices fell by a third.</p>",
        "<p>Partager un camion coûte moins cher.</p>",
        "<ul><li>Mia Holt</li><li>Jo Berg</li></ul>",
    ],
)
def test_what_only_looks_like_furniture_stays(last: str) -> None:
    item = only(rss(entry(f"<description><![CDATA[{STORY}{last}]]></description>")))
    assert item.text.startswith(TOLD)
    assert len(item.text) > len(TOLD) + 10


@pytest.mark.parametrize(
    "end",
    [
        " Some want […]</p><p>The post <a>B</a> appeared first on <a>K</a>.</p>",
        " Some want … <a>Weiterlesen</a></p>",
        " Some want … <a>Lire la suite</a></p>",
        " Some want... <a>Leer más</a></p>",
        " Some want [&#8230;]</p><p>Tags: road</p>",
        " Some want a toll. <a>Continue reading</a></p>",
        " Some want … <a>Open the complete report »</a></p>",
    ],
)
def test_a_text_that_trails_off(end: str) -> None:
    text = STORY.removesuffix("</p>") + end
    assert only(rss(entry(f"<description><![CDATA[{text}]]></description>"))).cut


@pytest.mark.parametrize(
    "below",
    [
        "<p><a href='#'>Read more</a></p>",
        "<p><a class='more-link' href='#'>Continue reading <span>“Bridge closed”</span></a></p>",
        "<p><a href='#'>(more&hellip;)</a></p>",
        "<p><a href='#'>Zum Artikel</a></p><p><a href='#'>3 comments</a></p>",
        "<div><a href='#'>全文を読む</a></div>",
    ],
)
def test_an_excerpt_of_whole_sentences_is_told_by_its_link_to_the_rest(below: str) -> None:
    item = only(rss(entry(f"<description><![CDATA[{STORY}{below}]]></description>")))
    assert (item.text, item.cut) == (TOLD, True)


@pytest.mark.parametrize(
    "end",
    [
        " <a href='#'>Continue reading...</a>",
        " Read more »",
        " Read more of this story at Dot.",
        "</p><p>[Lire la suite]",
    ],
)
def test_an_invitation_at_the_end_is_no_part_of_the_story(end: str) -> None:
    text = STORY.removesuffix("</p>") + f"{end}</p>"
    item = only(rss(entry(f"<description><![CDATA[{text}]]></description>")))
    assert (item.text, item.cut) == (TOLD, True)


def test_a_text_comes_without_how_its_characters_are_read() -> None:
    text = "<p><ruby>橋<rp>(</rp><rt>はし</rt><rp>)</rp></ruby>は五月まで通れません。</p>"
    assert (
        only(rss(entry(f"<description><![CDATA[{text}]]></description>"))).text == "橋は五月まで通れません。"
    )


def test_a_list_of_links_to_stories_is_no_text() -> None:
    link = "<li><a href='#'>Bridge over the Elm is closed until May</a> <font color='#666'>Kurier</font></li>"
    assert only(rss(entry(f"<description><![CDATA[<ol>{link * 3}</ol>]]></description>"))).text == ""
    one = "<a href='#'>The bridge over the Elm is closed until May.</a>"
    assert only(rss(entry(f"<description><![CDATA[{one}]]></description>"))).text != ""


def test_a_story_that_ends_with_such_words_keeps_them() -> None:
    text = STORY + "<p>Pupils will have to read more.</p>"
    assert only(rss(entry(f"<description><![CDATA[{text}]]></description>"))).text.endswith("to read more.")


def test_brackets_and_ampersands_in_a_text() -> None:
    text = "<p>If x<y at R&D, Nordsk <NRD.OL> fell to &amp;euro;5; it&#146;s a Q&A.</p>"
    told = "If x<y at R&D, Nordsk <NRD.OL> fell to €5; it’s a Q&A."
    assert only(rss(entry(f"<description><![CDATA[{text}]]></description>"))).text == told


# -- the other formats -----------------------------------------------------------------------------------


def test_a_json_feed_of_plain_text() -> None:
    text = (
        '{"version": "https://jsonfeed.org/version/1", "title": "S&P <daily>", '
        '"author": {"name": "Mia Holt"}, '
        '"language": "no", "home_page_url": "https://kurier.example/", "items": ['
        '{"id": 7, "url": "/7", "title": "<dl> & co", "content_text": "x<y & <NRD.OL>", '
        '"date_published": 1738555506},'
        '{"id": "8", "external_url": "https://kurier.example/8", "content_html": "<p>a</p>", '
        '"summary": "longer one"},'
        '{"id": "9", "title": "Lost"}]}'
    )
    found = json_feed.parse(text, URL)
    first, second = found.items
    assert (found.title, first.title, first.text) == ("S&P <daily>", "<dl> & co", "x<y & <NRD.OL>")
    assert (first.url, first.authors, first.language) == ("https://kurier.example/7", ("Mia Holt",), "no")
    assert (first.published, first.guid, second.text) == ("1738555506", "7", "longer one")
    assert "“Lost” gives no web address" in found.problems[0].why


def test_an_address_in_a_json_feed_may_be_relative_in_any_form() -> None:
    text = '{"home_page_url": "https://kurier.example/", "items": [{"id": "1", "url": "2025/1.html"}]}'
    assert json_feed.parse(text, URL).items[0].url == "https://kurier.example/2025/1.html"


def test_a_sitemap_with_pictures_and_films() -> None:
    text = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">'
        "<url><loc>https://kurier.example/1?a=1&b=2</loc><lastmod>2025-02-03</lastmod><news:news><news:publication>"
        "<news:name>Kurier</news:name><news:language>no</news:language></news:publication>"
        "<news:publication_date>2025-02-02</news:publication_date><news:title>Bridge &amp; "
        "road</news:title></news:news>"
        "<image:image><image:loc>https://kurier.example/p.jpg</image:loc><image:title>Pic</image:title></image:image>"
        "<video:video><video:title>Film</video:title><video:publication_date>2001-01-01</video:publication_date>"
        "</video:video></url><url><loc>mailto:desk@kurier.example</loc></url></urlset>"
    )
    found = sitemap.parse(f"\n{text}", "https://kurier.example/s.xml")
    (first,) = found.items
    assert "is no web address" in found.problems[0].why
    assert (first.url, first.title) == ("https://kurier.example/1?a=1&b=2", "Bridge & road")
    assert (first.published, first.updated, found.title) == ("2025-02-02", "2025-02-03", "Kurier")


def test_an_index_is_read_from_its_newest() -> None:
    def index(*children: str) -> list[Child]:
        return list(sitemap.parse(f"<sitemapindex>{''.join(children)}</sitemapindex>", URL).children)

    def child(name: str, changed: str = "") -> str:
        return f"<sitemap><loc>https://k.example/{name}</loc><lastmod>{changed}</lastmod></sitemap>"

    dated = index(child("a", "2024-01-01"), child("b", "2025-01-01T00:00:00Z"), child("c", "2023-01-01"))
    assert [found.url[-1] for found in dated] == ["b", "a", "c"]
    assert [found.url[-1] for found in index(child("a"), child("b"), child("c"))] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("path", "story"),
    [
        ("2025/02/bridge-closed", True),
        ("news/bridge.html", True),
        ("", False),
        ("privacy.html", False),
        ("en/datenschutz/", False),
        ("tag/elm", False),
        ("author/mia-holt/", False),
        ("?p=12", True),
    ],
)
def test_pages_of_a_site_that_are_no_stories(path: str, story: bool) -> None:
    assert sitemap.is_story_address(f"https://kurier.example/{path}") is story


def test_a_list_with_a_bare_ampersand() -> None:
    text = '\n<?xml version="1.0"?><opml><body><outline text="Arts & more" xmlUrl="https://a.example/f?x=1&y=2"/></body></opml>'
    assert opml.parse(text, URL) == [FeedLink("https://a.example/f?x=1&y=2", "Arts & more")]
