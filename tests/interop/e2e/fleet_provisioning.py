"""Fleet provisioning by claim: certificates and things over MQTT, told to the connection that asked and to nobody else."""
import json
import os
import pathlib
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority, allow  # noqa: E402
from packages import package  # noqa: E402
from paho_device import Device  # noqa: E402
from world import World, wait_for  # noqa: E402

CREATE, FROM_CSR = "$aws/certificates/create/json", "$aws/certificates/create-from-csr/json"
HOUR_MS = 3600 * 1000


def provision_topic(template):
    return f"$aws/provisioning-templates/{template}/provision/json"


# After AWS's example of a fleet provisioning template ("Provisioning templates").
TEMPLATE = {
    "Parameters": {"SerialNumber": {"Type": "String"}, "DeviceLocation": {"Type": "String"}},
    "Mappings": {"LocationTable": {"Seattle": {"LocationUrl": "https://example.aws"}}},
    "Resources": {
        "thing": {"Type": "AWS::IoT::Thing", "Properties": {
            "AttributePayload": {"serialNumber": {"Ref": "SerialNumber"}}, "ThingName": {"Fn::Join": ["", ["Lamp-", {"Ref": "SerialNumber"}]]}},
            "OverrideSettings": {"AttributePayload": "MERGE", "ThingTypeName": "REPLACE", "ThingGroups": "DO_NOTHING"}},
        "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "Active"}},
        "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "lamps"}}},
    "DeviceConfiguration": {"FallbackUrl": "https://www.example.com/test-site",
                            "LocationUrl": {"Fn::FindInMap": ["LocationTable", {"Ref": "DeviceLocation"}, "LocationUrl"]}},
}


def changed(path, value):
    """The template with one member changed."""
    copy = json.loads(json.dumps(TEMPLATE))
    *folders, last = path.split("/")
    node = copy
    for name in folders:
        node = node[name]
    node[last] = value
    return copy


class Line:
    """One production line: its claim certificate and its topics."""

    def __init__(self, world):
        self.world, self.iot, self.iam = world, world.client("iot"), world.client("iam")
        self.ca, self.files = Authority(world.folder, "maker"), 0
        topics = ["$aws/certificates/create/*", "$aws/certificates/create-from-csr/*", "$aws/provisioning-templates/*"]
        self.policy("claims", allow("iot:Connect", "client/*"), allow(["iot:Publish", "iot:Receive"], *(f"topic/{t}" for t in topics)),
                    allow("iot:Subscribe", *(f"topicfilter/{t}" for t in topics)))
        self.policy("lamps", allow("iot:Connect", "client/*"), allow("iot:Publish", "topic/lamps"))
        self.role = self.role_for("provisions", "iot.amazonaws.com")
        self.template("lamp", TEMPLATE)

    def restart(self):
        """After kill -9; perhaps on other ports."""
        self.world.cloud.kill()
        self.world.cloud.start()
        self.iot, self.iam = self.world.client("iot"), self.world.client("iam")

    def policy(self, name, *statements):
        self.iot.create_policy(policyName=name, policyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    def role_for(self, name, service):
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
        return arn

    def template(self, name, body, **more):
        self.iot.create_provisioning_template(**{"templateName": name, "templateBody": json.dumps(body), "provisioningRoleArn": self.role,
                                                 "enabled": True, **more})

    def claimant(self, name, *topics):
        leaf = self.ca.leaf(name)
        arn = self.iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
        self.iot.attach_policy(policyName="claims", target=arn)
        device = Device(self.world, leaf, name)
        for topic in topics or (CREATE, FROM_CSR, provision_topic("lamp")):
            device.subscribe(f"{topic}/accepted", f"{topic}/rejected")
        return device

    def new_identity(self, pem, key):
        """Files of a certificate that came over MQTT."""
        self.files += 1
        leaf = type("Leaf", (), {})()
        leaf.pem, leaf.key = (self.world.folder / f"new{self.files}.{kind}" for kind in ("pem", "key"))
        leaf.pem.write_text(pem)
        leaf.key.write_text(key)
        return leaf

    def status(self, certificate_id):
        return self.iot.describe_certificate(certificateId=certificate_id)["certificateDescription"]["status"]


def ask(device, topic, document, ending="accepted"):
    device.publish(topic, document)
    return device.message(f"{topic}/{ending}")


def refused(device, topic, document, status, code):
    answer = ask(device, topic, document, "rejected")
    assert (answer["statusCode"], answer["errorCode"]) == (status, code) and answer["errorMessage"], answer
    assert len(answer) == 3, answer
    return answer["errorMessage"]


def of(token, serial, location="Seattle"):
    return {"certificateOwnershipToken": token, "parameters": {"SerialNumber": serial, "DeviceLocation": location}}


def keys_that_the_service_makes(line):
    device = line.claimant("claim1")
    bystander = line.claimant("claim2")
    made = ask(device, CREATE, "")
    assert list(made) == ["certificateId", "certificatePem", "privateKey", "certificateOwnershipToken"], list(made)
    assert made["privateKey"].startswith("-----BEGIN RSA PRIVATE KEY-----"), made["privateKey"][:40]
    assert line.status(made["certificateId"]) == "PENDING_ACTIVATION"
    done = ask(device, provision_topic("lamp"), of(made["certificateOwnershipToken"], "1"))
    assert done == {"deviceConfiguration": {"FallbackUrl": "https://www.example.com/test-site", "LocationUrl": "https://example.aws"},
                    "thingName": "Lamp-1"}, done
    assert line.status(made["certificateId"]) == "ACTIVE"
    thing = line.iot.describe_thing(thingName="Lamp-1")
    assert thing["attributes"] == {"serialNumber": "1"}
    assert line.iot.list_thing_principals(thingName="Lamp-1")["principals"][0].endswith(made["certificateId"])
    # The device with its own identity.
    lamp = Device(line.world, line.new_identity(made["certificatePem"], made["privateKey"]), "Lamp-1")
    lamp.mqtt.publish("lamps", "on", qos=1).wait_for_publish(30)
    lamp.stop()
    # Nobody else was told; whoever asks next is told its own.
    own = ask(bystander, CREATE, "")
    assert own["certificateId"] != made["certificateId"]
    assert all(q.empty() for q in bystander.queues.values())
    # Once.
    refused(device, provision_topic("lamp"), of(made["certificateOwnershipToken"], "1"), 400, "InvalidCertificateOwnershipToken")
    device.stop()
    bystander.stop()


def keys_that_never_leave_the_device(line):
    device = line.claimant("claim3")
    key, csr = line.world.folder / "own.key", line.world.folder / "own.csr"
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout", key,
                    "-out", csr], check=True, capture_output=True)
    made = ask(device, FROM_CSR, {"certificateSigningRequest": csr.read_text()})
    assert sorted(made) == ["certificateId", "certificateOwnershipToken", "certificatePem"], sorted(made)
    # A process killed comes back with what it had acknowledged: the certificate, and who owns it.
    line.restart()
    again = line.claimant("claim4")
    assert ask(again, provision_topic("lamp"), of(made["certificateOwnershipToken"], "2"))["thingName"] == "Lamp-2"
    lamp = Device(line.world, line.new_identity(made["certificatePem"], key.read_text()), "Lamp-2")
    lamp.stop()
    again.stop()


