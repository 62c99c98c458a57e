"""What is no whole backup of ours is refused, and the index stays as it was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import BackupInvalid, BackupTooNew, IndexTooNew
from kb.store import write_backup
from kb.store.schema import SCHEMA_VERSION
from tests.damage import database, flip, run
from tests.store.backups import restore, sealed
from tests.store.publishing import publish_in


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_backup_with_any_bit_flipped_is_refused(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(flip(good, int(place * len(good)), bit))

    assert_refused(folder, path)


@pytest.mark.parametrize("place", [*range(-120, 0), *range(0, 100, 8)])
def test_a_flipped_bit_in_the_seal_or_the_header_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: int
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(flip(good, place % len(good), 5))  # The bit between a letter and its capital.

    assert_refused(folder, path)


@given(share=st.floats(0, 0.99999))
def test_a_backup_cut_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder, good, path = shared(tmp_path_factory)
    path.write_bytes(good[: int(share * len(good))])

    assert_refused(folder, path)


_SHARED: list[tuple[Path, bytes, Path]] = []


def shared(factory: pytest.TempPathFactory) -> tuple[Path, bytes, Path]:
    """Return an index, the bytes of its backup and where to write others, the same each time."""
    if not _SHARED:
        place = factory.mktemp("shared")
        folder = publish_in(place / "index")
        write_backup(folder, place / "good")
        _SHARED.append((folder, (place / "good").read_bytes(), place / "bad"))
    return _SHARED[0]


def assert_refused(folder: Path, path: Path) -> None:
    before = database(folder).read_bytes()

    with pytest.raises(BackupInvalid, match="the index was left as it is"):
        restore(folder, path)

    assert database(folder).read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"moka, kvas, sol",
        sealed(b""),
        sealed(b"moka, kvas, sol"),
        sealed(b"SQLite format 3\0" + b"moka" * 2000),
    ],
)
def test_what_is_no_backup_is_refused(folder: Path, path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert_refused(folder, path)


def test_a_backup_with_something_behind_it_is_refused(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    path.write_bytes(path.read_bytes() + b"\n")

    assert_refused(folder, path)


def test_a_database_without_a_seal_is_refused(folder: Path, tmp_path: Path) -> None:
    other = publish_in(tmp_path / "other")

    assert_refused(folder, database(other))


@pytest.mark.parametrize("path_in", [lambda folder: folder, lambda folder: folder / "nothing"])
def test_what_cannot_be_read_is_refused(folder: Path, path_in: type[Path]) -> None:
    assert_refused(folder, path_in(folder))


def resealed(source: Path, statement: str, path: Path) -> None:
    """Write what `source` holds after `statement` as a backup with a right seal."""
    run("PRAGMA journal_mode = DELETE")(source)
    run(statement)(source)
    path.write_bytes(sealed(database(source).read_bytes()))


def test_a_backup_of_a_newer_kb_is_refused(folder: Path, path: Path, tmp_path: Path) -> None:
    resealed(publish_in(tmp_path / "newer"), f"PRAGMA user_version = {SCHEMA_VERSION + 1}", path)
    before = database(folder).read_bytes()

    with pytest.raises(BackupTooNew, match="upgrade kb"):
        restore(folder, path)

    assert database(folder).read_bytes() == before


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 0", "DELETE FROM state"])
def test_a_sealed_database_that_is_no_published_index_is_refused(
    folder: Path, path: Path, tmp_path: Path, statement: str
) -> None:
    resealed(publish_in(tmp_path / "other"), statement, path)

    assert_refused(folder, path)


def test_an_index_of_a_newer_kb_is_not_restored_over(folder: Path, path: Path) -> None:
    write_backup(folder, path)
    run(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")(folder)
    before = database(folder).read_bytes()

    with pytest.raises(IndexTooNew):
        restore(folder, path)

    assert database(folder).read_bytes() == before
