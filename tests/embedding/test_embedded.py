"""The embedded model gives what its weights give in sentence-transformers, without torch."""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from kb.embedding import EMBEDDED, open_embedder
from kb.embedding.embedded import MODEL_FOLDER, EmbeddedModel
from kb.normalization import folded_words
from kb.vectors import Matrix, TokenIds, unit_rows
from tests.prose import LANGUAGES, SENTENCES, paragraph
from training.package import fingerprint, package

Encode = Callable[[Sequence[str]], Matrix]


def numbers(tokens: TokenIds) -> TokenIds:
    """Return the vocabulary numbers of tokens; those that go on with a word are complements."""
    return np.where(tokens < 0, ~tokens, tokens)


SCRIPTS = (
    "Čebelnjak na strehi šole",
    "Łódź, źdźbło, żółć",
    "ग्राहक सेवा। क्‍यों॥",
    "Școală şi țară",
    "Δημόκριτος, Москва, مرحبا, 漢字かな",
    unicodedata.normalize("NFD", "Čaj, Żółw, Țară, ज़ाकिर"),
    "prva vrstica\r\ndruga vrstica",
)
UNKNOWN = ("𓀀𓀁𓀂", "\u200b\ufeff", "\ue000", "👩‍👩‍👧 🇸🇮", "x\x00y", "beseda 𓀀 beseda")
WORDLESS = ("", " ", "\n\n", "\t")
LONG = ("a" * 20_000, "beseda " * 20_000, "ग्राहक " * 10_000, " ".join(map(str, range(20_000))))


@pytest.fixture(scope="session")
def dequantised() -> Matrix:
    weights = np.load(MODEL_FOLDER / "weights.npy").astype(np.float32)
    scales = np.load(MODEL_FOLDER / "scales.npy")
    return np.asarray(weights * scales[:, np.newaxis], dtype=np.float32)


@pytest.fixture(scope="session")
def encode(dequantised: Matrix) -> Encode:
    """What sentence-transformers makes of the same weights in float32."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
    static = StaticEmbedding(tokenizer, embedding_weights=dequantised)
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    return lambda texts: np.asarray(model.encode(list(texts), show_progress_bar=False))


@pytest.mark.parametrize("texts", [SCRIPTS, UNKNOWN, WORDLESS, LONG, *SENTENCES.values()])
def test_vectors_equal_those_of_sentence_transformers(
    texts: tuple[str, ...], embedded_model: EmbeddedModel, encode: Encode
) -> None:
    assert embedded_model.embed_passages(texts) == pytest.approx(encode(texts), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=5))
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


def test_the_fingerprint_is_that_of_the_packaged_files(embedded_model: EmbeddedModel) -> None:
    assert embedded_model.fingerprint == fingerprint(MODEL_FOLDER)


def test_the_model_folder_is_reproducible_from_its_weights(
    dequantised: Matrix, tmp_path: Path
) -> None:
    save_file({"embedding.weight": dequantised}, tmp_path / "model.safetensors")
    copyfile(MODEL_FOLDER / "tokenizer.json", tmp_path / "tokenizer.json")

    package(tmp_path, tmp_path / "packaged")

    for name in ("weights.npy", "scales.npy", "tokenizer.json", "fingerprint.txt"):
        assert (tmp_path / "packaged" / name).read_bytes() == (MODEL_FOLDER / name).read_bytes()


def test_packaging_moves_no_weight_by_more_than_half_a_step(tmp_path: Path) -> None:
    weights = np.random.default_rng(1).normal(size=(50, 16)).astype(np.float16)
    weights[3] = 0
    save_file({"embedding.weight": weights}, tmp_path / "model.safetensors")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")

    package(tmp_path, tmp_path / "packaged")

    steps = np.load(tmp_path / "packaged" / "weights.npy").astype(np.float64)
    scales = np.load(tmp_path / "packaged" / "scales.npy").astype(np.float64)[:, np.newaxis]
    assert np.all(np.abs(steps * scales - weights) <= 0.5001 * scales)
    assert not steps[3].any()


@pytest.mark.parametrize("changed", ["weights.npy", "scales.npy", "tokenizer.json"])
def test_any_changed_file_changes_the_fingerprint(tmp_path: Path, changed: str) -> None:
    for name in ("weights.npy", "scales.npy", "tokenizer.json"):
        copyfile(MODEL_FOLDER / name, tmp_path / name)

    with (tmp_path / changed).open("r+b") as file:
        file.seek(-2, 2)
        last = file.read(1)
        file.seek(-2, 2)
        file.write(bytes([last[0] ^ 1]))

    assert fingerprint(tmp_path) != fingerprint(MODEL_FOLDER)
