"""sourceip(), clientid() and principal() of messages that came by MQTT, by HTTPS and by a signed call."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority  # noqa: E402
from paho_device import DEADLINE_S, Device  # noqa: E402
from world import World  # noqa: E402


def document(action, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **more}]})


with World(attest=False) as world:
    iot, iam = world.client("iot"), world.client("iam")
    leaf = Authority(world.folder, "maker").leaf("lamp")
    certificate = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")
    iot.create_policy(policyName="all", policyDocument=document("iot:*", Resource="*"))
    iot.attach_policy(policyName="all", target=certificate["certificateArn"])
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document(
        "sts:AssumeRole", Principal={"Service": "iot.amazonaws.com"}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document("iot:Publish", Resource="*"))
    iot.create_topic_rule(ruleName="who", topicRulePayload={
        "sql": "SELECT *, sourceip() AS ip, clientid() AS client, principal() AS principal FROM 'in'", "awsIotSqlVersion": "2016-03-23",
        "actions": [{"republish": {"roleArn": role, "topic": "out", "qos": 1}}]})

    device = Device(world, leaf, "lamp")
    device.subscribe("out")
    device.publish("in", {"by": "MQTT"})
    assert device.message("out") == {"by": "MQTT", "ip": "127.0.0.1", "client": "lamp", "principal": certificate["certificateId"]}
    subprocess.run(["curl", "-sS", "--fail", "--cacert", world.cloud_ca, "--cert", leaf.pem, "--key", leaf.key, "-d", '{"by":"HTTPS"}',
                    f"https://localhost:{world.https_port}/topics/in?qos=1"], check=True, capture_output=True, timeout=DEADLINE_S)
    assert device.message("out") == {"by": "HTTPS", "ip": "127.0.0.1", "client": "n/a", "principal": certificate["certificateId"]}
    world.client("iot-data").publish(topic="in", qos=1, payload=b'{"by":"signature"}')
    message = device.message("out")
    assert message["ip"] == "127.0.0.1" and message["by"] == "signature" and message["client"] == "n/a", message
    device.stop()
