"""The gate holds now, fails when retrieval is made worse, and its limits do not slip unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cli.bundled import clone_folder
from kb.domain import ArticleFilter, LanguageCode, PassageId
from kb.evaluation.outcomes import OTHER
from kb.judging import DEPTH, Retrieve
from kb.matching import QuestionTerms, TermMatcher
from kb.retrieval import Retrieval, Retriever
from kb.store import IndexReader, PassageTokens
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, TokenIds
from tests.quality import gate
from tests.quality.gate import Bundled, Figure, LoweringRefused, Record

LANGUAGES = ("en", "hi", "pl", "ro", "sl")
OVERALL = "core all>other MRR@10"
REQUIRED = {"success@1": 0.5, "success@5": 0.75}
"""Success with plain questions, for every language over articles in other languages."""


@pytest.fixture(scope="session")
def bundled() -> Iterator[Bundled]:
    with gate.open_bundled(clone_folder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def figures(bundled: Bundled) -> Mapping[str, Figure]:
    """All that is measured: once, because it takes most of a minute."""
    return gate.measure(bundled)


@pytest.fixture(scope="session")
def record() -> Record:
    return gate.load(gate.FLOORS)


# What holds now


def test_every_figure_meets_its_limit_on_the_data_of_the_record(
    record: Record, bundled: Bundled, figures: Mapping[str, Figure]
) -> None:
    assert gate.problems(record, bundled.digests, figures) == []


@pytest.mark.parametrize("metric", REQUIRED)
def test_plain_questions_find_articles_in_other_languages(
    figures: Mapping[str, Figure], metric: str
) -> None:
    reached = {
        language: figures[f"{gate.CORE} {language}>{OTHER} {metric}"].value
        for language in LANGUAGES
    }

    assert {code: value for code, value in reached.items() if value < REQUIRED[metric]} == {}


def test_every_pair_of_languages_has_a_floor_in_both_sets(record: Record) -> None:
    pairs = {
        f"{name} {question}>{articles} {metric}"
        for name in (gate.CORE, gate.JUDGED)
        for question in LANGUAGES
        for articles in ("hi", "pl", "ro", "sl", OTHER)
        for metric in REQUIRED
    }

    assert pairs <= record.limits.keys()


# Retrieval made worse on purpose


class ShuffledReader(IndexReader):
    """Gives each passage the tokens of another one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        ids = self.passage_ids()
        order = np.random.default_rng(7).permutation(len(ids))
        self._others = {id_: ids[place] for id_, place in zip(ids, order, strict=True)}

    def tokens(self, ids: Sequence[PassageId]) -> tuple[TokenIds, ...]:
        return super().tokens([self._others[id_] for id_ in ids])

    def all_tokens(self) -> PassageTokens:
        ids, languages, _ = super().all_tokens()
        return ids, languages, self.tokens(ids)

    def word_index(self) -> None:
        """So that it is made again of the tokens."""


def fit_without_rarity(
    terms: QuestionTerms, matches: Matrix, languages: TextLanguages
) -> TermMatcher:
    """Fit a matcher for which all words are equally rare."""
    return replace(TermMatcher.fit(terms, matches, languages), weights=terms.emphasis)


def asking(retriever: Retriever, languages: Sequence[LanguageCode] = ()) -> Retrieve:
    def retrieve(question: str) -> Retrieval:
        return retriever.retrieve(
            question, k=DEPTH, wanted=ArticleFilter(languages=tuple(languages))
        )

    return retrieve


def below_floor(
    record: Record, bundled: Bundled, retrieve: Retrieve, articles: str = ""
) -> set[str]:
    """Return the floors of plain questions that are missed when `retrieve` is asked.

    `articles` leaves the questions that articles in this language answer, and their floors.
    """
    asked = [
        question
        for question in bundled.questions[gate.CORE]
        if any(text.document_id.startswith(articles) for text in question.expected)
    ]
    figures = gate.ranking(gate.CORE, gate.ask(bundled, asked, retrieve))
    floors = {name: record.limits[name] for name in figures if f">{articles}" in name}
    assert len(floors) >= 2 * len(LANGUAGES)
    return {
        name for name, floor in floors.items() if not gate.is_met(name, figures[name].value, floor)
    }


