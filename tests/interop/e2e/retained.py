"""Retained messages with what MQTT 5 gives them: kept through a killed broker, shown by the data plane, gone when they expire."""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from gw import ALLOW_ALL, Authority  # noqa: E402
from world import DEADLINE_S, World, wait_for  # noqa: E402


def mosquitto(world, leaf, program, *words):
    return subprocess.run([program, "-V", "5", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca, "--cert", leaf.pem,
                           "--key", leaf.key, "-i", program, "-q", "1", *words], capture_output=True, timeout=DEADLINE_S)


def publish(world, leaf, topic, payload, *properties):
    words = [word for p in properties for word in ("-D", "publish", *p)]
    done = mosquitto(world, leaf, "mosquitto_pub", "-r", "-t", topic, "-m", payload, *words)
    assert done.returncode == 0, done


def retained(world, topic):
    """As the wire has it: an old botocore knows no userProperties."""
    keys = world.keys()
    request = AWSRequest("GET", f"{world.control}/retainedMessage/{urllib.parse.quote(topic, safe='')}")
    SigV4Auth(Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"]), "iotdata", "us-east-1").add_auth(request)
    with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers)), timeout=DEADLINE_S) as answer:
        return json.load(answer)


def is_gone(data, topic):
    try:
        data.get_retained_message(topic=topic)
    except ClientError as error:
        return error.response["Error"]["Code"] == "ResourceNotFoundException"
    return False


with World(attest=False) as world:
    iot, data, ca = world.client("iot"), world.client("iot-data"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=arn)

    publish(world, leaf, "r/lasting", "kept", ("content-type", "text/plain"), ("user-property", "a", "1"), ("user-property", "a", "2"),
            ("message-expiry-interval", "3600"))
    publish(world, leaf, "r/fleeting", "soon gone", ("message-expiry-interval", "1"))
    publish(world, leaf, "r/bare", "x")
    shown = retained(world, "r/lasting")
    assert base64.b64decode(shown["payload"]) == b"kept" and shown["qos"] == 1, shown
    assert json.loads(base64.b64decode(shown["userProperties"])) == [{"a": "1"}, {"a": "2"}], shown
    assert retained(world, "r/bare")["userProperties"] is None
    wait_for(lambda: is_gone(data, "r/fleeting"), "it expires")
    assert [m["topic"] for m in data.list_retained_messages()["retainedTopics"]] == ["r/bare", "r/lasting"]

    started = re.findall(r"mosquitto started pid=(\d+)", world.cloud.log_text())
    os.kill(int(started[-1]), 9)
    wait_for(lambda: len(re.findall("mosquitto started", world.cloud.log_text())) > len(started), "another broker")
    heard = wait_for(lambda: mosquitto(world, leaf, "mosquitto_sub", "-t", "r/lasting", "-C", "1", "-F", "%r %C %P %p").stdout, "it is back")
    assert heard == b"1 text/plain a:1 a:2 kept\n", heard
    heard = mosquitto(world, leaf, "mosquitto_sub", "-t", "r/fleeting", "-t", "r/bare", "-C", "1", "-F", "%t %p").stdout
    assert heard == b"r/bare x\n", heard
