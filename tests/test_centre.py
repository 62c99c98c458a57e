"""What a collection has in common, held against plain means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.centre import Centre
from kb.domain import LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.text_languages import TextLanguages
from kb.vectors import Matrix, unit_rows
from tests.prose import LANGUAGES, SENTENCES

DIMENSION = 6
codes = st.sampled_from([*map(LanguageCode, LANGUAGES), None])
collections = st.lists(codes, max_size=60)


def random_rows(count: int, seed: int = 0) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)) + 1
    return unit_rows(rows.astype(np.float32))


@settings(max_examples=60, deadline=None)
@given(languages=collections)
def test_each_language_has_the_mean_of_its_passages_drawn_to_that_of_all(
    languages: list[LanguageCode | None],
) -> None:
    rows = random_rows(len(languages))

    centre = Centre.of(rows, TextLanguages.of(languages))

    common = sum(rows, start=np.zeros(DIMENSION)) / (len(rows) + 10)
    assert centre.common == pytest.approx(common, abs=1e-5)
    assert set(centre.by_language) == set(languages)
    for language, found in centre.by_language.items():
        own = [row for row, of_row in zip(rows, languages, strict=True) if of_row == language]
        expected = (sum(own, start=np.zeros(DIMENSION)) + 10 * common) / (len(own) + 10)
        assert found == pytest.approx(expected, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(languages=collections, asked=st.lists(codes, max_size=20))
def test_nearness_is_the_cosine_of_what_is_left_without_the_centre(
    languages: list[LanguageCode | None], asked: list[LanguageCode | None]
) -> None:
    centre = Centre.of(random_rows(len(languages)), TextLanguages.of(languages))
    question, rows = random_rows(1, seed=1)[0], random_rows(len(asked), seed=2)

    near = centre.nearness(question, rows, TextLanguages.of(asked))

    left = question - centre.common
    for row, language, found in zip(rows, asked, near, strict=True):
        other = row - centre.by_language.get(language, centre.common)
        cosine = left @ other / np.linalg.norm(left) / np.linalg.norm(other)
        assert found == pytest.approx(cosine, abs=1e-5)


@pytest.mark.parametrize("passages", [0, 1, 500])
def test_a_question_without_words_is_near_to_nothing(passages: int) -> None:
    centre = Centre.of(random_rows(passages), TextLanguages.of([LanguageCode("ro")] * passages))
    nothing = np.zeros(DIMENSION, dtype=np.float32)

    assert not centre.direction(nothing).any()
    assert not centre.nearness(nothing, random_rows(3), TextLanguages.of([None] * 3)).any()


def test_nearness_is_known_from_products_and_distances_alone() -> None:
    languages = TextLanguages.of([LanguageCode(code) for code in LANGUAGES] * 20)
    rows, question = random_rows(100), random_rows(1, seed=1)[0]
    centre = Centre.of(rows, languages)

    products, distances = rows @ centre.direction(question), centre.distances(rows, languages)

    assert centre.nearness_of(question, products, distances, languages) == pytest.approx(
        centre.nearness(question, rows, languages), abs=1e-5
    )


def test_equal_texts_are_equally_near_to_the_last_bit() -> None:
    centre = Centre.of(random_rows(30), TextLanguages.of([LanguageCode("pl")] * 30))
    for seed in range(30):
        question, row = random_rows(2, seed)

        near = centre.nearness(
            question, np.tile(row, (15, 1)), TextLanguages.of([LanguageCode("pl")] * 15)
        )

        assert len(set(near.tolist())) == 1


@pytest.mark.parametrize("asked", LANGUAGES)
def test_a_sentence_stands_out_more_among_many_in_its_language(
    embedded_model: EmbeddedModel, asked: str
) -> None:
    texts = [(LanguageCode(code), text) for code in LANGUAGES for text in SENTENCES[code]]
    languages = [language for language, _ in texts]
    rows = embedded_model.embed_passages([text for _, text in texts])
    centre = Centre.of(rows, TextLanguages.of(languages))
    own = [place for place, language in enumerate(languages) if language == asked]

    for place in own:
        others = [other for other in own if other != place]
        before = rows[place] @ rows[others].T
        after = centre.nearness(
            rows[place], rows[others], TextLanguages.of([LanguageCode(asked)] * len(others))
        )
        assert after.mean() < before.mean()
