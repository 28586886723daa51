"""Trains the answer reader and fits all weights to questions whose answers are known.

    python -m index.training FOLDER FOLDER... --selqa FILE --data-dir DIR

A FOLDER is an evaluation folder (see `newsbot evaluate --help`), with its own articles; `unclear.jsonl` in it
has questions of which an answer may stand in the articles by chance. FILE has the questions of SelQA. In DIR
each folder gets a library, where `newsbot evaluate` looks for it, too.

For each folder a reader is trained on the others. With what it reads in the folder's questions the weights
are fitted, and with weights fitted without the folder its figures are printed: with and without the reader,
asked in the week, a month later and half a year later. Then a reader is trained on all folders. It is written
to `index/reader`, the weights to `index/answers`.

Three things that are the same for all folders have seen their questions: how a few constants were chosen, the
weights by which the windows to be read are found, and, of the cross-fitted readings, those of the other
folders.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import torch
from safetensors.torch import save_file

from index.answers.judging import WINDOWS
from index.answers.scoring import WEIGHTS_FILE, Parameters
from index.embeddings.base import Embedder
from index.embeddings.embedder import SentenceTransformerEmbedder
from index.embeddings.saved import TOKENIZER
from index.embeddings.weights import SHIPPED_NAME, verified_shipped_model
from index.errors import NewsError, UsageError
from index.evaluation.metrics import articles_file
from index.reader.network import ADAPTERS, ReaderNetwork
from index.reader.reader import CHECKSUM, checksum
from index.reader.tokens import tokenizer_of
from index.sources.files import open_source
from index.training.asking import Asking, askings, library, to_train_with
from index.training.examples import TrainingExample, load_selqa, typed, varied
from index.training.figures import table
from index.training.fit import Case, case_of, fit_held_out
from index.training.learn import DROPOUT, Stage, Trainee
from index.training.reports import Reports
from index.types.article import Article

logger = logging.getLogger("index.training")

# So many questions are made from the articles of a folder, and so often the real questions are read.
CLOZE = 3500
PASSES = 4
SEED = 1


@dataclass(frozen=True, slots=True)
class Material:
    """What one evaluation folder gives: questions made from its articles, and its own questions."""

    name: str
    made: Sequence[TrainingExample]
    asked: Sequence[Asking]


def material(folder: Path, data_dir: Path, embedder: Embedder, count: int) -> Material:
    """Read a folder and ask its questions. Raises UsageError, SourceError, ModelError."""
    with library(folder, data_dir, embedder) as news:
        asked = list(askings(news, folder))
    articles = articles_file(folder)
    assert articles
    outcomes = (record.outcome for record in open_source(articles, ZoneInfo("UTC")))
    reports = Reports(outcome for outcome in outcomes if isinstance(outcome, Article))
    made = list(reports.examples(count, Random(SEED)))
    logger.info("%s: %d questions asked, %d made from articles", folder.name, len(asked), len(made))
    return Material(folder.name, made, asked)


def trained(
    model: Path, materials: Iterable[Material], selqa: Sequence[TrainingExample], passes: int
) -> Trainee:
    """Return a reader trained with made questions first, and then with real ones."""
    materials = list(materials)
    torch.manual_seed(SEED)
    random = Random(SEED)
    definition = (model / TOKENIZER).read_text(encoding="utf-8")
    trainee = Trainee(ReaderNetwork(model, dropout=DROPOUT), tokenizer_of(definition))
    made = [example for of_folder in materials for example in of_folder.made]
    real = [example for of_folder in materials for example in to_train_with(of_folder.asked)]
    trainee.train(Stage("made questions", made, 1, varied), random)
    trainee.train(Stage("real questions", [*real, *selqa], passes, _as_asked), random)
    return trainee


def _as_asked(example: TrainingExample, random: Random) -> TrainingExample:
    example = varied(example, random)
    return example if example.inside else typed(example, random)


def read_cases(trainee: Trainee, asked: Iterable[Asking]) -> list[Case]:
    """Return the cases of askings, with what a trained reader reads in their first windows."""
    cases = []
    for asking in asked:
        windows = [labelled.window for labelled in asking.windows[:WINDOWS]]
        cases.append(case_of(asking, trainee.read(asking.question, windows)))
    return cases


def write(trainee: Trainee, parameters: Parameters, folder: Path | None) -> None:
    """Write adapters, checksum and weights: to a folder, or else where the library reads them."""
    adapters, sha256, weights = (
        folder / file.name if folder else file for file in (ADAPTERS, CHECKSUM, WEIGHTS_FILE)
    )
    network = {
        name: weight.detach().half().cpu().contiguous() for name, weight in trainee.network.trained.items()
    }
    save_file(network, adapters)
    adapters.chmod(0o644)  # safetensors lets only the owner read it
    sha256.write_text(checksum(adapters), encoding="utf-8")
    weights.write_text(json.dumps(asdict(parameters), indent=2) + "\n", encoding="utf-8")
    logger.info("written: %s %s", checksum(adapters).strip(), weights.name)


def run(arguments: argparse.Namespace) -> None:
    """Train, fit, print and write, as the module says. Raises NewsError."""
    if len({folder.name for folder in arguments.folders}) < 2:
        raise UsageError("Name at least two folders: what is trained on one is measured on another.")
    model = verified_shipped_model()
    embedder = SentenceTransformerEmbedder(None, saved=arguments.data_dir / "models")
    selqa = load_selqa(arguments.selqa)
    every = [material(folder, arguments.data_dir, embedder, arguments.cloze) for folder in arguments.folders]
    cases: dict[str, list[Case]] = {}
    for held in every:
        logger.info("without %s", held.name)
        trainee = trained(model, (other for other in every if other is not held), selqa, arguments.passes)
        cases[held.name] = read_cases(trainee, held.asked)
    unread = {name: [case.without_reader() for case in listed] for name, listed in cases.items()}
    plain, plain_held = fit_held_out(unread)
    read, read_held = fit_held_out(cases)
    sys.stdout.write(f"Without the reader:\n{table(unread, plain_held)}\n")
    sys.stdout.write(f"With the reader:\n{table(cases, read_held)}\n")
    logger.info("with all folders")
    trainee = trained(model, every, selqa, arguments.passes)
    write(trainee, Parameters(SHIPPED_NAME, plain, read), arguments.output)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        "python -m index.training", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+")
    parser.add_argument("--selqa", metavar="FILE", type=Path, required=True)
    parser.add_argument("--data-dir", metavar="DIR", type=Path, required=True)
    parser.add_argument("--output", metavar="DIR", type=Path, help="write the files there instead")
    parser.add_argument(
        "--cloze",
        metavar="N",
        type=int,
        default=CLOZE,
        help="questions to make from the articles of a folder",
    )
    parser.add_argument(
        "--passes", metavar="N", type=int, default=PASSES, help="how often the real questions are read"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logger.setLevel(logging.INFO)
    try:
        run(parsed(arguments))
    except NewsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
