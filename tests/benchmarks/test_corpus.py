"""What a benchmark may count on: the generated articles are repeatable, varied and well written."""

import re
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpus import LANGUAGES, SHARES, Stock, generate, load_stock, values_of

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "corpus.py"

# Who appears in the example corpus: a generated article must never seem to speak of them.
RESERVED = (
    *(
        "Lumina",
        "Morava Foto",
        "Soča Net",
        "Elektro Tisa",
        "Gibalnica",
        "Mizica",
        "Bursztyn",
        "Kadrownik",
    ),
    *(
        "Palarnia Żuraw",
        "आरोग्य बाज़ार",
        "यात्रामित्र",
        "किसान पुर्ज़े",
        "Bela Lipa",
        "Carpat Soft",
        "Dunărea Trans",
    ),
    *(
        "MedLogic",
        "Straja Verde",
        "Saldo i Syn",
        "Lee Resources",
        "Reichheld",
        "Vesna Kralj",
        "Maja Hribar",
    ),
    *(
        "Irena Walczak",
        "Tomasz Lis",
        "सुनीता राव",
        "Ioana Mureșan",
        "Radu Stan",
        "Petra Golob",
        "Nejc Zupan",
    ),
)

SEEDS = st.integers(min_value=0, max_value=2**32)
KINDS = st.sampled_from(sorted(SHARES))
QUOTES = {"sl": "»«", "pl": "„”", "hi": '""', "ro": "„”", "en": "“”"}


@pytest.fixture(params=LANGUAGES)
def stock(request: pytest.FixtureRequest) -> Stock:
    return load_stock(request.param)


def templates(stock: Stock) -> list[str]:
    """Every template of a language that becomes a line or a sentence of an article."""
    found: list[str] = []
    for group in stock.groups:
        found += [*group.titles, *group.openings]
        for subject in group.subjects:
            found += [
                *subject.headings,
                *subject.sentences,
                *(entry for entries in subject.lists for entry in entries),
            ]
    return found


def sentences(stock: Stock) -> list[str]:
    """Every template that is a whole sentence in a paragraph."""
    subjects = [subject for group in stock.groups for subject in group.subjects]
    openings = [opening for group in stock.groups for opening in group.openings]
    return openings + [sentence for subject in subjects for sentence in subject.sentences]


def body(text: str) -> str:
    """An article without its front matter."""
    return text.split("---\n", 2)[2] if text.startswith("---\n") else text


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, kind=KINDS, count=st.integers(min_value=0, max_value=40))
def test_same_seed_gives_the_same_articles(seed: int, kind: str, count: int) -> None:
    assert list(generate(count, seed=seed, kind=kind)) == list(
        generate(count, seed=seed, kind=kind)
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=SEEDS, kind=KINDS, count=st.integers(min_value=0, max_value=40), more=st.integers(1, 40)
)
def test_smaller_run_begins_a_larger_run(seed: int, kind: str, count: int, more: int) -> None:
    larger = generate(count + more, seed=seed, kind=kind)
    assert list(islice(larger, count)) == list(generate(count, seed=seed, kind=kind))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, other=SEEDS)
def test_different_seeds_give_different_articles(seed: int, other: int) -> None:
    if seed != other:
        assert list(generate(5, seed=seed)) != list(generate(5, seed=other))


def test_articles_of_a_seed_stay_as_they_are() -> None:
    """Holds on every platform and Python, so that figures measured on these articles can be compared."""
    article = next(generate(1, seed=7, languages=["en"], kind="distractors"))
    assert article.path == "en/knowledge-000001.md"
    assert (
        article.title == "How Crestinity Group of North Plumworth Heath looks after its customers"
    )


@settings(max_examples=25, deadline=None)
@given(
    seed=SEEDS,
    kind=KINDS,
    count=st.integers(min_value=0, max_value=60),
    languages=st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True),
)
def test_languages_appear_equally_often(
    seed: int, kind: str, count: int, languages: list[str]
) -> None:
    counts = Counter(dict.fromkeys(languages, 0))
    counts.update(
        article.language for article in generate(count, seed=seed, languages=languages, kind=kind)
    )
    assert set(counts) == set(languages)
    assert max(counts.values()) - min(counts.values()) <= 1


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, kind=KINDS)
def test_text_is_clean(seed: int, kind: str) -> None:
    for article in generate(10, seed=seed, kind=kind):
        assert unicodedata.is_normalized("NFC", article.text)
        assert not re.search(r"[{}şţŞŢ]|  |\n{3}| \n|\.\.", article.text)
        assert article.text.endswith("\n")
        assert not [name for name in RESERVED if name in article.text]


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, kind=KINDS)
def test_article_has_the_shape_of_a_real_one(seed: int, kind: str) -> None:
    for article in generate(10, seed=seed, kind=kind):
        text = body(article.text)
        assert 250 <= len(text.split()) <= 900
        assert re.search(r"^(- |1\. )", text, re.MULTILINE)
        if article.path.endswith(".md"):
            assert text.lstrip().startswith(f"# {article.title}\n")
            assert 3 <= len(re.findall("^## ", text, re.MULTILINE)) <= 6


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, kind=KINDS)
def test_hindi_paragraphs_end_in_danda_or_question_mark(seed: int, kind: str) -> None:
    for article in generate(5, seed=seed, languages=["hi"], kind=kind):
        blocks = body(article.text).strip().split("\n\n") if article.path.endswith(".md") else []
        for line in (
            line for block in blocks for line in block.splitlines() if not line.startswith("#")
        ):
            assert line.endswith(("।", "?", ":")), line


