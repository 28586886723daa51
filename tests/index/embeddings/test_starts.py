"""What a first and a second start load, in fresh interpreters: PyTorch in neither."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from index.embeddings.embedder import SentenceTransformerEmbedder
from tests.fakes import article, open_news, story, write_jsonl
from tests.tiny_model import make_model

ROOT = Path(__file__).parents[3]
HEAVY = {"torch", "transformers", "sentence_transformers", "scipy", "pandas", "matplotlib", "alembic"}

# Reads an article and answers a question, as a running bot does.
PROGRAM = """
import json, sys
from pathlib import Path
from index import IndexOptions, NewsIndex, Question
data, model, file = sys.argv[1:]
options = IndexOptions(data_dir=Path(data), embedding_model=model or None, reader=not model)
with NewsIndex.open(options) as news:
    news.load_model()
    added = news.ingest([file]).added
    answer = news.ask(Question("What was described in Oslo?"))
loaded = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"added": added, "quoted": answer.quotes[0].text, "loaded": loaded}))
"""


def started(data: Path, model: str = "") -> Any:
    file = write_jsonl(data.parent / "more.jsonl", [article("b", story("Bergen"))])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(data), model, str(file)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_with_a_saved_model_a_start_loads_nothing_heavy(
    shipped: SentenceTransformerEmbedder, compiled_models: Path, tmp_path: Path
) -> None:
    open_news(tmp_path, [article("a", story("Oslo"))], embedder=shipped).close()
    (tmp_path / "data" / "models").symlink_to(compiled_models)
    found = started(tmp_path / "data")
    assert (found["added"], "Oslo" in found["quoted"]) == (1, True)
    assert "openvino" in found["loaded"]
    assert not HEAVY.intersection(found["loaded"])


def test_the_first_start_makes_the_model_in_another_process(tmp_path: Path) -> None:
    model = make_model(tmp_path / "tiny", 1)
    embedder = SentenceTransformerEmbedder(str(model))
    open_news(tmp_path, [article("a", story("Oslo"))], embedder=embedder).close()
    for _ in range(2):
        assert not HEAVY.intersection(started(tmp_path / "data", str(model))["loaded"])
    (saved,) = (tmp_path / "data" / "models").glob("embedding-*")
    assert {file.name for file in saved.iterdir()} == {
        "manifest.json",
        "network.bin",
        "network.xml",
        "tokenizer.json",
    }
