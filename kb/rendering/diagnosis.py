"""A diagnosis as one line per check for people, and as records for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from kb.diagnosis import Check, Diagnosis, Severity
from kb.rendering.neutral import neutral, neutral_json

_INDENT = " " * 9


def diagnosis_to_text(diagnosis: Diagnosis) -> str:
    """Return a line for each check, what was found under it, and the verdict last."""
    lines = [line for check in diagnosis.checks for line in _lines(check)]
    return neutral("\n".join((*lines, verdict(diagnosis))))


def verdict(diagnosis: Diagnosis) -> str:
    """Return how many problems and notices there are."""
    counts = Counter(finding.fault.severity for finding in diagnosis.findings)
    counted = [
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts[severity]
    ]
    return ", ".join((["healthy"] if diagnosis.is_healthy else []) + counted)


def diagnosis_to_json(diagnosis: Diagnosis, repaired: Sequence[str]) -> str:
    """Return one JSON object: the verdict, what was repaired and every check."""
    record = {
        "healthy": diagnosis.is_healthy,
        "repaired": list(repaired),
        "checks": [_record(check) for check in diagnosis.checks],
    }
    return neutral_json(json.dumps(record, ensure_ascii=False, indent=2))


def _lines(check: Check) -> Iterator[str]:
    yield f"{check.severity or 'ok':<8} {check.name:<10} {check.seen}"
    for finding in check.findings:
        yield f"{_INDENT}{finding.fault.code}: {finding}"
        yield f"{_INDENT}fix: {finding.fault.fix}"


def _record(check: Check) -> dict[str, object]:
    return {
        "check": check.name,
        "status": check.severity or "ok",
        "seen": check.seen,
        "findings": [
            {
                "code": finding.fault.code,
                "severity": finding.fault.severity,
                "meaning": finding.fault.meaning,
                "details": list(finding.details),
                "fix": finding.fault.fix,
            }
            for finding in check.findings
        ],
    }
