"""Bytes as text: what marks, labels and looks say, and what happens where they are wrong."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.encodings import decode

GERMAN = "Die Bürgermeisterin sagte, der Kai werde größer und schöner – für alle, “die dort arbeiten”."
RUSSIAN = "Порт открыл новую линию питания для судов, сообщил мэр."
JAPANESE = "港の新しい電源①が火曜日に開通し、髙木市長が式典に出席した。"


@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        (GERMAN, "utf-8", None),
        (GERMAN, "utf-8", "iso-8859-1"),  # the server's word is wrong
        (GERMAN, "cp1252", "latin1"),  # as browsers read this label
        (GERMAN, "cp1252", "utf-8"),
        (GERMAN, "cp1252", "no such label"),
        (GERMAN, "cp1252", None),
        (GERMAN, "utf-16", None),
        (f"<rss>{GERMAN}</rss>", "utf-16-le", "utf-16"),
        (f"<rss>{GERMAN}</rss>", "utf-16-be", None),
        (RUSSIAN, "cp1251", "utf-8"),
        (RUSSIAN, "koi8-r", None),
        (RUSSIAN, "cp1251", "windows-1251"),
        (JAPANESE, "cp932", "x-sjis"),
        (JAPANESE, "cp932", None),
        (JAPANESE.replace("①", "").replace("髙", "高"), "iso2022_jp", "iso-2022-jp"),
        (JAPANESE.replace("①", "").replace("髙", "高") * 4, "euc_jp", None),
        ("码头供电线路启用，市长朱镕说，船只可以关闭发动机。", "gb18030", "gb2312"),
        ("두 번째 전력선이 화요일에 부두에서 개통되었다고 시장이 말했다.", "cp949", None),
    ],
)
def test_text_is_read_as_it_was_meant(text: str, codec: str, charset: str | None) -> None:
    page = f"<html><head><title>News of the port</title></head><body><p>{text}</p></body></html>"
    assert decode(page.encode(codec), charset) == page


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET = 'CP1251' />",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        '<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_the_document_names_its_own_encoding(declaration: str) -> None:
    # A few capitals, which could be any other alphabet.
    assert "МЭР" in decode(f"{declaration}<p>МЭР</p>".encode("cp1251"), None)


def test_one_bad_byte_spoils_one_character() -> None:
    data = (RUSSIAN * 3).encode().replace("мэр".encode(), b"m\xffr", 1)
    assert decode(data, "utf-8") == (RUSSIAN * 3).replace("мэр", "m\ufffdr", 1)


def test_ascii_stays() -> None:
    assert decode(b"plain <b>words</b>", "utf-16") == "plain <b>words</b>"


@pytest.mark.parametrize("charset", ["hz-gb-2312", "iso-2022-kr", "iso-2022-cn", "replacement", None])
def test_encodings_that_browsers_do_not_read_are_no_fault_of_the_program(charset: str | None) -> None:
    """Python knows no codec of the name that the standard gives them: a feed with such a label broke."""
    korean = "두 번째 전력선이 화요일에 부두에서 개통되었다고 시장이 말했다. ".encode("iso2022_kr") * 5
    assert "caf" in decode(b'<a title="caf\xe9">' + korean, charset)


@given(
    st.binary(max_size=3000), st.sampled_from([None, "utf-8", "gbk", "utf-16", "x", "iso-2022-jp", "\xff"])
)
def test_anything_is_read(data: bytes, charset: str | None) -> None:
    assert isinstance(decode(data, charset), str)


@pytest.mark.parametrize("part", [b"<meta ", b"charset=", b"\xff", b"\xe4<", b"<", b"\x1b$B"])
def test_time_grows_with_the_length_only(part: bytes) -> None:
    started = time.process_time()
    decode(part * (2_000_000 // len(part)), None)
    assert time.process_time() - started < 2
