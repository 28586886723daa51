"""What is left out of a story, and what must stay in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.boilerplate import is_boilerplate_line, is_boilerplate_sentence, reporting
from index.text.sentences import split_sentences
from tests.fakes import story

LINES = """
More: Mayor announces plan for the harbour
MORE FROM THE HARBOUR:Mayor announces plan
Read more about the harbour here.
Related: What is shore power?
Live updates: Storm reaches the coast
Day two:Council votes on the harbour
Lesen Sie auch: Der Hafen wächst
ROTTERDAM, Netherlands —
By Jane Doe
By Jane Doe, Sample Wire
– Jane Doe
— Jane Doe and John Roe
Jane Doe/AFP/Getty Images
(Photo by Jane Doe)
Photo: Jane Doe
The quay on Monday. (Photo by Jane Doe/Getty Images)
Advertisement
Story continues below
Contributing: Jane Doe, John Roe; The Associated Press.
From Sample Wire and wire reports
© 2025 Sample Wire
Updated: March 3, 2025, 9:10 AM
https://wire.example/harbour
@janedoe
____
Storm reaches the coast 02:27 - Source: Sample Wire
(Reporting by Jane Doe; Editing by John Roe)
Von Jane Doe
Par Anne Dupont et Jean Martin
Autor: Jane Doe
Автор: Анна Иванова
記者：山田太郎
Lisez aussi : Le port grandit
Lesen Sie hierzu: Der Hafen wächst
""".strip().splitlines()

SENTENCES = """
Sign up for our newsletter.
Sign up here to get the news of the harbour in your inbox.
Subscribe to the Sample Wire today.
Get the day's news with our free newsletter.
Follow her on Twitter @janedoe.
Contact Jane Doe at jane@wire.example or 555-0123.
You can reach him at john@wire.example.
Reach Jane Doe on Mastodon.
Follow us on Facebook.
Jane Doe and John Roe contributed to this report.
Reporting by Jane Doe and John Roe.
We and our partners use cookies.
By continuing you agree to our terms.
You can find out more in our privacy policy.
All rights reserved.
This story has been updated with the council's answer.
Correction: An earlier version of this article misspelled the mayor's name.
The opinions expressed in this commentary are her own.
Purchases you make through our links may earn us a commission.
A version of this story appeared in the Sample Wire's morning newsletter.
Click here for more photos.
""".strip().splitlines()

NEWS = """
More than 30 people were hurt when the storm reached the coast.
Read the letter that the mayor wrote to the council, a judge said.
Watch: the mayor will speak again on Monday.
Newsletter publisher Samplestack lays off 13 people.
Residents were asked to sign up for the vaccination by Friday.
The company said that 40,000 people had subscribed to its service.
Subscribers pay 12 euros a month, the newspaper said.
The regulator fined the company because its site used cookies without asking.
The app asks users to follow their neighbours on Facebook.
Posting “follow me @username on Instagram” is restricted, the company said.
Police asked witnesses to call 555-0123.
He contributed to this year's budget talks.
The new privacy law gives people a right to their data.
By Monday, all flights had been cancelled.
By clicking on the link, victims handed over their passwords, and you may be next, police said.
“We follow him,” she said.
The photo shows the president at the harbour.
Advertisement sales fell by a third.
Her earlier version of this song was a hit.
Updated rules take effect in April, the ministry said, and apply to 12 countries!
Go to school, he told them.
The story has been told before.
The Associated Press was not able to reach her.
Von der Leyen
Von Montag an gilt ein neuer Fahrplan.
Por la tarde abrió el puerto.
作者は語らなかった。
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_news(line: str) -> None:
    assert is_boilerplate_line(line)
    assert reporting(f"{story('a', 3)}\n\n{line}") == reporting(story("a", 3))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_is_no_news(sentence: str) -> None:
    assert is_boilerplate_sentence(sentence)
    assert reporting(sentence) == []
    assert len(reporting(f"{story('a', 5)} {sentence} {story('b', 5)}")) == 2


@pytest.mark.parametrize("sentence", NEWS)
def test_news_stays(sentence: str) -> None:
    assert not is_boilerplate_line(sentence)
    assert not is_boilerplate_sentence(sentence)
    assert reporting(sentence) == [split_sentences(sentence)]


@pytest.mark.parametrize(
    "box",
    [
        "Sign up for our newsletter. Explore the universe with stories of discoveries.",
        "Jane Doe covers the harbour for the Sample Wire. Follow her on Twitter @janedoe.",
        "The mayor opens the quay on Monday. Jane Doe/AFP/Getty Images",
        "Correction: An earlier version of this story gave a wrong number. It was 12.",
        "Your subscription has expired. Renew it on Monday to read about the quay.",
        "Vous avez atteint la limite d’articles gratuits. Le port vous attend dès lundi.",
    ],
)
def test_a_short_paragraph_is_left_out_as_a_whole(box: str) -> None:
    text = f"{story('a', 3)}\n\n{box}\n\n{story('b', 3)}"
    kept = [text[start:end] for run in reporting(text) for start, end in run]
    assert kept == [text[start:end] for start, end in split_sentences(text) if "paragraph" in text[start:end]]
    assert len(reporting(text)) == 2


def test_names_in_a_list_are_no_signatures() -> None:
    text = f"{story('a', 3)}\n\nThe crew:\n\n- Jane Doe\n- John Roe\n\n— Ann Poe"
    kept = [text[start:end] for run in reporting(text) for start, end in run]
    assert kept[-3:] == ["The crew:", "- Jane Doe", "- John Roe"]


def test_a_long_paragraph_loses_only_the_sentence() -> None:
    text = f"{story('a', 4)} Follow her on Twitter @janedoe."
    assert sum(map(len, reporting(text))) == 4


PIECES = st.sampled_from(
    ["The quay opened. ", "More: a\n", "\n\n", "Follow us. ", "Mr. ", "By Jane Doe\n", "— ", "word " * 40]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_what_is_kept_is_sentences_in_their_order(text: str) -> None:
    runs = reporting(text)
    kept = [sentence for run in runs for sentence in run]
    assert all(runs)
    assert kept == [sentence for sentence in split_sentences(text) if sentence in set(kept)]


@pytest.mark.parametrize(
    "piece",
    [
        "A ",
        "By ",
        "of ",
        "a@",
        "/AP",
        "more ",
        "(",
        "sign up ",
        "subscribe to ",
        "you ",
        "this ",
        "Jane Doe, ",
        "01:",
    ],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    started = time.process_time()
    reporting(piece * (40_000 // len(piece)))
    assert time.process_time() - started < 2
