"""Any local sentence-transformers folder, opened through the library, with its own prompts."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from kb.embedding import open_embedder
from kb.embedding.sentence_transformer import SentenceTransformerModel
from kb.errors import ModelNotFound, ModelUnusable
from kb.vectors import unit_rows
from tests.embedding.tiny_transformer import PROMPTS
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


def test_a_folder_is_opened_by_its_path(transformer_folder: Path) -> None:
    opened = open_embedder(str(transformer_folder))

    assert opened.name == str(transformer_folder)


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