def test_sentences_end_in_the_mark_of_their_language(stock: Stock) -> None:
    ends = ("।", "?") if stock.language == "hi" else (".", "?")
    assert [sentence for sentence in sentences(stock) if not sentence.endswith(ends)] == []


def test_quotes_are_those_of_the_language(stock: Stock) -> None:
    quotes = set("".join(re.findall(r"[\"»«„”“‟‘‚]", "".join(templates(stock)))))
    assert quotes <= set(QUOTES[stock.language])


def test_stock_is_large_enough(stock: Stock) -> None:
    subjects = [subject for group in stock.groups for subject in group.subjects]
    assert len(sentences(stock)) >= 60
    assert len({heading for subject in subjects for heading in subject.headings}) >= 20
    assert sum(len(subject.lists) for subject in subjects) >= 12
    assert len(stock.groups[1].subjects) >= 6


def test_figure_about_support_names_whom_it_belongs_to(stock: Stock) -> None:
    """A figure without an owner would answer a general question."""
    neighbours = stock.groups[0]
    lines = [
        line
        for s in neighbours.subjects
        for line in (*s.sentences, *(e for li in s.lists for e in li))
    ]
    assert [
        line
        for line in lines
        if ".." in line and not re.search(r"\{(company|partner|woman|man)\}", line)
    ] == []


def test_no_composed_name_is_one_of_the_example_corpus(stock: Stock) -> None:
    for parts in stock.names.values():
        assert not {"".join(name).strip() for name in product(*parts)} & set(RESERVED)


def test_titles_and_paths_are_unique() -> None:
    articles = list(generate(2_000, seed=3))
    assert len({article.title for article in articles}) == 2_000
    assert len({article.path for article in articles}) == 2_000


def test_a_tenth_is_plain_text_and_a_tenth_has_no_front_matter() -> None:
    articles = list(generate(2_000, seed=4))
    plain = sum(article.path.endswith(".txt") for article in articles)
    bare = sum(not article.text.startswith("---\n") for article in articles) - plain
    assert 120 <= plain <= 280
    assert 120 <= bare <= 280


def test_kinds_mix_the_subjects_as_promised() -> None:
    support = {subject.name for subject in load_stock("en").groups[0].subjects}

    def share(kind: str) -> float:
        articles = generate(100, seed=5, kind=kind)
        return sum(Path(article.path).stem.split("-")[0] in support for article in articles) / 100

    assert {kind: share(kind) for kind in SHARES} == {"mixed": 0.6, "distractors": 1.0, "load": 0.5}


def test_vocabulary_grows_with_the_number_of_articles() -> None:
    def vocabulary(count: int) -> int:
        return len({word for article in generate(count, seed=6) for word in article.text.split()})

    assert vocabulary(1_000) > 1.5 * vocabulary(250)


def test_articles_are_made_one_by_one() -> None:
    articles = generate(10**9, seed=8)
    assert iter(articles) is articles
    assert sum(1 for _ in islice(articles, 10_000)) == 10_000


def test_number_takes_the_form_of_the_noun_after_it() -> None:
    assert values_of("2..6", "sl") == (5, 6)
    assert values_of("20..26", "pl") == (20, 21, 25, 26)
    assert values_of("100..121", "ro") == (100, 120, 121)
    assert values_of("2..19", "ro") == tuple(range(2, 20))
    assert values_of("1.8..2.2", "en") == (18, 19, 21, 22)


def test_unknown_slot_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        values_of("colour", "en")


@pytest.mark.parametrize(
    ("languages", "kind"),
    [((), "mixed"), (("de",), "mixed"), (("sl", "de"), "mixed"), (("sl",), "none")],
)
def test_wrong_choice_is_refused_before_the_first_article(
    languages: tuple[str, ...], kind: str
) -> None:
    with pytest.raises(ValueError, match="must be"):
        generate(1, seed=1, languages=languages, kind=kind)


def test_command_writes_the_articles_of_the_seed(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(SCRIPT),
        str(tmp_path),
        "--articles",
        "12",
        "--seed",
        "9",
        "--languages",
        "sl,hi",
    ]
    shown = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    written = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    expected = generate(12, seed=9, languages=["sl", "hi"])
    assert written == {article.path: article.text.encode() for article in expected}
    assert shown.startswith("12 articles, ")


def test_command_refuses_an_unknown_language(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(tmp_path), "--languages", "de"]
    refused = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert refused.returncode == 2
    assert "languages must be some of" in refused.stderr
