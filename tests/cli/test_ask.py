"""`kb ask`, from the words typed to the answer printed and saved."""

import json
import os

import pytest

from kb.abstention import from_json
from kb.errors import ExitCode
from kb.normalization import fold
from kb.store import IndexReader
from tests.cli.articles import ARTICLES, QUESTIONS, UNANSWERED, write_article
from tests.cli.command import Kb

LANGUAGES = tuple(QUESTIONS)


def quotes_of(out: str) -> str:
    """Return the sentences above the sources."""
    return out.split("\nSources\n", maxsplit=1)[0]


# Answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_answered_with_the_words_of_its_article(built: Kb, language: str) -> None:
    question, article, words = QUESTIONS[language]

    outcome = built("ask", question)

    assert outcome.code == 0
    assert words in quotes_of(outcome.out)
    assert f"corpus/{article}:" in outcome.out


@pytest.mark.parametrize("language", ["sl", "pl", "ro"])
def test_a_question_typed_without_diacritics_gets_the_same_quotes(built: Kb, language: str) -> None:
    question = QUESTIONS[language][0]

    plain = built("ask", fold(question))

    assert quotes_of(plain.out) == quotes_of(built("ask", question).out)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much is the annual membership fee for adults in the library?", "12 evrov"),
        ("Kiedy otwiera się piekarnia?", "opens at four in the morning"),
    ],
)
def test_a_question_is_answered_from_an_article_in_another_language(
    built: Kb, question: str, words: str
) -> None:
    assert words in quotes_of(built("ask", question).out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quote_stands_in_its_article_at_its_offsets_and_lines(
    built: Kb, language: str
) -> None:
    answer = json.loads(built("ask", QUESTIONS[language][0], "--format", "json").out)

    assert answer["quotes"]
    for quote in answer["quotes"]:
        source = answer["citations"][quote["citation"] - 1]
        text = (built.folder / source["path"]).read_text(encoding="utf-8")
        assert text[quote["start"] : quote["end"]] == quote["text"]
        lines = text.splitlines(keepends=True)[quote["first_line"] - 1 : quote["last_line"]]
        assert quote["text"] in "".join(lines)


def test_sentences_limits_the_quotes(built: Kb) -> None:
    question = QUESTIONS["sl"][0]

    counts = [
        len(json.loads(built("ask", question, "--sentences", n, "--format", "json").out)["quotes"])
        for n in ("1", "2", "5")
    ]

    assert counts == [1, 2, 5]


def test_lang_leaves_out_other_languages(built: Kb) -> None:
    out = built("ask", "Kiedy i za ile?", "--lang", "PL", "--lang", "ro", "--format", "json").out

    assert {source["language"] for source in json.loads(out)["citations"]} <= {"pl", "ro"}


def test_more_passages_than_there_are_is_fine(built: Kb) -> None:
    assert built("ask", QUESTIONS["en"][0], "-k", "100000").code == 0


def test_nothing_relevant_is_said_with_its_own_exit_code(built: Kb) -> None:
    outcome = built("ask", UNANSWERED)

    assert outcome.code == 3
    assert outcome.out.startswith("Not in your articles")


# The question


@pytest.mark.parametrize(
    "question",
    [
        "\"Koliko\" stane 'letna članarina'?",
        "Koliko stane $HOME $(id) `id` članarina # 12 %s {0} \\n?",
        "Letna\nčlanarina\t za \u00a0odrasle?",
        "članarina 👩🏽‍💻🥐",
        "c\u030clanarina",
    ],
)
def test_marks_in_a_question_reach_the_answer_unchanged(built: Kb, question: str) -> None:
    outcome = built("ask", question, "--format", "json")

    assert outcome.code in {0, 3}
    assert json.loads(outcome.out)["question"] == " ".join(question.split())


def test_a_dash_reads_the_question_from_standard_input(built: Kb) -> None:
    question, _, words = QUESTIONS["hi"]

    outcome = built("ask", "-", stdin=f"{question}\r\n")

    assert words in quotes_of(outcome.out)


def test_standard_input_that_is_not_utf8_is_still_a_question(built: Kb) -> None:
    typed = "Koliko stane članarina".encode("cp1250")

    outcome = built.process("ask", "-", "--format", "json", stdin=typed)

    assert outcome.code in {0, 3}
    assert json.loads(outcome.out)["question"] == "Koliko stane \ufffdlanarina"


@pytest.mark.parametrize("question", ["", "   ", "\n", "?!…", "।", "😀 👩🏽‍💻", "—", "\u200d"])
def test_a_question_without_words_is_a_usage_error(built: Kb, question: str) -> None:
    for outcome in (built("ask", question), built("ask", "-", stdin=question)):
        assert outcome.code == 2
        assert "write a few words" in outcome.complaint


@pytest.mark.parametrize("letter", ["a", "ą ", "की"])
def test_a_question_of_100_000_characters_is_a_usage_error(built: Kb, letter: str) -> None:
    question = letter * (100_000 // len(letter))

    for outcome in (built("ask", question), built("ask", "-", stdin=question)):
        assert outcome.code == 2
        assert "more than 4,000 characters" in outcome.complaint


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("-k", "0", "a number from 1"),
        ("-k", "-3", "a number from 1"),
        ("--sentences", "0", "a number from 1 to 5"),
        ("--sentences", "9", "a number from 1 to 5"),
        ("--lang", "xx", "the index has en, hi, pl, ro, sl"),
    ],
)
def test_an_impossible_option_names_what_is_possible(
    built: Kb, option: str, value: str, hint: str
) -> None:
    outcome = built("ask", QUESTIONS["sl"][0], option, value)

    assert outcome.code == 2
    assert outcome.out == ""
    assert hint in outcome.complaint


