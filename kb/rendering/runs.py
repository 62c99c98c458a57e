"""Runs as text for people and as JSON for keeping, and kept runs back from it."""

import json
from dataclasses import asdict
from typing import Any

from kb.evaluation.outcomes import Found, Outcome, QuotedSentence
from kb.evaluation.report import Table, questions_table, report
from kb.evaluation.runs import Run, headline
from kb.rendering.neutral import neutral, neutral_json
from kb.rendering.tables import LEGEND, table_to_text

_FORMAT = 1


def run_to_text(run: Run, *, per_question: bool) -> str:
    """Return what was asked, every table and what the column names mean."""
    tables = [*([questions_table(run.outcomes)] if per_question else []), *report(run.outcomes)]
    return neutral("\n\n".join((headline(run), *map(table_to_text, tables), LEGEND)))


def run_to_json(run: Run) -> str:
    """Return one JSON object: what was asked, the tables and every outcome."""
    record = asdict(run)
    outcomes = record.pop("outcomes")
    tables = {table.name: table.records() for table in report(run.outcomes)}
    record = {"format": _FORMAT, **record, "tables": tables, "outcomes": outcomes}
    return neutral_json(json.dumps(record, ensure_ascii=False, indent=1))


def run_from_json(content: str) -> Run:
    """Return the run that `run_to_json` wrote. Raises `ValueError` when it is not one."""
    record = json.loads(content)
    try:
        if record.pop("format") != _FORMAT:
            raise ValueError("it was saved by another version of kb")
        record.pop("tables")
        outcomes = tuple(_outcome(outcome) for outcome in record.pop("outcomes"))
        return Run(**record, outcomes=outcomes)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it lacks or has unknown entries: {error}") from error


def comparison_to_json(table: Table) -> str:
    """Return one JSON object with the rows of a comparison."""
    return neutral_json(json.dumps({table.name: table.records()}, ensure_ascii=False, indent=1))


def _outcome(record: dict[str, Any]) -> Outcome:
    found = tuple(
        Found(language=one["language"], relevant=one["relevant"], ranks=tuple(one["ranks"]))
        for one in record.pop("found")
    )
    quotes = tuple(QuotedSentence(**quote) for quote in record.pop("quotes"))
    return Outcome(**record, found=found, quotes=quotes)
