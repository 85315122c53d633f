"""The life of a set-up against the local AWS, looked at through boto3: plan, setup, again, drift, repair, teardown."""
import base64
import hashlib
import json
import pathlib

import boto3

from world import BIN, World

KINDS = ["thing type", "IoT policy", "IAM role", "role policy", "Lambda function", "topic rule", "invoke permission",
         "CA certificate"]


class Life:
    def __init__(self, world):
        self.world = world
        self.tenant = world.tenant()
        self.account = world.cloud.endpoints["account"]
        self.region = world.cloud.endpoints["region"]
        self.iot, self.iam, self.functions = (world.client(name) for name in ("iot", "iam", "lambda"))

    def run(self, verb, *more, check=True):
        world = self.world
        return world.run("zerotouch", verb, "--endpoint-url", world.control, "--socket", world.attest.endpoints["operator"],
                         "--tenant", self.tenant, "--topic", "myhome/myroom", *more, check=check)

    def status(self, *more):
        return self.world.run("zerotouch", "status", "--endpoint-url", self.world.control, *more).stdout.decode()

    def plan(self):
        return json.loads(self.run("plan", "--json").stdout)

    def changes(self):
        return {item["kind"]: item["change"] for item in self.plan() if item["change"] != "right"}

    def ca_id(self):
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        return ca["certificateId"]


def test_plan_of_an_empty_account(life):
    assert [item["kind"] for item in life.plan()] == KINDS
    assert set(life.changes().values()) == {"create"}
    assert life.run("plan", "--exit-code", check=False).returncode == 20
    assert life.iot.list_policies()["policies"] == []


def test_architecture(life):
    plan = json.loads(life.run("plan", "--json", "--architecture", "arm64", "--zip", BIN.parent / "lambda/bootstrap.zip").stdout)
    (function,) = [item["desired"] for item in plan if item["kind"] == "Lambda function"]
    assert function["Architectures"] == ["arm64"], function
    assert life.run("plan", "--architecture", "mips", check=False).returncode == 2


def test_setup_makes_what_the_plan_said(life):
    life.run("setup")
    assert life.changes() == {}
    assert life.run("plan", "--exit-code").returncode == 0
    iot_arn = f"arn:aws:iot:{life.region}:{life.account}:"

    ca = life.iot.describe_ca_certificate(certificateId=life.ca_id())["certificateDescription"]
    assert (ca["status"], ca["autoRegistrationStatus"]) == ("ACTIVE", "ENABLE")
    tags = life.iot.list_tags_for_resource(resourceArn=ca["certificateArn"])["tags"]
    assert {"Key": "zerotouch", "Value": "zerotouch"} in tags

    policy = json.loads(life.iot.get_policy(policyName="zerotouch-device")["policyDocument"])
    for statement in policy["Statement"]:
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        assert all(r.startswith(iot_arn) and "${iot:" in r or r.endswith("topic/myhome/myroom") for r in resources), statement
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert all("*" not in action for action in actions), statement

    role = life.iam.get_role(RoleName=f"zerotouch-jitr-{life.region}")["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}

    function = life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]
    assert (function["Runtime"], function["Role"]) == ("provided.al2023", role["Arn"])
    variables = function["Environment"]["Variables"]
    assert (variables["ZT_CA_IDS"], variables["ZT_TENANTS"]) == (life.ca_id(), life.tenant)
    assert variables["ZT_DATA_ENDPOINT"] == life.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]

    rule = life.iot.get_topic_rule(ruleName="zerotouch_jitr")["rule"]
    assert f"caCertificateId = '{life.ca_id()}'" in rule["sql"] and not rule["ruleDisabled"]
    assert rule["actions"] == [{"lambda": {"functionArn": function["FunctionArn"]}}]

    permission = json.loads(life.functions.get_policy(FunctionName="zerotouch-jitr")["Policy"])
    (statement,) = permission["Statement"]
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": life.account},
                                      "ArnLike": {"AWS:SourceArn": iot_arn + "rule/zerotouch_jitr"}}


def test_status_tells_what_is_there(life):
    status = json.loads(life.status("--json"))
    assert (status["account"], status["region"]) == (life.account, life.region)
    assert status["endpoint"] == life.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    states = {r["kind"]: r["state"] for r in status["resources"]}
    assert list(states) == KINDS and all(r["ours"] for r in status["resources"])
    assert (states["thing type"], states["topic rule"], states["Lambda function"]) == ("active", "enabled", "Active")
    assert states["CA certificate"].startswith("ACTIVE, auto-registration ENABLE, until 20")
    assert [r.get("tenant") for r in status["resources"]] == [None] * 7 + [life.tenant]
    text = life.status()
    assert status["endpoint"] in text and life.tenant in text and "enabled" in text


def test_status_of_a_set_up_that_is_not_there(life):
    resources = json.loads(life.status("--json", "--name", "other"))["resources"]
    assert [(r["kind"], r["state"]) for r in resources] == [(kind, "missing") for kind in KINDS[:-1]]