@pytest.mark.parametrize("articles", ["hi", "sl"])
def test_questions_about_one_language_pass_alone(
    record: Record, bundled: Bundled, articles: str
) -> None:
    assert below_floor(record, bundled, asking(bundled.index.retriever), articles) == set()


def test_tokens_of_other_passages_fail(record: Record, bundled: Bundled) -> None:
    index = bundled.index
    with ShuffledReader(bundled.folder) as reader:
        shuffled = Retriever(reader, index.vectors, index.retriever.embedder)

        missed = below_floor(record, bundled, asking(shuffled))

    assert missed >= {OVERALL, *(f"core {code}>{OTHER} success@1" for code in LANGUAGES)}


@pytest.mark.parametrize("dropped", ["hi", "pl", "ro", "sl"])
def test_an_article_language_left_out_fails(record: Record, bundled: Bundled, dropped: str) -> None:
    kept = [LanguageCode(code) for code in ("hi", "pl", "ro", "sl") if code != dropped]

    missed = below_floor(record, bundled, asking(bundled.index.retriever, kept), dropped)

    assert missed >= {f"core {code}>{dropped} success@1" for code in LANGUAGES}


def test_words_without_rarity_fail(record: Record, bundled: Bundled) -> None:
    index = bundled.index
    equal = Retriever(
        index.reader, index.vectors, index.retriever.embedder, fit_matcher=fit_without_rarity
    )

    assert OVERALL in below_floor(record, bundled, asking(equal))


# The record of limits

PAIR = "core hi>pl success@1"
DIGESTS = {"questions": "q1", "articles": "a1"}
TODAY = date(2026, 11, 22)
NAMES = st.sampled_from([PAIR, "core sl>ro success@5", "core all>other MRR@10", *gate.CEILINGS])
VALUES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
LIMITS = st.dictionaries(NAMES, VALUES, min_size=1)
FIGURES = st.dictionaries(NAMES, st.builds(Figure, VALUES, st.integers(1, 600)))


def test_a_limit_is_one_question_looser_than_the_figure() -> None:
    assert gate.limit(PAIR, Figure(6 / 11, 11)) == 0.454
    assert gate.limit(gate.REFUSED, Figure(6 / 11, 11)) == 0.637


@given(figures=FIGURES)
def test_figures_meet_the_limits_made_of_them(figures: dict[str, Figure]) -> None:
    made = gate.raised(gate.EMPTY, DIGESTS, figures, TODAY)

    assert gate.problems(made, DIGESTS, figures) == []
    assert all(0 <= limit <= 1 for limit in made.limits.values())


@given(limits=LIMITS, figures=FIGURES)
def test_raising_never_lowers(limits: dict[str, float], figures: dict[str, Figure]) -> None:
    new = gate.raised(Record(DIGESTS, limits), DIGESTS, figures, TODAY).limits

    assert all(gate.is_met(name, new[name], limits[name]) for name in limits)


@given(limits=LIMITS, figures=FIGURES)
def test_raising_twice_is_raising_once(
    limits: dict[str, float], figures: dict[str, Figure]
) -> None:
    once = gate.raised(Record(DIGESTS, limits), DIGESTS, figures, TODAY)

    assert gate.raised(once, DIGESTS, figures, TODAY) == once


def test_raising_writes_what_more_was_reached() -> None:
    old = Record(DIGESTS, {PAIR: 0.4, gate.REFUSED: 0.2})
    better = {PAIR: Figure(0.7, 10), gate.REFUSED: Figure(0.05, 100)}

    new = gate.raised(old, DIGESTS, better, TODAY)

    assert new.limits == pytest.approx({PAIR: 0.6, gate.REFUSED: 0.06}, abs=0.0011)
    assert new.history == ()


@pytest.mark.parametrize("part", ["questions", "articles", "distractors"])
def test_changed_data_fails_and_names_the_command(part: str) -> None:
    measured = {PAIR: Figure(0.7, 10)}
    old = gate.raised(gate.EMPTY, DIGESTS, measured, TODAY)

    (line,) = gate.problems(old, {**DIGESTS, part: "changed"}, measured)

    assert line.startswith(f"{part} changed")
    assert f"{gate.COMMAND} --raise" in line


