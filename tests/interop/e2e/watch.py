"""zerotouch watch: exact bytes, its own certificate and policy removed at the end, and by the next start after a kill."""
import os
import signal
import subprocess
import tempfile

from world import World, wait_for


def own_policies(world):
    return [p["policyName"] for p in world.client("iot").list_policies()["policies"]
            if p["policyName"].startswith("zerotouch-watch-")]


with World(attest=False) as world, tempfile.TemporaryDirectory() as state:
    os.environ["XDG_STATE_HOME"] = state
    data = world.client("iot-data")

    plain = world.start("zerotouch", "watch", "--endpoint-url", world.control, "--mqtt-port", world.mqtt_port,
                        "--ca-file", world.cloud_ca, "--count", "1", "a/+/c")
    wait_for(lambda: plain.process.stderr.readline().startswith(b"watching a/+/c"), "it watches")
    [policy] = own_policies(world)
    document = world.client("iot").get_policy(policyName=policy)["policyDocument"]
    assert '"*"' not in document and "iot:Publish" not in document, document
    data.publish(topic="a/b/c", qos=1, payload=b'{"x":1}')
    assert plain.process.stdout.read() == b'{"x":1}\n'
    assert plain.process.wait(20) == 0
    assert own_policies(world) == [] and world.certificates() == []

    killed = world.watch("a/#")
    assert len(own_policies(world)) == 1 and len(world.certificates()) == 1
    killed.stop(signal.SIGKILL)
    alive = world.watch("b")
    # The dead watcher's pass is gone, the living one's is there.
    assert len(own_policies(world)) == 1 and len(world.certificates()) == 1
    second = world.watch("c")
    assert len(own_policies(world)) == 2, "a living watcher's pass is not swept"
    for child in (alive, second):
        assert child.stop() == 0
    assert own_policies(world) == [] and world.certificates() == []
    assert os.listdir(f"{state}/zerotouch/watch") == []

    # A server that cannot be verified is never talked to.
    other_ca = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-keyout", "/dev/null", "-subj", "/CN=somebody else", "-days", "2"], capture_output=True, check=True)
    path = f"{state}/other.pem"
    with open(path, "wb") as file:
        file.write(other_ca.stdout)
    refused = world.run("zerotouch", "watch", "--endpoint-url", world.control, "--mqtt-port", world.mqtt_port,
                        "--ca-file", path, "a", check=False)
    assert refused.returncode == 7 and b"verif" in refused.stderr, refused
    assert own_policies(world) == [] and world.certificates() == []
