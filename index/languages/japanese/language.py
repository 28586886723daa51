"""Japanese, as the library reads it."""

from index.languages.base import Language
from index.languages.japanese.questions import QUESTIONS
from index.text.sentence_rules import SentenceRules

LANGUAGE = Language(
    code="ja",
    sentences=SentenceRules(
        code="ja",
        continues=("と", "って", "など", "は", "が", "を", "の", "も", "に", "で", "へ", "や", "、"),
    ),
    # Pairs of characters, which is how the word index writes a text without spaces.
    stop_words=frozenset(
        "した して する され れた れる てい いる いた です ます まし って とい いう こと もの ため "
        "から まで より など だっ った ある あっ なっ なる なの のは のか には では とは への との "
        "での でし しょ ょう うか すか たか だれ たの るの んで ので のに にお おい いて につ つい "
        "何で 何が は何 が何 を何 は誰 誰が はど どこ どの なに いつ どう".split()
    ),
    questions=QUESTIONS,
)
