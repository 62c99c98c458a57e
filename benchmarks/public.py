"""Public benchmarks, several retrievers side by side in one run.

    .venv-dev/bin/python -m pip install -r benchmarks/requirements.txt
    .venv-dev/bin/python -m benchmarks.public DATA_FOLDER [--only "kb" ...] [--write]

DATA_FOLDER holds `flores-200/dev` with `metadata_dev.tsv` (github.com/openlanguagedata/flores)
and `xquad/xquad.{en,hi,ro}.json` (github.com/google-deepmind/xquad). `--write` puts the tables
into benchmarks/README.md.
"""

import argparse
import csv
import json
import math
import os
import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.results import show
from benchmarks.retrievers import RETRIEVERS, Text
from kb.domain import LanguageCode

FLORES_LANGUAGES = {
    "sl": "slv_Latn",
    "pl": "pol_Latn",
    "hi": "hin_Deva",
    "ro": "ron_Latn",
    "en": "eng_Latn",
}
XQUAD_LANGUAGES = ("en", "hi", "ro")
_DEPTH = 100  # Ranks below count as not found.
_MRR_DEPTH = 10

Ranks = dict[tuple[str, str], list[int]]
"""Ranks of what was sought, from 1, by question language and text language; 0 for not found."""


def flores_sentences(folder: Path) -> tuple[list[str], dict[str, list[str]]]:
    """Return the page that each sentence is from, and the sentences in each language."""
    with (folder / "metadata_dev.tsv").open(encoding="utf-8", newline="") as file:
        pages = [row["URL"] for row in csv.DictReader(file, delimiter="\t")]
    return pages, {
        language: (folder / "dev" / f"{code}.dev").read_text(encoding="utf-8").splitlines()
        for language, code in FLORES_LANGUAGES.items()
    }


def flores(folder: Path, retriever: str) -> Ranks:
    """Search each sentence among the documents of all five languages, in one mixed index.

    A document is the sentences from one page. The page in the sentence's own language is left
    out of the ranking, and so are the translations in languages other than the one sought.
    """
    pages, lines = flores_sentences(folder)
    texts: list[Text] = []
    places: dict[tuple[str, str], int] = {}
    for language, sentences in lines.items():
        by_page: defaultdict[str, list[str]] = defaultdict(list)
        for page, sentence in zip(pages, sentences, strict=True):
            by_page[page].append(sentence)
        for page, of_page in by_page.items():
            places[language, page] = len(texts)
            texts.append((LanguageCode(language), " ".join(of_page)))
    ranker = RETRIEVERS[retriever](texts)
    ranks: Ranks = defaultdict(list)
    for asked, sentences in lines.items():
        for page, sentence in zip(pages, sentences, strict=True):
            found = ranker.rank(sentence, k=_DEPTH)
            translations = {places[language, page] for language in lines}
            for sought in lines:
                if sought != asked:
                    rank = _rank(found, places[sought, page], without=translations)
                    ranks[asked, sought].append(rank)
    return ranks


def xquad(folder: Path, retriever: str, *, mixed: bool) -> Ranks:
    """Search each question's paragraph: per pair of languages, or in one mixed index.

    In the mixed index the paragraph's translations are left out of the ranking, except for
    the one sought.
    """
    paragraphs = {language: tuple(_paragraphs(folder, language)) for language in XQUAD_LANGUAGES}
    count = len(paragraphs["en"])
    pools = [XQUAD_LANGUAGES] if mixed else [(language,) for language in XQUAD_LANGUAGES]
    ranks: Ranks = defaultdict(list)
    for pool in pools:
        texts = [
            (LanguageCode(language), text) for language in pool for text, _ in paragraphs[language]
        ]
        ranker = RETRIEVERS[retriever](texts)
        for asked in XQUAD_LANGUAGES:
            for number, (_, questions) in enumerate(paragraphs[asked]):
                translations = {number + count * i for i in range(len(pool))}
                for question in questions:
                    found = ranker.rank(question, k=_DEPTH)
                    for i, sought in enumerate(pool):
                        rank = _rank(found, number + count * i, without=translations)
                        ranks[asked, sought].append(rank)
    return ranks


