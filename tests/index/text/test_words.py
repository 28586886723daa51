"""How text becomes words, whatever script it is written in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.words import split_words

SCRIPTS = st.text(st.sampled_from("aé1 ß.-北京市東ﾊﾞがッン한국กรุงเทพ उिक्ी نَص ابِ́ Ａ１"), max_size=40)


@given(st.one_of(SCRIPTS, st.text(max_size=60)))
def test_words_begin_in_the_text_in_order(text: str) -> None:
    starts, letters = split_words(text)
    assert len(starts) == len(letters)
    assert starts == sorted(starts)
    assert all(0 <= start < len(text) for start in starts)
    assert all(letters)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("It's 3.5 percent—no more_or less", ["It", "s", "3", "5", "percent", "no", "more", "or", "less"]),
        ("北京市", ["北京", "京市"]),
        ("米", ["米"]),
        ("iPhoneが発売", ["iPhone", "が発", "発売"]),
        ("ｉＰｈｏｎｅ １７", ["iPhone", "17"]),
        ("ﾊﾞｽ", ["バス"]),
        ("서울시", ["서울", "울시"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("مُحَمَّد", ["محمد"]),
        ("العـــربية", ["العربية"]),
    ],
)
def test_words_of_scripts(text: str, letters: list[str]) -> None:
    assert split_words(text).letters == letters


@given(st.sampled_from(["Café", "Übergrößen", "Ελλάδα", "Ёлка", "প্রধান", "バス", "tiếng Việt"]))
def test_all_normal_forms_are_the_same_word(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    words = [[unicodedata.normalize("NFC", word) for word in split_words(form).letters] for form in forms]
    assert words == [words[0]] * len(words)
