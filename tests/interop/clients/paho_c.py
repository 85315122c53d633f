"""Paho's C client, MQTT 3.1.1 and 5, with a certificate and a policy of its own; what it misses comes from boto3."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority, allow  # noqa: E402
from world import World  # noqa: E402

with World(attest=False) as world:
    iot, data = world.client("iot"), world.client("iot-data")
    leaf = Authority(world.folder, "maker").leaf("sensor")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="p", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/paho-3", "client/paho-5"), allow(["iot:Publish", "iot:Receive"], "topic/${iot:ClientId}/room"),
        allow("iot:Subscribe", "topicfilter/${iot:ClientId}/room")]}))
    iot.attach_policy(policyName="p", target=arn)
    for version in ("3", "5"):
        topic = f"paho-{version}/room"
        argv = [sys.argv[1], world.mqtt_port, world.cloud_ca, leaf.pem, leaf.key, version, f"paho-{version}", topic]
        with subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"away\n", version
            data.publish(topic=topic, qos=1, payload=b"missed")
            rest, _ = child.communicate(b"\n")
            assert rest == b"done\n" and child.returncode == 0, (version, rest)
