"""Two runs over the same questions, compared figure by figure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.evaluation.bootstrap import Difference, Key, auc_difference, mean_difference
from kb.evaluation.metrics import RANKING_METRICS
from kb.evaluation.outcomes import ANY, OTHER, OWN, Outcome
from kb.evaluation.report import ALL, Cell, Table, article_languages, by_language

_BY_PAIR = ("success@1", "MRR@10")
_COLUMNS = ("figure", "question", "articles", "n", "A", "B", "B-A", "low", "high")

Values = Mapping[Key, float]


@dataclass(frozen=True, slots=True)
class PairedOutcomes:
    """The wordings that both runs asked; those that only one did are counted."""

    pairs: tuple[tuple[Outcome, Outcome], ...]
    only_in_one: int


def pair_outcomes(first: Iterable[Outcome], second: Iterable[Outcome]) -> PairedOutcomes:
    """Match two runs by question, language, wording and languages of the expected texts.

    How many passages are relevant may differ: that depends on how articles are cut.
    """
    one = {_identity(outcome): outcome for outcome in first}
    two = {_identity(outcome): outcome for outcome in second}
    shared = [identity for identity in one if identity in two]
    return PairedOutcomes(
        tuple((one[identity], two[identity]) for identity in shared),
        len(one) + len(two) - 2 * len(shared),
    )


def comparison_table(paired: PairedOutcomes) -> Table:
    """Return each figure in both runs with the 95 % interval of its difference.

    Ranking figures overall, the most telling ones by language pair too, then the share of
    answers with a fact, the two errors of abstention and the area under the ROC curve.
    """
    rows = [*_ranking_rows(paired), *_answer_rows(paired)]
    return Table("comparison", _COLUMNS, tuple(rows))


def _ranking_rows(paired: PairedOutcomes) -> Iterable[tuple[Cell, ...]]:
    for name in RANKING_METRICS:
        for articles in (OWN, OTHER, ANY):
            yield from _row(name, ALL, articles, paired.pairs, _rank_value(name, articles))
    languages = article_languages(one for one, _ in paired.pairs)
    for name in _BY_PAIR:
        for question in by_language(one for one, _ in paired.pairs):
            group = [pair for pair in paired.pairs if pair[0].language == question]
            for articles in languages:
                yield from _row(name, question, articles, group, _rank_value(name, articles))


def _answer_rows(paired: PairedOutcomes) -> Iterable[tuple[Cell, ...]]:
    yield from _row("fact", ALL, ANY, paired.pairs, lambda one: one.has_fact)
    yield from _row(
        "refused", ALL, ANY, paired.pairs, lambda one: not one.is_answered, of_answerable=True
    )
    yield from _row(
        "answered", ALL, ANY, paired.pairs, lambda one: one.is_answered, of_answerable=False
    )
    groups = [
        [pair for pair in paired.pairs if pair[0].is_answerable is is_] for is_ in (True, False)
    ]
    if all(groups):
        first, second = (
            tuple({_key(pair[run]): pair[run].confidence for pair in group} for group in groups)
            for run in (0, 1)
        )
        difference = auc_difference((first[0], first[1]), (second[0], second[1]))
        yield _cells("AUC", ALL, ANY, len(paired.pairs), difference)


def _row(
    name: str,
    question: str,
    articles: str,
    pairs: Sequence[tuple[Outcome, Outcome]],
    value: Callable[[Outcome], float | None],
    *,
    of_answerable: bool | None = None,
) -> Iterable[tuple[Cell, ...]]:
    """Yield a row for the pairs that have a value in both runs; none where there are none."""
    first: dict[Key, float] = {}
    second: dict[Key, float] = {}
    for one, two in pairs:
        is_asked = of_answerable is None or one.is_answerable is of_answerable
        value_one, value_two = value(one), value(two)
        if is_asked and value_one is not None and value_two is not None:
            first[_key(one)], second[_key(two)] = value_one, value_two
    if first:
        yield _cells(name, question, articles, len(first), mean_difference(first, second))


def _rank_value(name: str, articles: str) -> Callable[[Outcome], float | None]:
    def value(outcome: Outcome) -> float | None:
        found = outcome.found_in(articles)
        return None if found is None else RANKING_METRICS[name](found.ranks, found.relevant)

    return value


def _cells(
    name: str, question: str, articles: str, count: int, difference: Difference
) -> tuple[Cell, ...]:
    gain = difference.second - difference.first
    figures = (difference.first, difference.second, gain, difference.low, difference.high)
    return (name, question, articles, count, *figures)


def _key(outcome: Outcome) -> Key:
    return outcome.question_id, outcome.language


def _identity(outcome: Outcome) -> tuple[object, ...]:
    return (*_key(outcome), outcome.wording, *article_languages([outcome]))
