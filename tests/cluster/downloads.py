"""Fetches Apache Kafka and the registry as Maven artifacts into a cache outside the tree."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Coordinate
from platformdirs import user_cache_path

KAFKA = "4.3.1"
REGISTRY = "3.3.3"
_SLF4J = "1.7.36"  # Kafka's own dependencies name no backend for its log


def cache_folder() -> Path:
    """Where downloads are kept between runs."""
    folder = user_cache_path("kmp-desktop-cluster", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kafka_jars() -> list[Path]:
    """The class path of Apache Kafka; downloaded once (45 files, 44 MB), then read from a list."""
    listing = cache_folder() / f"kafka-{KAFKA}.json"
    if listing.exists():
        jars = [Path(each) for each in json.loads(listing.read_text(encoding="utf-8"))]
        if all(jar.exists() for jar in jars):
            return jars
    context = _maven()
    wanted = [
        context.create_dependency(replace(Coordinate.parse(name), scope="compile"))
        for name in (f"org.apache.kafka:kafka_2.13:{KAFKA}", f"org.slf4j:slf4j-simple:{_SLF4J}")
    ]
    inputs, transitive = context.resolver.resolve(wanted)
    needed = [*inputs, *(each for each in transitive if each.scope in ("compile", "runtime"))]
    jars = [each.artifact.resolve() for each in needed]
    _write(listing, json.dumps([str(jar) for jar in jars]))
    return jars


def registry_jar() -> Path:
    """``quarkus-run.jar`` of the Apicurio registry; downloaded (158 MB) and unpacked once."""
    folder = cache_folder() / f"apicurio-{REGISTRY}"
    done = folder / "unpacked"
    if not done.exists():
        project = _maven().project("io.apicurio", "apicurio-registry-app")
        archive = project.at_version(REGISTRY).artifact("all", "tar.gz").resolve()
        with tarfile.open(archive) as tar:
            # Python before 3.11.4 (Debian 12 has 3.11.2) has no filters and no parameter for one.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(folder)
        done.touch()
    return next(folder.rglob("quarkus-run.jar"))


def _maven() -> MavenContext:
    return MavenContext(repo_cache=cache_folder() / "maven", timeout=60)


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def main() -> None:
    """Download everything now (also done by the first start)."""
    kafka_jars()
    registry_jar()


if __name__ == "__main__":
    main()
