"""Packages to the files in them, through apt-get, npm and pip as they are configured."""

import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class PackageUnavailable(Exception):
    """The registry's client did not get the package."""

    def __init__(self, package: str, said: str) -> None:
        super().__init__(f"{package}: {said.strip() or 'nothing came'}")


@dataclass(frozen=True, slots=True)
class Package:
    """What a registry's client can fetch."""

    registry: str
    """A key of `CLIENTS`."""
    name: str
    keep: str
    """Regular expression for the paths worth unpacking."""
    archive: str = ""
    """Regular expression for the archive that is needed, where a package is made of several."""

    def fetch(self, downloads: Path, target: Path) -> str:
        """Unpack into `target`; return the archive's name, which states the version.

        Raises PackageUnavailable.
        """
        folder = downloads / self.registry / self.name.replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        said = "" if self._archives(folder) else CLIENTS[self.registry](self.name, folder)
        archives = self._archives(folder)
        if not archives:
            raise PackageUnavailable(self.name, said)
        for archive in archives:
            _unpack(archive, re.compile(self.keep), target)
        return ", ".join(archive.name for archive in archives)

    def _archives(self, folder: Path) -> list[Path]:
        readable = re.compile(rf"{self.archive}.*\.(deb|whl|tgz|tar\.\w+)$")
        return sorted(path for path in folder.iterdir() if readable.search(path.name))


def _run(command: list[str], folder: Path) -> str:
    """Return what the client complained about; what it left in `folder` decides."""
    try:
        return subprocess.run(  # noqa: S603 -- the commands are written below
            command, cwd=folder, capture_output=True, text=True, check=False
        ).stderr
    except FileNotFoundError:
        return f"{command[0]} is not installed"


def _apt_download(name: str, folder: Path) -> str:
    return _run(["apt-get", "--quiet", "download", name], folder)


def _apt_source(name: str, folder: Path) -> str:
    """Fetch a source package from the places that the system's binary packages come from."""
    state = folder.parent / ".apt"
    options = [
        f"--option=Dir::State::Lists={state}/lists",
        f"--option=Dir::Cache={state}/cache",
        f"--option=Dir::Etc::SourceList={state}/sources.list",
        "--option=Dir::Etc::SourceParts=-",
    ]
    if not state.exists():
        (state / "lists" / "partial").mkdir(parents=True)
        (state / "cache" / "archives" / "partial").mkdir(parents=True)
        (state / "sources.list").write_text(_source_list(), encoding="utf-8")
        _run(["apt-get", "--quiet", *options, "update"], folder)
    return _run(["apt-get", "--quiet", *options, "source", "--download-only", name], folder)


def _source_list() -> str:
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = {tuple(line.split()) for line in listing.splitlines() if line.endswith(" main Debian")}
    return "".join(
        f"deb-src [signed-by={_DEBIAN_KEYS}] {uri} {release} main\n"
        for uri, release, *_ in sorted(rows)
    )


def _npm_pack(name: str, folder: Path) -> str:
    return _run(["npm", "pack", "--silent", name], folder)


def _pip_download(name: str, folder: Path) -> str:
    return _run(["pip", "download", "--quiet", "--no-deps", name], folder)


CLIENTS: dict[str, Callable[[str, Path], str]] = {
    "Debian": _apt_download,
    "Debian source": _apt_source,
    "npm": _npm_pack,
    "PyPI": _pip_download,
}


def _unpack(archive: Path, keep: re.Pattern[str], target: Path) -> None:
    for name, content in _files(archive, keep):
        path = (target / name).resolve()
        if not path.is_relative_to(target.resolve()):
            raise PackageUnavailable(archive.name, f"{name} leads out of the archive")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _files(archive: Path, keep: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in filter(keep.search, wheel.namelist()):
                yield name, wheel.read(name)
        return
    with _tar(archive) as tar:
        for member in tar:
            wanted = member.isfile() and keep.search(member.name)
            file = tar.extractfile(member) if wanted else None
            if file:
                yield member.name, file.read()


@contextmanager
def _tar(archive: Path) -> Iterator[tarfile.TarFile]:
    if archive.suffix != ".deb":
        with tarfile.open(archive, "r|*") as tar:
            yield tar
        return
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,  # noqa: S603
        tarfile.open(fileobj=process.stdout, mode="r|") as tar,
    ):
        yield tar
