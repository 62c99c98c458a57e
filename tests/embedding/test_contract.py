"""What every embedder keeps, whatever model is behind it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from kb.embedding import Embedder, ModelOptions, TokenVectors
from kb.embedding.embedded import EmbeddedModel
from kb.embedding.sentence_transformer import SentenceTransformerModel
from kb.embedding.with_words import ModelWithWords
from kb.reading import Vocabulary
from tests.fakes import CountingEmbedder, FakeEmbedder
from tests.prose import LANGUAGES, SENTENCES, paragraph

PASSAGES = [sentence for language in LANGUAGES for sentence in SENTENCES[language]]
WORDLESS = ["", " ", "\n\t \n"]
UNKNOWN = ["𓀀𓀁", "漢字かな", "\u200b", "🙂🙂", "ꙮ", "\ufffd", ". , ! ।"]


def cut(folder: Path) -> Embedder:
    """Return a model whose vectors are cut to fewer numbers."""
    return SentenceTransformerModel(folder, options=ModelOptions(dimension=8, batch_size=3))


IMPLEMENTATIONS: dict[str, Callable[[pytest.FixtureRequest], Embedder]] = {
    "embedded": lambda request: request.getfixturevalue("embedded_model"),
    "bert": lambda request: request.getfixturevalue("transformer_model"),
    "xlm-roberta": lambda request: request.getfixturevalue("e5_model"),
    "minilm": lambda request: request.getfixturevalue("minilm"),
    "cut": lambda request: cut(request.getfixturevalue("transformer_folder")),
    "with words": lambda request: ModelWithWords(
        request.getfixturevalue("e5_model"), request.getfixturevalue("embedded_model")
    ),
    "fake": lambda _: FakeEmbedder(),
    "counting": lambda _: CountingEmbedder(FakeEmbedder()),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return IMPLEMENTATIONS[str(request.param)](request)


def lengths(embedder: Embedder, texts: Sequence[str]) -> list[float]:
    return [float(length) for length in np.linalg.norm(embedder.embed_passages(texts), axis=1)]


def test_passages_become_unit_rows(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(PASSAGES)

    assert vectors.dtype == np.float32
    assert vectors.shape == (len(PASSAGES), embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_question_becomes_one_unit_vector(embedder: Embedder) -> None:
    vector = embedder.embed_question("Koliko vreč odpelje peka na teden?")

    assert vector.dtype == np.float32
    assert vector.shape == (embedder.dimension,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", WORDLESS)
def test_text_without_words_becomes_a_zero_vector(embedder: Embedder, text: str) -> None:
    assert not embedder.embed_question(text).any()
    assert lengths(embedder, ["beseda", text, "शब्द"]) == pytest.approx([1, 0, 1], abs=1e-5)


def test_no_texts_become_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_characters_become_a_unit_or_a_zero_vector(embedder: Embedder, text: str) -> None:
    for length in (
        *lengths(embedder, [text]),
        float(np.linalg.norm(embedder.embed_question(text))),
    ):
        assert length == pytest.approx(round(length), abs=1e-5)
        assert round(length) in {0, 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_longer_than_any_window_becomes_a_unit_vector(
    embedder: Embedder, language: str
) -> None:
    assert lengths(embedder, [paragraph(language, sentences=400)]) == pytest.approx([1], abs=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(embedder: Embedder) -> None:
    texts = [*PASSAGES, *WORDLESS, *UNKNOWN] * 8

    together = embedder.embed_passages(texts)

    for text, row in list(zip(texts, together, strict=True))[:: len(PASSAGES) // 4]:
        assert row == pytest.approx(embedder.embed_passages([text])[0], abs=1e-5)


def test_embedding_twice_gives_the_same_vectors(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed_passages(PASSAGES), embedder.embed_passages(PASSAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_different_sentences_get_different_vectors(embedder: Embedder, language: str) -> None:
    vectors = embedder.embed_passages(SENTENCES[language])

    assert len({vector.tobytes() for vector in vectors}) == len(SENTENCES[language])


def test_name_and_fingerprint_are_one_line(embedder: Embedder) -> None:
    assert len(embedder.name.splitlines()) == 1
    assert len(embedder.fingerprint.splitlines()) == 1


def test_a_text_that_fits_into_the_window_is_read_to_its_end(embedder: Embedder) -> None:
    if (window := embedder.window) is None:
        pytest.skip("this model reads all of a text")
    text = "a" + " a" * (window.tokens - 1)
    while window.cuts([text]):
        text = text[:-2]
    beyond = text + " a" * 9

    ends, goes_on = embedder.embed_passages([text[:-1] + "b", beyond + " b"])

    assert not window.cuts([text])
    assert window.cuts([text, beyond, beyond]) == 2
    assert ends != pytest.approx(embedder.embed_passages([text])[0], abs=1e-4)
    assert goes_on == pytest.approx(embedder.embed_passages([beyond])[0], abs=1e-5)


def test_no_two_models_have_the_same_fingerprint(
    embedded_model: EmbeddedModel, transformer_model: SentenceTransformerModel
) -> None:
    fingerprints = {embedded_model.fingerprint, transformer_model.fingerprint}

    assert len(fingerprints | {FakeEmbedder().fingerprint}) == 3


def test_only_a_model_with_a_vector_per_token_has_token_vectors(
    embedded_model: EmbeddedModel, transformer_model: SentenceTransformerModel
) -> None:
    assert isinstance(embedded_model, TokenVectors)
    assert not isinstance(transformer_model, TokenVectors)
    with_words = ModelWithWords(transformer_model, embedded_model)
    assert isinstance(with_words, TokenVectors)
    assert isinstance(with_words, Vocabulary)
    assert with_words.spelt("Žogo") == embedded_model.spelt("Žogo")
    assert with_words.is_piece("voda") is embedded_model.is_piece("voda")
    assert with_words.likelihood("voda") == embedded_model.likelihood("voda")
    assert with_words.devanagari_words() == embedded_model.devanagari_words()
