"""Rebuilding: what is new is embedded once, and the index ends up as if made from scratch."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.chunking import Window, embedded_text
from kb.domain import ArticleFilter, LanguageCode
from kb.embedding.embedded import EmbeddedModel
from tests.cli.articles import ARTICLES
from tests.fakes import CountingEmbedder, FakeEmbedder
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, paragraph
from tests.workspace import Workspace, contents

each_language = pytest.mark.parametrize("language", LANGUAGES)
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


def copy_of_corpus(workspace: Workspace, folder: Path) -> Workspace:
    """Return a workspace with the same articles, stamps included, and no index."""
    copy = Workspace(folder)
    for file in workspace.corpus.files():
        copy.path(file.id).parent.mkdir(parents=True, exist_ok=True)
        os.link(workspace.path(file.id), copy.path(file.id))
    return copy


# What is embedded


def test_every_passage_of_a_new_corpus_is_embedded_once(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    report = workspace.build(embedder)

    assert report.embedded == embedder.texts_seen == report.passages > len(ARTICLES)
    assert report.plan.added == set(ARTICLES)
    assert report.documents == len(ARTICLES)


def test_unchanged_articles_are_not_embedded_again(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    embedder.reset()

    report = workspace.build(embedder)

    assert report.embedded == embedder.texts_seen == 0
    assert report.plan.to_keep == set(ARTICLES)


@each_language
def test_only_the_edited_passage_is_embedded(
    workspace: Workspace, embedder: CountingEmbedder, language: str
) -> None:
    headings, sentences = HEADINGS[language], SENTENCES[language]
    sections = [f"## {heading}\n\n{paragraph(language)}\n\n" for heading in headings]
    workspace.write("mlin.md", "".join(sections))
    workspace.build(embedder)
    embedder.reset()

    workspace.write(
        "mlin.md", sections[0] + f"## {headings[1]}\n\n{sentences[2]}\n\n" + sections[2]
    )
    report = workspace.build(embedder)

    assert report.plan.changed == {"mlin.md"}
    assert report.embedded == embedder.texts_seen == 1


@pytest.mark.parametrize("name", ARTICLES)
def test_a_renamed_article_is_not_embedded_again(
    workspace: Workspace, embedder: CountingEmbedder, name: str
) -> None:
    workspace.build(embedder)
    embedder.reset()

    workspace.path(name).rename(workspace.path("novo ime ज़ł.md"))
    report = workspace.build(embedder)

    assert embedder.texts_seen == 0
    assert report.plan.removed == {name}
    assert report.plan.added == {"novo ime ज़ł.md"}
    with workspace.reader() as reader:
        assert {d.id for d in reader.documents()} == {*ARTICLES, "novo ime ज़ł.md"} - {name}


def test_an_article_that_comes_back_is_not_embedded_again(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    before = contents(workspace)
    away = workspace.path("pl/latarnia.md").rename(workspace.corpus_folder.parent / "away.md")
    workspace.build(embedder)
    embedder.reset()

    away.rename(workspace.path("pl/latarnia.md"))
    workspace.build(embedder)

    assert embedder.texts_seen == 0
    assert contents(workspace) == before


def test_text_that_stands_in_two_articles_is_embedded_once(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    for name in ("a.md", "b.md"):
        workspace.write(name, paragraph("hi", sentences=4))
    for name in ARTICLES:
        workspace.path(name).unlink()

    report = workspace.build(embedder)

    assert (report.passages, report.embedded) == (2, 1)


def test_another_model_embeds_everything_again(workspace: Workspace) -> None:
    workspace.build(FakeEmbedder())
    other = CountingEmbedder(FakeEmbedder(dimension=32, name="other"))

    report = workspace.build(other)

    assert other.texts_seen == report.passages
    assert (report.state.model, report.state.fingerprint) == ("other", other.fingerprint)
    with workspace.reader() as reader:
        assert reader.vectors()[1].shape == (report.passages, 32)
        assert reader.vectors_file() is not None


def test_returning_to_a_model_embeds_nothing_again(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    before = contents(workspace)
    workspace.build(FakeEmbedder(name="other"))
    embedder.reset()

    report = workspace.build(embedder)

    assert embedder.texts_seen == 0
    assert report.state.model == embedder.name
    assert contents(workspace) == before


def test_a_model_that_moved_is_found_under_its_new_name_without_embedding(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    embedder.reset()
    embedder.name = "drugje/model"

    workspace.build(embedder)

    assert embedder.texts_seen == 0
    with workspace.reader() as reader:
        assert reader.state.model == "drugje/model"


def test_a_full_build_embeds_everything_again_and_says_the_same(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    before = contents(workspace)
    embedder.reset()

    report = workspace.build(embedder, full=True)

    assert embedder.texts_seen == report.embedded == report.passages
    assert report.plan.to_keep == set(ARTICLES)
    assert report.state.generation == 2
    assert contents(workspace) == before


# What a build leaves


def test_a_build_that_changes_nothing_makes_no_generation(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.write("staro.md", "")
    first = workspace.build(embedder)

    second = workspace.build(embedder)

    assert second.state.generation == first.state.generation == 1
    assert second.plan.is_empty
    assert second.skipped == first.skipped


def test_a_touched_file_is_only_stamped_anew(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)
    with workspace.reader() as reader:
        before = reader.passages(reader.passage_ids()), reader.passage_ids()
    os.utime(workspace.path("pl/latarnia.md"), ns=(1, 10**18))
    embedder.reset()

    report = workspace.build(embedder)

    assert embedder.texts_seen == 0
    assert report.plan.is_empty
    with workspace.reader() as reader:
        stamps = {document.id: document.stamp for document in reader.documents()}
        assert stamps == {file.id: file.stamp for file in workspace.corpus.files()}
        assert (reader.passages(reader.passage_ids()), reader.passage_ids()) == before


def test_a_removed_article_leaves_the_index(
    workspace: Workspace, embedder: CountingEmbedder
) -> None:
    workspace.build(embedder)

    workspace.path("pl/latarnia.md").unlink()
    report = workspace.build(embedder)

    assert report.plan.removed == {"pl/latarnia.md"}
    with workspace.reader() as reader:
        assert "pl/latarnia.md" not in {document.id for document in reader.documents()}
        found = reader.passages(reader.passage_ids())
        assert "pl/latarnia.md" not in {passage.document_id for passage in found}


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["a.md", "b.txt", "mapa/ज़.md"]),
        st.sampled_from([*LANGUAGES, "empty", "cp1250", "gone", "touched"]),
    ),
    max_size=8,
)


def edit(workspace: Workspace, name: str, how: str) -> None:
    path = workspace.path(name)
    if how == "gone":
        path.unlink(missing_ok=True)
    elif how == "touched" and path.exists():
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    elif how == "cp1250":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(NOT_UTF8)
    elif how != "touched":
        workspace.write(name, "" if how == "empty" else f"# Mlin\n\n{paragraph(how)}\n")


@settings(max_examples=25, deadline=None)
@given(edits=EDITS, builds=st.sets(st.integers(0, 7)), full=st.booleans())
def test_an_incremental_build_ends_where_one_from_scratch_does(
    edits: list[tuple[str, str]], builds: set[int], full: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.write("stays.md", paragraph("sl"))
        for number, (name, how) in enumerate(edits):
            edit(workspace, name, how)
            if number in builds:
                workspace.build(FakeEmbedder(), prune=True)
        kept_for_unreadable = workspace.corpus.files()
        for file in kept_for_unreadable:  # What an index keeps of these a new one cannot have.
            if workspace.path(file.id).read_bytes() in (NOT_UTF8, b""):
                workspace.path(file.id).unlink()
        scratch = copy_of_corpus(workspace, Path(folder) / "scratch")

        workspace.build(FakeEmbedder(), full=full, prune=True)
        scratch.build(FakeEmbedder())

        assert contents(workspace) == contents(scratch)


def test_token_vectors_of_the_model_are_kept_for_each_passage(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    workspace.build(embedded_model)

    with workspace.reader() as reader:
        tokens = reader.tokens(reader.passage_ids())

    assert min(len(of_passage) for of_passage in tokens) > 0


def test_a_passage_in_another_language_is_found_by_its_own(
    tmp_path: Path, embedded_model: EmbeddedModel
) -> None:
    workspace = Workspace(tmp_path)
    text = "\n\n".join(f"## {i}\n\n{paragraph(code)}" for i, code in enumerate(LANGUAGES))
    workspace.write("mešano.md", f"---\nlanguage: sl\n---\n# Mlin\n\n{text}")
    workspace.build(embedded_model)

    with workspace.retriever(embedded_model) as retriever:
        for language in LANGUAGES:
            only = ArticleFilter(languages=(LanguageCode(language),))
            (hit,) = retriever.retrieve(SENTENCES["pl"][0], k=9, wanted=only).hits

            assert hit.passage.language == language
            assert SENTENCES[language][0] in hit.passage.text


def test_articles_of_headings_alone_make_an_index_without_passages(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("naslovi.md", "# Naslov\n\n## Podnaslov\n")

    report = workspace.build(FakeEmbedder())

    assert (report.documents, report.passages, report.state.generation) == (1, 0, 1)


def test_the_caller_sees_each_batch_once(workspace: Workspace, embedder: CountingEmbedder) -> None:
    for i in range(100):
        workspace.write(f"{i}.md", f"Mlin številka {i} melje ajdo.")
    seen: list[bytes] = []

    def watch(batches: Sequence[Sequence[bytes]]) -> Iterable[Sequence[bytes]]:
        for batch in batches:
            seen.extend(batch)
            yield batch

    report = workspace.build(embedder, track=watch)

    assert len(seen) == len(set(seen)) == report.embedded


# Models


def test_a_model_that_comes_back_reads_nothing_again(workspace: Workspace) -> None:
    first = CountingEmbedder(FakeEmbedder(name="first"))
    second = CountingEmbedder(FakeEmbedder(name="second", dimension=32))
    workspace.build(first)
    before = contents(workspace)

    assert workspace.build(second).embedded == second.texts_seen > 0
    assert workspace.build(first).embedded == 0

    assert contents(workspace) == before
    assert first.texts_seen == second.texts_seen


def test_a_model_reads_only_what_it_has_not_read_before(workspace: Workspace) -> None:
    first = CountingEmbedder(FakeEmbedder(name="first"))
    workspace.build(first)
    workspace.build(FakeEmbedder(name="second"))
    workspace.write("nov.md", SENTENCES["sl"][0])
    first.reset()

    assert workspace.build(first).embedded == first.texts_seen == 1


def _letters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


@each_language
def test_passages_fit_the_window_of_the_model(tmp_path: Path, language: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("mlin.md", f"# {HEADINGS[language][0]}\n\n{paragraph(language)}")
    narrow = FakeEmbedder(name="narrow")
    narrow.window = Window(250, _letters)

    wide = workspace.build(FakeEmbedder())
    fitting = workspace.build(narrow)

    assert fitting.passages > wide.passages
    assert fitting.cut == wide.cut == 0
    with workspace.reader() as reader:
        passages = reader.passages(reader.passage_ids())
    assert not narrow.window.cuts([embedded_text(passage) for passage in passages])


@each_language
def test_passages_that_the_model_does_not_read_to_their_end_are_counted(
    tmp_path: Path, language: str
) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("mlin.md", paragraph(language))
    narrow = FakeEmbedder(name="narrow")
    narrow.window = Window(60, _letters)

    report = workspace.build(narrow)

    assert report.cut == sum(len(sentence) > 60 for sentence in SENTENCES[language])
    assert workspace.build(narrow).cut == 0  # Nothing was cut in this build.
