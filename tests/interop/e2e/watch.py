"""zerotouch watch: exact bytes, with an operator's credentials alone; what it may not see it says, and nothing stays behind."""
import json
import signal
import subprocess

from world import BIN, World, wait_for

ARN = "arn:aws:iot:us-east-1:000000000000"


def statement(action, *resources):
    return {"Effect": "Allow", "Action": action, "Resource": [r if r == "*" else f"{ARN}:{r}" for r in resources]}


def role_environment(world, name, *statements):
    iam = world.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    keys = world.client("sts").assume_role(RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="console")["Credentials"]
    return {**world.env, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"]}


with World(attest=False) as world:
    data = world.client("iot-data")
    port = world.cloud.endpoints["allPort"]
    where = ["--endpoint-url", world.control, "--port", port, "--ca-file", world.cloud_ca]

    plain = world.start("zerotouch", "watch", *where, "--count", "2", "a/+/c")
    wait_for(lambda: plain.process.stderr.readline().startswith(b"watching a/+/c"), "it watches")
    large = json.dumps({"x": "y" * 100_000}).encode()
    data.publish(topic="a/b/c", qos=1, payload=b'{"x":1}')
    data.publish(topic="a/b/c", qos=1, payload=large)
    assert plain.process.stdout.read() == b'{"x":1}\n' + large + b"\n"
    assert plain.process.wait(20) == 0
    assert world.certificates() == [] and world.client("iot").list_policies()["policies"] == [], "it makes nothing"

    # Two at a time, events of the service among what may be watched; over a restart of the cloud.
    first, second = world.watch("a/#"), world.watch("$aws/events/presence/connected/#")
    data.publish(topic="a/x", qos=1, payload=b"hello")
    assert first.event()["payload"] == "hello"
    third = world.watch("b")
    assert second.event()["topic"].startswith("$aws/events/presence/connected/zerotouch-watch-")
    assert third.stop() == 0 and second.stop(signal.SIGINT) == 0

    # A role with exactly what it needs, and one without.
    needs = [statement("iot:DescribeEndpoint", "*"), statement("iot:Connect", "client/zerotouch-watch-*"),
             statement("iot:Subscribe", "topicfilter/c"), statement("iot:Receive", "topic/c")]
    enough = role_environment(world, "enough", *needs)
    limited = subprocess.Popen([str(w) for w in [BIN / "zerotouch", "watch", *where, "--count", "1", "c"]],
                               env=enough, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: limited.stderr.readline().startswith(b"watching c"), "it watches")
    data.publish(topic="c", qos=1, payload=b"seen")
    assert limited.communicate(timeout=30)[0] == b"seen\n"
    refused = world.run("zerotouch", "watch", *where, "d", check=False, env=enough)
    assert refused.returncode != 0 and b"d: the server does not grant" in refused.stderr, refused
    nobody = role_environment(world, "nobody", needs[0])
    refused = world.run("zerotouch", "watch", *where, "c", check=False, env=nobody)
    assert refused.returncode != 0 and b"iot:Connect" in refused.stderr, refused

    # A secret that is wrong where the endpoint is given: the WebSocket is refused, and it says why.
    wrong = {**world.env, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ACCESS_KEY_ID": world.keys()["aws_access_key_id"],
             "AWS_SECRET_ACCESS_KEY": "wrong"}
    refused = world.run("zerotouch", "watch", *where, "--endpoint", "localhost", "c", check=False, env=wrong)
    assert refused.returncode != 0 and b"refused the signature" in refused.stderr, refused

    # A server that cannot be verified is never talked to.
    other_ca = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                               "-keyout", "/dev/null", "-subj", "/CN=somebody else", "-days", "2"], capture_output=True, check=True)
    path = world.folder / "other.pem"
    path.write_bytes(other_ca.stdout)
    refused = world.run("zerotouch", "watch", "--endpoint-url", world.control, "--port", port, "--ca-file", path, "a", check=False)
    assert refused.returncode == 7 and b"verif" in refused.stderr, refused

    # It comes back by itself.
    world.cloud.kill()
    world.cloud.start("--all-port", str(port))
    while first.process.stderr.readline().find(b"trying again") < 0:
        pass
    event = first.event()
    assert event["event"] == "subscribed", event
    world.client("iot-data").publish(topic="a/y", qos=1, payload=b"again")
    assert first.event()["payload"] == "again"
    assert first.stop() == 0
