import io
import json
import tarfile
from pathlib import Path

import pytest

from training.cleaning import LANGUAGES, normalized, read_licences, text_hash
from training.sources.__main__ import collect
from training.sources.catalogue import SOURCES, Source
from training.sources.fetching import CLIENTS, Package
from training.sources.reading import read_json

SHOP = Source("shop", (Package("npm", "shop", r"\.json$"),), read_json, "MIT")
GONE = Source("gone", (Package("npm", "gone", r"\.json$"),), read_json, "MIT")

ENGLISH = {"a": "Your <b>invoice</b>", "b": "A known line", "c": "A held out line", "d": "Reload"}
SLOVENIAN = {"a": "Vaš račun", "b": "Znana vrstica", "c": "Zadržana vrstica", "d": "Reload"}


@pytest.fixture
def existing(tmp_path: Path) -> Path:
    """Parallel text in which one line is known, and one line is held out."""
    folder = tmp_path / "existing"
    folder.mkdir()
    (folder / "en-sl.tsv").write_text("A known line\tZnana vrstica\told\n", encoding="utf-8")
    (folder / "SOURCES.md").write_text("| old | 1 | 0 | 0 | 0 | npm old | 1 | MIT |\n")
    (folder / "heldout.sha256").write_text(text_hash(normalized("A held out line")) + "\n")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder in which the archive of one package is already."""
    archive = tmp_path / "target/downloads/npm/shop/shop-1.2.tgz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz") as tar:
        for name, messages in {"en.json": ENGLISH, "sl.json": SLOVENIAN}.items():
            content = json.dumps(messages).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return tmp_path / "target"


def test_only_new_translations_outside_test_sets_are_written(target: Path, existing: Path) -> None:
    collect((SHOP,), target, existing)

    assert (target / "en-sl.tsv").read_text() == "Your invoice\tVaš račun\tshop\n"
    assert (target / "en-hi.tsv").read_text() == ""


def test_table_states_counts_origin_version_and_licence(target: Path, existing: Path) -> None:
    collect((SHOP,), target, existing)

    row = "| shop | 1 | 0 | 0 | 0 | npm shop | shop-1.2.tgz | MIT |"
    assert row in (target / "SOURCES.md").read_text().splitlines()
    assert read_licences(target / "SOURCES.md")["shop"] == "MIT"


def test_source_that_cannot_be_fetched_is_reported_and_left_out(
    target: Path,
    existing: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", "")

    collect((GONE, SHOP), target, existing)

    assert "gone is left out" in capsys.readouterr().err
    assert "gone" not in (target / "SOURCES.md").read_text()
    assert (target / "en-sl.tsv").read_text() != ""


def test_every_source_has_its_own_name_a_known_client_and_a_licence() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert {package.registry for source in SOURCES for package in source.packages} <= set(CLIENTS)
    assert all(source.licence for source in SOURCES)
    assert set(LANGUAGES) == {"sl", "pl", "hi", "ro"}