def _paragraphs(folder: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    data = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    for article in data:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"], [entry["question"] for entry in paragraph["qas"]]


def _rank(found: Sequence[int], sought: int, *, without: set[int]) -> int:
    """Return the rank of `sought` among `found`, its translations not counted; 0 if absent."""
    ranking = [place for place in found if place == sought or place not in without]
    return ranking.index(sought) + 1 if sought in ranking else 0


def recall(ranks: Sequence[int], k: int) -> float:
    """Return the percentage of searches that found what they sought in the first `k`."""
    return 100 * statistics.fmean(0 < rank <= k for rank in ranks)


def mrr(ranks: Sequence[int]) -> float:
    """Return the mean reciprocal rank within the first ten, times 100."""
    return 100 * statistics.fmean(1 / rank if 0 < rank <= _MRR_DEPTH else 0 for rank in ranks)


def ndcg(ranks: Sequence[int]) -> float:
    """Return nDCG within the first ten, times 100: one text is relevant, so the ideal is 1."""
    return 100 * statistics.fmean(
        1 / math.log2(rank + 1) if 0 < rank <= _MRR_DEPTH else 0 for rank in ranks
    )


def report(title: str, by_retriever: dict[str, Ranks]) -> Iterator[str]:
    """Yield Markdown lines: means of each retriever, then recall@1 per language pair."""
    yield f"### {title}"
    yield ""
    yield (
        "| retriever | recall@1 | recall@10 | MRR@10 | nDCG@10 | recall@1, other language |"
        " worst pair |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name, ranks in by_retriever.items():
        everything = [rank for of_pair in ranks.values() for rank in of_pair]
        others = [
            rank
            for (asked, sought), of_pair in ranks.items()
            if asked != sought
            for rank in of_pair
        ]
        (asked, sought), worst = min(ranks.items(), key=lambda item: recall(item[1], 1))
        yield (
            f"| {name} | {recall(everything, 1):.1f} | {recall(everything, 10):.1f} |"
            f" {mrr(everything):.1f} | {ndcg(everything):.1f} | {recall(others, 1):.1f} |"
            f" {asked} to {sought} {recall(worst, 1):.1f} |"
        )
    own = sorted(
        {asked for ranks in by_retriever.values() for asked, sought in ranks if asked == sought}
    )
    if own:
        yield ""
        yield "nDCG@10 in one language:"
        yield ""
        yield f"| | {' | '.join(own)} |"
        yield f"|---|{'---|' * len(own)}"
        for name, ranks in by_retriever.items():
            yield (
                f"| {name} | " + " | ".join(f"{ndcg(ranks[code, code]):.1f}" for code in own) + " |"
            )
    for name, ranks in by_retriever.items():
        asked_languages = list(dict.fromkeys(asked for asked, _ in ranks))
        sought_languages = list(dict.fromkeys(sought for _, sought in ranks))
        yield ""
        yield f"{name}, recall@1, question language by text language:"
        yield ""
        yield f"| | {' | '.join(sought_languages)} |"
        yield f"|---|{'---|' * len(sought_languages)}"
        for asked in asked_languages:
            cells = (
                f"{recall(ranks[asked, sought], 1):.1f}" if (asked, sought) in ranks else "–"
                for sought in sought_languages
            )
            yield f"| **{asked}** | {' | '.join(cells)} |"
    yield ""


def machine() -> str:
    """Return what the figures were measured on."""
    packages = ("numpy", "faiss-cpu", "tokenizers", "bm25s", "sentence-transformers")
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages)
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", choices=tuple(RETRIEVERS), default=tuple(RETRIEVERS))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    started = time.perf_counter()
    names = arguments.only
    tasks = {
        "FLORES-200 dev: sentence to document, one mixed index of five languages": {
            name: flores(arguments.data / "flores-200", name) for name in names
        },
        "XQuAD, half of it: question to paragraph, an index per language": {
            name: xquad(arguments.data / "xquad", name, mixed=False) for name in names
        },
        "XQuAD, half of it: question to paragraph, one mixed index of three languages": {
            name: xquad(arguments.data / "xquad", name, mixed=True) for name in names
        },
    }
    lines = [f"Measured {machine()}; {time.perf_counter() - started:.0f} s in all.", ""]
    for title, by_retriever in tasks.items():
        lines += report(title, by_retriever)
    show("public benchmarks", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
