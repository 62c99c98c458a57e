"""Outcomes to tables of figures. A share or mean is over wordings: each counts once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.evaluation.metrics import RANKING_METRICS, roc_auc
from kb.evaluation.outcomes import ANY, OTHER, OWN, Found, Outcome, label
from kb.evaluation.questions import ANSWERABLE

Cell = str | int | float | None
"""Codes, counts and figures; None where there is nothing to count."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under their names."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row of {self.name!r} needs {len(self.columns)} cells")

    def records(self) -> list[dict[str, Cell]]:
        """Return each row as column to cell."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def report(outcomes: Sequence[Outcome]) -> tuple[Table, ...]:
    """Return all tables that `outcomes` fill."""
    makers: tuple[Callable[[Sequence[Outcome]], Table], ...] = (
        retrieval_table,
        kinds_table,
        answers_table,
        abstention_table,
        bias_table,
        time_table,
    )
    return tuple(table for make in makers if (table := make(outcomes)).rows)


def ranking_figures(found: Iterable[Found]) -> dict[str, float | None]:
    """Return the mean of every ranking metric; None without anything to find."""
    found = tuple(found)
    return {
        name: mean([metric(one.ranks, one.relevant) for one in found])
        for name, metric in RANKING_METRICS.items()
    }


def retrieval_table(outcomes: Sequence[Outcome]) -> Table:
    """Return ranking figures by question language and article language, then overall.

    A question whose expected texts stand in two languages counts in both rows, each with the
    ranks of its own passages. `own` and `other` are articles in the question's language and in
    another one, `any` is whichever comes first.
    """
    rows: list[tuple[Cell, ...]] = []
    for question, group in by_language(outcomes, with_all=True).items():
        scopes = (OWN,) if question == ALL else article_languages(group)
        for articles in (*scopes, OTHER, ANY):
            found = [one for outcome in group if (one := outcome.found_in(articles))]
            if found:
                rows.append((question, articles, len(found), *ranking_figures(found).values()))
    return Table("retrieval", ("question", "articles", "n", *RANKING_METRICS), tuple(rows))


def kinds_table(outcomes: Sequence[Outcome]) -> Table:
    """Return how each kind of question fares, over all languages.

    `with fact` is how many of the `n` have one, of which `fact` is the share found.
    """
    shown = ("success@1", "success@5", "MRR@10", "nDCG@10")
    rows = []
    for kind in sorted({outcome.kind for outcome in outcomes if outcome.is_answerable}):
        group = [one for one in outcomes if one.is_answerable and one.kind == kind]
        figures = ranking_figures(_any(group))
        with_fact = sum(one.has_fact is not None for one in group)
        refused = mean([not one.is_answered for one in group])
        ranking = (figures[name] for name in shown)
        rows.append((len(group), *ranking, with_fact, fact_share(group), refused, kind))
    columns = ("n", *shown, "with fact", "fact", "refused", "kind")
    return Table("kinds", columns, tuple(rows))


def answers_table(outcomes: Sequence[Outcome]) -> Table:
    """Return the share of answers that print an expected fact, by question language.

    Only questions with a fact count; a refusal prints none. `own` and `other` count the
    questions that articles in the question's language answer, and those that only others do.
    """
    rows = []
    for question, group in by_language(outcomes, with_all=True).items():
        asked = [one for one in group if one.has_fact is not None]
        own = [one for one in asked if one.found_in(OWN)]
        other = [one for one in asked if not one.found_in(OWN)]
        if asked:
            shares = (fact_share(own), fact_share(other), fact_share(asked))
            rows.append((question, len(asked), *shares))
    return Table("answers", ("question", "n", OWN, OTHER, ANY), tuple(rows))


def abstention_table(outcomes: Sequence[Outcome]) -> Table:
    """Return both errors at the threshold in force, and how well confidence could tell.

    `refused` is the share of answerable questions without an answer, `answered` the share of
    unanswerable ones with one. `AUC` is the area under the ROC curve of confidence, the
    answerable questions of the same row language against this kind.
    """
    rows: list[tuple[Cell, ...]] = []
    for question, group in by_language(outcomes, with_all=True).items():
        positive = [one for one in group if one.is_answerable]
        negative = [one for one in group if not one.is_answerable]
        if positive:
            refused = mean([not one.is_answered for one in positive])
            rows.append((question, len(positive), refused, None, None, ANSWERABLE))
        kinds = sorted({one.kind for one in negative})
        for kind in (*kinds, ALL) if len(kinds) > 1 else kinds:
            of_kind = [one for one in negative if kind in (one.kind, ALL)]
            answered = mean([one.is_answered for one in of_kind])
            auc = roc_auc(_confidence(positive), _confidence(of_kind))
            rows.append((question, len(of_kind), None, answered, auc, kind))
    columns = ("question", "n", "refused", "answered", "AUC", "kind")
    return Table("abstention", columns, tuple(rows))


def bias_table(outcomes: Sequence[Outcome]) -> Table:
    """Return, for facts that stand in two languages, how often each language comes first.

    `first` and `second` are the languages of the pair in the order named, `neither` the
    questions for which no passage of either was found.
    """
    rows = []
    for question, group in by_language(outcomes, with_all=True).items():
        pairs: dict[tuple[str, str], list[int | None]] = {}
        for outcome in group:
            by_article = {label(found.language): found for found in outcome.found}
            for one, two in combinations(sorted(by_article), 2):
                winner = _winner(by_article[one], by_article[two])
                pairs.setdefault((one, two), []).append(winner)
        for (one, two), winners in sorted(pairs.items()):
            shares = (mean([winner == choice for winner in winners]) for choice in (0, 1, None))
            rows.append((question, f"{one}+{two}", len(winners), *shares))
    columns = ("question", "articles", "n", "first", "second", "neither")
    return Table("bias", columns, tuple(rows))


def time_table(outcomes: Sequence[Outcome]) -> Table:
    """Return milliseconds per question by stage: the median and the slowest of twenty."""
    stages = {
        "retrieve": [one.retrieve_ms for one in outcomes],
        "answer": [one.answer_ms for one in outcomes],
        "both": [one.retrieve_ms + one.answer_ms for one in outcomes],
    }
    rows = tuple(
        (stage, len(times), _quantile(times, 0.5), _quantile(times, 0.95))
        for stage, times in stages.items()
        if times
    )
    return Table("time", ("stage", "n", "median ms", "95 % ms"), rows)


def questions_table(outcomes: Sequence[Outcome]) -> Table:
    """Return one row per wording: best rank by article language, score, answer, fact."""
    languages = article_languages(outcomes)
    rows = []
    for one in outcomes:
        firsts = {label(found.language): found.first for found in one.found}
        ranks = (firsts.get(code) for code in languages)
        fact = None if one.has_fact is None else int(one.has_fact)
        decision = (one.confidence, int(one.is_answered), fact)
        rows.append((one.language, *ranks, *decision, one.kind, one.question_id))
    columns = ("question", *languages, "confidence", "answered", "fact", "kind", "id")
    return Table("questions", columns, tuple(rows))


def by_language(
    outcomes: Iterable[Outcome], *, with_all: bool = False
) -> Mapping[str, Sequence[Outcome]]:
    """Return outcomes by question language, sorted, `ALL` of them last where asked for."""
    outcomes = tuple(outcomes)
    languages = sorted({outcome.language for outcome in outcomes})
    groups: dict[str, Sequence[Outcome]] = {
        language: [one for one in outcomes if one.language == language] for language in languages
    }
    return groups | {ALL: outcomes} if with_all else groups


def article_languages(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Return the languages in which expected texts stand, sorted."""
    return tuple(sorted({label(found.language) for one in outcomes for found in one.found}))


def fact_share(outcomes: Iterable[Outcome]) -> float | None:
    """Return the share of answers with an expected fact among questions that have one."""
    return mean([one.has_fact for one in outcomes if one.has_fact is not None])


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None of nothing."""
    return sum(values) / len(values) if values else None


def _any(outcomes: Iterable[Outcome]) -> Iterable[Found]:
    return (found for one in outcomes if (found := one.found_in(ANY)))


def _confidence(outcomes: Iterable[Outcome]) -> list[float]:
    return [outcome.confidence for outcome in outcomes]


def _winner(one: Found, two: Found) -> int | None:
    """Return which of two comes first, 0 or 1; None when neither was found."""
    firsts = [(found.first, place) for place, found in enumerate((one, two)) if found.first]
    return min(firsts)[1] if firsts else None


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
