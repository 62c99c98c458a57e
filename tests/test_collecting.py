"""Which files become articles, where they go, and what is recognised as being there already."""

import unicodedata
from itertools import combinations, starmap
from pathlib import Path

import pytest

from kb.article_errors import ArticleUnwritable, UnknownPath
from kb.chunking import embedded_text, passages_of
from kb.collecting import (
    NEAR,
    Addition,
    Collector,
    Placing,
    Verdict,
    choose_to_remove,
    entries_of,
    near_articles,
    place_of,
)
from kb.corpus import Corpus, remove_articles
from kb.domain import Document, DocumentId, LanguageCode
from kb.embedding.embedded import EmbeddedModel
from kb.language import document_language
from kb.vectors import Matrix, likenesses
from tests.cli.articles import ARTICLES
from tests.prose import LANGUAGES, paragraph
from tests.workspace import Workspace, write_library

BY_LANGUAGE = Placing()
EXAMPLES = Path(__file__).parents[1] / "corpus"
HERE = Placing(folder="")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def add(
    workspace: Workspace,
    *files: tuple[str, str | bytes],
    placing: Placing = BY_LANGUAGE,
    is_indexed: bool = False,
) -> list[Addition]:
    """Add files with one collector, with the index when there is one to compare with."""
    reader = workspace.reader() if is_indexed else None
    collector = Collector(workspace.corpus, reader, detect_language=document_language)
    try:
        return [
            collector.add(name, name, text if isinstance(text, bytes) else text.encode(), placing)
            for name, text in files
        ]
    finally:
        if reader is not None:
            reader.close()


def verdicts(additions: list[Addition]) -> list[tuple[Verdict, str | None]]:
    return [(addition.verdict, addition.at) for addition in additions]


# Where an article goes


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_goes_into_the_folder_of_its_language(workspace: Workspace, name: str) -> None:
    language, file_name = name.split("/")
    content = ARTICLES[name].encode()

    (addition,) = add(workspace, (file_name, content))

    assert (addition.verdict, addition.at) == (Verdict.ADDED, name)
    assert addition.document is not None
    assert addition.document.language == language
    assert workspace.path(name).read_bytes() == content


@pytest.mark.parametrize(
    ("below", "language", "folder", "place"),
    [
        ("a.md", "pl", None, "pl/a.md"),
        ("a.md", None, None, "a.md"),
        ("pl/a.md", "pl", None, "pl/a.md"),
        ("pl/a.md", "sl", None, "sl/pl/a.md"),
        ("2026/maj/a.md", "hi", None, "hi/2026/maj/a.md"),
        ("a.md", "hi", "", "a.md"),
        ("2026/a.md", "hi", "arhiv/stari", "arhiv/stari/2026/a.md"),
        (unicodedata.normalize("NFD", "șțł.md"), "ro", None, "ro/șțł.md"),
        (unicodedata.normalize("NFD", "ड़.md"), None, None, unicodedata.normalize("NFC", "ड़.md")),
    ],
)
def test_folders_below_the_one_named_stay(
    below: str, language: str | None, folder: str | None, place: str
) -> None:
    assert place_of(below, LanguageCode(language) if language else None, folder) == place


# What is there already


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_indexed", [True, False])
def test_the_same_text_is_recognised_however_it_is_written(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str, is_indexed: bool
) -> None:
    text = paragraph(language)
    original = f"{language}/original.md"
    first = ("original.md", text)
    if is_indexed:
        workspace.write(original, text)
        workspace.build(embedded_model)
    forms = [
        ("bytes.md", text),
        ("form.txt", unicodedata.normalize("NFD", text)),
        ("case.md", text.upper()),
        ("matter.md", f"---\ntitle: X\nlanguage: {language}\n---\n{text}"),
        ("mark.md", f"\ufeff{text}"),
        ("lines.md", text.replace(" ", "\r\n")),
    ]

    found = add(workspace, *([] if is_indexed else [first]), *forms, is_indexed=is_indexed)

    assert verdicts(found[-len(forms) :]) == [(Verdict.KNOWN, original)] * len(forms)
    assert [file.id for file in workspace.corpus.files()] == [original]


def test_the_same_bytes_are_recognised_before_they_are_indexed(workspace: Workspace) -> None:
    workspace.write("sl/new.md", paragraph("sl"))

    assert verdicts(add(workspace, ("a.md", paragraph("sl")))) == [(Verdict.KNOWN, "sl/new.md")]


