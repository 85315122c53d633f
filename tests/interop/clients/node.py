"""aws-crt with its shadow clients, and mqtt of npm: clients.js has what they do, this the world that they do it in."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority, allow  # noqa: E402
from world import World  # noqa: E402

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "clients" / "clients.js"
MODULES = pathlib.Path(os.environ["ZT_CLIENTS_DIR"]) / "node_modules"

assert (MODULES / "aws-crt").is_dir(), f"{MODULES} is empty: run scripts/install-clients"
with World(attest=False) as world:
    iot, ca = world.client("iot"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_thing(thingName="Lamp")
    iot.attach_thing_principal(thingName="Lamp", principal=arn)
    shadow = "$aws/things/Lamp/shadow/*"
    iot.create_policy(policyName="p", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/Lamp"), allow(["iot:Publish", "iot:Receive"], "topic/dt/*", f"topic/{shadow}"),
        allow("iot:Subscribe", "topicfilter/dt/*", f"topicfilter/{shadow}")]}))
    iot.attach_policy(policyName="p", target=arn)
    # An operator with a role's keys: the SDK puts their token behind the signature.
    iam = world.client("iam")
    iam.create_role(RoleName="Console", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}))
    iam.put_role_policy(RoleName="Console", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/console"), allow("iot:Subscribe", "topicfilter/$aws/events/presence/#")]}))
    keys = world.client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/Console", RoleSessionName="console")["Credentials"]
    given = {"endpoint": "localhost", "mqttPort": world.mqtt_port, "allPort": world.cloud.endpoints["allPort"], "ca": str(world.cloud_ca),
             "certificate": str(leaf.pem), "key": str(leaf.key), "thing": "Lamp", "region": "us-east-1",
             "keys": {"id": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}}
    done = subprocess.run(["node", SCRIPT, json.dumps(given)], env={**os.environ, "NODE_PATH": str(MODULES)}, capture_output=True, timeout=150)
    print(done.stdout.decode(), done.stderr.decode())
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == ["ok aws-crt, MQTT 5", "ok aws-crt, MQTT 3.1.1", "ok aws-crt, WebSocket", "ok mqtt of npm"]