# The index and the articles


def test_the_first_question_builds_the_index(kb: Kb) -> None:
    outcome = kb("ask", QUESTIONS["ro"][0])

    assert outcome.code == 0
    assert "building the index in 'index' first" in outcome.err
    assert (kb.index / "kb.sqlite3").is_file()


def test_the_first_build_names_what_it_skipped(kb: Kb) -> None:
    write_article(kb.corpus, "empty.md", "\n")

    assert "skipped 'empty.md'" in kb("ask", QUESTIONS["ro"][0]).err


@pytest.mark.parametrize(("old", "new"), [("12 evrov", "15 evrov"), ("četrtek.", "četrtek. Res.")])
def test_a_changed_article_is_announced_and_not_quoted(built: Kb, old: str, new: str) -> None:
    question, article, _ = QUESTIONS["sl"]
    write_article(built.corpus, article, ARTICLES[article].replace(old, new))

    outcome = built("ask", question)

    assert f"1 changed ({article!r})" in outcome.err
    assert "`kb build`" in outcome.err
    assert article not in outcome.out


def test_a_touched_article_is_quoted(built: Kb) -> None:
    question, article, words = QUESTIONS["sl"]
    os.utime(built.corpus / article, (1, 1))

    outcome = built("ask", question)

    assert words in quotes_of(outcome.out)
    assert "differ" not in outcome.err


def test_new_and_removed_articles_are_announced_and_the_removed_one_is_not_quoted(
    built: Kb,
) -> None:
    question, article, _ = QUESTIONS["hi"]
    (built.corpus / article).unlink()
    write_article(built.corpus, "nov članek.md", "Povsem nova vsebina.")

    outcome = built("ask", question)

    assert "1 new ('nov članek.md'), 1 removed ('hi/डाकघर.md')" in outcome.err
    assert article not in outcome.out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Katera kniižnica je odprta?", "Katera knjiznica je odprta?"),
        ("O czym opowiiada latarnik?", "O czym opowiada latarnik?"),
        ("डाकघर कब खुलताा है?", "डाकघर कब खुलता है?"),
        ("dakghar kab khulta hai?", "डाकघर कब खुलता है?"),
        ("Cât costă un cliennt?", "Cât costă un client?"),
        ("What precentage of loaves?", "What percentage of loaves?"),
    ],
    ids=["sl", "pl", "hi", "romanised", "ro", "en"],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_a_question_was_read_as_is_told_where_that_differs(
    built: Kb, command: str, typed: str, meant: str
) -> None:
    assert f"read as '{meant}'" in built(command, typed).err
    assert "read as" not in built(command, meant).err
    assert "read as" not in built("--quiet", command, typed).err


