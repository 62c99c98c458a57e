import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.corpus import Corpus, decode, digest_of, parse
from kb.domain import Document, DocumentId, LanguageCode
from kb.errors import (
    ArticleUnreadable,
    CorpusMissing,
    CorpusNotAFolder,
    CorpusUnreadable,
    TooManyOpenFiles,
)
from tests.limits import no_descriptors
from tests.prose import HEADINGS, LANGUAGES, paragraph


def _parse(content: bytes | str, *, detected: str | None = None) -> Document:
    data = content.encode() if isinstance(content, str) else content
    found = LanguageCode(detected) if detected else None
    return parse(DocumentId("mlin.md"), data, detect_language=lambda _: found)


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Mlin melje.\n", encoding="utf-8")


def _ids(folder: Path) -> list[str]:
    return [file.id for file in Corpus(folder).files()]


# Folders and files


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match=r"mlini.*does not exist"):
        Corpus(tmp_path / "mlini")


def test_a_corpus_that_is_a_file_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "mlin.md")

    with pytest.raises(CorpusNotAFolder, match=r"mlin\.md.*not a folder"):
        Corpus(tmp_path / "mlin.md")


def test_an_empty_corpus_has_no_articles(tmp_path: Path) -> None:
    assert _ids(tmp_path) == []


def test_articles_are_found_at_any_depth_sorted_by_path(tmp_path: Path) -> None:
    deep = "/".join("abcdefghij" * 4) + "/globoko.md"
    _write(tmp_path, "ž.md", "a.txt", "sl/z.MD", "sl/a.Txt", deep)

    assert _ids(tmp_path) == sorted(["ž.md", "a.txt", "sl/z.MD", "sl/a.Txt", deep])


