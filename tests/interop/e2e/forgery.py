"""What AWS alone publishes, nobody forges: not with every right, not as a will, not by HTTPS, not signed, not through a rule."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from botocore.exceptions import ClientError  # noqa: E402
from gw import ALLOW_ALL, Authority, Ports, Raw, connect_packet, packet, publish_packet, string  # noqa: E402
from world import DEADLINE_S, World  # noqa: E402

FORGED = ["$aws/events/certificates/registered/x", "$aws/events/presence/connected/lamp", "$aws/things/Lamp/shadow/update/delta",
          "$aws/things/Lamp/shadow/name/n/get/accepted", "$SYS/x", "$zerotouch/refusals"]

with World(attest=False) as world:
    iot, iam, ca, ports = world.client("iot"), world.client("iam"), Authority(world.folder, "maker"), Ports(world)
    leaf = ca.leaf("lamp")
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=iot.register_certificate_without_ca(
        certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"])
    watcher = Raw(ports, leaf).open("watcher")
    watcher.send(packet(0x82, b"\x00\x01" + b"".join(string(f) + b"\x00" for f in (
        "$aws/events/certificates/#", "$aws/things/#", "$aws/events/presence/connected/lamp", "told"))))
    assert watcher.packet() == (0x90, b"\x00\x01\x00\x00\x00\x00")

    for topic in FORGED:
        assert Raw(ports, leaf).open("forger").send(publish_packet(topic, b"forged", 1)).rest() == b"", topic
        assert Raw(ports, leaf).send(connect_packet("forger", 5, will=(topic, b"forged", False))).rest() == b"\x20\x03\x00\x87\x00", topic
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", world.cloud_ca, "--cert", leaf.pem, "--key",
                               leaf.key, "-d", "forged", f"https://localhost:{world.https_port}/topics/{topic}"], capture_output=True,
                              timeout=DEADLINE_S)
        assert done.stdout == b"403", (topic, done)
        try:
            world.client("iot-data").publish(topic=topic, payload=b"forged")
            raise AssertionError(f"signed to {topic}")
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error

    # A rule whose topic a device's payload fills, with a role that may publish everywhere.
    iam.create_role(RoleName="rule", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "iot.amazonaws.com"}}]}))
    iam.put_role_policy(RoleName="rule", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}]}))
    role = "arn:aws:iam::000000000000:role/rule"
    iot.create_topic_rule(ruleName="open", topicRulePayload={
        "sql": "SELECT * FROM 'in'", "awsIotSqlVersion": "2016-03-23", "actions": [{"republish": {"roleArn": role, "topic": "${to}"}}],
        "errorAction": {"republish": {"roleArn": role, "topic": "told"}}})
    device = Raw(ports, leaf).open("device")

    def heard():
        first, body = watcher.packet()
        end = 2 + int.from_bytes(body[:2], "big")
        return body[2:end].decode(), body[end:]

    for topic in FORGED:
        device.send(publish_packet("in", json.dumps({"to": topic}).encode()))
        told, message = heard()
        assert told == "told" and json.loads(message)["failures"][0]["failedResource"] == topic, (told, message)
    # Requests to a service are a rule's to make, as a client's.
    device.send(publish_packet("in", b'{"to":"$aws/things/Lamp/shadow/get"}'))
    assert sorted(heard()[0] for _ in range(2)) == ["$aws/things/Lamp/shadow/get", "$aws/things/Lamp/shadow/get/rejected"]
