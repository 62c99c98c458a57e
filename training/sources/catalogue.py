"""Which packages are read, how, and under which licence their texts stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.sources import reading
from training.sources.fetching import Package
from training.sources.reading import Translation


@dataclass(frozen=True, slots=True)
class Source:
    """Texts that come together: packages, the format they are in, the licence they state."""

    name: str
    packages: tuple[Package, ...]
    read: Callable[[Path], Iterator[Translation]]
    licence: str


_HELP = r"share/help/(C|sl|pl|hi|ro)/.*\.(page|docbook)$"


def _debian(name: str, keep: str) -> Package:
    return Package("Debian", name, keep)


SOURCES = (
    Source(
        "chromium",
        tuple(
            _debian(name, r"locales/(en-US|sl|pl|hi|ro)\.pak$")
            for name in ("chromium-common", "chromium-l10n")
        ),
        reading.read_chromium,
        "BSD-3-Clause",
    ),
    Source(
        "android-framework",
        (
            Package(
                "Debian source",
                "android-platform-frameworks-base",
                r"/values(-sl|-pl|-hi|-ro)?/strings\.xml$",
                archive=r"\.orig",
            ),
        ),
        reading.read_android,
        "Apache-2.0",
    ),
    Source(
        "lighthouse",
        (Package("npm", "lighthouse", r"localization/locales/(en-US|sl|pl|hi|ro)\.json$"),),
        reading.read_json,
        "Apache-2.0",
    ),
    Source(
        "tuxpaint-stamps",
        (_debian("tuxpaint-stamps-default", r"/stamps/.*\.txt$"),),
        reading.read_stamps,
        "GPL-2+",
    ),
    Source(
        "fillets-ng",
        (_debian("fillets-ng-data", r"dialogs_(sl|pl)\.lua$"),),
        reading.read_dialogues,
        "GPL-2",
    ),
    Source(
        "gcompris-words",
        (_debian("gcompris-qt-data", r"/lang\.rcc$"),),
        reading.read_gcompris_words,
        "GPL-3+",
    ),
    Source(
        "gnome-manuals",
        tuple(
            _debian(name, _HELP)
            for name in (
                "gnome-user-docs",
                "gbrainy",
                "eog",
                "gedit-common",
            )
        ),
        reading.read_pages,
        "CC-BY-SA-3.0",
    ),
    Source(
        "gimp-help",
        tuple(
            _debian(f"gimp-help-{language}", r"/help/(en|sl|ro)/.*\.html$")
            for language in ("en", "sl", "ro")
        ),
        reading.read_pages,
        "GFDL-1.2+",
    ),
    Source(
        "debian-handbook",
        (_debian("debian-handbook", r"/html/(en-US|pl-PL|ro-RO)/.*\.html$"),),
        reading.read_pages,
        "GPL-2+ or CC-BY-SA-3.0+",
    ),
    Source(
        "debian-edu-manuals",
        (Package("Debian source", "debian-edu-doc", r"\.(pl|ro)\.po$"),),
        reading.read_gettext,
        "GPL-2+",
    ),
    Source(
        "openstreetmap-id",
        (Package("npm", "@openstreetmap/id", r"/locales/(en|sl|pl|hi|ro)\.min\.json$"),),
        reading.read_json,
        "ISC",
    ),
    Source(
        "openttd",
        (
            Package(
                "Debian source",
                "openttd",
                r"/lang/(unfinished/)?(english|slovenian|polish|hindi|romanian)\.txt$",
                archive=r"\.orig",
            ),
        ),
        reading.read_openttd,
        "GPL-2",
    ),
    Source(
        "ihatemoney",
        (Package("PyPI", "ihatemoney", r"/(sl|pl|hi|ro)/LC_MESSAGES/.*\.po$"),),
        reading.read_gettext,
        "BSD-3-Clause",
    ),
    Source(
        "medusa-dashboard",
        (Package("npm", "@medusajs/dashboard", r"/translations/(en|pl|ro)\.json$"),),
        reading.read_json,
        "MIT",
    ),
)
