"""zerotouch why: every mute refusal with its reason, the deciding statement and the remedy; followed live; as a metric."""
import json
import re
import subprocess
import sys
import pathlib
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority  # noqa: E402
from world import World, wait_for  # noqa: E402

POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/lamp"},
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/a/*"},
    {"Sid": "NoSecrets", "Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/a/secret"}]}


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
    assert {r["deviceId"] for r in why(world, "--device", "lamp-0001")} == {"lamp-0001"}
    assert [r["number"] for r in why(world, "--device", stranger.id[:8])] == [1]
    told = world.run("zerotouch", "why", "--endpoint-url", world.control, "--device", "lamp-0002").stdout.decode()
    assert "CertificateUnknown" in told and "remedy" in told and "lamp-0002" in told, told

    assert metric(world, 'zerotouch_refusals_total{rule="PublishDenied"}') == 2
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
    assert len(world.run("zerotouch", "why", "--json", "--endpoint-url", world.control, env=env).stdout.splitlines()) == 6

    # On AWS there is no such record, and the command says where to look instead.
    away = {k: v for k, v in env.items() if k != "AWS_ENDPOINT_URL"}
    nowhere = world.run("zerotouch", "why", check=False, env=away)
    assert nowhere.returncode != 0 and b"zerotouch doctor" in nowhere.stderr, nowhere
