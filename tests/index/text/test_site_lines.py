"""Lines and sections in which a site speaks of itself, and news that only looks like them."""

import re
import time

import pytest

from index.text.site_lines import is_date, is_notice, is_site_line, story_part
from index.text.site_notices import NOTICES
from index.text.site_phrases import BUTTONS, END_LINES, PICTURES, SITE_LINES

LINES = """
Source: Sample Wire
QUELLE: Beispielagentur
© 2025 Sample Wire
Copyright Sample Wire 2025 - ISSN 1234
Alle Rechte vorbehalten.
The post Harbour grows appeared first on Sample Wire.
Harbour grows was originally published in Quays on Medium, where people are continuing the conversation.
Hosted on Acast. See acast.com/privacy for more information.
Learn more about your ad choices. Visit megaphone.fm/adchoices
Privacy Policy and California Privacy Notice at https://art19.com/privacy
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
Quellen: Beispielagentur, Polizei
出典：見本通信
来源：样本社
Content © 2025 Sample Wire
Tutti i diritti riservati
Riproduzione riservata
La publication Le port grandit est apparue en premier sur Exemple.
Wpis Port rośnie pochodzi z serwisu Przykład.
Inlägget Hamnen växer dök först upp på Exempel.
投稿 港が拡大 は 見本 に最初に表示されました。
Like this story? Share it with a friend!
Print this page
Email this article to a colleague
Clique para compartilhar no Mastodon
Kliknij, aby udostępnić na Mastodon
フォローする
公式アカウントをフォローしてください。
12 Kommentare
Deja un comentario
コメントを書く
Melden Sie sich hier für unseren Newsletter an.
Recevez notre newsletter chaque matin
Ricevi le nostre notizie ogni mattina
Abonneer je nu op onze krant
Подписаться
Mit Material von Beispielagentur
Con información de Ejemplo
По материалам Примера
Zurück zur Startseite
Torna su
Continua após a publicidade
Anzeige
Lees ook
Te puede interesar
Sullo stesso argomento
延伸阅读
Archivfoto: Jane Doe
Photo d'illustration : Anne Dupont
Foto de archivo: Ejemplo
写真：見本通信
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
The copyright law of 2019 was repealed.
Section 501(c)(3) groups raised 12 million in 2024.
Like it or not, the council must decide.
Email on Monday led police to the quay
Kostenlos testen lassen sich Reisende ab Montag.
Auf zwei Inseln fehlt der Strom in allen Teilen.
Abbonati in calo per i giornali, secondo il rapporto.
La empresa utiliza cookies sin permiso, según la autoridad.
Подписаться под письмом отказались 12 депутатов.
Поделиться опытом приехали врачи с острова.
フォロー体制を強化すると市は発表した。
無料登録を始めたと市が発表した。
写真展が東京で開かれた。
广告收入下降三成。
分享经济增长放缓。
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_line_about_the_site(line: str) -> None:
    assert is_site_line(line)
    assert is_site_line(f"» {line}")


@pytest.mark.parametrize("line", NEWS)
def test_news_that_begins_alike(line: str) -> None:
    assert not is_site_line(line)


NOTICE_SENTENCES = """
Your subscription has expired.
Your free trial has ended.
You have reached your limit of free articles.
You've read all of your free stories this month.
This article is for subscribers only.
Please log in to continue reading.
Ihr Abo ist abgelaufen.
Sie haben Ihr monatliches Limit erreicht.
Dieser Artikel ist nur für Abonnenten verfügbar.
Um diesen Artikel weiterzulesen, melden Sie sich bitte an.
Votre abonnement a expiré.
Vous avez dépassé la limite d’articles gratuits.
Il vous reste 64 % de cet article à lire.
Cet article est réservé aux abonnés.
Tu suscripción ha caducado.
Has alcanzado el límite de artículos gratuitos.
Este contenido es exclusivo para suscriptores.
Il tuo abbonamento è scaduto.
Hai raggiunto il limite di articoli gratuiti.
Questo articolo è riservato agli abbonati.
Sua assinatura expirou.
Você atingiu o limite de matérias gratuitas.
Conteúdo exclusivo para assinantes.
Uw abonnement is verlopen.
U hebt uw limiet van gratis artikelen bereikt.
Dit artikel is alleen voor abonnees.
Ваша подписка истекла.
Вы исчерпали лимит бесплатных статей.
Материал доступен только подписчикам.
この記事は有料会員限定です。
本文仅限订阅用户阅读。
Wir verwenden Cookies, um unser Angebot zu verbessern.
Nous utilisons des cookies pour améliorer votre visite.
Utilizamos cookies propias y de terceros.
Utilizziamo i cookie per migliorare il sito.
Este site utiliza cookies.
Wij gebruiken cookies om onze site te verbeteren.
Мы используем файлы cookie.
This article is no longer available.
Dieser Beitrag ist leider nicht mehr verfügbar.
Cet article n’est plus disponible.
Este contenido ya no está disponible.
Questo articolo non è più disponibile.
Este artigo já não está disponível.
Dit artikel is niet meer beschikbaar.
Эта статья больше не доступна.
お探しの記事は掲載期間が終了しました。
Sie haben bereits ein Abo?
Bitte aktivieren Sie JavaScript.
Veuillez activer JavaScript pour lire cette page.
""".strip().splitlines()


@pytest.mark.parametrize("sentence", NOTICE_SENTENCES)
def test_what_stands_in_place_of_a_story(sentence: str) -> None:
    assert is_notice(sentence)
    assert is_site_line(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        *NEWS,
        "The company said that its subscription had expired.",
        "Cet article de la loi est réservé aux communes du littoral.",
        "Dieser Artikel des Gesetzes gilt seit Montag.",
        "Vous avez raison, a dit la maire au conseil.",
        "The harbour has reached the limit of its quays.",
        "The article is no longer available in shops, the maker said.",
    ],
)
def test_news_is_no_notice(sentence: str) -> None:
    assert not is_notice(sentence)


@pytest.mark.parametrize(
    "line",
    [
        "Tags: quay, harbour",
        "Kategorien: Hafen",
        "Categorie:",
        "Метки: порт",
        "Partager Facebook",
        "Mi piace",
        "J’aime ça",
        "Loading...",
        "Follow her on Mastodon",
        "Cet article Le port grandit a été publié en premier sur Exemple.",
    ],
)
def test_a_line_about_the_site_at_the_end_only(line: str) -> None:
    assert is_site_line(line, at_end=True)
    assert not is_site_line(line)


@pytest.mark.parametrize(
    "line",
    [
        *NEWS,
        "Partager un logement coûte plus cher.",
        "Mi piace la città, ha detto la sindaca.",
        "Follow him to the quay, witnesses said.",
    ],
)
def test_news_at_the_end(line: str) -> None:
    assert not is_site_line(line, at_end=True)


# Pictures, notices and most lines are told in all of these.
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "ru"}
TABLES = {**SITE_LINES, **NOTICES, "pictures": PICTURES}
ONLY_ENGLISH = {"software", "hosts of podcasts"}


@pytest.mark.parametrize("subject", sorted(TABLES.keys() - ONLY_ENGLISH))
def test_a_subject_has_phrases_in_the_eight_languages(subject: str) -> None:
    assert set(TABLES[subject]) >= LANGUAGES


def test_a_phrase_is_written_in_small_letters_and_has_a_limit() -> None:
    phrases = [
        phrase
        for table in (SITE_LINES, NOTICES, END_LINES, BUTTONS)
        for subject in table.values()
        for language in subject.values()
        for phrase in language
    ]
    assert len(phrases) > 300
    for phrase in phrases:
        bare = re.sub(r"\\.", "", phrase)
        assert bare == bare.lower(), phrase
        assert not re.search(r"\.[*+]", bare), phrase


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
    "piece",
    [
        "a ",
        "A ",
        "copyright ",
        "the post ",
        "2025 ",
        "more ",
        "Jane is a ",
        "https://",
        "to read ",
        "cookies ",
    ],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    started = time.process_time()
    for size in (100, 300, 400):
        line = piece * (size // len(piece))
        for _ in range(200):
            is_site_line(line, at_end=True)
            is_notice(line)
            is_date(line)
    story_part([piece * (200_000 // len(piece))] * 3)
    assert time.process_time() - started < 3
