"""Soft term matching, held against plain loops over every term and every word."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.domain import LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.matching import (
    QuestionTerms,
    TermMatcher,
    best_matches,
    coverage,
    question_terms,
    rarity,
    scaled,
    similarities,
    translation_scale,
)
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, Vector
from kb.words import TextWords
from tests.prose import LANGUAGES, SENTENCES, paragraph
from tests.token_table import (
    TOKENS,
    RandomTable,
    Word,
    random_text,
    seeds,
    texts_of_words,
    tokens_of,
)

TABLE = RandomTable()
WITHOUT_DIRECTION: Word = (TOKENS - 1,)
WINDOWS = (36, 18, 8)
POOREST = 0.02

Text = list[Word]

collections = st.lists(texts_of_words, max_size=6)
questions = st.builds(random_text, length=st.integers(1, 9), seed=seeds)
# Short enough to stand in one of the smallest windows, which overlap by half, wherever it begins.
short_questions = st.builds(random_text, length=st.integers(1, WINDOWS[-1] // 2 + 1), seed=seeds)
codes = st.sampled_from([*map(LanguageCode, LANGUAGES), None])


def words_of(texts: Sequence[Text]) -> TextWords:
    return TextWords([tokens_of(text) for text in texts], TABLE)


def terms_of(question: Text) -> QuestionTerms:
    return question_terms(tokens_of(question), TABLE)


def matches_of(terms: QuestionTerms, texts: Sequence[Text]) -> Matrix:
    words = words_of(texts)
    return best_matches(similarities(terms, words.distinct, TABLE), words.order)


def fitted(
    question: Text, texts: Sequence[Text], languages: Sequence[LanguageCode | None]
) -> TermMatcher:
    terms = terms_of(question)
    return TermMatcher.fit(terms, matches_of(terms, texts), TextLanguages.of(languages))


def covered_by(
    matcher: TermMatcher, texts: Sequence[Text], languages: Sequence[LanguageCode | None]
) -> Vector:
    words = words_of(texts)
    similarity = similarities(matcher.terms, words.distinct, TABLE)
    return matcher.mean_coverage(similarity, words.order, TextLanguages.of(languages))


def covered_within(matcher: TermMatcher, texts: Sequence[Text], around: Sequence[Text]) -> Vector:
    words, languages = words_of(texts), TextLanguages.of([None] * len(texts))
    similarity = similarities(matcher.terms, words.distinct, TABLE)
    return matcher.mean_coverage(
        similarity, words.order, languages, around=matches_of(matcher.terms, around)
    )


def matcher_of(question: Text) -> TermMatcher:
    """Return a matcher for which all terms are equally rare."""
    return fitted(question, [question], [None])


def cover(question: Text, texts: Sequence[Text]) -> Vector:
    return covered_by(matcher_of(question), texts, [None] * len(texts))


def likeness(word: Word, text: Text) -> float:
    """Return how like the most similar word of a text is, compared one by one."""
    similarity = max([0.0, *(TABLE.cosine(word, other) for other in text)]) ** 2
    return similarity if similarity >= POOREST else 0.0


def slow_coverage(question: Text, text: Text) -> float:
    """Return the share of the question's weight that a text covers, word by word."""
    weights = {
        word: math.sqrt(np.linalg.norm(TABLE.word_vector(word)) * question.count(word))
        for word in question
    }
    total = sum(weights.values())
    covered = sum(weight * likeness(word, text) for word, weight in weights.items())
    return covered / total if total else 0.0


@settings(max_examples=40, deadline=None)
@given(question=questions, texts=collections)
def test_best_matches_are_those_that_comparing_all_words_finds(
    question: Text, texts: list[Text]
) -> None:
    terms = terms_of(question)
    matches = matches_of(terms, texts)

    by_letters = {TABLE.word_text(word): word for word in question}
    slow = [[likeness(by_letters[term], text) for text in texts] for term in terms.texts]
    assert sorted(terms.texts) == sorted(by_letters)
    assert matches.shape == (len(by_letters), len(texts))
    assert matches.ravel() == pytest.approx(np.array(slow).ravel(), abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(question=questions, texts=collections)
def test_coverage_is_the_mean_of_the_whole_text_and_its_best_windows(
    question: Text, texts: list[Text]
) -> None:
    expected = []
    for text in texts:
        best = [
            max(
                slow_coverage(question, text[at : at + size])
                for at in range(0, max(1, len(text)), size // 2)
            )
            for size in WINDOWS
        ]
        expected.append((slow_coverage(question, text) + sum(best) / len(best)) / 2)

    assert cover(question, texts) == pytest.approx(np.array(expected), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3), max_size=20),
)
def test_rarity_is_what_a_plain_loop_computes(texts: list[list[float]]) -> None:
    weights = rarity(np.array(texts, dtype=np.float32).reshape(len(texts), 3).T)

    for term in range(3):
        frequency = sum(text[term] ** 4 for text in texts)
        expected = max(0.05, math.log((len(texts) + 1) / (0.5 + frequency)))
        assert weights[term] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_a_term_found_in_more_texts_is_less_rare_and_none_weighs_nothing() -> None:
    matches = np.tri(10, 5, dtype=np.float32).T  # Term 0 is in ten texts, term 4 in six.

    weights = rarity(matches)

    assert list(weights) == sorted(weights)
    assert weights[0] > 0


