"""The operator's least policy: the whole life of a set-up as a role that has exactly it, and again without each action in
turn, where the tool names the action that it lacks and goes on once it is given."""
import json
import re

import boto3

from setup.tool import PARTLY, Tool
from world import BIN, World

FINDINGS = 21  # the doctor's exit status
# Asked for by AWS in a way that the local AWS does not check: whether GetFunction's answer shows tags.
UNCHECKED = {"lambda:ListTags"}
EMPTY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]})
# Something behind a zip's end of central directory does not change what is in it.
OTHER_PACKAGE = (BIN.parent / "lambda" / "bootstrap.zip").read_bytes() + b"\n"


class Operator:
    """A role with a policy, and its session."""

    def __init__(self, world):
        self.world = world
        self.iam, self.iot, self.functions = (world.client(name) for name in ("iam", "iot", "lambda"))
        account = world.cloud.endpoints["account"]
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}]}
        role = self.iam.create_role(RoleName="operator", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        keys = world.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="operator")["Credentials"]
        self.env = {**world.env, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                    "AWS_SESSION_TOKEN": keys["SessionToken"]}

    def may(self, policy, without=None):
        statements = [{**s, "Action": [a for a in s["Action"] if a != without]} for s in policy["Statement"]]
        policy = {**policy, "Statement": [s for s in statements if s["Action"]]}
        self.iam.put_role_policy(RoleName="operator", PolicyName="operator", PolicyDocument=json.dumps(policy))

    def printed_policy(self, name):
        done = self.world.run("zerotouch", "setup", "--print-operator-policy", "--name", name, env=self.env)
        return json.loads(done.stdout)


class Story(Tool):
    """One set-up from nothing to nothing, in steps. Each set-up has a name of its own: a thing type stays for a while."""

    def __init__(self, operator, tenant, device, name):
        super().__init__(operator.world, tenant=tenant)
        self.operator, self.device, self.name = operator, device, name
        self.policy = operator.printed_policy(name)

    def tool(self, verb, *more):
        world = self.operator.world
        if verb == "doctor":
            more += ("--mqtt-port", world.mqtt_port, "--https-port", world.https_port, "--ca-file", world.cloud_ca, "--json")
        return self.run(verb, *more, "--name", self.name, env=self.operator.env, status=None)

    def drift(self):
        """Everything that can be changed is, and the policy has its five versions."""
        o, handler, role = self.operator, f"{self.name}-jitr", f"{self.name}-jitr-us-east-1"
        (ca,) = o.iot.list_ca_certificates()["certificates"]
        o.iot.update_ca_certificate(certificateId=ca["certificateId"], newAutoRegistrationStatus="DISABLE")
        for _ in range(4):
            o.iot.create_policy_version(policyName=f"{self.name}-device", setAsDefault=True, policyDocument=EMPTY)
        o.iot.disable_topic_rule(ruleName=f"{self.name}_jitr")
        o.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        o.functions.update_function_configuration(FunctionName=handler, Timeout=3)
        o.functions.update_function_code(FunctionName=handler, ZipFile=OTHER_PACKAGE)
        o.functions.remove_permission(FunctionName=handler, StatementId=handler)
        o.functions.add_permission(FunctionName=handler, StatementId=handler, Action="lambda:InvokeFunction",
                                   Principal="iot.amazonaws.com")

    def template_drift(self):
        """The template is another one, disabled, and has its five versions."""
        iot, name = self.operator.iot, f"{self.name}-jitp"
        for _ in range(4):
            iot.create_provisioning_template_version(templateName=name, templateBody='{"Resources":{}}', setAsDefault=True)
        iot.update_provisioning_template(templateName=name, enabled=False)

    def device_came_in(self):
        """What a device's first contact leaves behind; and somebody gave our policy to a certificate of another kind."""
        iot = self.operator.iot
        (ca,) = iot.list_ca_certificates()["certificates"]
        ca_pem = iot.describe_ca_certificate(certificateId=ca["certificateId"])["certificateDescription"]["certificatePem"]
        certificate = iot.register_certificate(certificatePem=self.device.certificate.read_text(), caCertificatePem=ca_pem,
                                               status="ACTIVE")
        iot.create_thing(thingName=f"thing-{self.name}", thingTypeName=f"{self.name}-device",
                         attributePayload={"attributes": {"deviceId": "d1"}})
        iot.update_thing(thingName=f"thing-{self.name}", attributePayload={"merge": True, "attributes": {
            "deviceId": self.device.id, "certificateId": certificate["certificateId"]}})
        iot.attach_thing_principal(thingName=f"thing-{self.name}", principal=certificate["certificateArn"])
        iot.attach_policy(policyName=f"{self.name}-device", target=certificate["certificateArn"])
        self.foreign = iot.create_keys_and_certificate(setAsActive=False)
        iot.attach_policy(policyName=f"{self.name}-device", target=self.foreign["certificateArn"])

    def nothing_is_left(self):
        self.iot.delete_certificate(certificateId=self.foreign["certificateId"])
        self.assert_nothing_left("operator")


def named_by_doctor(done):
    """The actions that the doctor lacks; it finds nothing else wrong, and never fails whole."""
    assert done.returncode in (0, FINDINGS), done
    found = json.loads(done.stdout)["findings"]
    assert all(one["finding"] in ("ActionDenied", "PolicyVersionsFull") for one in found), found
    return [one["about"] for one in found if one["finding"] == "ActionDenied"]


def live(story, without=None):
    """Runs the story; the lacking action must be named, once, and is given then. Returns whether it was missed."""
    story.operator.may(story.policy, without)
    missed = False
    verbs = [("plan", "--prune"), ("setup",), ("setup",), ("setup", "--yes"), ("doctor", "--device", story.device.id),
             ("certificates", "prune", "--yes", "--older-than", "0"), ("setup", "--mode", "jitp", "--prune", "--yes"),
             ("setup", "--mode", "jitp", "--yes"), ("teardown", "--yes")]
    before = {3: story.drift, 4: story.device_came_in, 7: story.template_drift}
    for number, verb in enumerate(verbs):
        before.get(number, lambda: None)()
        done = story.tool(*verb)
        if verb[0] == "doctor":
            lacking = named_by_doctor(done)
            assert lacking in ([], [without]), f"without {without}: {lacking}"
            missed |= without in lacking
            if lacking:
                story.operator.may(story.policy)
            continue
        if done.returncode == 9 and without and not missed:
            text = done.stderr.decode()
            assert re.search(rf"\b{without}\b", text), f"{without} taken away: {text}"
            missed = True
            story.operator.may(story.policy)
            done = story.tool(*verb)
        assert done.returncode == (PARTLY if verb[0] == "teardown" else 0), f"without {without}: {verb} {done}"
    story.nothing_is_left()
    return missed


def main():
    assert boto3.__file__.startswith("/usr/lib"), "Debian's boto3 is meant"
    with World() as world:
        operator = Operator(world)
        tenant = world.tenant()
        device = world.device(tenant)
        device.attest()
        whole = Story(operator, tenant, device, "whole")
        assert not live(whole)
        actions = sorted({action for statement in whole.policy["Statement"] for action in statement["Action"]})
        assert not any("*" in action for action in actions), actions
        for number, action in enumerate(actions):
            print(action, flush=True)
            missed = live(Story(operator, tenant, device, f"without{number}"), action)
            assert missed != (action in UNCHECKED), f"{action}: " + ("missed" if missed else "never missed")


main()
