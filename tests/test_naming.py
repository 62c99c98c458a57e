"""What the user calls an article leads to it, whatever script it is in and however it is typed."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.article_errors import AmbiguousArticle, UnknownArticle
from kb.domain import DocumentId
from kb.naming import NamedArticle, article_at, find_article

TITLES = {
    DocumentId(id_): title
    for id_, title in {
        "hi/डाकघर.md": "पहाड़ी डाकघर",
        "pl/łódź.md": "Łódź nocą",
        "pl/poczta.md": "Poczta",
        unicodedata.normalize("NFD", "ro/școală.md"): "Şcoala",
        "sl/pošta 12:30.md": "Pošta",
        "sl/pošta 12:30.md:7": "Odlomek",
    }.items()
}
CORPORA = ("my articles", "/home/žan/my articles")

each_form = pytest.mark.parametrize("form", ["NFC", "NFD"])
Form = Literal["NFC", "NFD"]


def find(named: str) -> NamedArticle:
    return find_article(named, TITLES, corpora=CORPORA)


@each_form
@pytest.mark.parametrize("start", ["", "./", "my articles/", "/home/žan/my articles/"])
@pytest.mark.parametrize("id_", TITLES)
def test_a_path_as_it_is_printed_leads_to_its_article(
    id_: DocumentId, start: str, form: Form
) -> None:
    assert find(unicodedata.normalize(form, start + id_)) == NamedArticle(id_)


@pytest.mark.parametrize("id_", TITLES)
@pytest.mark.parametrize(("lines", "line"), [(":12", 12), (":12-14", 12)])
def test_a_citation_leads_to_its_line(id_: DocumentId, lines: str, line: int) -> None:
    assert find(f"my articles/{id_}{lines}") == NamedArticle(id_, line)


@each_form
@pytest.mark.parametrize(
    ("named", "id_", "line"),
    [
        ("डाक", "hi/डाकघर.md", None),
        ("पहाड़ी", "hi/डाकघर.md", None),
        ("LODZ", "pl/łódź.md", None),
        ("łódź nocą:3", "pl/łódź.md", 3),
        ("poczt", "pl/poczta.md", None),
        ("scoala", unicodedata.normalize("NFD", "ro/școală.md"), None),
        ("odlomek", "sl/pošta 12:30.md:7", None),
    ],
)
def test_a_part_of_a_path_or_title_is_enough_when_one_article_has_it(
    named: str, id_: str, line: int | None, form: Form
) -> None:
    assert find(unicodedata.normalize(form, named)) == NamedArticle(DocumentId(id_), line)


def test_a_part_that_several_have_is_not_guessed() -> None:
    with pytest.raises(AmbiguousArticle, match=r"'pošta' may be 'sl/pošta 12:30.md', 'sl/"):
        find("pošta")


@pytest.mark.parametrize("named", ["pl/poczda.md", "Poczda", "pozcta"])
def test_a_name_that_is_nearly_right_is_told_what_is_near(named: str) -> None:
    with pytest.raises(UnknownArticle, match=r"near to it: 'pl/poczta\.md'"):
        find(named)


@pytest.mark.parametrize("named", ["", " ", ":", "xyzxyz", "..", "/"])
def test_what_no_article_is_called_is_an_error(named: str) -> None:
    with pytest.raises((UnknownArticle, AmbiguousArticle)):
        find(named)


@given(st.text())
def test_any_name_leads_to_an_article_or_to_an_error(named: str) -> None:
    try:
        assert find(named).id in TITLES
    except (UnknownArticle, AmbiguousArticle):
        assert article_at(named, TITLES, corpora=CORPORA) is None
