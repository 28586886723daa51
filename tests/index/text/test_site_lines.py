"""Lines and sections in which a site speaks of itself, and news that only looks like them."""

import time

import pytest

from index.text.site_lines import is_date, is_site_line, story_part

LINES = """
Source: Sample Wire
QUELLE: Beispielagentur
© 2025 Sample Wire
Copyright Sample Wire 2025 - ISSN 1234
Alle Rechte vorbehalten.
The post Harbour grows appeared first on Sample Wire.
Der Beitrag Der Hafen wächst erschien zuerst auf Beispielagentur.
L’article Le port grandit est apparu en premier sur Exemple.
La entrada El puerto crece se publicó primero en Ejemplo.
L'articolo Il porto cresce proviene da Esempio.
O post O porto cresce apareceu primeiro em Exemplo.
Het bericht De haven groeit verscheen eerst op Voorbeeld.
Запись Порт растёт появилась сначала на Пример.
Share this story
Share it with a friend!
Teilen
Partager
Compartir
Leave a comment
Kommentar schreiben
Laisser un commentaire
Lascia un commento
Оставить комментарий
Folgen Sie uns auf Mastodon
Suivez-nous sur Mastodon
Síguenos en Mastodon
Jetzt abonnieren
Abonnez-vous pour lire la suite
Suscríbete a nuestro boletín
Thanks for reading Harbour Letters!
Subscribe to keep reading
Read this article on wire.example
More stories:
Weitere Artikel
Articoli correlati:
Читайте также:
関連記事
相关阅读
Warning: Undefined variable $port in /srv/www/index.php on line 12
Follow all of the coverage at https://wire.example/harbour
Download: https://wire.example/podcast
Foto: Jane Doe
Photo | Jane Doe
""".strip().splitlines()

NEWS = """
Source of the fire was a cable, the brigade said.
Copyright law was changed on Monday, and takes effect in 2026.
Share prices fell by 3 percent.
Teilen der Stadt fehlt seit Montag Strom.
The article appeared in 2019.
More stories were collected than ever before, the library said.
Photo albums from the harbour were sold for 12 euros.
Read the letter that the mayor wrote to the council.
Warning: storms of up to 120 kilometres an hour are expected on Monday.
Downloads of the app doubled within a week.
- Jane Doe, mayor of the port since 2019
Compartir piso es más caro que en 2019, según el informe.
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_line_about_the_site(line: str) -> None:
    assert is_site_line(line)
    assert is_site_line(f"» {line}")


@pytest.mark.parametrize("line", NEWS)
def test_news_that_begins_alike(line: str) -> None:
    assert not is_site_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "March 3, 2025",
        "November 20, 2024 - 11:28 AMT",
        "Updated 14 hours ago",
        "Stand: 3. März 2025, 9:10 Uhr",
        "Publié le 3 mars 2025 à 9h10",
        "3 марта 2025",
        "Mon, 3 Mar 2025 09:10 GMT",
    ],
)
def test_a_date_and_nothing_else(line: str) -> None:
    assert is_date(line)


@pytest.mark.parametrize("line", ["March 3, 2025: quay opens", "12 to 14", "May leads by 12 to 10", "1984"])
def test_no_date(line: str) -> None:
    assert not is_date(line)


STORY = [f"The harbour of town {number} opened a quay on Monday, after years of work." for number in range(6)]


@pytest.mark.parametrize(
    "tail",
    [
        ["About Sample Ports:", "Sample Ports runs twelve quays.", "Its ships sail to five countries."],
        ["Über die Beispielhafen AG", "Die Beispielhafen AG betreibt zwölf Kais."],
        ["À propos d'Exemple", "Exemple exploite douze quais."],
        ["Acerca de Ejemplo", "Ejemplo opera doce muelles."],
        ["Sample Ports is a leading global operator of quays.", "Its ships sail to five countries."],
        ["Beispielhafen ist ein weltweit führender Anbieter von Kais.", "Er hat 300 Beschäftigte."],
        ["###", "Contact: Jane Doe, press office."],
        ["- Ende -", "Pressestelle: 555-0123"],
        ["Jane Doe is a senior reporter at the Sample Wire."],
        ["Jane Doe ist Redakteurin im Ressort Hafen."],
        ["March 3, 2025", "Share this story"],
    ],
)
def test_what_a_publisher_says_about_itself_at_the_end(tail: list[str]) -> None:
    assert story_part(STORY + tail) == range(len(STORY))


def test_such_words_within_a_story_are_news() -> None:
    for line in ("About Sample Ports", "Sample Ports is a leading global operator of quays.", "###"):
        blocks = [STORY[0], line, "Sample Ports runs twelve quays.", *STORY[1:]]
        assert story_part(blocks) == range(len(blocks))


def test_a_date_above_the_story() -> None:
    assert story_part(["March 3, 2025", "9:10 AM", *STORY]) == range(2, len(STORY) + 2)


def test_a_text_that_is_all_furniture_keeps_its_first_line() -> None:
    assert story_part(["Share this story", "Leave a comment"]) == range(1)
    assert story_part([]) == range(0)


@pytest.mark.parametrize(
    "piece", ["a ", "A ", "copyright ", "the post ", "2025 ", "more ", "Jane is a ", "https://"]
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    started = time.process_time()
    for size in (100, 300, 400):
        line = piece * (size // len(piece))
        for _ in range(200):
            is_site_line(line)
            is_date(line)
    story_part([piece * (200_000 // len(piece))] * 3)
    assert time.process_time() - started < 3
