"""The life of a set-up against the local AWS, looked at through boto3: plan, setup, again, drift, repair, teardown."""
import base64
import hashlib
import json
import pathlib

import boto3

from setup.tool import PARTLY, Tool
from world import BIN, World

KINDS = ["thing type", "IoT policy", "log group", "IAM role", "role policy", "Lambda function", "log group", "IAM role",
         "role policy", "topic rule", "invoke permission", "CA certificate"]


class Life(Tool):
    def __init__(self, world):
        super().__init__(world, "--topic", "myhome/myroom")
        self.account = world.cloud.endpoints["account"]
        self.region = world.cloud.endpoints["region"]

    def status(self, *more):
        return self.world.run("zerotouch", "status", "--endpoint-url", self.world.control, *more).stdout.decode()

    def ca_id(self):
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        return ca["certificateId"]


def test_plan_of_an_empty_account(life):
    assert [item["kind"] for item in life.plan()] == KINDS
    assert {change for _, change in life.changes()} == {"create"}
    life.run("plan", "--exit-code", status=20)
    assert life.iot.list_policies()["policies"] == []


def test_architecture(life):
    plan = json.loads(life.run("plan", "--json", "--architecture", "arm64", "--zip", BIN.parent / "lambda/bootstrap.zip").stdout)
    (function,) = [item["desired"] for item in plan if item["kind"] == "Lambda function"]
    assert function["Architectures"] == ["arm64"], function
    life.run("plan", "--architecture", "mips", status=2)


def test_setup_makes_what_the_plan_said(life):
    life.run("setup")
    assert life.changes() == []
    life.run("plan", "--exit-code")
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

    days = {g["logGroupName"]: g.get("retentionInDays") for g in life.logs.describe_log_groups()["logGroups"]}
    assert days == {"/aws/lambda/zerotouch-jitr": 30, "/zerotouch/zerotouch/errors": 30}, days
    for name in days:
        assert life.logs.list_tags_log_group(logGroupName=name)["tags"] == {"zerotouch": "zerotouch"}

    errors_role = f"zerotouch-errors-{life.region}"
    (trust,) = life.iam.get_role(RoleName=errors_role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "iot.amazonaws.com"}
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": iot_arn + "rule/zerotouch_jitr"}
    may = life.iam.get_role_policy(RoleName=errors_role, PolicyName="zerotouch-errors")["PolicyDocument"]["Statement"]
    logs_arn = f"arn:aws:logs:{life.region}:{life.account}:log-group:"
    assert [s["Resource"] for s in may] == [logs_arn + "/zerotouch/zerotouch/errors:*"], may

    rule = life.iot.get_topic_rule(ruleName="zerotouch_jitr")["rule"]
    assert f"caCertificateId = '{life.ca_id()}'" in rule["sql"] and not rule["ruleDisabled"]
    assert rule["actions"] == [{"lambda": {"functionArn": function["FunctionArn"]}}]

    assert rule["errorAction"] == {"cloudwatchLogs": {"logGroupName": "/zerotouch/zerotouch/errors",
                                                      "roleArn": f"arn:aws:iam::{life.account}:role/{errors_role}"}}

    permission = json.loads(life.functions.get_policy(FunctionName="zerotouch-jitr")["Policy"])
    (statement,) = permission["Statement"]
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": life.account},
                                      "ArnLike": {"AWS:SourceArn": iot_arn + "rule/zerotouch_jitr"}}


def test_status_tells_what_is_there(life):
    status = json.loads(life.status("--json"))
    assert (status["account"], status["region"]) == (life.account, life.region)
    assert status["endpoint"] == life.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    states = {r["kind"]: r["state"] for r in status["resources"]}
    assert [r["kind"] for r in status["resources"]] == KINDS and all(r["ours"] for r in status["resources"])
    assert (states["thing type"], states["topic rule"], states["Lambda function"]) == ("active", "enabled", "Active")
    assert states["CA certificate"].startswith("ACTIVE, auto-registration ENABLE, until 20")
    assert [r.get("tenant") for r in status["resources"]] == [None] * 11 + [life.tenant]
    assert status["tenants"] == [{"tenant": life.tenant, "caCertificateId": life.ca_id(), "state": states["CA certificate"]}]
    assert states["log group"] == "keeps 30 days"
    head, _, table = life.status().partition("\n\n")
    assert head.split() == ["account", life.account, "region", life.region, "endpoint", status["endpoint"], "tenant", life.tenant,
                            "CA", life.ca_id()], head
    lines = table.splitlines()
    assert lines[0].split() == ["RESOURCE", "NAME", "STATE", "TENANT"]
    for line, resource in zip(lines[1:], status["resources"], strict=True):
        assert line.startswith(resource["kind"]) and resource["name"] in line and resource["state"] in line, line


def test_status_of_a_set_up_that_is_not_there(life):
    resources = json.loads(life.status("--json", "--name", "other"))["resources"]
    assert [(r["kind"], r["state"]) for r in resources] == [(kind, "missing") for kind in KINDS[:-1]]
    assert "\ntenant    none\n" in life.status("--name", "other")


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
    assert dict(life.changes()) == {"CA certificate": "change", "IoT policy": "change", "topic rule": "change", "IAM role": "change",
                              "role policy": "create", "Lambda function": "change", "invoke permission": "change"}
    refused = life.run("setup", status=6)
    assert b"--yes" in refused.stderr or b"consent" in refused.stderr
    assert life.iot.get_topic_rule(ruleName="zerotouch_jitr")["rule"]["ruleDisabled"]
    life.run("setup", "--yes")
    assert life.changes() == []