@settings(max_examples=40, deadline=None)
@given(question=questions, texts=collections, data=st.data())
def test_values_stay_between_0_and_1_and_windows_add_nothing(
    question: Text, texts: list[Text], data: st.DataObject
) -> None:
    languages = data.draw(st.lists(codes, min_size=len(texts), max_size=len(texts)))
    matcher = fitted(question, texts, languages)

    both = covered_by(matcher, texts, languages)
    matches = matches_of(matcher.terms, texts)
    whole = matcher.coverage(matches, TextLanguages.of(languages))

    assert np.all((both >= 0) & (both <= whole + 1e-6) & (whole <= 1 + 1e-6))


@settings(max_examples=40, deadline=None)
@given(question=questions, texts=collections)
def test_what_a_text_stands_in_counts_half_for_it(question: Text, texts: list[Text]) -> None:
    matcher = matcher_of(question)
    nothing: Text = []

    alone = cover(question, texts)

    assert covered_within(matcher, texts, [nothing] * len(texts)).tolist() == alone.tolist()
    in_the_question = covered_within(matcher, texts, [question] * len(texts))
    assert np.all(in_the_question >= np.maximum(alone, 0.5) - 1e-6)
    assert covered_within(matcher, [nothing], [question]) == pytest.approx(0.5, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(question=questions, texts=collections, data=st.data())
def test_the_order_of_texts_does_not_matter(
    question: Text, texts: list[Text], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(texts))))

    covered = cover(question, texts)

    # To the last bit: equal passages score equal wherever they stand.
    assert cover(question, [texts[i] for i in order]).tolist() == [covered[i] for i in order]


