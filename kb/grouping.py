"""Texts that say the same, in whatever language: so that a list is of different things.

Two texts say the same when they are on one subject (their mean vectors, without what the whole
collection tells of), when each word of either has its counterpart in the other (soft coverage both
ways, as in `kb.matching`), and when their figures agree: "96 %" and "69 %" are alike to a model and
not to a reader.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.centre import Centre
from kb.domain import LanguageCode
from kb.normalization import fold
from kb.spelling import is_devanagari
from kb.vectors import Matrix, Vector, unit_rows
from kb.words import Places, TextWords

# Of the nearest sentences that are no translations, three in a hundred are as alike as this
# (`benchmarks/grouping.py`). Words of two scripts share no pieces, and are less alike for it.
_SAME = 0.25
_SAME_ACROSS_SCRIPTS = 0.2
# In one language two texts on one subject share words, and say the same only when most are shared.
_SAME_IN_ONE_LANGUAGE = 0.8
_SAME_FIGURES = 0.5

# "19.400", "19,400" and "19 400" are one figure; so are "2,6" and "2.6".
_FIGURE = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")
_SEPARATOR = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is compared of a text.

    `directions` are the unit rows of its distinct words, `(words, dimension)`, and `weights` how
    much each counts, in all 1; `mean` is the unit vector of what they tell of together beyond the
    rest of the collection.
    """

    mean: Vector
    directions: Matrix
    weights: Vector
    figures: frozenset[str]
    language: LanguageCode | None
    in_devanagari: bool


def statements_of(
    texts: Sequence[str],
    words: TextWords,
    languages: Sequence[LanguageCode | None],
    centre: Centre | None = None,
) -> tuple[Statement, ...]:
    """Return what is compared of each of `texts`, whose words are `words`.

    `centre` is that of the collection in the space of the words, where it is known.
    """
    lengths = words.distinct.lengths
    return tuple(
        _statement(
            text, words, lengths, words.order.places[start:end], language=language, centre=centre
        )
        for text, language, start, end in zip(
            texts, languages, words.order.starts, words.order.ends, strict=True
        )
    )


def _statement(
    text: str,
    words: TextWords,
    lengths: Vector,
    places: Places,
    *,
    language: LanguageCode | None,
    centre: Centre | None,
) -> Statement:
    distinct, counts = np.unique(places, return_counts=True)
    emphasis = lengths[distinct] * counts
    mean = unit_rows((counts @ words.vectors[distinct])[np.newaxis, :].astype(np.float32))
    if centre is not None and len(distinct):
        mean = unit_rows(mean - centre.of_language(language))
    return Statement(
        mean=np.asarray(mean[0], dtype=np.float32),
        directions=words.directions[distinct],
        weights=np.asarray(emphasis / max(emphasis.sum(), 1e-9), dtype=np.float32),
        figures=figures_in(text),
        language=language,
        in_devanagari=is_devanagari(text),
    )


def figures_in(text: str) -> frozenset[str]:
    """Return the numbers in `text` as ASCII digits without separators.

    >>> sorted(figures_in("१९,४०० रुपये, 2,6 %"))
    ['19400', '26']
    """
    return frozenset(_SEPARATOR.sub("", figure) for figure in _FIGURE.findall(fold(text)))


def likeness(one: Statement, other: Statement) -> float:
    """Return how far two texts say the same, 0 to 1; the order of the two makes no difference."""
    if not len(one.directions) or not len(other.directions):
        return 0.0
    either = one.figures | other.figures
    if len(one.figures & other.figures) < _SAME_FIGURES * len(either):
        return 0.0
    on_one_subject = float(one.mean @ other.mean)
    if on_one_subject < _SAME_ACROSS_SCRIPTS:  # Nor can the product be more: most end here.
        return 0.0
    similarity = np.clip(one.directions @ other.directions.T, 0, 1) ** 2
    covered = min(
        float(similarity.max(axis=1) @ one.weights), float(similarity.max(axis=0) @ other.weights)
    )
    return covered * on_one_subject


def say_the_same(one: Statement, other: Statement) -> bool:
    """True when two texts are alike enough to stand for each other."""
    return likeness(one, other) >= _limit(one, other)


def _limit(one: Statement, other: Statement) -> float:
    if one.in_devanagari != other.in_devanagari:
        return _SAME_ACROSS_SCRIPTS
    if one.language is not None and one.language == other.language:
        return _SAME_IN_ONE_LANGUAGE
    return _SAME


def grouped(
    statements: Sequence[Statement], *, at_most: int | None = None
) -> tuple[tuple[int, ...], ...]:
    """Return the places of statements that say the same, together and in order of the first.

    Each joins the first group whose first member says the same, or opens one. With `at_most` so
    many groups, those that would open another one are left out.
    """
    groups: list[list[int]] = []
    for place, statement in enumerate(statements):
        same = (group for group in groups if say_the_same(statements[group[0]], statement))
        if (found := next(same, None)) is not None:
            found.append(place)
        elif at_most is None or len(groups) < at_most:
            groups.append([place])
    return tuple(map(tuple, groups))
