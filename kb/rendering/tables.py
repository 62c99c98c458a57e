"""Tables of figures as text: codes to the left, numbers to the right."""

from collections.abc import Iterable

from kb.evaluation.report import Cell, Table

_TITLES = {
    "retrieval": "Retrieval, by language of the question and of the articles that answer it",
    "kinds": "By kind of question, in all languages",
    "answers": "Share of answers (two sentences) that print an expected fact",
    "abstention": "Abstention: answerable questions refused, unanswerable ones answered",
    "bias": "Facts that stand in two languages: which comes first",
    "time": "Milliseconds per question",
    "questions": "Question by question: best rank by article language; 1 is yes, 0 is no",
    "comparison": "Run A and run B, with the 95 % interval of B-A",
}
_SHORT = {"success@": "S@", "recall@": "R@"}
LEGEND = """\
n      questions, each language of a question counted
S@k    success: a passage that answers is among the first k
R@k    recall: share of all answering passages that are among the first k
MRR    mean of 1 / rank of the first answering passage
own, other, any: articles in the question's language, in another, in whichever
docs/evaluation.md says what each figure means"""


def table_to_text(table: Table) -> str:
    """Return a title, the column names and one line per row."""
    heads = [_short(column) for column in table.columns]
    rows = [[_shown(cell, column) for cell, column in _cells(table, row)] for row in table.rows]
    is_text = [
        all(isinstance(row[place], str | None) for row in table.rows)
        and any(isinstance(row[place], str) for row in table.rows)
        for place in range(len(heads))
    ]
    # A kind or an id may be in any script, whose width on screen is not its length: these
    # columns come last and are not padded.
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = (
        "  ".join(
            text.ljust(width) if left else text.rjust(width)
            for text, width, left in zip(row, widths, is_text, strict=True)
        ).rstrip()
        for row in (heads, *rows)
    )
    return "\n".join((_TITLES.get(table.name, table.name), *lines))


def _cells(table: Table, row: tuple[Cell, ...]) -> Iterable[tuple[Cell, str]]:
    return zip(row, table.columns, strict=True)


def _shown(cell: Cell, column: str) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.1f}" if column.endswith(" ms") else f"{cell:.3f}"
    return str(cell)


def _short(column: str) -> str:
    for long, short in _SHORT.items():
        column = column.replace(long, short)
    return column
