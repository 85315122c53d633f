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


def watch_too(env):
    """In a third shell; the device is the one that the second made."""
    told = subprocess.run(["bash", "-euc", 'eval "$(zerotouch local env)"; env -0'], env=env, capture_output=True, check=True).stdout
    env = dict(pair.split("=", 1) for pair in told.decode().split("\0") if pair)
    watch = Child([BIN / "zerotouch", "watch", "--json", "myhome/myroom"], env=env)
    try:
        assert watch.event()["event"] == "subscribed"
        subprocess.run([BIN / "zerotouch-device", "publish", "myhome/myroom", "again"], env=env, check=True, timeout=DEADLINE_S)
        assert watch.event()["payload"] == "again"
    finally:
        watch.stop()


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
            assert "zerotouch_jitr" in done.stdout and "nothing keeps devices from coming in" in done.stdout, done
            watch_too(env)
        finally:
            assert up.stop() == 0


main()
