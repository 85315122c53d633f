"""What keeps zerotouch-cloud from starting is named, with its remedy: a taken port, no mosquitto, a second process."""
import socket
import subprocess
import tempfile

from world import BIN, World


def start(folder, *options):
    return subprocess.run([BIN / "zerotouch-cloud", "--data", folder, *options], capture_output=True, timeout=30)


with tempfile.TemporaryDirectory(prefix="zt-") as folder, socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    port = str(taken.getsockname()[1])
    for option in ("--control-port", "--mqtt-port", "--https-port"):
        others = [word for other in ("--control-port", "--mqtt-port", "--https-port") if other != option for word in (other, "0")]
        refused = start(f"{folder}/port", option, port, *others)
        assert refused.returncode == 3, refused
        assert port in refused.stderr.decode().splitlines()[-1], refused.stderr

    missing = start(f"{folder}/broker", "--pick-ports", "--broker-program", "/nowhere/mosquitto")
    assert missing.returncode != 0 and b"mosquitto" in missing.stderr.splitlines()[-1], missing

    unknown = start(f"{folder}/usage", "--no-such-option")
    assert unknown.returncode == 2 and b"--no-such-option" in unknown.stderr, unknown

with World(attest=False) as world:
    second = start(world.cloud.data, "--pick-ports")
    assert second.returncode == 3, second
    # The first one goes on, and its endpoints file stays.
    assert (world.cloud.data / "endpoints.json").exists()
    assert world.things() == []
