"""Builds that meet unreadable articles or do not finish: nothing that was there is lost."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kb.errors import CorpusEmpty, CorpusShrunk
from tests.cli.articles import ARTICLES
from tests.fakes import CountingEmbedder, FakeEmbedder
from tests.prose import paragraph
from tests.workspace import Workspace, contents

NOT_UTF8 = "zażółć gęślą jaźń".encode("cp1250")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    for name, text in ARTICLES.items():
        workspace.write(name, text)
    return workspace


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder(FakeEmbedder())


# Articles that cannot be read


def test_an_unreadable_article_is_skipped_with_the_reason(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.path("staro.md").write_bytes(NOT_UTF8)

    report = workspace.build(embedder)

    (skipped,) = report.skipped
    assert skipped.id == "staro.md"
    assert "UTF-8" in skipped.reason
    assert report.documents == len(ARTICLES)
    with workspace.reader() as reader:
        assert reader.skipped() == report.skipped


@pytest.mark.parametrize("full", [False, True])
def test_what_the_index_knew_of_an_unreadable_article_stays(
    workspace: Workspace, embedder: CountingEmbedder, full: bool
) -> None:
    workspace.build(embedder)
    with workspace.reader() as reader:
        before = reader.passages(reader.passage_ids())
    workspace.path("pl/latarnia.md").write_bytes(NOT_UTF8)

    report = workspace.build(embedder, full=full)

    assert [file.id for file in report.skipped] == ["pl/latarnia.md"]
    assert "pl/latarnia.md" in report.plan.to_keep
    with workspace.reader() as reader:
        assert set(reader.passages(reader.passage_ids())) == set(before)
        assert reader.vectors()[0] == reader.passage_ids()


def test_another_model_drops_what_it_cannot_read_again(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    workspace.path("pl/latarnia.md").write_bytes(NOT_UTF8)

    report = workspace.build(FakeEmbedder(name="other"))

    assert report.plan.removed == {"pl/latarnia.md"}
    with workspace.reader() as reader:
        assert reader.vectors()[0] == reader.passage_ids()


def test_a_skipped_article_that_is_mended_is_indexed(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.path("staro.md").write_bytes(NOT_UTF8)
    workspace.build(embedder)

    workspace.write("staro.md", paragraph("pl"))
    report = workspace.build(embedder)

    assert report.plan.added == {"staro.md"}
    assert report.skipped == ()


@pytest.mark.skipif(os.name != "posix", reason="names are always Unicode here")
def test_files_whose_names_are_not_unicode_are_skipped_and_told_apart(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    for name in (b"m\xe8.md", b"m\xe9.md"):
        workspace.path(os.fsdecode(name)).write_text("Mlin melje.", encoding="utf-8")

    report = workspace.build(embedder)

    assert len({file.id for file in report.skipped}) == 2
    assert all("rename it" in file.reason for file in report.skipped)
    assert workspace.build(embedder).state.generation == report.state.generation
    assert workspace.freshness().is_fresh


@pytest.mark.parametrize("gone", [3, 4, 5])
@pytest.mark.parametrize("full", [False, True])
def test_an_index_is_not_emptied_by_a_corpus_that_lost_most_of_its_articles(
    workspace: Workspace, embedder: CountingEmbedder, gone: int, full: bool
) -> None:
    workspace.build(embedder)
    before = contents(workspace)
    for name in list(ARTICLES)[:gone]:
        workspace.path(name).unlink()

    with pytest.raises(CorpusShrunk, match=rf"^{gone} of 5 indexed .* --prune.* left as it is"):
        workspace.build(embedder, full=full)

    assert contents(workspace) == before


@pytest.mark.parametrize("gone", [3, 4, 5])
def test_prune_empties_the_index_as_the_corpus_was_emptied(
    workspace: Workspace, embedder: CountingEmbedder, gone: int
) -> None:
    workspace.build(embedder)
    for name in list(ARTICLES)[:gone]:
        workspace.path(name).unlink()

    report = workspace.build(embedder, prune=True)

    assert report.documents == 5 - gone
    assert workspace.freshness().is_fresh
    with workspace.retriever(FakeEmbedder()) as retriever:
        found = retriever.retrieve("Koliko stane?", k=50)
        assert {hit.passage.document_id for hit in found.hits} <= set(list(ARTICLES)[gone:])


def test_half_of_the_articles_may_go(workspace: Workspace, embedder: CountingEmbedder) -> None:
    workspace.write("en/novo.md", "The mill grinds.")
    workspace.build(embedder)
    for name in list(ARTICLES)[:3]:
        workspace.path(name).unlink()

    assert len(workspace.build(embedder).plan.removed) == 3


def test_articles_that_only_moved_are_not_lost(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    for name in ARTICLES:
        workspace.path(name).rename(workspace.path(name.replace("/", "-")))

    assert len(workspace.build(embedder).plan.removed) == 5


def test_a_corpus_that_turned_unreadable_keeps_its_index(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    for name in ARTICLES:
        workspace.path(name).write_bytes(NOT_UTF8)

    report = workspace.build(embedder)

    assert (report.documents, len(report.skipped)) == (5, 5)


def test_a_corpus_without_a_readable_article_is_an_error(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.path("staro.md").write_bytes(NOT_UTF8)

    with pytest.raises(CorpusEmpty):
        workspace.build(FakeEmbedder())


# Builds that do not finish


def stop_after_one(batches: Sequence[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    """Track the first batch, then do what Ctrl-C does."""
    yield batches[0]
    raise KeyboardInterrupt


def write_many(workspace: Workspace) -> None:
    for i in range(100):
        workspace.write(f"{i}.md", f"Mlin številka {i} melje ajdo.")


def test_an_interrupted_build_does_not_lose_what_it_embedded(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    write_many(workspace)
    with pytest.raises(KeyboardInterrupt):
        workspace.build(embedder, track=stop_after_one)
    embedded = embedder.texts_seen

    report = workspace.build(embedder)

    assert 0 < embedded < embedder.texts_seen
    assert embedder.texts_seen == report.passages


@pytest.mark.parametrize("full", [False, True])
def test_an_interrupted_build_leaves_the_index_that_was_there(
    workspace: Workspace, embedder: CountingEmbedder, full: bool
) -> None:
    write_many(workspace)
    workspace.build(embedder)
    before = contents(workspace)
    for i in range(100):
        workspace.write(f"{i}.md", f"Mlin številka {i} melje piro.")

    with pytest.raises(KeyboardInterrupt):
        workspace.build(embedder, full=full, track=stop_after_one)

    assert contents(workspace) == before


def test_an_interrupted_change_of_model_leaves_the_index_of_the_old_one(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    write_many(workspace)
    workspace.build(embedder)
    before = contents(workspace)

    with pytest.raises(KeyboardInterrupt):
        workspace.build(FakeEmbedder(name="other"), track=stop_after_one)

    assert contents(workspace) == before
    with workspace.reader() as reader:
        assert reader.state.model == embedder.name


def test_a_build_that_goes_on_ends_as_one_that_was_never_interrupted(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    write_many(workspace)
    with pytest.raises(KeyboardInterrupt):
        workspace.build(embedder, track=stop_after_one)

    workspace.build(embedder)

    after = contents(workspace)
    shutil.rmtree(workspace.index_folder)
    workspace.build(FakeEmbedder())
    assert contents(workspace) == after


# The FAISS file


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"moka")])
def test_a_build_with_nothing_to_do_mends_the_vectors_file(
    workspace: Workspace, embedder: CountingEmbedder, damage: Callable[[Path], object]
) -> None:
    workspace.build(embedder)
    (path,) = workspace.index_folder.glob("vectors-*.faiss")
    whole = path.read_bytes()
    damage(path)
    embedder.reset()

    reports = [workspace.build(embedder), workspace.build(embedder)]

    assert [report.is_mended for report in reports] == [True, False]
    assert {report.state.generation for report in reports} == {1}
    assert path.read_bytes() == whole
    assert embedder.texts_seen == 0


def test_a_full_build_forgets_vectors_that_no_passage_uses(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(FakeEmbedder(name="other"))
    workspace.build(embedder)
    workspace.path("pl/latarnia.md").unlink()
    workspace.build(embedder)
    before = contents(workspace)
    count = "SELECT count(*) FROM embeddings"

    workspace.build(embedder, full=True)

    assert contents(workspace) == before
    with workspace.reader() as reader:
        (kept,) = reader._connection.execute(count).fetchone()
        assert kept == len(reader.passage_ids())
