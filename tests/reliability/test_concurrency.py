"""Readers and writers at the same time: whole generations, nothing lost, no one turned away."""

from pathlib import Path

from tests.reliability.concurrency import read_and_write
from tests.reliability.sizes import CONCURRENT_S, RecordFigure


def test_readers_see_whole_generations_while_writers_take_turns(
    tmp_path: Path, record_property: RecordFigure
) -> None:
    report = read_and_write(tmp_path, readers=8, writers=2, seconds=CONCURRENT_S)

    seen: dict[int, int] = {}
    for reader in report.observations:
        assert reader.failure is None
        assert reader.rounds > 1
        for generation, number in reader.numbers.items():
            assert seen.setdefault(generation, number) == number
    assert len(seen) > 1
    assert report.waits
    record_property("builds", report.builds)
    record_property("of them waited", report.waits)
    record_property("rounds of questions", sum(r.rounds for r in report.observations))
    record_property("quotes", sum(r.quotes for r in report.observations))
    record_property("generations seen", len(seen))
    slowest = max(reader.longest_s for reader in report.observations)
    record_property("ms for the slowest round", round(1000 * slowest))