def what_is_refused(line):
    line.template("just-in-time", changed("Parameters", {}), type="JITP")
    line.template("asleep", TEMPLATE, enabled=False)
    line.template("greedy", changed("Resources/certificate/Properties", {"CertificateId": "0" * 64, "Status": "Active"}))
    line.template("distrusted", TEMPLATE, provisioningRoleArn=line.role_for("other", "lambda.amazonaws.com"))
    names = ("lamp", "just-in-time", "asleep", "greedy", "distrusted", "absent")
    device = line.claimant("claim5", CREATE, FROM_CSR, *(provision_topic(n) for n in names))
    lamp = provision_topic("lamp")
    assert refused(device, lamp, {}, 400, "InvalidCertificateOwnershipToken") == "Certificate ownership token cannot be empty."
    refused(device, lamp, of("0" * 64, "3"), 400, "InvalidCertificateOwnershipToken")
    refused(device, lamp, "no object", 400, "InvalidParameters")
    refused(device, FROM_CSR, {}, 400, "InvalidParameters")
    refused(device, FROM_CSR, {"certificateSigningRequest": "none"}, 400, "InvalidParameters")
    made = ask(device, CREATE, "")
    token = made["certificateOwnershipToken"]
    refused(device, provision_topic("absent"), of(token, "3"), 404, "ResourceNotFound")
    for name in ("just-in-time", "asleep", "greedy"):
        refused(device, provision_topic(name), of(token, "3"), 400, "InvalidParameters")
    refused(device, provision_topic("distrusted"), of(token, "3"), 403, "AccessDenied")
    refused(device, lamp, {"certificateOwnershipToken": token, "parameters": {"SerialNumber": "3"}}, 400, "InvalidParameters")
    refused(device, lamp, {"certificateOwnershipToken": token, "parameters": {"SerialNumber": 3}}, 400, "InvalidParameters")
    # Nothing of that has happened, and nothing of it counts.
    assert "Lamp-3" not in [t["thingName"] for t in line.iot.list_things()["things"]]
    assert line.status(made["certificateId"]) == "PENDING_ACTIVATION"
    assert ask(device, lamp, of(token, "3"))["thingName"] == "Lamp-3"
    device.stop()


