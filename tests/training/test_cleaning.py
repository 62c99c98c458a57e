"""What may be trained on."""

import lzma
from pathlib import Path

import pytest

from training.cleaning import Counts, HeldOut, Pair, clean, normalized, read_licences, text_hash

SOURCES = """# Sources

| source | pl | origin | licence |
|---|---|---|---|
| free | 3 | a package | GPL-2+ |
| paper | 1 | a test set | research use only |
| nobody | 1 | see name | unverified |
| newstest2014 | 1 | news | CC0 |
"""
NOTHING = HeldOut([], [])


def test_a_pair_of_a_free_source_is_kept_with_its_source(tmp_path: Path) -> None:
    counts = Counts()
    assert _cleaned(tmp_path, ["dog\tpies\tfree"], counts=counts) == [
        Pair("dog", "pies", "pl", "free")
    ]
    assert counts.kept == {("pl", "free"): 1}


@pytest.mark.parametrize("source", ["paper", "nobody", "newstest2014", "not in the table"])
def test_a_source_without_a_free_stated_licence_is_left_out(source: str, tmp_path: Path) -> None:
    counts = Counts()
    assert _cleaned(tmp_path, [f"dog\tpies\t{source}"], counts=counts) == []
    assert counts.dropped == {f"licence of {source}": 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Dog!\tpies.", "a duplicate"),
        ("OK\tOK", "not translated"),
        ("...\tpies", "no words"),
        ("a dog that barks at night and wakes us all\tpies", "lengths too different"),
    ],
)
def test_what_teaches_nothing_is_left_out(line: str, reason: str, tmp_path: Path) -> None:
    counts = Counts()
    _cleaned(tmp_path, ["dog\tpies\tfree", f"{line}\tfree"], counts=counts)
    assert counts.dropped == {reason: 1}


@pytest.mark.parametrize(
    "english",
    [
        "The Old Harbour, closed in May.",
        "it says that the old harbour closed in may as planned",
    ],
)
def test_a_test_sentence_and_a_near_duplicate_of_one_are_left_out(
    english: str, tmp_path: Path
) -> None:
    held_out = HeldOut([], ["The old harbour closed in May"])
    assert _cleaned(tmp_path, [f"{english}\tstary port zamknięto w maju\tfree"], held_out) == []


def test_a_hashed_test_sentence_is_left_out_in_either_language(tmp_path: Path) -> None:
    hashes = tmp_path / "heldout.sha256"
    hashes.write_text(f"# how\n{text_hash(normalized('stary port'))}\n", encoding="utf-8")
    held_out = HeldOut([hashes], [])
    assert _cleaned(tmp_path, ["old harbour\tStary port!\tfree"], held_out) == []


def test_sentences_are_compared_by_words_alone_in_every_script() -> None:
    assert normalized("«Stary  port» — 2,6") == "stary port 2 6"
    assert normalized("Žogo,  łódź; ȘI") == "žogo łódź și"
    assert normalized("«पुराना»  बंदरगाह!") == "पुराना बंदरगाह"


def test_plain_and_packed_files_are_read_alike(tmp_path: Path) -> None:
    lines = ["dog\tpies\tfree", "cat\tkot\tfree"]
    plain = _cleaned(tmp_path / "plain", lines)
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "SOURCES.md").write_text(SOURCES, encoding="utf-8")
    packed = tmp_path / "packed" / "en-pl.tsv.xz"
    packed.write_bytes(lzma.compress("\n".join(lines).encode() + b"\n"))
    assert list(clean([tmp_path / "packed"], NOTHING, Counts())) == plain


def test_licences_come_from_the_table(tmp_path: Path) -> None:
    (tmp_path / "SOURCES.md").write_text(SOURCES, encoding="utf-8")
    assert read_licences(tmp_path / "SOURCES.md")["free"] == "GPL-2+"


def _cleaned(
    folder: Path, lines: list[str], held_out: HeldOut = NOTHING, counts: Counts | None = None
) -> list[Pair]:
    folder.mkdir(exist_ok=True)
    (folder / "SOURCES.md").write_text(SOURCES, encoding="utf-8")
    (folder / "en-pl.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(clean([folder], held_out, counts if counts is not None else Counts()))