def test_an_article_that_is_gone_from_the_corpus_may_come_back(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    workspace.write("sl/a.md", paragraph("sl"))
    workspace.build(embedded_model)
    workspace.path("sl/a.md").unlink()

    found = add(workspace, ("a.md", paragraph("sl")), is_indexed=True)

    assert verdicts(found) == [(Verdict.ADDED, "sl/a.md")]


def test_another_article_is_never_overwritten_unless_it_is_forced(workspace: Workspace) -> None:
    old, new = paragraph("sl"), paragraph("sl", sentences=3)
    workspace.write(unicodedata.normalize("NFD", "sl/šola.md"), old)
    at = unicodedata.normalize("NFD", "sl/šola.md")

    refused = add(workspace, ("šola.md", new))
    assert verdicts(refused) == [(Verdict.TAKEN, at)]
    assert workspace.text(at) == old

    forced = add(workspace, ("šola.md", new), placing=Placing(force=True))
    assert verdicts(forced) == [(Verdict.REPLACED, at)]
    assert workspace.text(at) == new
    assert len(workspace.corpus.files()) == 1
    (kept,) = workspace.corpus_folder.glob(f".removed/*/{at}")
    assert kept.read_text(encoding="utf-8") == old


def test_nothing_is_written_through_a_link_that_leaves_the_corpus(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    workspace.path("link").symlink_to(tmp_path / "outside")

    with pytest.raises(ArticleUnwritable, match="outside of the corpus"):
        add(workspace, ("a.md", paragraph("sl")), placing=Placing(folder="link"))
    workspace.path("loop").symlink_to(workspace.path("loop"))
    with pytest.raises(ArticleUnwritable):
        add(workspace, ("a.md", paragraph("sl")), placing=Placing(folder="loop"))

    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\xfa", b"---\na: [\n---\nMlin.", b"---\ntitle: A\n---\n"]
)
def test_what_cannot_be_read_is_not_copied(workspace: Workspace, content: bytes) -> None:
    (addition,) = add(workspace, ("a.md", content))

    assert addition.verdict is Verdict.UNREADABLE
    assert addition.reason
    assert not workspace.corpus.files()


# Near-duplicates


def test_the_same_article_in_another_language_is_named(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    write_library(workspace)
    for language in LANGUAGES:
        workspace.write(f"translated/{language}.md", paragraph(language))
    workspace.build(embedded_model)
    added = [DocumentId(f"translated/{language}.md") for language in LANGUAGES]

    with workspace.reader() as reader:
        near = near_articles(reader, [*added, DocumentId("not/indexed.md")])

    assert list(near) == added
    for id_, articles in near.items():
        found = [article.id for article in articles]
        assert len(found) == 3
        assert id_ not in found
        assert set(found) < {*added, *(DocumentId(f"{one}/mlin.md") for one in LANGUAGES)}
        shown = [article.likeness for article in articles]
        assert shown == sorted(shown, reverse=True)
        assert shown[-1] >= NEAR
        assert all(
            article.language == article.id.split("/")[-1][:2]
            for article in articles
            if article.id in added
        )


def test_articles_on_other_subjects_are_not_near(
    workspace: Workspace, embedded_model: EmbeddedModel
) -> None:
    for name, text in ARTICLES.items():
        workspace.write(name, text)
    workspace.build(embedded_model)

    with workspace.reader() as reader:
        assert near_articles(reader, map(DocumentId, ARTICLES)) == {}


# Front matter


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_an_article_is_written_in_it(
    workspace: Workspace, embedded_model: EmbeddedModel, language: str
) -> None:
    body = paragraph(language).replace("\n", "\r\n")
    text = f"---\r\nsource: ustno\r\ntitle: Staro\r\n---\r\n{body}"
    said = entries_of(
        language=LanguageCode("mr"),
        title=unicodedata.normalize("NFD", "Žetev  ड़"),
        date="2026-01",
        tags=["Łódź", "žito", "łódź"],
    )

    (addition,) = add(workspace, ("a.md", text), placing=Placing(entries=said))

    document = addition.document
    assert document is not None
    assert addition.at == document.id == "mr/a.md"
    assert document.title == unicodedata.normalize("NFC", "Žetev ड़")
    assert (document.language, document.date, document.source) == ("mr", "2026-01", "ustno")
    assert document.tags == ("Łódź", "žito")
    assert workspace.path("mr/a.md").read_bytes().endswith(body.encode())
    workspace.build(embedded_model)
    with workspace.reader() as reader:
        (indexed,) = reader.documents()
        assert (indexed.title, indexed.tags) == (document.title, document.tags)


@pytest.mark.parametrize("encoding", ["cp1250", "utf-16", "utf-8-sig"])
def test_a_file_in_another_encoding_stays_so_unless_front_matter_is_written(
    workspace: Workspace, encoding: str
) -> None:
    text = "\n\n".join(paragraph("pl").replace("🙂", "").split("\n\n"))
    content = text.encode(encoding)
    placing = Placing(folder="x", entries=entries_of(tags=["młyn"]))

    (plain,) = add(workspace, ("a.md", content))
    workspace.path("pl/a.md").unlink()
    (tagged,) = add(workspace, ("a.md", content), placing=placing)

    assert (plain.verdict, plain.at) == (Verdict.ADDED, "pl/a.md")
    assert tagged.document is not None
    assert (tagged.verdict, tagged.document.tags) == (Verdict.ADDED, ("młyn",))
    assert workspace.path("x/a.md").read_bytes().decode("utf-8-sig").endswith(f"---\n{text}")


def test_front_matter_that_cannot_be_changed_is_left_and_the_file_skipped(
    workspace: Workspace,
) -> None:
    placing = Placing(entries=entries_of(title="Novo"))

    (addition,) = add(workspace, ("a.md", "---\n{title: A}\n---\nMlin."), placing=placing)

    assert addition.verdict is Verdict.UNREADABLE
    assert "leave out --lang" in addition.reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_copied_as_it_is_and_takes_no_front_matter(
    workspace: Workspace, language: str
) -> None:
    page = f"<html><body><article><h1>Mlin</h1><p>{paragraph(language)}</p></article></body></html>"
    placing = Placing(entries=entries_of(tags=["mlin"]))

    (refused,) = add(workspace, ("a.html", page), placing=placing)
    added, known = add(workspace, ("a.html", page), ("b.html", f"<!-- -->{page}\n"))

    assert (refused.verdict, refused.at) == (Verdict.UNREADABLE, None)
    assert "leave out --lang" in refused.reason
    assert (added.verdict, added.at) == (Verdict.ADDED, f"{language}/a.html")
    assert workspace.path(f"{language}/a.html").read_bytes() == page.encode()
    assert (known.verdict, known.at) == (Verdict.KNOWN, added.at)


# Out of the corpus

IDS = tuple(map(DocumentId, ("hi/डाकघर.md", "pl/a.md", "pl/b/łódź.md", "sl/a.md")))


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        (["pl/a.md"], [1]),
        (["my corpus/pl/a.md", "./pl/a.md"], [1]),
        (["**/a.md"], [1, 3]),
        (["pl/"], [1, 2]),
        (["my corpus/pl/**", "hi/*"], [1, 2, 0]),
        ([unicodedata.normalize("NFD", "pl/b/łódź.md")], [2]),
    ],
)
def test_whole_paths_and_patterns_are_removed(named: list[str], chosen: list[int]) -> None:
    found = choose_to_remove(named, IDS, corpora=["my corpus"])

    assert list(found) == [IDS[place] for place in chosen]


@pytest.mark.parametrize("named", ["a.md", "łódź", "pl", "", "de/*"])
def test_a_part_of_a_name_removes_nothing(named: str) -> None:
    with pytest.raises(UnknownPath):
        choose_to_remove(["pl/a.md", named], IDS, corpora=["my corpus"])


def test_what_is_removed_is_kept_and_no_article_any_more(workspace: Workspace) -> None:
    for id_ in IDS:
        workspace.write(id_, f"Besedilo {id_}")

    folders = [remove_articles(Corpus(workspace.corpus_folder), [id_]) for id_ in IDS[:2]]
    workspace.write(IDS[0], "Drugo")
    folders.append(remove_articles(Corpus(workspace.corpus_folder), IDS[:1]))

    assert len(set(folders)) == 3
    assert (folders[0] / IDS[0]).read_text(encoding="utf-8") == f"Besedilo {IDS[0]}"
    assert (folders[2] / IDS[0]).read_text(encoding="utf-8") == "Drugo"
    assert [file.id for file in workspace.corpus.files()] == sorted(IDS[2:])


# The limit


def test_translations_are_above_the_limit_and_articles_on_one_subject_below(
    embedded_model: EmbeddedModel,
) -> None:
    def vectors(text: str) -> Matrix:
        document = Document(id=DocumentId("a.md"), title="", language=None, text=text)
        return embedded_model.embed_passages(list(map(embedded_text, passages_of(document))))

    def likeness(one: Matrix, other: Matrix) -> float:
        return float(likenesses(one, other, [range(len(other))])[0])

    translated = [vectors(paragraph(language)) for language in LANGUAGES]
    articles = [
        vectors(path.read_text(encoding="utf-8").split("\n---\n", 1)[1])
        for path in sorted(EXAMPLES.glob("*/*.md"))
    ]

    assert len(articles) == 16
    assert min(starmap(likeness, combinations(translated, 2))) > NEAR + 0.02
    assert max(starmap(likeness, combinations(articles, 2))) < NEAR - 0.05
