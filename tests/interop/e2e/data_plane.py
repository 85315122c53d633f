"""The data plane by other people's clients: boto3 and the AWS CLI on the port that AWS has on 443, mosquitto_rr with an answer of paho's."""
import json
import pathlib
import queue
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
import boto3  # noqa: E402
import paho.mqtt.client as paho  # noqa: E402
from paho.mqtt.packettypes import PacketTypes  # noqa: E402
from paho.mqtt.properties import Properties  # noqa: E402
from gw import ALLOW_ALL, Authority  # noqa: E402
from world import DEADLINE_S, Child, World  # noqa: E402


def data_client(world):
    session = boto3.session.Session(**world.keys(), region_name="us-east-1")
    return session.client("iot-data", endpoint_url=f"https://localhost:{world.cloud.endpoints['allPort']}", verify=str(world.cloud_ca))


def aws(world, *words):
    done = subprocess.run(["/usr/bin/aws", "--endpoint-url", f"https://localhost:{world.cloud.endpoints['allPort']}", "--ca-bundle", world.cloud_ca,
                           "--output", "json", "iot-data", *words], env=world.env, capture_output=True, timeout=60)
    assert done.returncode == 0, done
    return json.loads(done.stdout) if done.stdout.strip() else None


def mosquitto(world, leaf, program, client, *words):
    return [program, "-V", "5", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca, "--cert", leaf.pem, "--key", leaf.key,
            "-i", client, "-q", "1", *words]


def responder(world, leaf):
    """Answers what comes on "ask", to where it asks for."""
    context, ready = ssl.create_default_context(cafile=world.cloud_ca), queue.Queue()
    context.load_cert_chain(leaf.pem, leaf.key)

    def answer(client, _, message):
        properties = Properties(PacketTypes.PUBLISH)
        properties.CorrelationData = message.properties.CorrelationData
        client.publish(message.properties.ResponseTopic, b"answer to " + message.payload, 1, properties=properties)

    client = paho.Client("responder", protocol=paho.MQTTv5)
    client.tls_set_context(context)
    client.on_message, client.on_subscribe = answer, lambda *_: ready.put(True)
    client.on_connect = lambda *_: client.subscribe("ask", 1)
    client.connect("localhost", world.mqtt_port)
    client.loop_start()
    ready.get(timeout=DEADLINE_S)
    return client


with World(attest=False) as world:
    iot, ca = world.client("iot"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=iot.register_certificate_without_ca(
        certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"])

    sub = Child(["stdbuf", "-oL", *mosquitto(world, leaf, "mosquitto_sub", "sub", "-t", "a/#", "-d", "-F", "%t %q %F %C %R %D %P %p")])
    world.children.append(sub)

    def line(start):
        while not (text := sub.line().decode()).startswith(start):
            pass
        return text

    line("Subscribed ")
    data = data_client(world)
    data.publish(topic="a/b c", qos=1, payload=b"hi", payloadFormatIndicator="UTF8_DATA", contentType="text/plain", responseTopic="to/me",
                 correlationData="Y29ycg==", messageExpiry=60, userProperties=[{"k": "v"}, {"k": "w"}])
    assert line("a/b c") == "a/b c 1 1 text/plain to/me corr k:v k:w hi"

    aws(world, "publish", "--topic", "a/cli", "--qos", "1", "--retain", "--payload", "aGk=")
    assert line("a/cli").startswith("a/cli 1 ")
    assert aws(world, "get-retained-message", "--topic", "a/cli")["payload"] == "aGk="
    assert [m["topic"] for m in data.list_retained_messages()["retainedTopics"]] == ["a/cli"]
    data.publish(topic="a/cli", retain=True)
    assert data.list_retained_messages()["retainedTopics"] == []

    answers = responder(world, leaf)
    asked = subprocess.run(mosquitto(world, leaf, "mosquitto_rr", "asker", "-t", "ask", "-e", "to/asker", "-m", "this", "-W", str(int(DEADLINE_S)),
                                     "-D", "publish", "correlation-data", "42", "-F", "%D %p"), capture_output=True, timeout=DEADLINE_S)
    assert asked.stdout == b"42 answer to this\n", asked
    answers.disconnect()
    answers.loop_stop()
