"""SIGHUP: faults and server certificate are read anew, both or neither; an open session goes on."""
import hashlib
import json
import pathlib
import queue
import signal
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
import paho.mqtt.client as paho  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from gw import ALLOW_ALL, Authority  # noqa: E402
from world import World, wait_for  # noqa: E402

DEADLINE_S = 30


def failing(operation):
    return json.dumps({"operations": [{"operation": operation, "code": "InternalFailureException", "status": 500}]})


class Session:
    """A device that hears what it says."""

    def __init__(self, world, leaf):
        self.connects, self.messages, self.subscribed = queue.Queue(), queue.Queue(), queue.Queue()
        self.mqtt = paho.Client("dev1")
        self.mqtt.tls_set(world.cloud_ca, leaf.pem, leaf.key)
        self.mqtt.on_connect = lambda *words: self.connects.put(words[3])
        self.mqtt.on_subscribe = lambda *_: self.subscribed.put(True)
        self.mqtt.on_message = lambda _c, _u, message: self.messages.put(message.payload)
        self.mqtt.connect("localhost", world.mqtt_port)
        self.mqtt.loop_start()
        assert self.connects.get(timeout=DEADLINE_S) == 0
        self.mqtt.subscribe("said", 1)
        self.subscribed.get(timeout=DEADLINE_S)

    def goes_on(self, text):
        self.mqtt.publish("said", text, qos=1).wait_for_publish(DEADLINE_S)
        assert self.messages.get(timeout=DEADLINE_S) == text
        assert self.connects.empty(), "the session was dropped"


with World(attest=False) as world:
    world.cloud.stop()
    faults = world.folder / "faults.json"
    faults.write_text(failing("CreateThingType"))
    world.cloud.options = ("--faults", faults)
    world.cloud.start()
    iot = world.client("iot")
    leaf = Authority(world.folder, "one").leaf("dev1")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=arn)
    session = Session(world, leaf)

    def fails(call):
        try:
            call()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InternalFailureException", error
            return True
        return False

    def failing_now():
        calls = {"CreateThingType": lambda: iot.create_thing_type(thingTypeName="a"), "ListThings": iot.list_things}
        return {name for name, call in calls.items() if fails(call)}

    def served():
        pem = ssl.get_server_certificate(("localhost", world.mqtt_port))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def hang_up(answer):
        before = world.cloud.log_text().count(answer)
        world.cloud.process.send_signal(signal.SIGHUP)
        wait_for(lambda: world.cloud.log_text().count(answer) > before, answer)

    identity = world.cloud.data / "server-identity.pem"
    first = served()
    assert failing_now() == {"CreateThingType"}
    session.goes_on(b"one")

    faults.write_text(failing("ListThings"))
    identity.unlink()
    hang_up("cloud: reloaded")
    second = served()
    assert second != first
    assert failing_now() == {"ListThings"}
    session.goes_on(b"two")

    # No file can take the place of a folder: the identity cannot be made, and so the good faults file does not count either.
    faults.write_text("{}")
    identity.unlink()
    identity.mkdir()
    hang_up("cloud: not reloaded")
    assert failing_now() == {"ListThings"} and served() == second
    session.goes_on(b"three")

    faults.write_text("{")
    identity.rmdir()
    hang_up("cloud: not reloaded")
    assert failing_now() == {"ListThings"} and served() == second and not identity.exists()
    session.goes_on(b"four")

    faults.write_text("{}")
    hang_up("cloud: reloaded")
    assert failing_now() == set() and served() not in (first, second)
    session.goes_on(b"five")
    session.mqtt.disconnect()
    session.mqtt.loop_stop()
