"""How well translations are told from other texts: what `kb.grouping` puts together.

    python benchmarks/grouping.py BENCH_FOLDER [--write]

FLORES-200 dev has the same sentences in all our languages, and pages of one to six of them. Each
text is compared with its translation and with the nearest text that is none, in every pair of
languages. `BENCH_FOLDER/flores-200` is as `benchmarks/README.md` says.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.public import FLORES_LANGUAGES, flores_sentences, machine
from benchmarks.results import show
from kb.centre import Centre
from kb.domain import LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.grouping import Statement, say_the_same, statements_of
from kb.text_languages import TextLanguages
from kb.words import TextWords


def statements(
    texts: Sequence[str], code: str, centre: Centre, model: EmbeddedModel
) -> tuple[Statement, ...]:
    """Return what is compared of each text."""
    words = TextWords(model.token_ids(texts), model)
    return statements_of(texts, words, [LanguageCode(code)] * len(texts), centre)


def shares(ours: Sequence[Statement], theirs: Sequence[Statement]) -> tuple[float, float]:
    """Return the shares of translations and of nearest other texts that are put together."""
    cosines = np.stack([one.mean for one in ours]) @ np.stack([one.mean for one in theirs]).T
    np.fill_diagonal(cosines, -1)
    nearest = cosines.argmax(axis=1)
    together = [say_the_same(one, other) for one, other in zip(ours, theirs, strict=True)]
    mistaken = [say_the_same(one, theirs[i]) for one, i in zip(ours, nearest, strict=True)]
    return float(np.mean(together)), float(np.mean(mistaken))


def joined(sentences: Sequence[str], pages: Sequence[str]) -> list[str]:
    """Return the sentences of each page as one text."""
    by_page: dict[str, list[str]] = {}
    for page, sentence in zip(pages, sentences, strict=True):
        by_page.setdefault(page, []).append(sentence)
    return [" ".join(of_page) for of_page in by_page.values()]


def report(folder: Path) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    model = EmbeddedModel()
    pages, sentences = flores_sentences(folder / "flores-200")
    documents = {code: joined(of, pages) for code, of in sentences.items()}
    centre = Centre.of(
        np.concatenate([model.embed_passages(of) for of in documents.values()]),
        TextLanguages.of([LanguageCode(code) for code, of in documents.items() for _ in of]),
    )
    kinds = [
        {code: statements(texts, code, centre, model) for code, texts in of.items()}
        for of in (sentences, documents)
    ]
    yield "| languages | sentences together | others taken for one | pages together | others |"
    yield "|---|---|---|---|---|"
    found = []
    for one, other in combinations(FLORES_LANGUAGES, 2):
        row = [share for of in kinds for share in shares(of[one], of[other])]
        found.append(row)
        yield f"| {one}, {other} | " + " | ".join(f"{100 * share:.1f}" for share in row) + " |"
    mean = np.mean(found, axis=0)
    yield "| all | " + " | ".join(f"{100 * share:.1f}" for share in mean) + " |"


def main() -> None:
    """Print the table, and keep it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path, help="folder with flores-200")
    parser.add_argument(
        "--write", action="store_true", help="keep the table in benchmarks/README.md"
    )
    arguments = parser.parse_args()
    text = "\n".join((f"Measured {machine()}.", "", *report(arguments.bench)))
    show("grouping", text, write=arguments.write)


if __name__ == "__main__":
    main()
