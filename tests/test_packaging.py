"""The five generic package names are ours, whole, and import cleanly one by one."""

import importlib
import os
import pkgutil
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("propagation", "gis", "maps", "api", "data")


def modules() -> list[str]:
    found = list(PACKAGES)
    for package in PACKAGES:
        found += [
            module.name
            for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
            if ".migrations." not in module.name
        ]
    return sorted(found)


def packages() -> list[str]:
    """Return every package: importing a module imports those that it lies in first."""
    return [name for name in modules() if (ROOT / name.replace(".", "/")).is_dir()]


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours(package: str) -> None:
    origin = importlib.import_module(package).__file__
    assert origin is not None
    assert Path(origin) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("name", modules())
def test_all_names_exist(name: str) -> None:
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public), f"{name}.__all__ names {public}, which is not there"


FORKING = """
import contextlib, importlib, os, sys
names, ours = sys.argv[1:], {name.partition(".")[0] for name in sys.argv[1:]}
reading, writing = os.pipe()
if os.fork() == 0:  # what our modules import of others is loaded once, for every child
    for name in names:
        importlib.import_module(name)
    theirs = [one for one in sys.modules if one.partition(".")[0] not in ours]
    os.write(writing, " ".join(theirs).encode())
    os._exit(0)
os.close(writing)
with open(reading) as told:
    theirs = told.read().split()
for name in theirs:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
failed = []
for name in names:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(name, type(error).__name__, error)
            sys.stdout.flush()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(min(len(failed), 100))
"""


def test_no_module_imports_itself_through_others() -> None:
    """So a module that is imported first finds whole whatever it imports, its packages given."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    imported = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(list(TopologicalSorter(imported).static_order())) == len(graph.modules)
    assert any(imported.values())


def test_every_package_imports_first() -> None:
    """No package leans on another having been imported before it."""
    done = subprocess.run(
        [sys.executable, "-c", FORKING, *packages()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        # compiled once: children that compile every module anew take minutes
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_wheel_names_the_five_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)


def test_no_file_names_a_registry() -> None:
    """No registry host enters the project: a closed network has none."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    hosts = ("pypi.org", "files.pythonhosted", "registry.npmjs", "deb.debian.org")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        content = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{name}: {host}" for host in hosts if host in content]
    assert not found
