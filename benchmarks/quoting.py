"""Whether the sentence that is quoted is the one that answers, with and without close reading.

    .venv-dev/bin/python -m benchmarks.quoting XQUAD_FOLDER [--write]

XQUAD_FOLDER holds `xquad.{en,hi,ro}.json`. Every other question, in three languages, with the
passages that answer it in each of them: of the passage's sentences, is the first that is quoted
the one with the answer? Passages of one sentence, and answers cut by the end of a passage, are
left out. `--write` puts the table into benchmarks/README.md.
"""

import argparse
import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from benchmarks.bundled import Change, changed
from benchmarks.results import show
from benchmarks.xquad import LANGUAGES, Passages, Question, indexed, passages_of, read
from kb import answering
from kb.answering import compose_answer
from kb.chunking import sentences_of
from kb.cli.wiring import OpenIndex
from kb.domain import Hit

_READING: Mapping[str, Sequence[Change]] = {
    "sentences not read closely": [(answering, "_READING_WEIGHT", 0.0)],
    "sentences read closely": [],
}


def answering_hits(passages: Passages, question: Question) -> Iterator[tuple[str, Hit, int, int]]:
    """Yield languages with the hit that holds the answer, and the answer's span in its article."""
    for language, (path, start, end) in question.answers.items():
        for id_, passage in passages[path]:
            if passage.start <= start and end <= passage.end and len(sentences_of(passage)) > 1:
                hit = Hit(passage_id=id_, passage=passage, score=0.0)
                yield language, hit, start, end


def quoted_right(index: OpenIndex, questions: Sequence[Question]) -> dict[bool, list[bool]]:
    """Return whether each first quote holds the answer, by whether it is in the own language."""
    found: defaultdict[bool, list[bool]] = defaultdict(list)
    passages = passages_of(index)
    for question in questions:
        hits = list(answering_hits(passages, question))
        for asked, wording in question.wordings.items():
            retrieval = index.retriever.retrieve(wording, k=1)
            for language, hit, start, end in hits:
                (tokens,) = index.reader.tokens([hit.passage_id])
                answer = compose_answer(
                    wording,
                    replace(
                        retrieval,
                        hits=(hit,),
                        tokens={hit.passage_id: tokens},
                        is_relevant=True,
                    ),
                    index.corpus.text,
                    language=None,
                    model="",
                    generation=0,
                    sentences=1,
                )
                quotes = [quote.start <= start and end <= quote.end for quote in answer.quotes]
                found[asked == language].append(any(quotes))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("xquad", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    texts, questions = read(arguments.xquad)
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
            f" {os.cpu_count()} cores. Percent of questions in {', '.join(LANGUAGES)} whose answer"
            " is in the sentence that is quoted, given the passage."
        ),
        "",
        "| | passages in another language | in the question's own |",
        "|---|---|---|",
    ]
    with indexed(texts) as index:
        for name, changes in _READING.items():
            with changed(changes):
                found = quoted_right(index, questions)
            figures = " | ".join(f"{100 * fmean(found[own]):.1f}" for own in (False, True))
            lines.append(f"| {name} | {figures} |")
            print(lines[-1], flush=True)
    show("quoting", "\n".join(lines), write=arguments.write)


if __name__ == "__main__":
    main()
