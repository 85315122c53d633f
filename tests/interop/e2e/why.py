"""zerotouch why: every mute refusal with its reason, the deciding statement and the remedy; followed live; as a metric."""
import json
import re
import subprocess
import sys
import pathlib
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority, Ports, Raw, connect_packet, packet, publish_packet, string  # noqa: E402
from world import World, wait_for  # noqa: E402

POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/lamp"},
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/a/*"},
    {"Sid": "NoSecrets", "Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/a/secret"}]}


ARN = "arn:aws:iot:us-east-1:000000000000"
# PUBLISH of QoS 0 to "a" with a Content Type of 257 bytes; the properties' length takes two bytes.
LONG_CONTENT_TYPE = packet(0x30, string("a") + b"\x84\x02\x03" + string("x" * 257))


def curl(world, folder, leaf, topic):
    return subprocess.run(["curl", "-sS", "--cacert", world.cloud_ca, "--cert", leaf.pem, "--key", leaf.key, "-d", "{}",
                           f"https://localhost:{world.https_port}/topics/{topic}?qos=1"], capture_output=True, timeout=30)


def publish(world, leaf, client_id, topic):
    return subprocess.run(["mosquitto_pub", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca, "--cert", leaf.pem,
                           "--key", leaf.key, "-i", client_id, "-q", "1", "-t", topic, "-m", "x"], capture_output=True, timeout=30)


def why(world, *more):
    done = world.run("zerotouch", "why", "--endpoint-url", world.control, "--json", *more)
    return [json.loads(line) for line in done.stdout.splitlines()]


def metric(world, name):
    text = urllib.request.urlopen(f"{world.control}/metrics", timeout=30).read().decode()
    return int(re.search(rf"^{re.escape(name)} (\d+)$", text, re.M).group(1))


def subscribe_packet(*filters, properties=b""):
    return packet(0x82, b"\0\1" + bytes([len(properties)]) + properties + b"".join(string(f) + b"\1" for f in filters))


def last(world, expected):
    """(rule, attempted, detail) of the newest refusal; a connection's end may be on its way."""
    def told():
        record = why(world)[-1]
        return (record["rule"], record["attempted"], record["detail"]) if record["rule"] == expected else None
    return wait_for(told, f"a refusal {expected}, not {why(world)[-1]}")


def every_refusal_has_its_reason(world, iot, ca):
    """What a device did wrong beyond its policies: by MQTT 5, whose codes are AWS's, and by HTTPS."""
    leaf = ca.leaf("free")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="Free", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe", "iot:Receive", "iot:RetainPublish"], "Resource": "*"},
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": [
            f"{ARN}:topic/a*", f"{ARN}:topic/$aws/*", f"{ARN}:topic/own/${{iot:Connection.Thing.ThingName}}"]}]}))
    iot.attach_policy(policyName="Free", target=arn)
    ports = Ports(world)

    def ends(data, rule, code, client="free"):
        raw = Raw(ports, leaf)
        raw.send(connect_packet(client, 5))
        assert raw.packet()[0] == 0x20
        raw.send(data)
        assert raw.rest() == (b"\xe0\x01" + bytes([code])), rule
        return last(world, rule)

    def pub(topic, payload=b"", retain=False, properties=b"", qos=1):
        return publish_packet(topic, payload, qos, retain, version=5, properties=properties)

    assert ends(pub("a/b/c/d/e/f/g/h/i"), "TopicInvalid", 0x90)[1] == "PUBLISH a/b/c/d/e/f/g/h/i"
    ends(pub("a", b"x" * (128 * 1024 + 1)), "PayloadTooLarge", 0x97)
    ends(b"\x30\xff\xff\xff\x7f", "PacketTooLarge", 0x97)
    ends(LONG_CONTENT_TYPE, "PropertiesTooLarge", 0x97)
    ends(pub("a", qos=2), "QosUnsupported", 0x9b)
    ends(pub("a", properties=b"\x23\x00\x09"), "TopicAliasInvalid", 0x94)
    assert ends(pub("$aws/events/x"), "ReservedTopic", 0x87)[1] == "PUBLISH $aws/events/x"
    ends(pub("$aws/things/free/shadow/update/delta"), "ReservedTopic", 0x87)
    ends(pub("$aws/things/free/shadow/update", b"{}", retain=True), "ReservedTopic", 0x87)
    ends(subscribe_packet("$SYS/#"), "ReservedTopic", 0x8f)
    ends(subscribe_packet(*[f"f{i}" for i in range(9)]), "TooManyFilters", 0x97)
    ends(subscribe_packet("a", properties=b"\x0b\x01"), "SubscriptionIds", 0xa1)
    ends(connect_packet("free", 5), "Malformed", 0x82)
    assert ends(pub("own/free"), "PublishDenied", 0x87)[2] == (
        "no statement of Free allows it; ${iot:Connection.Thing.ThingName} has no value here")

    def turned_away(data, rule, code):
        assert Raw(ports, leaf).send(data).rest() == b"\x20\x03\x00" + bytes([code, 0]), rule
        return last(world, rule)

    assert turned_away(connect_packet("c" * 129, 5), "ClientIdInvalid", 0x85)[1] == "CONNECT as " + "c" * 128
    # Nobody knew yet who it is, and the record does.
    assert (why(world)[-1]["deviceId"], why(world)[-1]["certificateId"]) == ("free", leaf.id)
    turned_away(connect_packet("free", 5, properties=b"\x27\x00\x00\x01\xff"), "ClientPacketLimit", 0x80)
    assert turned_away(connect_packet("free", 5, properties=b"\x15" + string("K")), "Malformed", 0x80)[2] == (
        "enhanced authentication is not supported")
    turned_away(connect_packet("free", 5, will=("$aws/events/x", b"", False)), "ReservedTopic", 0x87)

    def answered(path, status, rule, *more):
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", world.cloud_ca, "--cert", leaf.pem, "--key",
                               leaf.key, "-d", "{}", *more, f"https://localhost:{world.https_port}{path}"], capture_output=True, timeout=30)
        assert done.stdout == status, done
        return last(world, rule)

    assert answered("/topics/a?qos=2", b"400", "BadRequest")[1:] == ("POST /topics/a", "qos is invalid")
    answered("/topics/$aws/events/x?qos=1", b"403", "ReservedTopic")
    assert answered("/topics/a", b"405", "NoSuchRoute", "-X", "PUT")[1] == "PUT /topics/a"
    assert answered("/topics/own/free", b"403", "PublishDenied")[2].endswith("${iot:Connection.Thing.ThingName} has no value here")
    assert all(r["remedy"] and r["reason"] for r in why(world))


with World(attest=False) as world:
    iot = world.client("iot")
    ca = Authority(world.folder, "maker")
    known, stranger = ca.leaf("lamp-0001"), ca.leaf("lamp-0002")
    assert why(world) == []
    assert b"nobody was refused" in world.run("zerotouch", "why", "--endpoint-url", world.control).stderr

    follower = world.start("zerotouch", "why", "--endpoint-url", world.control, "--json", "--follow")
    assert curl(world, world.folder, stranger, "a/b").returncode != 0
    record = follower.event()
    assert (record["rule"], record["deviceId"], record["certificateId"]) == ("CertificateUnknown", "lamp-0002", stranger.id), record
    assert record["attempted"] == "POST /topics/a/b" and record["port"] == world.https_port and record["number"] == 1, record
    assert record["peer"].startswith("127.0.0.1:") and "CA certificate" in record["remedy"], record

    arn = iot.register_certificate_without_ca(certificatePem=known.pem.read_text(), status="INACTIVE")["certificateArn"]
    publish(world, known, "lamp", "a/b")
    assert follower.event()["rule"] == "CertificateInactive"
    iot.update_certificate(certificateId=known.id, newStatus="ACTIVE")
    publish(world, known, "lamp", "a/b")
    assert follower.event()["rule"] == "NoPolicy"
    iot.create_policy(policyName="Lamps", policyDocument=json.dumps(POLICY))
    iot.attach_policy(policyName="Lamps", target=arn)

    publish(world, known, "desk", "a/b")
    denied = follower.event()
    assert (denied["rule"], denied["clientId"], denied["attempted"]) == ("ConnectDenied", "desk", "CONNECT as desk"), denied
    assert denied["detail"] == "no statement of Lamps allows it", denied
    publish(world, known, "lamp", "b")
    denied = follower.event()
    assert (denied["rule"], denied["attempted"], denied["detail"]) == ("PublishDenied", "PUBLISH b", "no statement of Lamps allows it"), denied
    publish(world, known, "lamp", "a/secret")
    denied = follower.event()
    assert denied["rule"] == "PublishDenied" and denied["detail"] == "policy Lamps: denied by statement 3 (NoSecrets)", denied
    assert publish(world, known, "lamp", "a/b").returncode == 0
    assert follower.stop() == 0

    everything = why(world)
    assert [r["number"] for r in everything] == list(range(1, 7)), everything
    every_refusal_has_its_reason(world, iot, ca)
    assert {r["deviceId"] for r in why(world, "--device", "lamp-0001")} == {"lamp-0001"}
    assert [r["number"] for r in why(world, "--device", stranger.id[:8])] == [1]
    told = world.run("zerotouch", "why", "--endpoint-url", world.control, "--device", "lamp-0002").stdout.decode()
    assert "CertificateUnknown" in told and "remedy" in told and "lamp-0002" in told, told

    assert metric(world, 'zerotouch_refusals_total{rule="PublishDenied"}') == 4
    assert metric(world, "zerotouch_messages_accepted_total") == 1
    assert urllib.request.urlopen(f"{world.control}/healthz", timeout=30).read() == b"ok\n"

    # The record is for those who may read it: a signature is needed, and the permission.
    try:
        urllib.request.urlopen(f"{world.control}/_zerotouch/refusals", timeout=30)
        raise AssertionError("refusals without a signature")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error
    world.client("iam").create_role(RoleName="Reader", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}))
    keys = world.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/Reader", RoleSessionName="reader")["Credentials"]
    env = {**world.env, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
           "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"]}
    refused = world.run("zerotouch", "why", "--endpoint-url", world.control, check=False, env=env)
    assert refused.returncode != 0 and b"zerotouch:ListRefusals" in refused.stderr, refused
    world.client("iam").put_role_policy(RoleName="Reader", PolicyName="read", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "zerotouch:ListRefusals", "Resource": "*"}]}))
    assert len(world.run("zerotouch", "why", "--json", "--endpoint-url", world.control, env=env).stdout.splitlines()) > 6

    # On AWS there is no such record, and the command says where to look instead.
    away = {k: v for k, v in env.items() if k != "AWS_ENDPOINT_URL"}
    nowhere = world.run("zerotouch", "why", check=False, env=away)
    assert nowhere.returncode != 0 and b"zerotouch doctor" in nowhere.stderr, nowhere
