"""An index as version 3 of its format had it, made of a present one."""

from pathlib import Path

from tests.store.version_1 import lay_out


def make_version_3(folder: Path) -> None:
    lay_out(folder, "", version=3)