def test_limits_of_changed_data_are_all_new_and_the_history_says_so() -> None:
    old = Record(DIGESTS, {PAIR: 0.9, "core gone": 0.5, "core sl>ro success@5": 0.1})
    now = {**DIGESTS, "articles": "a2"}
    measured = {PAIR: Figure(0.7, 10), "core sl>ro success@5": Figure(0.8, 10)}

    new = gate.raised(old, now, measured, TODAY)

    assert gate.problems(new, now, measured) == []
    (entry,) = new.history
    assert entry["date"] == "2026-11-22"
    assert "articles changed" in entry["reason"]
    assert entry["looser"] == {PAIR: [0.9, new.limits[PAIR]], "core gone": [0.5, None]}


def test_a_figure_without_its_limit_fails_and_so_does_the_reverse() -> None:
    (new,) = gate.limit_problems({}, {PAIR: Figure(1.0, 10)})
    (gone,) = gate.limit_problems({PAIR: 0.5}, {})

    assert "has no limit yet" in new
    assert "no longer measured" in gone


def test_lowering_keeps_its_reason_and_touches_only_what_is_missed() -> None:
    old = Record(DIGESTS, {PAIR: 0.6, gate.REFUSED: 0.1, "core sl>ro success@5": 0.3})
    measured = {
        PAIR: Figure(0.5, 10),
        gate.REFUSED: Figure(0.2, 100),
        "core sl>ro success@5": Figure(0.9, 10),
    }

    new = gate.lowered(old, DIGESTS, measured, " A smaller model. ", TODAY)

    assert gate.problems(new, DIGESTS, measured) == []
    assert new.limits["core sl>ro success@5"] == 0.3
    assert new.history == (
        {
            "date": "2026-11-22",
            "reason": "A smaller model.",
            "looser": {PAIR: [0.6, 0.4], gate.REFUSED: [0.1, new.limits[gate.REFUSED]]},
        },
    )


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_lowering_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(LoweringRefused, match="say why"):
        gate.lowered(Record(DIGESTS, {PAIR: 0.6}), DIGESTS, {PAIR: Figure(0.5, 10)}, reason, TODAY)


def test_lowering_is_refused_where_nothing_is_missed() -> None:
    with pytest.raises(LoweringRefused, match="no limit is missed"):
        gate.lowered(Record(DIGESTS, {PAIR: 0.6}), DIGESTS, {PAIR: Figure(0.6, 10)}, "So.", TODAY)


def test_lowering_on_changed_data_is_refused() -> None:
    with pytest.raises(LoweringRefused, match="questions changed"):
        gate.lowered(
            Record(DIGESTS, {PAIR: 0.6}),
            {**DIGESTS, "questions": "q2"},
            {PAIR: Figure(0.5, 10)},
            "So.",
            TODAY,
        )


def test_a_saved_record_is_read_back_the_same(tmp_path: Path) -> None:
    entry = {"date": "2026-11-22", "reason": "Manjši model, ker …", "looser": {PAIR: [0.6, None]}}
    record = Record(DIGESTS, {PAIR: 0.4, gate.REFUSED: 0.1}, (entry,))

    gate.save(record, tmp_path / "floors.json")

    assert gate.load(tmp_path / "floors.json") == record


def test_without_a_record_nothing_passes(tmp_path: Path) -> None:
    nothing = gate.load(tmp_path / "floors.json")

    assert len(gate.problems(nothing, DIGESTS, {PAIR: Figure(1.0, 10)})) == 2


def test_the_digest_follows_texts_and_names_but_no_order_and_no_line_ends(tmp_path: Path) -> None:
    one, two = tmp_path / "a.md", tmp_path / "b.md"
    one.write_bytes("čas\nena".encode())
    two.write_bytes(b"dva")
    before = gate.digest([one, two], tmp_path)

    one.write_bytes("čas\r\nena".encode())
    assert gate.digest([two, one], tmp_path) == before

    one.write_bytes("čas\nena.".encode())
    assert gate.digest([one, two], tmp_path) != before

    one.write_bytes("čas\nena".encode())
    renamed = one.rename(tmp_path / "c.md")
    assert gate.digest([renamed, two], tmp_path) != before
