"""The optional cross-encoder, with a tiny one made here: it counts, and its absence is explained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from index import ModelError, Question
from index.answers.rerank import WEIGHT, CrossEncoderReranker, rerank
from tests.fakes import article, open_news

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the port of rotterdam opened quays who when a".split()


def tiny_cross_encoder(folder: Path, labels: int = 1) -> str:
    """Write a BERT of one layer, with random but fixed weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


class Favours:
    """A reranker that is sure of texts with a word, and of no others."""

    def __init__(self, word: str) -> None:
        self.word = word

    def probabilities(self, question: str, texts: Sequence[str]) -> list[float]:
        return [float(self.word in text) for text in texts]

    def load(self) -> None:
        """There is nothing to load."""


def test_a_cross_encoder_judges_pairs(tmp_path: Path) -> None:
    model = CrossEncoderReranker(tiny_cross_encoder(tmp_path / "tiny"))
    texts = ["The port opened.", "A quay.", "The port opened."]
    found = model.probabilities("Who opened the port?", texts)
    assert all(0 < quote < 1 for quote in found)
    assert found[0] == pytest.approx(found[2], abs=1e-5)
    assert found[0] != pytest.approx(found[1], abs=1e-9)
    assert model.probabilities("Who?", []) == []


def test_its_judgement_moves_quotes_up(tmp_path: Path) -> None:
    articles = [
        article("one", "The council of Arlen bought 42 boats on Monday. It paid in cash for them all."),
        article("two", "The council of Arlen bought 17 trams on Friday. It paid with a loan for them."),
    ]
    with open_news(tmp_path, articles) as news:
        found = news.search(Question("What did the council of Arlen buy?")).candidates
        assert len(found) >= 4
        lifted = rerank(Favours("trams"), "What?", found)
    assert {quote.span for quote in lifted} == {quote.span for quote in found}
    assert "trams" in lifted[0].text
    before = {(quote.article_id, quote.span): quote.score for quote in found}
    for quote in lifted:
        gain = quote.score - before[quote.article_id, quote.span]
        assert gain == pytest.approx(WEIGHT if "trams" in quote.text else 0.0)


def test_the_library_uses_the_one_that_is_set(tmp_path: Path) -> None:
    question = Question("Who opened the port of Rotterdam?", limit=1)
    articles = [article("one", "The port of Rotterdam opened two quays on Monday, it was said.")]
    with open_news(tmp_path, articles) as news:
        plain = news.ask(question).quotes[0].score
    with open_news(tmp_path, reranker_model=tiny_cross_encoder(tmp_path / "tiny")) as news:
        news.load_model()
        assert plain < news.ask(question).quotes[0].score < plain + WEIGHT


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded .*NEWS_RERANKER_MODEL"):
        CrossEncoderReranker(str(tmp_path / "nothing")).load()
    several = CrossEncoderReranker(tiny_cross_encoder(tmp_path / "three", labels=3))
    with pytest.raises(ModelError, match="gives 3 scores instead of one"):
        several.load()
