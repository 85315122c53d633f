"""aws-crt with its clients of shadows and of fleet provisioning, and mqtt of npm: clients.js has what they do, this the world that they do it in."""
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



def claim_for(iot, iam, ca):
    """A certificate by which devices get their own, and the template that they get it by."""
    leaf = ca.leaf("claim")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    topics = ["$aws/certificates/create/*", "$aws/provisioning-templates/crt/provision/*"]
    iot.create_policy(policyName="claims", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/claim"), allow(["iot:Publish", "iot:Receive"], *(f"topic/{t}" for t in topics)),
        allow("iot:Subscribe", *(f"topicfilter/{t}" for t in topics))]}))
    iot.attach_policy(policyName="claims", target=arn)
    role = iam.create_role(RoleName="provisions", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="provisions", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
    iot.create_provisioning_template(templateName="crt", provisioningRoleArn=role, enabled=True, templateBody=json.dumps({
        "Parameters": {"SerialNumber": {"Type": "String"}}, "Resources": {
            "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Fn::Join": ["", ["Crt-", {"Ref": "SerialNumber"}]]}}},
            "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"}}}}))
    return {"certificate": str(leaf.pem), "key": str(leaf.key), "template": "crt"}


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
             "keys": {"id": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]},
             "claim": claim_for(iot, iam, ca)}
    done = subprocess.run(["node", SCRIPT, json.dumps(given)], env={**os.environ, "NODE_PATH": str(MODULES)}, capture_output=True, timeout=150)
    print(done.stdout.decode(), done.stderr.decode())
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == ["ok aws-crt, MQTT 5", "ok aws-crt, MQTT 3.1.1", "ok aws-crt, WebSocket", "ok aws-crt, fleet provisioning",
                                                 "ok mqtt of npm"]
