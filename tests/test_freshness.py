import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.changes import TICK_NS
from kb.corpus import ArticleFile, Corpus
from kb.domain import DocumentId
from kb.freshness import Freshness, check_freshness
from tests.cli.articles import ARTICLES
from tests.fakes import FakeEmbedder
from tests.prose import LANGUAGES, paragraph
from tests.workspace import LONG_AGO, Workspace

each_article = pytest.mark.parametrize("name", ARTICLES)
NOT_UTF8 = "zażółć gęślą jaźń".encode("cp1250")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    for name, text in ARTICLES.items():
        workspace.write(name, text)
    workspace.path("staro.md").write_bytes(NOT_UTF8)
    workspace.settle()
    workspace.build(FakeEmbedder())
    return workspace


def difference(
    *, new: Iterable[str] = (), changed: Iterable[str] = (), removed: Iterable[str] = ()
) -> Freshness:
    return Freshness(
        new=frozenset(map(DocumentId, new)),
        changed=frozenset(map(DocumentId, changed)),
        removed=frozenset(map(DocumentId, removed)),
    )


def test_right_after_a_build_the_index_is_fresh(workspace: Workspace) -> None:
    freshness = workspace.freshness()

    assert freshness == difference()
    assert freshness.is_fresh
    assert not freshness.not_quotable


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_article_is_new(workspace: Workspace, language: str) -> None:
    workspace.write("novo/ज़ł.md", paragraph(language))

    freshness = workspace.freshness()

    assert freshness == difference(new={"novo/ज़ł.md"})
    assert not freshness.is_fresh
    assert not freshness.not_quotable


@each_article
def test_an_edited_article_is_changed_and_not_quotable(workspace: Workspace, name: str) -> None:
    workspace.write(name, workspace.text(name) + "\nDodana vrstica.\n")

    freshness = workspace.freshness()

    assert freshness == difference(changed={name})
    assert freshness.not_quotable == {name}


@each_article
def test_an_edit_of_the_same_size_is_a_change(workspace: Workspace, name: str) -> None:
    content = workspace.path(name).read_bytes()
    workspace.path(name).write_bytes(content.replace(b" ", b"-", 1))
    os.utime(workspace.path(name), ns=(1, 1))

    assert workspace.freshness() == difference(changed={name})


@each_article
def test_a_removed_article_is_removed_and_not_quotable(workspace: Workspace, name: str) -> None:
    workspace.path(name).unlink()

    freshness = workspace.freshness()

    assert freshness == difference(removed={name})
    assert freshness.not_quotable == {name}


@each_article
def test_a_renamed_article_is_removed_and_new(workspace: Workspace, name: str) -> None:
    workspace.path(name).rename(workspace.path("drugje.md"))

    assert workspace.freshness() == difference(new={"drugje.md"}, removed={name})


@each_article
def test_a_touched_article_with_the_same_content_is_fresh(workspace: Workspace, name: str) -> None:
    os.utime(workspace.path(name), ns=(1, 1))

    assert workspace.freshness().is_fresh


def test_an_article_written_again_as_it_was_is_fresh(workspace: Workspace) -> None:
    workspace.write("pl/latarnia.md", "Coś innego.")
    workspace.write("pl/latarnia.md", ARTICLES["pl/latarnia.md"])

    assert workspace.freshness().is_fresh


@each_article
def test_an_article_that_became_unreadable_is_not_quotable(workspace: Workspace, name: str) -> None:
    workspace.path(name).write_bytes(NOT_UTF8)

    assert workspace.freshness() == difference(changed={name})


def test_an_unreadable_article_stays_unquotable_after_a_build(workspace: Workspace) -> None:
    workspace.path("pl/latarnia.md").write_bytes(NOT_UTF8)
    workspace.build(FakeEmbedder())

    freshness = workspace.freshness()

    assert freshness.not_quotable == {"pl/latarnia.md"}
    assert freshness.is_fresh  # Another build could not read it either.


@each_article
def test_an_article_replaced_by_another_file_of_its_size_and_time_is_a_change(
    workspace: Workspace, name: str
) -> None:
    path = workspace.path(name)
    path.with_suffix(".new").write_bytes(path.read_bytes().replace(b" ", b"-", 1))
    os.utime(path.with_suffix(".new"), ns=(LONG_AGO, LONG_AGO))
    path.with_suffix(".new").replace(path)

    assert workspace.freshness() == difference(changed={name})


