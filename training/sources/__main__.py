"""Fetch and read every source, and write what the existing text does not have.

    nice python -m training.sources TARGET EXISTING

TARGET gets `en-LANGUAGE.tsv` and SOURCES.md in the form of EXISTING, the folder of parallel text
that is there already. The archives stay in TARGET/downloads, so a second run fetches nothing.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

from training.cleaning import LANGUAGES, Counts, HeldOut, Pair, clean
from training.sources.catalogue import SOURCES, Source
from training.sources.fetching import PackageUnavailable
from training.sources.scrubbing import is_translation, scrub

Versions = dict[Source, str]
"""The names of the archives that each source was read from."""


def collect(sources: Iterable[Source], target: Path, existing: Path) -> None:
    """Write all translations to TARGET/all, then to TARGET those that are new and free to use."""
    everything = target.resolve() / "all"
    versions: Versions = {}
    _write_pairs(everything, _translations(sources, target.resolve(), versions))
    _write_table(everything, versions, Counter())
    counts = Counts()
    names = {source.name for source in versions}
    pairs = clean((existing, everything), HeldOut((existing / "heldout.sha256",), ()), counts)
    _write_pairs(target, (pair for pair in pairs if pair.source in names))
    _write_table(target, versions, counts.kept)


def _translations(sources: Iterable[Source], target: Path, versions: Versions) -> Iterator[Pair]:
    """Yield what every source translates, and add those that could be fetched to `versions`."""
    for source in sources:
        unpacked = target / "unpacked"
        rmtree(unpacked, ignore_errors=True)
        try:
            archives = [
                package.fetch(target / "downloads", unpacked) for package in source.packages
            ]
        except PackageUnavailable as missing:
            print(f"{source.name} is left out: {missing}", file=sys.stderr)
            continue
        versions[source] = ", ".join(archives)
        for language, english, translation in source.read(unpacked):
            pair = Pair(scrub(english), scrub(translation), language, source.name)
            if is_translation(pair.english, pair.translation, language):
                yield pair
        rmtree(unpacked)


def _write_pairs(folder: Path, pairs: Iterable[Pair]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = {
            language: stack.enter_context(
                (folder / f"en-{language}.tsv").open("w", encoding="utf-8")
            )
            for language in LANGUAGES
        }
        for pair in pairs:
            files[pair.language].write(f"{pair.english}\t{pair.translation}\t{pair.source}\n")


def _write_table(folder: Path, versions: Versions, kept: Counter[tuple[str, str]]) -> None:
    """Write counts, origin and licence, in the columns of the existing text's table."""
    rows = [["source", *LANGUAGES, "origin", "version", "licence"], ["---"] * 8]
    for source, version in versions.items():
        origin = ", ".join(f"{package.registry} {package.name}" for package in source.packages)
        numbers = [str(kept[language, source.name]) for language in LANGUAGES]
        rows.append([source.name, *numbers, origin, version, source.licence])
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    (folder / "SOURCES.md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    collect(SOURCES, Path(sys.argv[1]), Path(sys.argv[2]))
