"""Sentence ends found right, missed and wrong: `kb` and bare sentencex on the same blocks.

    .venv-dev/bin/python -m benchmarks.sentences

The blocks are those of tests/sentence_table.py. They were written with the rules of `kb` at
hand, so they show what the tables are for, not how well either does on unseen text.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

import sentencex

from kb.sentences import sentence_spans
from tests.sentence_table import BLOCKS

Ends = frozenset[int]


def ends_of_kb(text: str, language: str) -> Ends:
    """Return the offsets after which `kb` ends a sentence, the last one left out."""
    return frozenset(end for _, end in sentence_spans(text, language)[:-1])


def ends_of_sentencex(text: str, language: str) -> Ends:
    """Return the same for sentencex."""
    parts = sentencex.segment(language, text)
    ends = accumulate(len(part) for part in parts)
    return frozenset(len(text[:end].rstrip()) for end in ends) - {len(text.rstrip())}


def count(
    blocks: Sequence[Sequence[str]], language: str, find: Callable[[str, str], Ends]
) -> tuple[int, int, int]:
    """Return how many ends were right, missed and wrong."""
    right = missed = wrong = 0
    for sentences in blocks:
        text = " ".join(sentences)
        true = frozenset(accumulate(len(sentence) + 1 for sentence in sentences[:-1]))
        expected = frozenset(end - 1 for end in true)
        found = find(text, language)
        right += len(found & expected)
        missed += len(expected - found)
        wrong += len(found - expected)
    return right, missed, wrong


if __name__ == "__main__":
    print("| | kb right / missed / wrong | sentencex right / missed / wrong |")
    print("|---|---|---|")
    for language, blocks in BLOCKS.items():
        cells = (count(blocks, language, find) for find in (ends_of_kb, ends_of_sentencex))
        print(f"| {language} | {' | '.join(' / '.join(map(str, cell)) for cell in cells)} |")