@each_article
def test_an_article_written_again_in_the_tick_in_which_it_was_indexed_is_a_change(
    workspace: Workspace, name: str
) -> None:
    workspace.write(name, workspace.text(name) + "\nDodana vrstica.\n")
    workspace.build(FakeEmbedder())

    workspace.rewrite_unnoticed(name, workspace.text(name).replace("vrstica", "beseda "))

    assert workspace.freshness() == difference(changed={name})


def test_a_build_that_finds_a_young_article_unchanged_trusts_its_stamp(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write("pl/latarnia.md", paragraph("pl"))
    workspace.build(FakeEmbedder())
    later = time.time_ns() + TICK_NS
    monkeypatch.setattr(time, "time_ns", lambda: later)
    workspace.build(FakeEmbedder())
    monkeypatch.setattr(Corpus, "read", lambda *_: pytest.fail("read without need"))

    assert workspace.freshness().is_fresh


@pytest.mark.parametrize("clock", [0, LONG_AGO - 1, 2**62])
def test_a_clock_that_was_wrong_at_the_build_hides_no_change(
    workspace: Workspace, clock: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as at_the_build:
        at_the_build.setattr(time, "time_ns", lambda: clock)
        workspace.build(FakeEmbedder(), full=True)
    assert workspace.freshness().is_fresh

    workspace.write("pl/latarnia.md", paragraph("pl"))

    assert workspace.freshness() == difference(changed={"pl/latarnia.md"})


@pytest.mark.parametrize("year", [1969, 2040, 2300, 2400])
def test_an_article_of_any_year_is_indexed_and_seen_to_change(
    workspace: Workspace, year: int
) -> None:
    name = "pl/latarnia.md"
    seconds = (year - 1970) * 365 * 24 * 3600
    os.utime(workspace.path(name), (seconds, seconds))
    workspace.build(FakeEmbedder())
    assert workspace.freshness().is_fresh

    workspace.write(name, paragraph("pl"))

    assert workspace.freshness() == difference(changed={name})


class VanishingCorpus(Corpus):
    """A corpus whose articles are removed right after they are listed."""

    def files(self) -> tuple[ArticleFile, ...]:
        found = super().files()
        for file in found:
            (self.folder / file.id).unlink()
        return found


def test_an_article_that_vanishes_while_it_is_looked_at_is_not_quotable(
    workspace: Workspace,
) -> None:
    os.utime(workspace.path("pl/latarnia.md"), ns=(1, 1))

    with workspace.reader() as reader:
        freshness = check_freshness(
            VanishingCorpus(workspace.corpus_folder),
            reader.documents(),
            reader.skipped(),
            scanned_ns=reader.state.scanned_ns,
        )

    assert freshness.not_quotable == {"pl/latarnia.md"}


def test_a_skipped_file_is_new_once_it_changes(workspace: Workspace) -> None:
    workspace.write("staro.md", paragraph("pl"))

    assert workspace.freshness() == difference(new={"staro.md"})


def test_a_skipped_file_that_is_removed_leaves_the_index_fresh(workspace: Workspace) -> None:
    workspace.path("staro.md").unlink()

    assert workspace.freshness().is_fresh


def test_a_build_makes_the_index_fresh_again(workspace: Workspace) -> None:
    workspace.write("novo.md", paragraph("ro"))
    workspace.write("pl/latarnia.md", paragraph("pl"))
    workspace.path("hi/डाकघर.md").unlink()
    workspace.path("staro.md").unlink()

    workspace.build(FakeEmbedder())

    assert workspace.freshness().is_fresh


sets = st.frozensets(st.sampled_from([DocumentId("a.md"), DocumentId("b.md")]))


@given(new=sets, changed=sets, removed=sets)
def test_only_what_stands_as_it_was_may_be_quoted(
    new: frozenset[DocumentId], changed: frozenset[DocumentId], removed: frozenset[DocumentId]
) -> None:
    freshness = Freshness(new=new, changed=changed, removed=removed)

    assert freshness.is_fresh == (new == changed == removed == frozenset())
    assert freshness.not_quotable == {*changed, *removed}
