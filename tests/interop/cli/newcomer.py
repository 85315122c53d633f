"""What README.md shows under "On this machine" is typed in as it stands."""
import os
import pathlib
import re
import subprocess
import tempfile

from world import BIN, DEADLINE_S, Child, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]


def blocks():
    """The two shells' lines."""
    part = re.search(r"^## On this machine$(.*?)^## ", (ROOT / "README.md").read_text(), re.M | re.S)[1]
    return re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S)


def main():
    daemons, typed = blocks()
    assert "zerotouch local up " in daemons and "zerotouch-device publish" in typed
    with tempfile.TemporaryDirectory(prefix="zt-newcomer-") as home:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ZT_", "XDG_"))}
        # The build may lie in another folder, and the ports may be taken.
        env |= {"HOME": home, "PATH": f"{BIN}:{env['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
        up = Child([BIN / "zerotouch", "local", "up", "--pick-ports"], env=env)
        try:
            wait_for(lambda: b"ZT_ATTEST_CA_FILE" in up.line(), "local up prints the environment")
            done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", typed], cwd=home, env=env, capture_output=True,
                                  text=True, timeout=2 * DEADLINE_S)
            assert done.returncode == 0, done
            assert re.search(r"^Azure-Sphere-[0-9a-f]{5} ", done.stdout, re.M), done
            assert "zerotouch_jitr" in done.stdout, done
        finally:
            assert up.stop() == 0


main()
