import shutil
from pathlib import Path

import pytest

from tests.cli.articles import ARTICLES, write_article
from tests.cli.command import Kb


@pytest.fixture
def kb(tmp_path: Path) -> Kb:
    """The command in a folder with five articles and no index yet."""
    command = Kb(tmp_path)
    for name, text in ARTICLES.items():
        write_article(command.corpus, name, text)
    return command


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    command = Kb(tmp_path_factory.mktemp("built"))
    for name, text in ARTICLES.items():
        write_article(command.corpus, name, text)
    assert command("build").code == 0
    return command.folder


@pytest.fixture
def built(built_folder: Path, tmp_path: Path) -> Kb:
    """The command in a folder with five articles and their index."""
    shutil.copytree(built_folder, tmp_path, dirs_exist_ok=True)
    return Kb(tmp_path)