def test_only_markdown_and_text_files_are_articles(tmp_path: Path) -> None:
    _write(tmp_path, "a.md", "a.pdf", "a.md.bak", "md", "a.markdown", "b.txt~")
    (tmp_path / "folder.md").mkdir()

    assert _ids(tmp_path) == ["a.md"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    _write(tmp_path, ".skrito.md", ".git/a.md", "sl/.obsidian/b.md", "sl/vidno.md")

    assert _ids(tmp_path) == ["sl/vidno.md"]


@pytest.mark.parametrize(
    "name",
    [
        "dve besedi.md",
        "»narekovaji« \"in\" 'drugi'.md",
        "nova\nvrstica.txt",
        "चक्की की कहानी.md",
        "młyn/łąka.md",
        unicodedata.normalize("NFD", "școală.md"),
        "🙂👩🏽\u200d🌾.md",
        "-rf *.md",
        "$HOME `x`.txt",
        "..md",
    ],
)
def test_an_article_is_found_and_read_under_any_name(tmp_path: Path, name: str) -> None:
    _write(tmp_path, f"mapa/{name}")
    corpus = Corpus(tmp_path)

    ids = [file.id for file in corpus.files()]

    assert ids == ([] if name.startswith(".") else [f"mapa/{name}"])
    assert all(corpus.read(id_) == b"Mlin melje.\n" for id_ in ids)


def test_a_file_name_that_is_not_utf_8_is_shown_and_its_article_not_read(tmp_path: Path) -> None:
    with (Path(os.fsdecode(bytes(tmp_path) + b"/mo\xe8nik.md"))).open("wb") as file:
        file.write(b"Mlin melje.\n")
    corpus = Corpus(tmp_path)
    (found,) = corpus.files()

    with pytest.raises(ArticleUnreadable, match=r"mo\?nik\.md.*not UTF-8; rename it"):
        corpus.read(found.id)


def test_links_lead_to_articles_inside_the_corpus_only(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "drugje"
    _write(corpus, "sl/mlin.md")
    _write(outside, "tuje.md")
    (corpus / "notri.md").symlink_to(corpus / "sl/mlin.md")
    (corpus / "ven.md").symlink_to(outside / "tuje.md")
    (corpus / "gor.md").symlink_to("../drugje/tuje.md")
    (corpus / "mapa").symlink_to(outside, target_is_directory=True)
    (corpus / "sl/krog").symlink_to(corpus, target_is_directory=True)
    (corpus / "nikamor.md").symlink_to(corpus / "ni.md")
    (corpus / "sebe.md").symlink_to(corpus / "sebe.md")

    assert _ids(corpus) == ["notri.md", "sl/mlin.md"]


def test_a_corpus_may_itself_be_reached_by_a_link(tmp_path: Path) -> None:
    _write(tmp_path / "pravi", "a.md")
    (tmp_path / "pravi/b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to(tmp_path / "pravi", target_is_directory=True)

    assert _ids(tmp_path / "link") == ["a.md", "b.md"]


def test_what_is_not_a_file_is_no_article(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cev.md")

    assert _ids(tmp_path) == []


def test_a_pipe_in_the_place_of_an_article_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")

    with pytest.raises(ArticleUnreadable, match=r"a\.md.*no longer a file"):
        Corpus(tmp_path).read(DocumentId("a.md"))


def test_an_article_larger_than_any_is_named_and_not_held_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(1 << 30)

    with pytest.raises(ArticleUnreadable, match=r"a\.md.*more than 16 MiB; split it"):
        Corpus(tmp_path).read(DocumentId("a.md"))


def test_a_folder_that_cannot_be_listed_is_an_error_and_not_an_empty_corpus(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "corpus"
    _write(folder, "a.md")
    corpus = Corpus(folder)
    shutil.rmtree(folder)

    with pytest.raises(CorpusUnreadable, match="No such file"):
        corpus.files()


def test_a_corpus_of_which_nothing_can_be_seen_is_named(tmp_path: Path) -> None:
    (tmp_path / "krog").symlink_to("krog")  # Root may look into any folder, but not follow this.

    with pytest.raises(CorpusUnreadable, match=r"krog.*symbolic links"):
        Corpus(tmp_path / "krog")


def test_without_file_descriptors_no_article_is_called_unreadable(tmp_path: Path) -> None:
    _write(tmp_path, "a.md")
    corpus = Corpus(tmp_path)

    with no_descriptors():
        with pytest.raises(TooManyOpenFiles):
            corpus.read(DocumentId("a.md"))
        with pytest.raises(TooManyOpenFiles):
            corpus.files()

    assert corpus.read(DocumentId("a.md"))


def test_paths_do_not_depend_on_where_the_corpus_lies(tmp_path: Path) -> None:
    _write(tmp_path / "prej", "sl/mlin.md")
    before = _ids(tmp_path / "prej")

    (tmp_path / "prej").rename(tmp_path / "potem")

    assert _ids(tmp_path / "potem") == before == ["sl/mlin.md"]


def test_a_stamp_changes_with_size_and_time(tmp_path: Path) -> None:
    _write(tmp_path, "a.md")
    (first,) = Corpus(tmp_path).files()
    os.utime(tmp_path / "a.md", ns=(0, first.stamp.modified_ns - 1))
    (second,) = Corpus(tmp_path).files()
    (tmp_path / "a.md").write_text("Mlin.", encoding="utf-8")
    os.utime(tmp_path / "a.md", ns=(0, second.stamp.modified_ns))
    (third,) = Corpus(tmp_path).files()

    assert len({first.stamp, second.stamp, third.stamp}) == 3


def test_an_article_that_is_gone_is_named(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)

    with pytest.raises(ArticleUnreadable, match=r"ni\.md.*No such file"):
        corpus.read(DocumentId("ni.md"))
    assert corpus.text(DocumentId("ni.md")) is None


def test_text_on_disk_is_that_of_the_document(tmp_path: Path) -> None:
    content = unicodedata.normalize("NFD", "---\ntitle: Ž\n---\r\nŽito.\r\n").encode()
    (tmp_path / "a.md").write_bytes(content)

    assert Corpus(tmp_path).text(DocumentId("a.md")) == _parse(content).source_text


# Bytes to text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("zażółć gęślą".encode("cp1250"), "not UTF-8 at byte 2"),
        ("žito".encode("latin2"), "not UTF-8 at byte 0"),
        ("दाना".encode("utf-16") + b"\0", "not UTF-8 at byte 0"),
        ("Mlin melje".encode("utf-16-le") + b"\0", "not UTF-8 at byte 1"),
        (b"\x00\x01\x02", "not UTF-8 at byte 0"),
        (b"Mlin \xf0\x9f\x99", "not UTF-8 at byte 5"),
        (b"\xed\xa0\x80", "not UTF-8 at byte 0"),
    ],
    ids=[
        "cp1250",
        "latin2",
        "torn utf-16",
        "torn utf-16 unmarked",
        "binary",
        "torn emoji",
        "surrogate",
    ],
)
def test_what_is_not_surely_text_is_named_with_the_next_step(content: bytes, reason: str) -> None:
    with pytest.raises(ArticleUnreadable, match=rf"mlin\.md.*{reason}.*save it as UTF-8"):
        _parse(content)


@pytest.mark.parametrize(
    "content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"---\ntitle: M\n---\n \n"]
)
def test_a_file_without_text_is_named(content: bytes) -> None:
    with pytest.raises(ArticleUnreadable, match="holds no text"):
        _parse(content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_is_composed_with_line_feeds_and_without_a_byte_order_mark(language: str) -> None:
    text = f"# {HEADINGS[language][0]}\n\n{paragraph(language)} 🙂\n"
    content = "\ufeff" + unicodedata.normalize("NFD", text).replace("\n", "\r\n")

    decoded = decode(DocumentId("a.md"), content.encode(), detect_language=lambda _: None)

    assert decoded == unicodedata.normalize("NFC", text)


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=300)
def test_any_bytes_are_a_document_or_named(content: bytes) -> None:
    try:
        document = _parse(content)
    except ArticleUnreadable:
        return
    assert document.text[document.body_start :].strip()
    assert document.title


@given(matter=st.text(st.sampled_from("title: languge\n-[]{}*&!|>'\"#%@`,?sž \t\x07"), max_size=40))
@settings(max_examples=300)
def test_any_front_matter_is_read_or_named(matter: str) -> None:
    try:
        document = _parse(f"---\n{matter}\n---\nMlin melje.\n")
    except ArticleUnreadable:
        return
    assert document.text.endswith("Mlin melje.\n")


def test_bytes_that_differ_have_another_digest() -> None:
    assert digest_of(b"Mlin\n") == digest_of(b"Mlin\n")
    assert digest_of(b"Mlin\n") != digest_of(b"Mlin\r\n")
