"""Make the embedded model: clean, cut into pieces, train, evaluate, package.

    python -m training BENCH DATA [DATA ...] [--to FOLDER] [--steps N]

BENCH holds FLORES-200 dev, XQuAD and RO-STS, which no pair may repeat. Each DATA folder holds
parallel text as `training/cleaning.py` reads it. FOLDER gets `model`, a sentence-transformers
folder, `model.safetensors` and `known_words.bloom`, the files that kb carries, and
`manifest.json`: what went in, and what came out.
"""

import argparse
import json
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from kb.embedding.known_words import FILE_NAME
from kb.embedding.model_file import read_model_file
from training.cleaning import Counts, HeldOut, Pair, clean, read_licences
from training.evaluation import StaticModel, figures, test_sentences
from training.export import write_folder
from training.known_words import write_known_words
from training.package import package
from training.pairs import token_pairs
from training.restatements import LICENCE, RESTATEMENTS, SOURCE, read_restatements
from training.training import Recipe, train
from training.vocabulary import train_vocabulary

DEFAULT_TARGET = Path("build") / "embedded-model"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--to", type=Path, default=DEFAULT_TARGET)
    parser.add_argument("--steps", type=int, default=Recipe().main.steps)
    given = parser.parse_args()
    recipe = Recipe()
    recipe = replace(recipe, main=replace(recipe.main, steps=given.steps))
    make_model(given.bench, given.data, given.to, recipe)


def make_model(bench: Path, data: Sequence[Path], target: Path, recipe: Recipe) -> None:
    """Run every stage; write the model, its packed file and the manifest into `target`."""
    started = time.perf_counter()
    counts = Counts()
    held_out = _held_out(bench, data)
    pairs = list(clean(data, held_out, counts))
    print(f"{len(pairs):,} pairs kept, {counts.dropped.total():,} left out", flush=True)
    tokenizer = train_vocabulary(_texts(pairs), recipe.pieces)
    print(f"{tokenizer.get_vocab_size():,} pieces", flush=True)
    restated = list(read_restatements(held_out))
    counts.kept.update((pair.language, pair.source) for pair in restated)
    weights = train(token_pairs(pairs, tokenizer), token_pairs(restated, tokenizer), recipe)
    write_folder(target / "model", tokenizer, weights)
    package(target / "model", target / "model.safetensors")
    write_known_words(_texts(pairs), _texts(restated), target / FILE_NAME)
    found = figures(_packed(target / "model.safetensors", tokenizer), bench)
    manifest = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - started),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "recipe": asdict(recipe),
        "fingerprint": read_model_file(target / "model.safetensors").fingerprint,
        "digests": {f"{path.parent.name}/{path.name}": _digest(path) for path in _inputs(data)}
        | {RESTATEMENTS.name: _digest(RESTATEMENTS)},
        "sources": _sources(counts, data),
        "left out": dict(counts.dropped.most_common()),
        "figures": {measure: round(value, 2) for measure, value in found.items()},
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (target / "manifest.json").write_text(text + "\n", encoding="utf-8")
    for measure, value in found.items():
        print(f"{measure}: {value:.1f}")


def _held_out(bench: Path, data: Sequence[Path]) -> HeldOut:
    hashes = [folder / "heldout.sha256" for folder in data]
    return HeldOut([path for path in hashes if path.exists()], test_sentences(bench))


def _texts(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield each text once: English comes with up to four translations."""
    yield from dict.fromkeys(pair.english for pair in pairs)
    yield from dict.fromkeys(pair.translation for pair in pairs)


def _packed(path: Path, tokenizer: Tokenizer) -> StaticModel:
    """Return the model as kb has it, rounded to 4 bits: this is what gets measured."""
    file = read_model_file(path)
    return StaticModel(tokenizer, file.rows(np.arange(len(file.pieces))))


def _inputs(data: Sequence[Path]) -> list[Path]:
    return sorted(path for folder in data for path in folder.glob("en-*.tsv*"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sources(counts: Counts, data: Sequence[Path]) -> dict[str, dict[str, str | int]]:
    """Return the licence of each source and how many of its pairs were kept, by language."""
    licences = {SOURCE: LICENCE}
    for folder in data:
        licences |= read_licences(folder / "SOURCES.md")
    found: dict[str, dict[str, str | int]] = {}
    for (language, source), kept in sorted(counts.kept.items()):
        found.setdefault(source, {"licence": licences[source]})[language] = kept
    return found


if __name__ == "__main__":
    main()
