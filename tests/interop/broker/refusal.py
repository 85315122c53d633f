"""zerotouch-cloud that does not start: its exit status and its last line."""
import os
import subprocess
import tempfile

from world import BIN

CONFIG, CREDENTIALS, NETWORK, USAGE = 3, 4, 7, 2


def refusal(status, *options):
    with tempfile.TemporaryDirectory(prefix="zt-") as folder:
        done = subprocess.run([BIN / "zerotouch-cloud", "--data", folder, "--pick-ports", *map(str, options)],
                              capture_output=True, timeout=60)
        assert not os.path.exists(f"{folder}/endpoints.json")
    assert done.returncode == status, done
    return done.stderr.decode().splitlines()[-1]


def check(line, *words):
    for word in words:
        assert word in line, (word, line)
