import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from training.sources.fetching import Package, PackageUnavailable


def tgz(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))


def test_only_wanted_files_of_an_archive_are_unpacked(tmp_path: Path) -> None:
    tgz(tmp_path / "npm/shop/shop-1.2.tgz", {"package/sl.json": "{}", "package/code.js": ""})

    version = Package("npm", "shop", r"\.json$").fetch(tmp_path, tmp_path / "to")

    assert version == "shop-1.2.tgz"
    assert [path.name for path in (tmp_path / "to").rglob("*.*")] == ["sl.json"]


def test_wheel_is_unpacked_like_any_archive(tmp_path: Path) -> None:
    (tmp_path / "PyPI/bills").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "PyPI/bills/bills-7-py3-none-any.whl", "w") as wheel:
        wheel.writestr("bills/hi/messages.po", "")
        wheel.writestr("bills/app.py", "")

    Package("PyPI", "bills", r"\.po$").fetch(tmp_path, tmp_path / "to")

    assert (tmp_path / "to/bills/hi/messages.po").exists()
    assert not (tmp_path / "to/bills/app.py").exists()


def test_links_in_an_archive_are_left_out(tmp_path: Path) -> None:
    archive = tmp_path / "npm/shop/shop-1.tgz"
    tgz(archive, {})
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("package/sl.json")
        link.type, link.linkname = tarfile.SYMTYPE, "en.json"
        tar.addfile(link)

    assert Package("npm", "shop", "json").fetch(tmp_path, tmp_path / "to") == "shop-1.tgz"
    assert not (tmp_path / "to").exists()


def test_only_the_archive_that_is_needed_is_read(tmp_path: Path) -> None:
    tgz(tmp_path / "Debian source/game/game_1.orig.tar.gz", {"game/sl.txt": ""})
    tgz(tmp_path / "Debian source/game/game_1.debian.tar.gz", {"debian/sl.txt": ""})

    Package("Debian source", "game", "sl", archive=r"\.orig").fetch(tmp_path, tmp_path / "to")

    assert [path.name for path in (tmp_path / "to").iterdir()] == ["game"]


def test_archive_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    tgz(tmp_path / "npm/bad/bad-1.tgz", {"../../outside.json": "{}"})

    with pytest.raises(PackageUnavailable, match="leads out"):
        Package("npm", "bad", "json").fetch(tmp_path, tmp_path / "to")

    assert not (tmp_path.parent / "outside.json").exists()


def test_package_that_does_not_come_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(PackageUnavailable, match="shop: npm is not installed"):
        Package("npm", "shop", "json").fetch(tmp_path, tmp_path / "to")
