"""Any local sentence-transformers folder, opened through the library, with its own prompts."""

import socket
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from kb.embedding import (
    EMBEDDED,
    ModelOptions,
    TokenVectors,
    open_embedder,
    remembered_dimension,
)
from kb.embedding.embedded import EmbeddedModel
from kb.embedding.prompts import family_prompts
from kb.embedding.sentence_transformer import SentenceTransformerModel
from kb.embedding.with_words import ModelWithWords
from kb.errors import ModelNotFound, ModelUnusable
from kb.vectors import unit_rows
from tests.embedding.tiny_transformer import DIMENSION, PROMPTS
from tests.prose import LANGUAGES, SENTENCES


@pytest.mark.parametrize("language", LANGUAGES)
def test_vectors_are_those_of_the_library_with_the_models_prompts(
    transformer_folder: Path, transformer_model: SentenceTransformerModel, language: str
) -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(transformer_folder), device="cpu")
    texts = list(SENTENCES[language])

    passages = library.encode([PROMPTS["document"] + text for text in texts])
    question = library.encode([PROMPTS["query"] + texts[0]])

    assert transformer_model.embed_passages(texts) == pytest.approx(unit_rows(passages), abs=1e-5)
    assert transformer_model.embed_question(texts[0]) == pytest.approx(
        unit_rows(question)[0], abs=1e-5
    )


def test_questions_and_passages_get_different_prompts(
    transformer_model: SentenceTransformerModel,
) -> None:
    text = "Kdaj prispe pošta?"

    assert not np.allclose(
        transformer_model.embed_question(text), transformer_model.embed_passages([text])[0]
    )


def test_a_folder_is_opened_by_its_path_and_gets_the_words_of_the_embedded_model(
    transformer_folder: Path, embedded_model: EmbeddedModel
) -> None:
    opened = open_embedder(str(transformer_folder))

    assert opened.name == str(transformer_folder)
    assert isinstance(opened, TokenVectors)
    for language in LANGUAGES:
        (ids,) = opened.token_ids([SENTENCES[language][0]])
        (expected,) = embedded_model.token_ids([SENTENCES[language][0]])
        assert np.array_equal(ids, expected)
        assert np.array_equal(opened.token_vectors(ids), embedded_model.token_vectors(ids))
        assert opened.token_texts(ids) == embedded_model.token_texts(ids)


def test_a_model_with_words_changes_its_fingerprint_with_either(
    transformer_model: SentenceTransformerModel,
    e5_model: SentenceTransformerModel,
    embedded_model: EmbeddedModel,
) -> None:
    both = ModelWithWords(transformer_model, embedded_model).fingerprint

    assert transformer_model.fingerprint in both
    assert embedded_model.fingerprint in both
    assert ModelWithWords(e5_model, embedded_model).fingerprint != both


# Prompts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_family_gets_its_prompts_when_the_folder_brings_none(
    e5_folder: Path, e5_model: SentenceTransformerModel, language: str
) -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(e5_folder), device="cpu")
    text = SENTENCES[language][0]

    passage = unit_rows(library.encode(["passage: " + text]))
    question = unit_rows(library.encode(["query: " + text]))

    assert e5_model.embed_passages([text]) == pytest.approx(passage, abs=1e-5)
    assert e5_model.embed_question(text) == pytest.approx(question[0], abs=1e-5)


def test_prompts_of_the_folder_go_before_those_of_the_family(
    transformer_folder: Path, transformer_model: SentenceTransformerModel, tmp_path: Path
) -> None:
    named = SentenceTransformerModel(copytree(transformer_folder, tmp_path / "e5-base-v2"))

    assert named.fingerprint == transformer_model.fingerprint
    assert np.array_equal(
        named.embed_question("Kje je?"), transformer_model.embed_question("Kje je?")
    )


def test_a_family_is_known_by_the_name_on_the_hub(
    e5_folder: Path, e5_model: SentenceTransformerModel, tmp_path: Path
) -> None:
    snapshot = copytree(e5_folder, tmp_path / "models--intfloat--multilingual-e5-small/snapshots/0")
    elsewhere = copytree(e5_folder, tmp_path / "e5-small/elsewhere")

    by_folder = SentenceTransformerModel(snapshot)
    by_name = SentenceTransformerModel(elsewhere, name="intfloat/multilingual-e5-small")
    unknown = SentenceTransformerModel(elsewhere)

    assert by_folder.fingerprint == by_name.fingerprint == e5_model.fingerprint
    assert unknown.fingerprint != e5_model.fingerprint


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("intfloat/multilingual-e5-small", "query: "),
        ("models--intfloat--e5-large-v2", "query: "),
        ("moj-e5-base", "query: "),
        ("intfloat/multilingual-e5-large-instruct", "Instruct: "),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence"),
    ],
)
def test_the_families_with_prompts(name: str, query: str) -> None:
    prompts = family_prompts([name])

    assert prompts is not None
    assert prompts.query.startswith(query)


