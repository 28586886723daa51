"""Articles as nobody would wish them: markup, every alphabet, addresses that are none. For Hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from index import Article, Copy

HOSTILE = st.lists(
    st.sampled_from(
        [*"\\*_~`|[]()<>@#:-+.!1 \nаé😀", "**", "](https://evil.example)", "1. ", "-# ", "\n\n", "word "]
    ),
    min_size=1,
    max_size=350,
).map("".join)
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\r", codec="utf-8"), min_size=1, max_size=350), HOSTILE
)
URLS = st.one_of(
    st.sampled_from(["file:///srv/private/story.txt", "javascript:alert(1)", "nonsense"]),
    TEXTS.map(lambda text: "https://news.example/" + text),
    st.integers(0, 3000).map(lambda size: "https://news.example/" + "x" * size),
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
COPIES = st.builds(Copy, TEXTS, URLS, TIMES)
ARTICLES = st.builds(
    Article,
    id=st.sampled_from("ab"),
    url=URLS,
    title=TEXTS,
    text=TEXTS.map(lambda text: text[:350]),
    source=TEXTS,
    published_at=TIMES,
    updated_at=st.none() | TIMES,
)
