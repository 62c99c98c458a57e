from kb.evaluation.report import Table
from kb.rendering.tables import table_to_text


def test_codes_stand_left_and_numbers_right() -> None:
    table = Table(
        "retrieval",
        ("question", "articles", "n", "success@1", "MRR@10"),
        (("sl", "hi", 7, 0.5, 0.62519), ("all", "other", 1190, None, 1.0)),
    )

    assert table_to_text(table).split("\n")[1:] == [
        "question  articles     n    S@1  MRR@10",
        "sl        hi           7  0.500   0.625",
        "all       other     1190      -   1.000",
    ]


def test_a_last_column_in_any_script_moves_no_other() -> None:
    table = Table("kinds", ("n", "fact", "kind"), ((5, 0.25, "परिभाषा"), (12, None, "ločljivo")))

    assert table_to_text(table).split("\n")[1:] == [
        " n   fact  kind",
        " 5  0.250  परिभाषा",
        "12      -  ločljivo",
    ]


def test_milliseconds_have_one_decimal() -> None:
    table = Table("time", ("stage", "n", "median ms", "95 % ms"), (("retrieve", 3, 1.26, 20.0),))

    assert table_to_text(table).endswith("\nretrieve  3        1.3     20.0")


def test_a_column_without_any_figure_is_dashes_to_the_right() -> None:
    table = Table("answers", ("question", "own"), (("en", None),))

    assert table_to_text(table).endswith("\nen          -")