@pytest.mark.parametrize(
    "name", ["BAAI/bge-m3", "e5", "multilingual-e5-small-copy", "sentence-transformers/LaBSE", ""]
)
def test_other_names_get_no_prompts(name: str) -> None:
    assert family_prompts([name]) is None


# Dimension, device


@pytest.mark.parametrize("dimension", [1, 8, DIMENSION - 1])
def test_fewer_numbers_are_the_first_ones_at_unit_length(
    transformer_folder: Path, transformer_model: SentenceTransformerModel, dimension: int
) -> None:
    texts = list(SENTENCES["hi"])
    model = SentenceTransformerModel(transformer_folder, options=ModelOptions(dimension=dimension))

    whole = transformer_model.embed_passages(texts)

    assert model.dimension == dimension
    assert remembered_dimension(model.fingerprint) == dimension
    assert model.embed_passages(texts) == pytest.approx(unit_rows(whole[:, :dimension]), abs=1e-5)


def test_all_numbers_asked_for_are_the_same_model(
    transformer_folder: Path, transformer_model: SentenceTransformerModel
) -> None:
    whole = SentenceTransformerModel(transformer_folder, options=ModelOptions(dimension=DIMENSION))

    assert whole.fingerprint == transformer_model.fingerprint
    assert remembered_dimension(whole.fingerprint) is None


def test_more_numbers_than_a_model_has_are_refused(transformer_folder: Path) -> None:
    options = ModelOptions(dimension=DIMENSION + 1)

    with pytest.raises(ModelUnusable, match=f"{DIMENSION} numbers, and not {DIMENSION + 1}"):
        SentenceTransformerModel(transformer_folder, options=options)
    with pytest.raises(ModelUnusable, match="embedded"):
        open_embedder(EMBEDDED, ModelOptions(dimension=64))


@pytest.mark.parametrize("device", ["cuda:99", "mikrovalovka", ""])
def test_a_device_that_is_not_there_is_an_error_that_names_the_model(
    transformer_folder: Path, device: str
) -> None:
    with pytest.raises(ModelUnusable, match="majhen model"):
        SentenceTransformerModel(transformer_folder, options=ModelOptions(device=device))


def test_the_size_of_a_batch_changes_no_vector(
    transformer_folder: Path, transformer_model: SentenceTransformerModel
) -> None:
    texts = [sentence for language in LANGUAGES for sentence in SENTENCES[language]]
    single = SentenceTransformerModel(transformer_folder, options=ModelOptions(batch_size=1))

    assert single.fingerprint == transformer_model.fingerprint
    assert single.embed_passages(texts) == pytest.approx(
        transformer_model.embed_passages(texts), abs=1e-5
    )


# Loading


def test_nothing_looks_for_a_network(
    transformer_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: asked.append(address))
    monkeypatch.setattr(socket.socket, "connect", lambda *address: asked.append(address))

    open_embedder(str(transformer_folder)).embed_question("Kdo je tam?")
    with pytest.raises(ModelNotFound):
        open_embedder("intfloat/multilingual-e5-small")

    assert asked == []


def test_loading_a_model_writes_nothing_to_the_terminal(
    transformer_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    SentenceTransformerModel(transformer_folder).embed_question("Kdo je tam?")

    assert capfd.readouterr() == ("", "")


def test_a_moved_folder_keeps_its_fingerprint(
    transformer_folder: Path, transformer_model: SentenceTransformerModel, tmp_path: Path
) -> None:
    moved = copytree(transformer_folder, tmp_path / "मॉडल")

    assert SentenceTransformerModel(moved).fingerprint == transformer_model.fingerprint


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("config_sentence_transformers.json", b"odlomek", b"odsekov"),
        ("tokenizer.json", b"false", b"true "),
        ("model.safetensors", b"\x00", b"\x01"),
    ],
)
def test_other_weights_tokens_or_prompts_make_another_fingerprint(
    transformer_folder: Path, tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    before = SentenceTransformerModel(transformer_folder)
    changed = copytree(transformer_folder, tmp_path / "changed")
    content = (changed / name).read_bytes()
    position = content.rindex(old)
    after = SentenceTransformerModel(changed)

    (changed / name).write_bytes(content[:position] + new + content[position + len(old) :])

    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize("name", ["README.md", ".git/HEAD", "onnx/model.onnx"])
def test_what_makes_no_vectors_is_not_in_the_fingerprint(
    transformer_folder: Path,
    transformer_model: SentenceTransformerModel,
    tmp_path: Path,
    name: str,
) -> None:
    folder = copytree(transformer_folder, tmp_path / "copy")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("drugo")

    assert SentenceTransformerModel(folder).fingerprint == transformer_model.fingerprint


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="ni-modela"):
        open_embedder(str(tmp_path / "ni-modela"))


def test_a_file_is_no_model_folder(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"\x00")

    with pytest.raises(ModelNotFound, match=r"model\.bin"):
        open_embedder(str(path))


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"modules": 1}'])
def test_a_folder_without_a_model_is_an_error_that_names_it(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "modules.json").write_bytes(content)

    with pytest.raises(ModelUnusable, match=tmp_path.name):
        open_embedder(str(tmp_path))
