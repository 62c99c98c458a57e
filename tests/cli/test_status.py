"""`kb status`, and which settings are in force."""

from pathlib import Path

import pytest

from tests.cli.articles import QUESTIONS, write_article
from tests.cli.command import Kb


def write_settings(folder: Path, **values: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "kb.toml"
    lines = [f'{key} = "{value}"\n' for key, value in values.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def shown(out: str, name: str) -> str:
    """Return what the status says of a setting."""
    return next(line for line in out.splitlines() if line.startswith(f"{name}: "))


def test_a_fresh_index_is_counted_per_language(built: Kb) -> None:
    outcome = built("status")

    assert outcome.code == 0
    assert outcome.err == ""
    lines = outcome.out.splitlines()
    assert lines[:3] == [
        "corpus: corpus (default)",
        "index: index (default)",
        "model: embedded (the index's own)",
    ]
    assert lines[3].startswith("generation 1, built ")
    assert lines[4:] == [
        "  en: 1 articles, 1 passages",
        "  hi: 1 articles, 2 passages",
        "  pl: 1 articles, 2 passages",
        "  ro: 1 articles, 1 passages",
        "  sl: 1 articles, 2 passages",
        "fresh: the index has every article as it is now",
    ]


def test_check_tells_a_stale_index_by_its_exit_code(built: Kb) -> None:
    write_article(built.corpus, "novo.md", "Novo besedilo o mostu.")

    outcome = built("status", "--check")

    assert outcome.code == 5
    assert "stale: articles differ from the index: 1 new ('novo.md'); run `kb build`" in outcome.out
    assert built("status").code == 0


def test_a_skipped_file_is_shown_and_does_not_make_the_index_stale(kb: Kb) -> None:
    (kb.corpus / "old.txt").write_bytes(b"\xff")
    kb("build")

    outcome = kb("status", "--check")

    assert outcome.code == 0
    assert "skipped 'old.txt': not UTF-8 at byte 0" in outcome.out


def test_many_changes_are_counted_and_a_few_named(built: Kb) -> None:
    for number in range(5):
        write_article(built.corpus, f"{number}.md", "Novo besedilo.")

    assert "5 new ('0.md', '1.md', '2.md' and 2 more)" in built("status").out


def test_without_an_index_the_settings_and_the_next_step_are_shown(kb: Kb) -> None:
    outcome = kb("status", "--check")

    assert outcome.code == 1
    assert "corpus: corpus (default)" in outcome.out
    assert outcome.complaint == "kb: there is no index in 'index'; run `kb build`"


# Settings


def test_a_flag_goes_before_the_environment_before_the_file_before_the_default(built: Kb) -> None:
    built.index.rename(built.folder / "elsewhere")
    flags = ("--index", "elsewhere")

    by_default = built("status")
    file = write_settings(built.folder, index="elsewhere")
    by_file = built("status")
    file.write_text('index = "wrong"', encoding="utf-8")
    by_environment = built("status", KB_INDEX="elsewhere")
    by_flag = built(*flags, "status", KB_INDEX="wrong")

    assert "index: index (default)" in by_default.out
    assert shown(by_file.out, "index") == f"index: {file.with_name('elsewhere')} ({file})"
    assert shown(by_environment.out, "index") == "index: elsewhere (KB_INDEX)"
    assert shown(by_flag.out, "index") == "index: elsewhere (--index)"
    assert [o.code for o in (by_default, by_file, by_environment, by_flag)] == [1, 0, 0, 0]


def test_settings_are_found_upwards_and_their_folders_are_relative_to_them(built: Kb) -> None:
    write_settings(built.folder, corpus="corpus", index="index")
    below = Kb(built.folder / "notes" / "मार्च 2026")
    below.folder.mkdir(parents=True)

    assert below("status", "--check").code == 0
    assert QUESTIONS["ro"][2] in below("ask", QUESTIONS["ro"][0]).out


def test_the_nearest_settings_file_wins(built: Kb) -> None:
    write_settings(built.folder, corpus="corpus", index="index")
    inner = write_settings(built.folder / "inner", corpus="../corpus", index="../index")

    outcome = Kb(inner.parent)("status", "--check")

    assert outcome.code == 0
    assert str(inner) in shown(outcome.out, "corpus")


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b'corpus = "unclosed\n', "line 1"),
        (b"corpus = 3", "'corpus' must be a text in quotes"),
        (b'corpse = "x"', "unknown key 'corpse' (known: corpus, index, model"),
        (b"[corpus]\n", "'corpus' must be a text in quotes"),
        (b'corpus = "\xb9"', "can't decode byte"),
    ],
)
def test_a_broken_settings_file_is_one_line(built: Kb, content: bytes, hint: str) -> None:
    (built.folder / "kb.toml").write_bytes(content)

    outcome = built("ask", QUESTIONS["sl"][0])

    assert outcome.code == 1
    assert hint in outcome.complaint
    assert "correct it, or choose another file with --config" in outcome.complaint


def test_a_missing_settings_file_that_was_named_is_one_line(built: Kb) -> None:
    for outcome in (built("--config", "no.toml", "status"), built("status", KB_CONFIG="no.toml")):
        assert outcome.code == 1
        assert "'no.toml': there is no such file" in outcome.complaint
