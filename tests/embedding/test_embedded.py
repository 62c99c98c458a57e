"""The embedded model gives what its weights give in sentence-transformers, without torch."""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.embedding import EMBEDDED, open_embedder
from kb.embedding.embedded import EmbeddedModel
from kb.normalization import folded_words, with_ascii_digits, without_invisible
from kb.vectors import Matrix, TokenIds, unit_rows
from tests.embedding.writing import LONG, SCRIPTS, UNKNOWN_SIGNS, WORDLESS, any_text, articles
from tests.prose import LANGUAGES, SENTENCES, paragraph

Encode = Callable[[Sequence[str]], Matrix]


def numbers(tokens: TokenIds) -> TokenIds:
    """Return the vocabulary numbers of tokens; those that go on with a word are complements."""
    return np.where(tokens < 0, ~tokens, tokens)


@pytest.fixture(scope="session")
def encode(exported: Path) -> Encode:
    """What sentence-transformers makes of the same weights in float32, read as kb reads."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(exported), device="cpu")

    def encode(texts: Sequence[str]) -> Matrix:
        read = [with_ascii_digits(without_invisible(text)) for text in texts]
        return np.asarray(model.encode(read, show_progress_bar=False))

    return encode


@pytest.mark.parametrize("texts", [SCRIPTS, UNKNOWN_SIGNS, WORDLESS, LONG, articles()])
def test_vectors_equal_those_of_sentence_transformers(
    texts: Sequence[str], embedded_model: EmbeddedModel, encode: Encode
) -> None:
    assert embedded_model.embed_passages(texts) == pytest.approx(encode(texts), abs=1e-5)


@given(texts=st.lists(any_text(), min_size=1, max_size=5))
def test_vectors_of_any_text_equal_those_of_sentence_transformers(
    texts: list[str], embedded_model: EmbeddedModel, encode: Encode
) -> None:
    assert embedded_model.embed_passages(texts) == pytest.approx(encode(texts), abs=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_and_a_passage_of_the_same_words_get_the_same_vector(
    embedded_model: EmbeddedModel, language: str
) -> None:
    text = paragraph(language)

    assert np.array_equal(
        embedded_model.embed_question(text), embedded_model.embed_passages([text])[0]
    )


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Žoga in čevelj", "zoga in cevelj"),
        ("Łódź, źdźbło", "lodz, zdzblo"),
        ("Școală și țară", "Şcoală şi ţară"),
        ("Școală și țară", "scoala si tara"),
        ("Tiếng naïve café", unicodedata.normalize("NFD", "Tiếng naïve café")),
        ("ज़ाकिर", unicodedata.normalize("NFD", "ज़ाकिर")),
        ("EVERY CASE", "every case"),
    ],
)
def test_case_and_latin_diacritics_do_not_change_a_vector(
    embedded_model: EmbeddedModel, written: str, typed: str
) -> None:
    first, second = embedded_model.embed_passages([written, typed])

    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("seen", "typed"),
    [
        ("क्षेत्र की सहायता", "क्\u200dषेत्र की सहा\u200cयता"),
        ("uporaba storitve", "upo\u00adraba storit\u200bve"),
        ("Bezpieczeństwo", "\ufeffBezpie\u00adczeń\u2060stwo"),
        ("școală", unicodedata.normalize("NFD", "șco\u00adală")),
        ("first response", "\u200efirst re\u00adsponse\u2069"),
        ("2026 में 45 ग्राहक", "२०२६ में ४५ ग्राहक"),
    ],
)
def test_what_looks_or_counts_the_same_has_the_same_tokens_and_vector(
    embedded_model: EmbeddedModel, seen: str, typed: str
) -> None:
    first, second = embedded_model.token_ids([seen, typed])

    assert np.array_equal(first, second)
    assert np.array_equal(*embedded_model.embed_passages([seen, typed]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vector_is_the_direction_of_the_mean_of_its_token_vectors(
    embedded_model: EmbeddedModel, language: str
) -> None:
    text = " ".join(folded_words(SENTENCES[language][1]))
    (tokens,) = embedded_model.token_ids([text])

    mean = embedded_model.token_vectors(numbers(tokens)).mean(axis=0, keepdims=True)

    assert embedded_model.embed_passages([text]) == pytest.approx(unit_rows(mean), abs=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_token_of_each_word_is_its_number_and_the_others_are_complements(
    embedded_model: EmbeddedModel, language: str
) -> None:
    words = folded_words(SENTENCES[language][1])
    (tokens,) = embedded_model.token_ids([" ".join(words)])

    spelt = embedded_model.token_texts(numbers(tokens))
    starts = np.flatnonzero(tokens >= 0)

    assert tokens.dtype == np.int32
    assert ["".join(spelt[a:b]) for a, b in pairwise([*starts, len(tokens)])] == list(words)


@pytest.mark.parametrize(
    "text", ["ग्राहक, čaka!", "ग्राहक 𓀀 čaka।", "„ग्राहक” – (čaka) 🙂", "ग्राहक\r\nčaka"]
)
def test_punctuation_and_unknown_signs_are_no_words(
    embedded_model: EmbeddedModel, text: str
) -> None:
    plain, dressed = embedded_model.token_ids(["ग्राहक čaka", text])

    assert dressed.tolist() == plain.tolist()


@pytest.mark.parametrize("text", [*WORDLESS, "𓀀", "?!", "।", "🙂"])
def test_a_text_without_words_has_no_tokens(embedded_model: EmbeddedModel, text: str) -> None:
    (tokens,) = embedded_model.token_ids([text])

    assert tokens.tolist() == []


def test_no_tokens_have_no_vectors(embedded_model: EmbeddedModel) -> None:
    none = np.array([], dtype=np.int32)

    assert embedded_model.token_vectors(none).shape == (0, embedded_model.dimension)


def test_the_embedded_model_opens_under_its_name(embedded_model: EmbeddedModel) -> None:
    opened = open_embedder(EMBEDDED)

    assert (opened.name, opened.fingerprint) == (EMBEDDED, embedded_model.fingerprint)
