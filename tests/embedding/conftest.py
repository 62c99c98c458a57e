from pathlib import Path

import pytest

from kb.embedding.sentence_transformer import SentenceTransformerModel
from tests.embedding.tiny_transformer import write_tiny_transformer


@pytest.fixture(scope="session")
def transformer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "majhen model"
    write_tiny_transformer(folder)
    return folder


@pytest.fixture(scope="session")
def transformer_model(transformer_folder: Path) -> SentenceTransformerModel:
    return SentenceTransformerModel(transformer_folder)