def test_status_shows_what_is_wrong(life):
    life.iot.disable_topic_rule(ruleName="zerotouch_jitr")
    life.functions.delete_function(FunctionName="zerotouch-jitr")
    states = {r["kind"]: r["state"] for r in json.loads(life.status("--json"))["resources"]}
    assert (states["topic rule"], states["Lambda function"], states["invoke permission"]) == ("disabled", "missing", "missing")
    life.run("setup", "--yes")


def test_second_run_changes_nothing(life):
    before = life.iot.describe_ca_certificate(certificateId=life.ca_id())["certificateDescription"]
    revision = life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]["RevisionId"]
    life.run("setup")
    assert life.iot.describe_ca_certificate(certificateId=life.ca_id())["certificateDescription"] == before
    assert life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]["RevisionId"] == revision


def drift(life):
    life.iot.update_ca_certificate(certificateId=life.ca_id(), newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE")
    life.iot.create_policy_version(policyName="zerotouch-device", setAsDefault=True, policyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))
    life.iot.disable_topic_rule(ruleName="zerotouch_jitr")
    life.iam.update_assume_role_policy(RoleName=f"zerotouch-jitr-{life.region}", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]}))
    life.iam.delete_role_policy(RoleName=f"zerotouch-jitr-{life.region}", PolicyName="zerotouch-jitr")
    life.functions.update_function_configuration(FunctionName="zerotouch-jitr", Timeout=3)
    life.functions.remove_permission(FunctionName="zerotouch-jitr", StatementId="zerotouch-jitr")
    life.functions.add_permission(FunctionName="zerotouch-jitr", StatementId="zerotouch-jitr", Action="lambda:InvokeFunction",
                                  Principal="iot.amazonaws.com")


def test_drift_is_shown_and_repaired_with_consent(life):
    drift(life)
    assert life.changes() == {"CA certificate": "change", "IoT policy": "change", "topic rule": "change", "IAM role": "change",
                              "role policy": "create", "Lambda function": "change", "invoke permission": "change"}
    refused = life.run("setup", check=False)
    assert refused.returncode == 6, refused
    assert b"--yes" in refused.stderr or b"consent" in refused.stderr
    assert life.iot.get_topic_rule(ruleName="zerotouch_jitr")["rule"]["ruleDisabled"]
    life.run("setup", "--yes")
    assert life.changes() == {}


def test_policy_versions_stay_within_five(life):
    for number in range(6):
        versions = life.iot.list_policy_versions(policyName="zerotouch-device")["policyVersions"]
        if len(versions) == 5:
            oldest = min((v for v in versions if not v["isDefaultVersion"]), key=lambda v: int(v["versionId"]))
            life.iot.delete_policy_version(policyName="zerotouch-device", policyVersionId=oldest["versionId"])
        life.iot.create_policy_version(policyName="zerotouch-device", setAsDefault=True, policyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": f"arn:aws:iot:x:{number}"}]}))
    assert len(life.iot.list_policy_versions(policyName="zerotouch-device")["policyVersions"]) == 5
    life.run("setup", "--yes")
    versions = life.iot.list_policy_versions(policyName="zerotouch-device")["policyVersions"]
    assert len(versions) == 5 and life.changes() == {}


def test_new_package_is_uploaded(life):
    package = life.world.folder / "other.zip"
    original = next(pathlib.Path(BIN).parent.rglob("bootstrap*.zip"))
    # Something behind a zip's end of central directory does not change what is in it.
    package.write_bytes(original.read_bytes() + b"\n")
    life.run("setup", "--zip", package, "--yes")
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    assert life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]["CodeSha256"] == digest
    life.run("setup", "--yes")


def test_second_tenant_joins_the_first(life):
    first, first_ca = life.tenant, life.ca_id()
    life.tenant = life.world.tenant()
    life.run("setup", "--yes")
    function = life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]
    assert set(function["Environment"]["Variables"]["ZT_TENANTS"].split(",")) == {first, life.tenant}
    assert len(life.iot.list_ca_certificates()["certificates"]) == 2
    assert f"'{first_ca}'" in life.iot.get_topic_rule(ruleName="zerotouch_jitr")["rule"]["sql"]
    for tenant in (life.tenant, first):
        life.tenant = tenant
        assert life.changes() == {}


def test_teardown_leaves_nothing_but_the_type(life):
    life.iot.create_policy(policyName="somebody-elses", policyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}))
    removed = life.run("teardown", "--yes", check=False)
    # Five minutes must pass before AWS lets a thing type go: partly done.
    assert removed.returncode in (0, 10), removed
    assert [p["policyName"] for p in life.iot.list_policies()["policies"]] == ["somebody-elses"]
    assert life.iot.list_ca_certificates()["certificates"] == []
    assert life.iot.list_topic_rules()["rules"] == []
    assert life.functions.list_functions()["Functions"] == []
    assert set(life.changes()) >= set(KINDS) - {"thing type"}


def main():
    assert boto3.__file__.startswith("/usr/lib"), "Debian's boto3 is meant"
    with World() as world:
        life = Life(world)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(life)


main()