# By AWS's Runtime API. What the device says it is decides.
HOOK = """#!/usr/bin/python3
import json, os, time, urllib.request
API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(API + "next") as head:
        event, id = json.load(head), head.headers["Lambda-Runtime-Aws-Request-Id"]
    with open("@SEEN@", "w") as seen:
        json.dump(event, seen)
    serial = event["parameters"]["SerialNumber"]
    if serial == "slow":
        time.sleep(600)
    answers = {"stolen": ("response", {"allowProvisioning": False}), "broken": ("error", {"errorMessage": "x", "errorType": "y"}),
               "odd": ("response", "yes")}
    how, what = answers.get(serial, ("response", {"allowProvisioning": True, "parameterOverrides": {"DeviceLocation": "Seattle"}}))
    urllib.request.urlopen(urllib.request.Request(API + id + "/" + how, json.dumps(what).encode()))
"""


def the_hook_decides(line):
    seen = line.world.folder / "seen.json"
    functions = line.world.client("lambda")
    role = line.role_for("runs", "lambda.amazonaws.com")
    arn = functions.create_function(FunctionName="judge", Runtime="provided.al2023", Role=role, Handler="x", Timeout=60,
                                    Code={"ZipFile": package(HOOK.replace("@SEEN@", str(seen)))})["FunctionArn"]
    hook = {"payloadVersion": "2020-04-01", "targetArn": arn}
    line.template("judged", TEMPLATE, preProvisioningHook=hook)
    assert line.iot.describe_provisioning_template(templateName="judged")["preProvisioningHook"] == hook
    topic = provision_topic("judged")
    device = line.claimant("claim7", CREATE, topic)
    made = ask(device, CREATE, "")

    def asked(serial):
        return {"certificateOwnershipToken": made["certificateOwnershipToken"], "parameters": {"SerialNumber": serial}}

    refused(device, topic, asked("5"), 403, "AccessDenied")  # without a permission for AWS IoT
    template_arn = "arn:aws:iot:us-east-1:000000000000:provisioningtemplate/judged"
    functions.add_permission(FunctionName="judge", StatementId="iot", Action="lambda:InvokeFunction", Principal="iot.amazonaws.com",
                             SourceArn=template_arn)
    for serial in ("stolen", "broken", "odd", "slow"):
        refused(device, topic, asked(serial), 403, "AccessDenied")
    assert line.status(made["certificateId"]) == "PENDING_ACTIVATION"
    done = ask(device, topic, asked("5"))  # where it is only the hook has said
    assert done["thingName"] == "Lamp-5" and done["deviceConfiguration"]["LocationUrl"] == "https://example.aws", done
    told = json.loads(seen.read_text())
    assert told == {"claimCertificateId": told["claimCertificateId"], "certificateId": made["certificateId"], "certificatePem": made["certificatePem"],
                    "templateArn": template_arn, "clientId": "claim7", "parameters": {"SerialNumber": "5"}}, told
    assert line.status(told["claimCertificateId"]) == "ACTIVE" != made["certificateId"]
    # Without the hook again.
    line.iot.update_provisioning_template(templateName="judged", removePreProvisioningHook=True)
    assert "preProvisioningHook" not in line.iot.describe_provisioning_template(templateName="judged")
    other = ask(device, CREATE, "")
    assert ask(device, topic, of(other["certificateOwnershipToken"], "stolen"))["thingName"] == "Lamp-stolen"
    for wrong in ({"targetArn": "arn:aws:sns:us-east-1:000000000000:topic"}, {"targetArn": "judge"}):
        try:
            line.iot.update_provisioning_template(templateName="judged", preProvisioningHook=wrong)
            raise AssertionError(f"{wrong} was taken")
        except line.iot.exceptions.InvalidRequestException:
            pass
    device.stop()


def an_hour_later(line, clock):
    device = line.claimant("claim6")
    late, kept = ask(device, CREATE, ""), ask(device, CREATE, "")
    kept_arn = f"arn:aws:iot:us-east-1:000000000000:cert/{kept['certificateId']}"
    line.iot.attach_policy(policyName="lamps", target=kept_arn)
    clock.write_bytes(struct.pack("=q", HOUR_MS + 60 * 1000))
    refused(device, provision_topic("lamp"), of(late["certificateOwnershipToken"], "4"), 400, "InvalidCertificateOwnershipToken")
    device.stop()
    line.restart()
    clock.write_bytes(bytes(8))  # for the signatures of boto3; what the start has swept stays gone
    wait_for(lambda: late["certificateId"] not in [c["certificateId"] for c in line.iot.list_certificates()["certificates"]],
             "what nobody has provisioned is gone")
    assert line.status(kept["certificateId"]) == "PENDING_ACTIVATION"


if __name__ == "__main__":
    world = World(attest=False)
    clock = world.folder / "clock"
    clock.write_bytes(bytes(8))
    os.environ["ZT_CLOCK_SHIFT_FILE"] = str(clock)
    with world:
        line = Line(world)
        keys_that_the_service_makes(line)
        keys_that_never_leave_the_device(line)
        what_is_refused(line)
        the_hook_decides(line)
        an_hour_later(line, clock)
