"""What taking out the bias towards languages gives, and costs, where languages differ in articles.

    .venv-dev/bin/python -m benchmarks.language_bias XQUAD_FOLDER [--write]

XQUAD_FOLDER holds `xquad.{en,hi,ro}.json` (github.com/google-deepmind/xquad). Its articles make
three collections: all of them in each language; each in one language only; three quarters of them
in English only and an eighth in each of the others. Every question is asked in three languages; a
passage answers it that holds the answer, and those that hold it in a third language are left out
of the ranking. `--write` puts the table into benchmarks/README.md.
"""

import argparse
import os
import platform
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from benchmarks.bundled import Change, changed
from benchmarks.results import show
from benchmarks.xquad import LANGUAGES, Question, indexed, passages_of, read
from kb import language_bias
from kb.cli.wiring import OpenIndex
from kb.domain import PassageId

_DEPTH = 40

_COLLECTIONS: Mapping[str, Sequence[Collection[str]]] = {
    "the same in all": [LANGUAGES],
    "each in one": [("en",), ("hi",), ("ro",)],
    "most in English": [("hi",), ("en",), ("en",), ("en",), ("ro",), ("en",), ("en",), ("en",)],
}
"""The languages of the first articles, and again from the beginning."""

_BIAS: Mapping[str, Sequence[Change]] = {
    "stays": [(language_bias, "_TAKEN_OUT", 0.0)],
    "taken out": [],
}


def chosen(paths: Collection[str], languages: Sequence[Collection[str]]) -> set[str]:
    """Return the articles of a collection."""
    return {
        path for path in paths if path[3:5] in languages[int(path.split("-")[0]) % len(languages)]
    }


def ranks(index: OpenIndex, questions: Sequence[Question]) -> tuple[list[int], list[int]]:
    """Return the ranks of the first answer in another and in the question's own language."""
    passages = passages_of(index)
    other: list[int] = []
    own: list[int] = []
    for question in questions:
        answering = {
            language: {id_ for id_, one in passages[path] if one.start < end and start < one.end}
            for language, (path, start, end) in question.answers.items()
            if path in passages
        }
        everywhere = set[PassageId]().union(*answering.values())
        for asked, wording in question.wordings.items():
            hits = [hit.passage_id for hit in index.retriever.retrieve(wording, k=_DEPTH).hits]
            for language, right in answering.items():
                ranked = [id_ for id_ in hits if id_ in right or id_ not in everywhere]
                rank = next((n for n, id_ in enumerate(ranked, 1) if id_ in right), _DEPTH + 1)
                (own if asked == language else other).append(rank)
    return other, own


def _success(found: Sequence[int], k: int) -> float:
    return 100 * fmean(rank <= k for rank in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("xquad", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    texts, questions = read(arguments.xquad)
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
            f" {os.cpu_count()} cores. Percent of questions with an answering passage first or"
            " among five."
        ),
        "",
        "| articles | bias | another language @1 | @5 | the question's own @1 | @5 |",
        "|---|---|---|---|---|---|",
    ]
    for name, languages in _COLLECTIONS.items():
        with indexed({path: texts[path] for path in chosen(texts, languages)}) as index:
            for what, changes in _BIAS.items():
                with changed(changes):
                    found = ranks(index, questions)
                figures = " | ".join(f"{_success(one, k):.1f}" for one in found for k in (1, 5))
                lines.append(f"| {name} | {what} | {figures} |")
                print(lines[-1], flush=True)
    show("language bias", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