@pytest.mark.parametrize("terms", [1, 3, 12, 20, 33])
def test_equal_texts_are_covered_equally_to_the_last_bit(terms: int) -> None:
    for seed in range(30):
        text, weights = np.random.default_rng(seed).random((2, terms), dtype=np.float32)

        assert len(set(coverage(np.tile(text, (15, 1)).T, weights).tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(question=short_questions, before=texts_of_words, after=texts_of_words)
def test_a_text_that_holds_the_question_covers_it_fully(
    question: Text, before: Text, after: Text
) -> None:
    if matcher_of(question).weights.any():
        assert cover(question, [before + question + after]) == pytest.approx([1], abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(question=questions, text=texts_of_words, more=texts_of_words)
def test_more_words_never_match_less(question: Text, text: Text, more: Text) -> None:
    short, longer = matches_of(terms_of(question), [text, text + more]).T

    assert np.all(longer >= short)


def test_words_together_count_more_than_words_far_apart() -> None:
    question: Text = [(10,), (20, 30)]
    filling: Text = [(40,)] * 100

    together, apart = cover(question, [question + filling, [(10,), *filling, (20, 30)]])

    assert together > apart


def test_words_that_share_a_token_are_different_words() -> None:
    one, other = cover([(10, 20)], [[(10, 20)], [(10, 30)]])

    assert one == pytest.approx(1, abs=1e-6)
    assert other < one


def test_a_repeated_term_is_one_term_of_more_emphasis() -> None:
    once, twice = terms_of([(4,), (9, 2)]), terms_of([(9, 2), (4,), (9, 2)])

    emphasis = dict(zip(once.texts, once.emphasis, strict=True))
    emphasis[TABLE.word_text((9, 2))] *= math.sqrt(2)
    assert dict(zip(twice.texts, twice.emphasis, strict=True)) == pytest.approx(emphasis)


def test_a_text_without_words_covers_nothing() -> None:
    assert cover([(4,), (9,)], [[], [(9,), (4,)], []]) == pytest.approx([0, 1, 0], abs=1e-6)


def test_no_texts_have_no_coverage() -> None:
    matcher = fitted([(4,)], [], [])

    assert covered_by(matcher, [], []).shape == (0,)


def test_a_question_without_words_is_covered_by_nothing() -> None:
    assert cover([], [[(4,)]]).tolist() == [0]


def test_a_word_without_direction_matches_nothing() -> None:
    assert cover([WITHOUT_DIRECTION], [[WITHOUT_DIRECTION, (3,)]]).tolist() == [0]


# Languages and scripts

samples = st.integers(1, 12).flatmap(
    lambda rows: st.tuples(
        st.lists(
            st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3),
            min_size=rows,
            max_size=rows,
        ).map(lambda matches: np.array(matches, dtype=np.float32).T),
        st.lists(codes, min_size=rows, max_size=rows),
    )
)


@settings(max_examples=60, deadline=None)
@given(sample=samples)
def test_the_best_match_in_each_language_counts_fully_unless_it_is_poor(
    sample: tuple[Matrix, list[LanguageCode | None]],
) -> None:
    matches, languages = sample
    spoken = TextLanguages.of(languages)

    even = scaled(matches, spoken, translation_scale(matches, spoken))

    for language in set(languages):
        rows = [row for row, of_row in enumerate(languages) if of_row == language]
        before, after = matches[:, rows].max(axis=1), even[:, rows].max(axis=1)
        assert after == pytest.approx(np.where(before >= 0.65, 1, before / 0.65), abs=1e-5)
    assert np.all((even >= matches - 1e-6) & (even <= 1))


def test_a_better_match_than_any_in_the_collection_counts_no_more_than_fully() -> None:
    hindi = TextLanguages.of([LanguageCode("hi")])
    scale = translation_scale(np.array([[0.7]], dtype=np.float32), hindi)
    better = np.array([[0.9]], dtype=np.float32)

    assert scaled(better, hindi, scale).tolist() == [[1]]


def test_a_language_outside_the_collection_is_not_scaled() -> None:
    matches = np.array([[0.7]], dtype=np.float32)
    scale = translation_scale(matches, TextLanguages.of([LanguageCode("hi")]))

    romanian = TextLanguages.of([LanguageCode("ro")])
    assert scaled(matches, romanian, scale) == pytest.approx(matches)


@pytest.mark.parametrize(
    ("asked", "written"),
    [("Khataghar", "खाताघर"), ("खाताघर", "khataghar"), ("Singapur", "सिंगापुर")],
)
def test_a_name_matches_itself_in_the_other_script(asked: str, written: str) -> None:
    table = RandomTable([asked, written])
    terms = question_terms(tokens_of([(0,)]), table)

    words = TextWords([tokens_of([(1,)]), tokens_of([(5,)])], table)
    ((own, other),) = best_matches(similarities(terms, words.distinct, table), words.order)

    assert own == pytest.approx(0.8, abs=1e-6)
    assert other < 0.8


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_covered_best_by_the_paragraph_that_holds_it(
    embedded_model: EmbeddedModel, language: str
) -> None:
    # The others say the same in other words: the same prose in other languages.
    texts = [paragraph(other) for other in LANGUAGES]
    (question,) = embedded_model.token_ids([SENTENCES[language][4]])
    terms = question_terms(question, embedded_model)
    paragraphs = TextWords(embedded_model.token_ids(texts), embedded_model)
    languages = TextLanguages.of(list(map(LanguageCode, LANGUAGES)))
    similarity = similarities(terms, paragraphs.distinct, embedded_model)
    matches = best_matches(similarity, paragraphs.order)
    matcher = TermMatcher.fit(terms, matches, languages)

    covered = matcher.mean_coverage(similarity, paragraphs.order, languages)

    own = LANGUAGES.index(language)
    whole = matcher.coverage(matches, languages)
    assert whole[own] == pytest.approx(1, abs=1e-5)
    assert np.all(np.delete(covered, own) < covered[own])


def test_an_acronym_is_matched_by_its_own_letters_or_sounds_only(
    embedded_model: EmbeddedModel,
) -> None:
    (question,) = embedded_model.token_ids(["NPS"])
    texts = embedded_model.token_ids(["Npr. knjiga, np. książka.", "NPS je 35.", "एनपीएस", ""])

    words = TextWords(texts, embedded_model)
    terms = question_terms(question, embedded_model)
    matches = best_matches(similarities(terms, words.distinct, embedded_model), words.order)

    assert matches[0].tolist() == pytest.approx([0, 1, 0.8, 0])