def test_quiet_leaves_the_answer_alone_on_both_streams(kb: Kb) -> None:
    outcome = kb("--quiet", "ask", QUESTIONS["pl"][0])

    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.endswith("\n")


# Saving and exporting


def test_an_answer_is_saved_under_the_number_that_is_told(built: Kb) -> None:
    built("ask", QUESTIONS["sl"][0])

    outcome = built("ask", QUESTIONS["pl"][0])

    assert "`kb export 2`" in outcome.err
    assert built("export", "2").out == built("export", "--last").out


def test_an_abstention_is_saved_too(built: Kb) -> None:
    built("ask", UNANSWERED)

    assert UNANSWERED in built("export").out


def test_export_writes_the_same_markdown_as_the_saved_answer(built: Kb) -> None:
    outcome = built("ask", QUESTIONS["hi"][0], "--export", "odgovor उत्तर.md")

    written = (built.folder / "odgovor उत्तर.md").read_text(encoding="utf-8")
    assert outcome.code == 0
    assert written == built("export", "--last").out


def test_export_refuses_to_overwrite_and_loses_neither_file_nor_answer(built: Kb) -> None:
    question, _, words = QUESTIONS["sl"]
    taken = write_article(built.folder, "mine.md", "keep me")

    outcome = built("ask", question, "--export", taken)

    assert outcome.code == 2
    assert "a name that is not taken" in outcome.complaint
    assert taken.read_text(encoding="utf-8") == "keep me"
    assert words in outcome.out
    assert words in built("export", "--last").out


def test_markdown_format_prints_what_export_would_write(built: Kb) -> None:
    outcome = built("ask", QUESTIONS["ro"][0], "--format", "markdown")

    assert outcome.out == built("export", "--last").out


def test_asking_the_same_twice_prints_the_same(built: Kb) -> None:
    question = QUESTIONS["en"][0]

    assert built("ask", question).out == built("ask", question).out


# How sure an answer has to be


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_language_asked_for(built: Kb, language: str) -> None:
    outcome = built("ask", UNANSWERED, "--lang", language)

    assert outcome.code == ExitCode.NO_ANSWER
    assert f"no passage in {language} is close enough" in outcome.out


def test_a_refusal_for_programs_names_all_languages_and_how_sure_it_is(built: Kb) -> None:
    record = json.loads(built("ask", UNANSWERED, "--format", "json").out)

    assert not record["answered"]
    assert record["searched"] == sorted(LANGUAGES)
    assert 0 <= record["confidence"] < 0.7


def test_what_a_lower_score_lets_through_is_answered(built: Kb) -> None:
    question = "Kako dolgo se kuha jajce?"

    assert built("ask", question).code == ExitCode.NO_ANSWER
    assert built("ask", question, "--min-score", "0").code == ExitCode.ANSWERED


@pytest.mark.parametrize("score", ["-0.1", "1.5", "nan"])
def test_a_score_outside_the_scale_is_refused(built: Kb, score: str) -> None:
    outcome = built("ask", "Kaj je to?", "--min-score", score)

    assert outcome.code == ExitCode.USAGE
    assert "a number from 0 to 1" in outcome.err


def test_the_build_keeps_the_calibration(built: Kb) -> None:
    with IndexReader(built.folder / "index") as reader:
        assert from_json(reader.state.calibration) is not None
