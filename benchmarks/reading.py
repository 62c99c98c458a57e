"""How many proper questions are taken for misspelt ones, and how much typing errors cost.

    OMP_NUM_THREADS=1 .venv-dev/bin/python -m benchmarks.reading [--write]

Over the example articles among 300 generated ones: the wordings of all question sets that have a
word changed, with the filter of known words and without; and for each way of typing in
`tests/quality/typing.jsonl` how many questions find their passage among five, as typed and as the
question that they were made of is spelt. `--write` puts both into benchmarks/README.md.
"""

import argparse
import json
import platform
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from benchmarks.bundled import Change, ask, bundled_index
from benchmarks.results import show
from kb.cli.bundled import bundled_question_files, clone_folder
from kb.cli.wiring import OpenIndex
from kb.embedding import embedded
from kb.embedding.known_words import KnownWords
from kb.evaluation.questions import JudgedQuestion, parse_questions

_DISTRACTORS = 300
_AMONG = 5
_NOTHING_KNOWN: Change = (embedded.EmbeddedModel, "_known_words", KnownWords.of(()))


def read_otherwise(index: OpenIndex, questions: Sequence[JudgedQuestion]) -> list[bool]:
    """Return for each wording whether a word of it is taken for another."""
    return [
        index.retriever.as_read(wording.text) != wording.text
        for question in questions
        for wording in question.wordings
    ]


def found(index: OpenIndex, questions: Sequence[JudgedQuestion]) -> dict[tuple[str, str], bool]:
    """Return for each wording whether a passage that answers is among the first five."""
    return {
        (one.question_id, one.language): any(
            rank <= _AMONG for articles in one.found for rank in articles.ranks
        )
        for one in ask(index, questions)
    }


def typing_rows(index: OpenIndex, typed: Path, proper: Sequence[JudgedQuestion]) -> Iterator[str]:
    text = typed.read_text(encoding="utf-8")
    asked = {one["id"]: one for one in map(json.loads, text.splitlines()) if one.get("of")}
    spelt = found(index, [one for one in proper if one.id in {a["of"] for a in asked.values()}])
    pairs: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for (id_, language), is_found in found(index, parse_questions(text, str(typed))).items():
        of = asked.get(id_, {}).get("of")
        if (of, language) in spelt:
            pairs[asked[id_]["kind"]].append((is_found, spelt[of, language]))
    for kind, both in pairs.items():
        as_typed, as_spelt = (100 * fmean(column) for column in zip(*both, strict=True))
        yield f"| {kind} | {len(both)} | {as_typed:.1f} | {as_spelt:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    root = clone_folder()
    quality = root / "tests" / "quality"
    proper = [
        question
        for path in (quality / "core.jsonl", *bundled_question_files(root))
        for question in parse_questions(path.read_text(encoding="utf-8"), str(path))
    ]
    with bundled_index(_DISTRACTORS) as index:
        rows = list(typing_rows(index, quality / "typing.jsonl", proper))
        with_filter = read_otherwise(index, proper)
    with bundled_index(_DISTRACTORS, [_NOTHING_KNOWN]) as index:
        without = read_otherwise(index, proper)
    text = "\n".join(
        [
            (
                f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}. Of"
                f" {len(with_filter):,} proper wordings {sum(with_filter)} have a word changed;"
                f" {sum(without)} without the filter of known words."
            ),
            "",
            "| typed with | wordings | among five | the same spelt properly |",
            "|---|---|---|---|",
            *rows,
        ]
    )
    show("reading", text, write=arguments.write)


if __name__ == "__main__":
    main()
