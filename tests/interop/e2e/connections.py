"""DeleteConnection, signed as an operator signs: what the client is told, its will, its session and the event.

Debian's boto3 is older than the operation, so requests are made by hand and signed by botocore.
"""
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from gw import ALLOW_ALL, Authority, Ports, Raw, connect_packet, packet, string  # noqa: E402
from world import DEADLINE_S, World  # noqa: E402

HOUR = b"\x11\x00\x00\x0e\x10"


def delete(world, client, query="", keys=None):
    """(status, error type)"""
    keys = keys or world.keys()
    request = AWSRequest("DELETE", f"{world.control}/connections/{urllib.parse.quote(client, safe='')}{query}")
    SigV4Auth(Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"], keys.get("aws_session_token")), "iotdata",
              "us-east-1").add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers), method="DELETE"), timeout=DEADLINE_S) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers["x-amzn-ErrorType"]


def comes(ports, leaf, client, clean=True, will=None):
    """The connection, of MQTT 5 with a session of an hour, and its Session Present."""
    raw = Raw(ports, leaf).send(connect_packet(client, 5, clean, properties=HOUR, will=will))
    first, body = raw.packet()
    assert first == 0x20 and body[1] == 0, body
    return raw, body[0]


class Watcher:
    def __init__(self, ports, leaf, *filters):
        self.raw = Raw(ports, leaf).open("watcher")
        self.raw.send(packet(0x82, b"\x00\x01" + b"".join(string(f) + b"\x00" for f in filters)))
        assert self.raw.packet()[0] == 0x90

    def message(self):
        first, body = self.raw.packet()
        assert first == 0x30, first
        end = 2 + int.from_bytes(body[:2], "big")
        return body[2:end].decode(), body[end:]


with World(attest=False) as world:
    iot, ca, ports = world.client("iot"), Authority(world.folder, "maker"), Ports(world)
    leaf = ca.leaf("lamp")
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=iot.register_certificate_without_ca(
        certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"])
    watcher = Watcher(ports, leaf, "$aws/events/presence/disconnected/#", "will")

    old = Raw(ports, leaf).open("old")
    assert delete(world, "old") == (200, None)
    assert old.rest() == b""
    topic, event = watcher.message()
    event = json.loads(event)
    assert topic == "$aws/events/presence/disconnected/old", topic
    assert (event["disconnectReason"], event["clientInitiatedDisconnect"]) == ("API_INITIATED_DISCONNECT", False), event

    lamp, _ = comes(ports, leaf, "lamp 1", will=("will", "gone", False))
    assert delete(world, "lamp 1") == (200, None)
    assert lamp.rest() == b"\xe0\x01\x98"
    assert sorted(watcher.message()[0] for _ in range(2)) == ["$aws/events/presence/disconnected/lamp 1", "will"]
    lamp, present = comes(ports, leaf, "lamp 1", clean=False, will=("will", "gone", False))
    assert present == 1, "the session is kept"
    assert delete(world, "lamp 1", "?cleanSession=true&preventWillMessage=true") == (200, None)
    assert lamp.rest() == b"\xe0\x01\x98"
    lamp, present = comes(ports, leaf, "lamp 1", clean=False)
    assert present == 0, "and ended when that is asked for"
    lamp.send(b"\xe0\x00").rest()
    assert [watcher.message()[0] for _ in range(2)] == ["$aws/events/presence/disconnected/lamp 1"] * 2, "no will between them"

    assert delete(world, "lamp 1") == (404, "ResourceNotFoundException:")
    assert delete(world, "watcher", "?cleanSession=perhaps")[0] == 400
    told = [json.loads(line) for line in world.run("zerotouch", "why", "--endpoint-url", world.control, "--json").stdout.splitlines()]
    assert [(r["rule"], r["clientId"]) for r in told] == [("ConnectionDeleted", "old"), ("ConnectionDeleted", "lamp 1"),
                                                          ("ConnectionDeleted", "lamp 1")], told

    # Only who may: iot:DeleteConnection on client/<id>.
    iam, arn = world.client("iam"), "arn:aws:iot:us-east-1:000000000000:client/other"
    iam.create_role(RoleName="Porter", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}))
    iam.put_role_policy(RoleName="Porter", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:DeleteConnection", "Resource": arn}]}))
    given = world.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/Porter", RoleSessionName="porter")["Credentials"]
    keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"], "aws_session_token": given["SessionToken"]}
    assert delete(world, "watcher", keys=keys)[0] == 403
    other = Raw(ports, leaf).open("other")
    assert delete(world, "other", keys=keys) == (200, None)
    assert other.rest() == b""