def test_log_retention_is_an_option(life):
    life.run("plan", "--log-retention", "4", status=2)
    life.run("setup", "--log-retention", "14", "--yes")
    assert {g["retentionInDays"] for g in life.logs.describe_log_groups()["logGroups"]} == {14}
    assert life.changes() == [("log group", "change")] * 2
    life.run("setup", "--yes")


def test_a_failure_of_the_rule_can_be_read_in_its_log(life):
    """The permission is taken away: what IoT then says of the rule stands in the log group, with the event that was lost."""
    life.functions.remove_permission(FunctionName="zerotouch-jitr", StatementId="zerotouch-jitr")
    life.world.client("iot-data").publish(topic="$aws/rules/zerotouch_jitr/registered", qos=1, payload=json.dumps(
        {"caCertificateId": life.ca_id(), "certificateId": "00" * 32}))
    (event,) = life.logs.filter_log_events(logGroupName="/zerotouch/zerotouch/errors")["events"]
    told = json.loads(event["message"])
    assert told["ruleName"] == "zerotouch_jitr" and told["failures"][0]["failedAction"] == "LambdaAction", told
    assert "00" * 32 in base64.b64decode(told["base64OriginalPayload"]).decode()
    life.run("setup", "--yes")


def test_the_handler_writes_into_its_log_and_may_not_make_it_anew(life):
    life.functions.invoke(FunctionName="zerotouch-jitr", Payload=b"{}")
    assert life.logs.filter_log_events(logGroupName="/aws/lambda/zerotouch-jitr")["events"]
    policy = json.dumps(life.iam.get_role_policy(RoleName=f"zerotouch-jitr-{life.region}", PolicyName="zerotouch-jitr")["PolicyDocument"])
    assert "logs:PutLogEvents" in policy and "logs:CreateLogGroup" not in policy


def test_prune_removes_old_policy_versions_and_shows_it_first(life):
    before = life.iot.get_policy(policyName="zerotouch-device")
    life.iot.create_policy_version(policyName="zerotouch-device", setAsDefault=False, policyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:x"}]}))
    assert life.changes() == []
    (item,) = [item for item in json.loads(life.run("plan", "--prune", "--json").stdout) if item["change"] != "right"]
    old = [v["versionId"] for v in life.iot.list_policy_versions(policyName="zerotouch-device")["policyVersions"]
           if not v["isDefaultVersion"]]
    assert item["kind"] == "IoT policy" and item["observed"] == {"oldVersions": old} and old, item
    life.run("setup", "--prune", status=6)
    life.run("setup", "--prune", "--yes")
    (version,) = life.iot.list_policy_versions(policyName="zerotouch-device")["policyVersions"]
    assert version["versionId"] == before["defaultVersionId"]


def test_a_name_that_is_taken_is_refused_before_anything_is_made(life):
    life.iot.create_policy(policyName="other-device", policyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:x"}]}))
    refused = life.run("setup", "--name", "other", "--yes", status=6)
    assert b"other-device is somebody else's" in refused.stderr, refused
    assert len(refused.stderr.strip().splitlines()) == 1, refused
    life.run("status", "--name", "other", "--json")
    assert [t for t in life.iot.list_thing_types()["thingTypes"] if t["thingTypeName"] == "other-device"] == []
    life.iot.delete_policy(policyName="other-device")


def test_arm64_is_another_package(life):
    package = life.world.folder / "arm64.zip"
    package.write_bytes(next(pathlib.Path(BIN).parent.rglob("bootstrap*.zip")).read_bytes() + b"\n\n")
    life.run("setup", "--architecture", "arm64", "--zip", package, "--yes")
    function = life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]
    assert function["Architectures"] == ["arm64"], function
    life.run("plan", "--architecture", "mips", status=2)
    life.run("setup", "--yes")
    assert life.functions.get_function(FunctionName="zerotouch-jitr")["Configuration"]["Architectures"] == ["x86_64"]


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
    assert len(versions) == 5 and life.changes() == []


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
        assert life.changes() == []


def test_teardown_leaves_nothing_but_the_type(life):
    life.iot.create_policy(policyName="somebody-elses", policyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}))
    # Then nothing but their tag leads to the two CAs, and no authority is asked.
    life.functions.delete_function(FunctionName="zerotouch-jitr")
    life.run("teardown", "--yes", status=PARTLY)
    assert [p["policyName"] for p in life.iot.list_policies()["policies"]] == ["somebody-elses"]
    life.iot.delete_policy(policyName="somebody-elses")
    life.assert_nothing_left()
    assert {kind for kind, _ in life.changes()} >= set(KINDS) - {"thing type"}


def main():
    assert boto3.__file__.startswith("/usr/lib"), "Debian's boto3 is meant"
    with World() as world:
        life = Life(world)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(life)


main()
