"""What backups are tested with."""

from pathlib import Path

import pytest

from tests.store.backups import answer
from tests.store.publishing import publish_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = publish_in(tmp_path / "index")
    answer(folder, "तीन बोरे")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kopija čšž.kb"
