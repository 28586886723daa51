"""Documents as a news site publishes them, one of each kind: what the readers are tried on."""

from __future__ import annotations

import json

PARAGRAPHS = (
    "The port of Rotterdam opened two quays with shore power for container ships on Monday.",
    "Ships can now be supplied with electricity while they are moored, the port authority said.",
    "It expects that 35,000 tonnes less carbon dioxide will be emitted every year.",
    "The quays cost 60 million euros, of which the city paid a third, according to the mayor.",
    "Neighbours had complained about the noise of the engines for more than a decade.",
    "A second terminal will follow in the autumn of next year if the grid allows it.",
    "“We have waited long for this morning,” said Anna de Wit, who lives beside the harbour.",
    "Shipping lines pay for the electricity themselves, at a price that is fixed for five years.",
    "Hamburg and Antwerp are building quays of the same kind, and expect to open them next year.",
)
STORY = "\n\n".join(PARAGRAPHS)
HTML = "".join(f"<p>{paragraph}</p>\n" for paragraph in PARAGRAPHS)


def page(
    title: str = "Rotterdam opens shore power",
    *,
    head: str = "",
    charset: str = "utf-8",
    story: str = HTML,
    published: str | None = "2025-06-03T10:00:00+02:00",
) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title}
    if published:
        data |= {"datePublished": published, "dateModified": "2025-06-03T12:00:00Z"}
    return (
        f'<!doctype html><html lang="en"><head><meta charset="{charset}"><title>{title} | Wire</title>'
        f'<meta property="og:site_name" content="The Wire">{head}'
        f'<script type="application/ld+json">{json.dumps({"@graph": [data]})}</script></head><body>'
        "<nav><a href='/'>Home</a> <a href='/about'>About us</a></nav>"
        f"<main><article><h1>{title}</h1>{story}</article></main>"
        "<footer>All rights reserved. Cookie settings.</footer></body></html>"
    )


def rss(*items: str, title: str = "The Wire", head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><link>/</link><language>en-GB</language>"
        f"{''.join(items)}</channel></rss>"
    )


def rss_item(
    link: str = "/1",
    title: str = "Rotterdam opens shore power",
    *,
    content: str = HTML,
    date: str | None = "Tue, 03 Jun 2025 08:00:00 GMT",
) -> str:
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{title}</title><link>{link}</link><description>Two quays…</description>{dated}"
        f"<dc:creator>A. Writer</dc:creator><category>Ports</category>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
    )


ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Wire</title>'
    '<entry><title type="html">Rotterdam opens &lt;i&gt;shore&lt;/i&gt; power</title><link href="1"/>'
    "<id>tag:1</id><published>2025-06-03T10:00:00+02:00</published><updated>2025-06-03T12:00:00Z</updated>"
    f'<author><name>A. Writer</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{HTML}'
    "</div></content></entry></feed>"
)
RDF = (
    '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<channel rdf:about="https://news.example/"><title>The Wire</title></channel>'
    '<item rdf:about="https://news.example/1"><title>Rotterdam opens shore power</title>'
    "<link>https://news.example/1</link><dc:date>2025-06-03T08:00:00Z</dc:date>"
    f"<description><![CDATA[{HTML}]]></description></item></rdf:RDF>"
)
RSS_091 = (
    '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
    '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>'
    "<title>The Wire</title>"
    "<item><title>Rotterdam opens shore power</title><link>https://news.example/1</link>"
    f"<description><![CDATA[{HTML}]]></description></item></channel></rss>"
)
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Wire",
        "items": [
            {
                "id": "1",
                "url": "/1",
                "title": "Rotterdam opens shore power",
                "content_html": HTML,
                "date_published": "2025-06-03T10:00:00+02:00",
                "date_modified": "2025-06-03T12:00:00Z",
                "authors": [{"name": "A. Writer"}],
                "tags": ["Ports"],
            }
        ],
    }
)
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example/1</loc><news:news>'
    "<news:publication><news:name>The Wire</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2025-06-03T10:00:00+02:00</news:publication_date>"
    "<news:title>Rotterdam opens shore power</news:title></news:news></url></urlset>"
)
OPML = (
    '<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body><outline text="News">'
    '<outline type="rss" text="The Wire" xmlUrl="https://news.example/rss"/></outline></body></opml>'
)
JSON_LINE = json.dumps(
    {
        "url": "https://news.example/1",
        "title": "Rotterdam opens shore power",
        "text": STORY,
        "source": "The Wire",
        "published_at": "2025-06-03T08:00:00Z",
    }
)
STORY_PAGE = (
    "Jun 3, 2025, 12:00 PM\nJun 3, 2025, 8:00 AM\n\nRotterdam opens shore power\n\n"
    "Highlights\n  • Two quays.\n"
    f"Story\n\n{STORY}\n\nOpinions\n\nYou've reached the end\n"
)

DOCUMENTS = {
    "feed.rss": rss(rss_item(), rss_item("https://news.example/2", content="Short …")).encode(),
    "feed.atom": ATOM.encode(),
    "feed.rdf": RDF.encode(),
    "old.rss": RSS_091.encode(),
    "feed.json": JSON_FEED.encode(),
    "sitemap.xml": SITEMAP.encode(),
    "list.opml": OPML.encode(),
    "page.html": page().encode(),
    "news.jsonl": f"{JSON_LINE}\n{JSON_LINE}\n".encode(),
    "page.txt": STORY_PAGE.encode(),
}
