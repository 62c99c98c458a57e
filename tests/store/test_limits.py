"""What the system cannot give: the index stays as it was, and the error says what to do."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kb.durable import make_folder, write_durably
from kb.errors import IndexFolderFull, IndexUnreadable, IndexUnwritable, TooManyOpenFiles
from kb.store import IndexReader, IndexWriter, save_answer
from kb.store.database import database_path
from tests.limits import no_descriptors, small_disk
from tests.prose import LANGUAGES
from tests.store.publishing import ARTICLES, article, contents, publish, publish_in

MORE = {f"{language}/{i}.md": article(language) + str(i) for language in LANGUAGES for i in "1234"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", kilobytes=2048) as folder:
        yield folder


def fill(folder: Path) -> Path:
    path = folder / "full"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1024)):
            pass
    return path


def test_a_publish_without_room_leaves_the_generation_and_succeeds_with_room(disk: Path) -> None:
    publish_in(disk)
    with IndexReader(disk) as reader:
        before = contents(reader), reader.vectors_file()
    with IndexWriter(disk) as writer:
        filler = fill(disk)
        with pytest.raises(IndexFolderFull, match="free some space"):
            publish(writer, MORE)

    with IndexReader(disk) as reader:
        assert (contents(reader), reader.vectors_file()) == before
    filler.unlink()
    with IndexWriter(disk) as writer:
        assert publish(writer, MORE).generation == 2


def test_an_index_on_a_full_disk_is_read_and_no_answer_is_saved(disk: Path) -> None:
    publish_in(disk)
    assert not list(disk.glob("*-shm"))  # SQLite wants to make it, also to read.
    fill(disk)

    with IndexReader(disk) as reader:
        assert len(reader.passages(reader.passage_ids())) == 3 * len(ARTICLES)
        assert reader.vectors_file()
    with pytest.raises(IndexFolderFull):
        save_answer(disk, asked_at="2026-02-03", content="Mlin melje." * 1000)


def test_a_first_build_without_room_leaves_no_index(disk: Path) -> None:
    filler = fill(disk)

    with pytest.raises((IndexFolderFull, IndexUnwritable)):
        publish_in(disk / "index")

    filler.unlink()
    assert publish_in(disk / "index")


def test_without_descriptors_the_index_is_not_called_damaged(tmp_path: Path) -> None:
    publish_in(tmp_path)

    for open_index in (IndexReader, IndexWriter):
        with no_descriptors(), pytest.raises(TooManyOpenFiles, match="ulimit -n"):
            open_index(tmp_path)

    with IndexReader(tmp_path) as reader:
        assert len(reader.documents()) == len(ARTICLES)


@pytest.mark.parametrize("few", [1, 2])
def test_with_too_few_descriptors_the_index_is_not_read_as_one_that_nobody_writes(
    tmp_path: Path, few: int
) -> None:
    publish_in(tmp_path)

    with no_descriptors(but=few), pytest.raises((TooManyOpenFiles, IndexUnreadable)):
        IndexReader(tmp_path)


def test_an_index_that_is_a_loop_of_links_is_unreadable_and_not_damaged(tmp_path: Path) -> None:
    database_path(tmp_path).symlink_to(database_path(tmp_path))

    with pytest.raises(IndexUnreadable, match="symbolic links"):
        IndexReader(tmp_path)


# Durable files


def test_a_file_is_whole_under_its_name_or_as_it_was(disk: Path) -> None:
    path = disk / "vectors.faiss"
    write_durably(path, b"old")

    with pytest.raises(OSError, match="No space"):
        write_durably(path, bytes(4_000_000))

    assert path.read_bytes() == b"old"


def test_folders_are_made_down_to_the_last(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")

    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c"]
