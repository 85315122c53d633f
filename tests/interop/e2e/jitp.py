"""Just-in-time provisioning: a device of a CA with a template is registered, provisioned and let in, by the service alone; and
the operations of provisioning templates, through boto3 and the AWS CLI."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))
from aws import Account, everything, refuses  # noqa: E402
from pki import Authority  # noqa: E402
from world import World, wait_for  # noqa: E402

CN, ID = "AWS::IoT::Certificate::CommonName", "AWS::IoT::Certificate::Id"


def template(parameters=(CN, ID), certificate=None, **properties):
    """The example of AWS's documentation, with a policy that is there."""
    return json.dumps({
        "Parameters": {name: {"Type": "String"} for name in parameters},
        "Resources": {
            "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": CN}, "AttributePayload": {"made": "jitp"}}},
            "certificate": {"Type": "AWS::IoT::Certificate",
                            "Properties": {"CertificateId": certificate or {"Ref": ID}, "Status": "ACTIVE"}},
            "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "devices", **properties}}}})


class Fleet:
    def __init__(self, account):
        self.account, self.world = account, account.world
        self.iot, self.iam = account.client("iot"), account.client("iam")
        self.authority, self.count = Authority("JITP CA"), 0
        self.iot.create_policy(policyName="devices", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"], "Resource": "*"}]}))
        self.role = self.iam.create_role(RoleName="provisions", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"},
                                                    "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="provisions", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
        proof, _ = self.authority.issue(self.iot.get_registration_code()["registrationCode"])
        self.ca = self.iot.register_ca_certificate(
            caCertificate=self.authority.pem, verificationCertificate=proof, setAsActive=True, allowAutoRegistration=True,
            registrationConfig={"templateBody": template(), "roleArn": self.role})["certificateId"]

    def configure(self, **config):
        self.iot.update_ca_certificate(certificateId=self.ca, registrationConfig=config)

    def device(self):
        self.count += 1
        name = f"jitp-{self.count}"
        pem, key = self.authority.issue(name)
        certificate, private = (self.world.folder / f"{name}.{kind}" for kind in ("pem", "key"))
        certificate.write_text(pem)
        private.write_text(key)
        return name, certificate, private

    def post(self, device):
        """curl's exit status and the HTTP status: 52 is a connection that was closed without an answer."""
        _, certificate, key = device
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", self.world.cloud_ca, "--cert",
                               certificate, "--key", key, "-d", "{}", f"https://localhost:{self.world.https_port}/topics/a/b?qos=1"],
                              capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode()

    def certificate(self, device):
        (found,) = [c for c in self.iot.list_certificates()["certificates"] if c["certificateId"] == id_of(device)]
        return found

    def log(self):
        return self.world.cloud.log_text()


def id_of(device):
    text = subprocess.run(["openssl", "x509", "-in", device[1], "-fingerprint", "-sha256", "-noout"], capture_output=True, check=True)
    return text.stdout.decode().split("=")[1].strip().replace(":", "").lower()


def is_in(fleet, device):
    """The first connection still fails; the next one is accepted."""
    assert fleet.post(device) == (52, "000"), device
    wait_for(lambda: fleet.certificate(device)["status"] == "ACTIVE", "provisioned")
    assert fleet.post(device) == (0, "200"), device


def stays_out(fleet, device, words):
    assert fleet.post(device)[0] == 52
    wait_for(lambda: words in fleet.log(), words)
    assert fleet.certificate(device)["status"] == "PENDING_ACTIVATION"
    assert device[0] not in [t["thingName"] for t in fleet.iot.list_things()["things"]]


def a_device_comes_in_by_https(fleet):
    device = fleet.device()
    is_in(fleet, device)
    thing = fleet.iot.describe_thing(thingName=device[0])
    assert thing["attributes"] == {"made": "jitp"}
    (principal,) = fleet.iot.list_thing_principals(thingName=device[0])["principals"]
    assert principal.endswith(id_of(device))
    assert [p["policyName"] for p in fleet.iot.list_attached_policies(target=principal)["policies"]] == ["devices"]


def a_device_comes_in_by_mqtt(fleet):
    name, certificate, key = device = fleet.device()
    argv = ["mosquitto_pub", "-h", "localhost", "-p", str(fleet.world.mqtt_port), "--cafile", fleet.world.cloud_ca, "--cert", certificate,
            "--key", key, "-i", name, "-q", "1", "-t", "a/b", "-m", "{}"]
    assert subprocess.run(argv, capture_output=True, timeout=60).returncode != 0
    wait_for(lambda: fleet.certificate(device)["status"] == "ACTIVE", "provisioned")
    assert subprocess.run(argv, capture_output=True, timeout=60).returncode == 0


def a_declared_parameter_must_be_in_the_subject(fleet):
    fleet.configure(templateBody=template((CN, ID, "AWS::IoT::Certificate::Country")), roleArn=fleet.role)
    stays_out(fleet, fleet.device(), "AWS::IoT::Certificate::Country")


def a_template_may_name_no_other_certificate(fleet):
    fleet.configure(templateBody=template(certificate="00" * 32), roleArn=fleet.role)
    stays_out(fleet, fleet.device(), "CertificateId is not AWS::IoT::Certificate::Id")


def a_wrong_template_is_tried_again_when_it_is_right(fleet):
    fleet.configure(templateBody=template(PolicyName="nobody"), roleArn=fleet.role)
    device = fleet.device()
    stays_out(fleet, device, "ResourceRegistrationFailureException")
    fleet.configure(templateBody=template(), roleArn=fleet.role)
    is_in(fleet, device)


def a_role_that_may_not_keeps_devices_out(fleet):
    fleet.iam.detach_role_policy(RoleName="provisions", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
    device = fleet.device()
    stays_out(fleet, device, "iot:CreateThing")
    fleet.iam.attach_role_policy(RoleName="provisions", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration")
    is_in(fleet, device)


def a_template_by_name(fleet):
    made = fleet.iot.create_provisioning_template(templateName="fleet", description="d", templateBody=template(), enabled=False,
                                                  provisioningRoleArn=fleet.role, type="JITP", tags=[{"Key": "k", "Value": "v"}])
    arn = f"arn:aws:iot:{fleet.account.region}:{fleet.account.number}:provisioningtemplate/fleet"
    assert made["templateArn"] == arn and made["defaultVersionId"] == 1
    fleet.iot.update_ca_certificate(certificateId=fleet.ca, removeAutoRegistration=True)
    fleet.iot.update_ca_certificate(certificateId=fleet.ca, newAutoRegistrationStatus="ENABLE", registrationConfig={"templateName": "fleet"})
    device = fleet.device()
    stays_out(fleet, device, "not enabled")
    fleet.iot.update_provisioning_template(templateName="fleet", enabled=True)
    is_in(fleet, device)
    assert fleet.iot.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "k", "Value": "v"}]
    refuses("DeleteConflictException", 409, fleet.iot.delete_provisioning_template, templateName="fleet")
    fleet.world.cloud.kill()
    fleet.world.cloud.start()
    fleet.iot = fleet.account.client("iot")
    is_in(fleet, fleet.device())


def templates_and_versions(fleet):
    iot = fleet.iot
    refuses("ResourceAlreadyExistsException", 409, iot.create_provisioning_template, templateName="fleet", templateBody=template(),
            provisioningRoleArn=fleet.role)
    refuses("InvalidRequestException", 400, iot.create_provisioning_template, templateName="a b", templateBody=template(),
            provisioningRoleArn=fleet.role)
    refuses("InvalidRequestException", 400, iot.create_provisioning_template, templateName="bad", templateBody="{",
            provisioningRoleArn=fleet.role)
    refuses("ResourceNotFoundException", 404, iot.describe_provisioning_template, templateName="none")
    other = template(PolicyName="other")
    second = iot.create_provisioning_template_version(templateName="fleet", templateBody=other, setAsDefault=True)
    assert (second["versionId"], second["isDefaultVersion"]) == (2, True)
    told = iot.describe_provisioning_template(templateName="fleet")
    assert (told["defaultVersionId"], told["templateBody"], told["type"], told["description"]) == (2, other, "JITP", "d")
    assert iot.describe_provisioning_template_version(templateName="fleet", versionId=1)["templateBody"] == template()
    refuses("DeleteConflictException", 409, iot.delete_provisioning_template_version, templateName="fleet", versionId=2)
    iot.update_provisioning_template(templateName="fleet", defaultVersionId=1)
    iot.delete_provisioning_template_version(templateName="fleet", versionId=2)
    refuses("ResourceNotFoundException", 404, iot.describe_provisioning_template_version, templateName="fleet", versionId=2)
    assert [v["versionId"] for v in iot.list_provisioning_template_versions(templateName="fleet")["versions"]] == [1]
    for _ in range(4):
        iot.create_provisioning_template_version(templateName="fleet", templateBody=other)
    refuses("VersionsLimitExceededException", 409, iot.create_provisioning_template_version, templateName="fleet", templateBody=other)
    for n in range(3):
        iot.create_provisioning_template(templateName=f"t{n}", templateBody=template(), provisioningRoleArn=fleet.role)
    pages = list(iot.get_paginator("list_provisioning_templates").paginate(PaginationConfig={"PageSize": 2})) \
        if iot.can_paginate("list_provisioning_templates") else [iot.list_provisioning_templates()]
    assert [t["templateName"] for t in everything(pages, "templates")] == ["fleet", "t0", "t1", "t2"]
    iot.delete_provisioning_template(templateName="t0")
    done = subprocess.run(["/usr/bin/aws", "iot", "list-provisioning-templates", "--endpoint-url", fleet.world.control, "--output", "json"],
                          env=fleet.world.env, capture_output=True, timeout=120, check=True)
    assert [t["templateName"] for t in json.loads(done.stdout)["templates"]] == ["fleet", "t1", "t2"]


def main():
    with World(attest=False) as world:
        fleet = Fleet(Account(world))
        for test in (a_device_comes_in_by_https, a_device_comes_in_by_mqtt, a_declared_parameter_must_be_in_the_subject,
                     a_template_may_name_no_other_certificate, a_wrong_template_is_tried_again_when_it_is_right,
                     a_role_that_may_not_keeps_devices_out, a_template_by_name, templates_and_versions):
            print(test.__name__, flush=True)
            test(fleet)


main()
