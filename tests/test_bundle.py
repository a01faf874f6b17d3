"""The bundle installs and serves where there is no network at all."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]

INSIDE = r"""
import fcntl, json, os, re, signal, socket, struct, subprocess, sys, time, urllib.request
from pathlib import Path

# Bring up loopback, the only interface that this namespace has.
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(link, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))
routes = Path("/proc/net/route").read_text().splitlines()[1:]
assert not routes, routes
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    raise SystemExit("this namespace has a network")
except OSError:
    pass

bundle, target, home = sys.argv[1:]
subprocess.run([f"{bundle}/install.sh", target], check=True)
environment = {"PATH": "/usr/bin:/bin", "PHUSONG_HOME": home, "LANG": "C.UTF-8"}
server = subprocess.Popen(
    [f"{target}/venv/bin/phusong", "serve", "--demo", "--port", "8123"], env=environment,
    stdout=subprocess.PIPE, text=True,
)
try:
    for _ in range(600):
        try:
            with urllib.request.urlopen("http://127.0.0.1:8123/readyz", timeout=5) as answer:
                assert answer.status == 200
            break
        except OSError:
            assert server.poll() is None, server.stdout.read()
            time.sleep(0.2)
    with urllib.request.urlopen("http://127.0.0.1:8123/stations?limit=100", timeout=30) as answer:
        stations = json.load(answer)
    assert stations["features"], "the demonstration register is empty"
    with urllib.request.urlopen("http://127.0.0.1:8123/map", timeout=60) as answer:
        page = answer.read().decode()
    assert "<html" in page
    with urllib.request.urlopen("http://127.0.0.1:8123/map/objects", timeout=60) as answer:
        assert json.load(answer)["table"]["rows"]
    with urllib.request.urlopen("http://127.0.0.1:8123/static/map/all.js", timeout=30) as answer:
        assert b"PhuSongMap" in answer.read()
finally:
    server.send_signal(signal.SIGINT)
    server.wait(30)
assert server.returncode == 0, server.returncode
print("served", len(stations["features"]))
"""


def test_bundle_installs_and_serves_without_routes(
    tmp_path: Path, tool: Callable[[str], str]
) -> None:
    unshare = tool("unshare")
    namespace = [unshare, "--net"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--net"]
    if subprocess.run([*namespace, "true"], check=False).returncode != 0:
        tool("a kernel that lets us make network namespaces")
    subprocess.run([str(ROOT / ".ci" / "bundle"), sys.executable, str(tmp_path)], check=True)
    (archive,) = tmp_path.glob("phusong-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (bundle,) = (tmp_path / "unpacked").iterdir()
    assert {path.name for path in bundle.iterdir()} >= {"install.sh", "wheels", "source"}
    done = subprocess.run(
        [*namespace, sys.executable, "-c", INSIDE, bundle, tmp_path / "app", tmp_path / "home"],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "served" in done.stdout
