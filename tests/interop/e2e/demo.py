"""zerotouch demo: tells the whole story, ends with 0 and leaves nothing running; fails when a step fails."""
import os
import pathlib
import re
import subprocess
import tempfile

from world import BIN


def children_of(folder):
    """Processes that were started with the folder in their arguments."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if folder in words and int(process.name) != os.getpid():
                found.append(words.replace("\0", " "))
    return found


def shown_by_readme():
    """The lines of the demo that README.md shows, whole ones alone."""
    text = (pathlib.Path(__file__).resolve().parents[3] / "README.md").read_text()
    block = re.search(r"^```text\n(1/8 .*?)^```", text, re.M | re.S)[1]
    return [line for line in block.splitlines() if "…" not in line]


def without_figures(text):
    """Times, ports and device ids differ each time."""
    return re.sub(r"\(\d+ ms\)|\d{4,5}\b|Azure-Sphere-\w{5}", "#", text)


with tempfile.TemporaryDirectory(prefix="zt-demo-") as folder:
    data = f"{folder}/demo"
    done = subprocess.run([BIN / "zerotouch", "demo", "--data", data], capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=150)
    talk, result = done.stderr.decode(), done.stdout.decode()
    assert done.returncode == 0, talk[-4000:]
    for step in range(1, 9):
        assert f"{step}/8 " in talk, talk
    assert "THING" in result and "CERTIFICATE" in result and "First connect to first accepted message" in result, result
    assert result.count("Azure-Sphere-") == 2, result
    assert result.count(" ACTIVE ") == 2, result
    assert children_of(folder) == [], children_of(folder)

    for line in shown_by_readme():
        assert without_figures(line) in without_figures(talk), line

    # A folder that no demo made is not emptied.
    kept = pathlib.Path(folder, "kept")
    kept.mkdir()
    (kept / "mine").write_text("x")
    refused = subprocess.run([BIN / "zerotouch", "demo", "--data", kept], capture_output=True, timeout=60)
    assert refused.returncode == 6 and (kept / "mine").exists(), refused

    # Without mosquitto the first step fails, says what is missing, and ends what it started.
    failed = subprocess.run([BIN / "zerotouch", "demo", "--data", data], capture_output=True, timeout=60,
                            env={**os.environ, "ZT_BROKER_PROGRAM": f"{folder}/no-such-broker"})
    assert failed.returncode != 0 and b"no-such-broker" in failed.stderr, failed
    assert children_of(folder) == [], children_of(folder)
