"""A network reads question and text: alone or among others, in any order, in five languages."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.close_reading import MATCHES, CloseReader, Comparison
from kb.embedding.close_reading_file import FILE_NAME, read_close_reader
from kb.embedding.embedded import MODEL_FILE, EmbeddedModel
from kb.embedding.model_file import read_model_file
from kb.errors import ModelUnusable
from kb.matching import question_terms, similarities
from kb.vectors import Vector
from kb.words import TextWords
from tests.token_table import DIMENSION, RandomTable, Word, random_text, seeds, tokens_of

TABLE = RandomTable()
WIDTH, HIDDEN = 5, 7
FINGERPRINT = read_model_file(MODEL_FILE).fingerprint

texts_of_words = st.builds(random_text, length=st.integers(0, 120), seed=seeds)
questions = st.builds(random_text, length=st.integers(1, 9), seed=seeds)


def random_reader() -> CloseReader:
    generator = np.random.default_rng(5)

    def layer(rows: int, columns: int) -> tuple[Vector, Vector]:
        matrix, added = generator.normal(size=(rows, columns)), generator.normal(size=columns)
        return matrix.astype(np.float32), added.astype(np.float32)

    projection, _ = layer(DIMENSION, WIDTH)
    return CloseReader(
        projection,
        word=layer(4 * WIDTH + MATCHES + 1, HIDDEN),
        word_again=layer(HIDDEN, HIDDEN),
        text=layer(2 * HIDDEN + WIDTH, HIDDEN),
        answer=layer(HIDDEN, 1),
    )


READER = random_reader()


def compared(question: list[Word], texts: list[list[Word]]) -> Comparison:
    terms = question_terms(tokens_of(question), TABLE)
    words = TextWords([tokens_of(text) for text in texts], TABLE)
    similarity = similarities(terms, words.distinct, TABLE)
    return Comparison.of(terms, similarity, words.order, words.directions)


def read(question: list[Word], texts: list[list[Word]]) -> Vector:
    return READER.logits(compared(question, texts))


@settings(deadline=None)
@given(questions, st.lists(texts_of_words, min_size=1, max_size=5))
def test_a_text_is_read_the_same_whatever_texts_are_read_with_it(
    question: list[Word], texts: list[list[Word]]
) -> None:
    alone = [float(read(question, [text])[0]) for text in texts]
    assert read(question, texts) == pytest.approx(alone, abs=1e-3)


@settings(deadline=None)
@given(questions, texts_of_words, st.randoms(use_true_random=False))
def test_the_order_of_a_questions_words_does_not_matter(
    question: list[Word], text: list[Word], shuffler: random.Random
) -> None:
    shuffled = list(question)
    shuffler.shuffle(shuffled)
    assert read(shuffled, [text]) == pytest.approx(read(question, [text]), abs=1e-3)


@settings(deadline=None)
@given(questions, st.lists(texts_of_words, max_size=4))
def test_the_best_window_is_a_run_of_the_text_and_matches_no_better_than_it(
    question: list[Word], texts: list[list[Word]]
) -> None:
    comparison = compared(question, texts)
    words = TextWords([tokens_of(text) for text in texts], TABLE)

    assert len(comparison.windows) == len(texts)
    for window, start, end in zip(
        comparison.windows, words.order.starts, words.order.ends, strict=True
    ):
        text = words.order.places[start:end].tolist()
        runs = [text[place : place + len(window)] for place in range(len(text) or 1)]
        assert window.tolist() in runs
        assert len(window) <= 36
    in_text, in_window, in_narrow = np.moveaxis(comparison.matches, -1, 0)
    assert (in_window <= in_text).all()
    assert (in_narrow <= in_text).all()


def test_a_counterpart_is_the_nearest_word_where_one_is_much_nearer() -> None:
    question: list[Word] = [(7,)]
    text: list[Word] = [(7,), (8,), (9,), (10,)]
    comparison = compared(question, [text])

    nearness = comparison.in_text[0] @ comparison.asked.T
    assert nearness[0, 0] > 0.9


@pytest.mark.parametrize("length", [0, 3])
def test_a_question_without_words_says_nothing(length: int) -> None:
    assert read([], [random_text(4, seed) for seed in range(length)]).tolist() == [0.0] * length


# A text, what it has to say to answer the question, and the question: in two languages each.
ANSWERED = {
    "sl": (
        "Knjižnica v Zalogu je odprta od torka do sobote. Vodi jo Mojca Hribar.",
        "Odprli so jo leta 1987 v nekdanji šoli.",
        "In which year was the library in Zalog opened?",
    ),
    "pl": (
        "Piekarnia Kłos zatrudnia w Radomiu dwanaście osób. Chleb wypieka się tu nocą.",
        "Bochenek kosztuje osiem złotych.",
        "Koliko stane štruca kruha v pekarni Kłos?",
    ),
    "hi": (
        "रामपुर का पुल नदी के दोनों किनारों को जोड़ता है। इसे हर साल रंगा जाता है।",
        "इसकी लंबाई 340 मीटर है।",
        "Jaka jest długość mostu w Rampur?",
    ),
    "ro": (
        "Corul din Făget repetă de două ori pe săptămână. În iarnă a cântat la Viena.",
        "Dirijorul lui este Andrei Moldovan.",
        "Who is the conductor of the choir in Făget?",
    ),
    "en": (
        "The ferry to Brod runs every hour in summer. In winter the river freezes.",
        "The crossing takes eleven minutes.",
        "Cât durează traversarea cu feribotul spre Brod?",
    ),
}


@pytest.mark.parametrize("language", ANSWERED)
def test_what_says_the_answer_answers_better_than_the_same_text_without_it(
    language: str, embedded_model: EmbeddedModel
) -> None:
    text, answer, question = ANSWERED[language]
    (ids,) = embedded_model.token_ids([question])
    terms = question_terms(ids, embedded_model)
    words = TextWords(embedded_model.token_ids([f"{text} {answer}", text]), embedded_model)
    similarity = similarities(terms, words.distinct, embedded_model)

    answering, not_answering = embedded_model.close_reader.logits(
        Comparison.of(terms, similarity, words.order, words.directions)
    )

    assert answering > not_answering


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[: len(content) // 2], "damaged"),
        (
            lambda content: content.replace(FINGERPRINT.encode(), b"static-0123456789abcdef"),
            "made for",
        ),
        (lambda _: b"", "damaged"),
    ],
    ids=["cut short", "of another model", "empty"],
)
def test_a_file_that_is_not_whole_or_of_another_model_is_named(
    damage: Callable[[bytes], bytes], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(damage(MODEL_FILE.with_name(FILE_NAME).read_bytes()))

    with pytest.raises(ModelUnusable, match=reason) as raised:
        read_close_reader(path, FINGERPRINT)
    assert str(path) in str(raised.value)
