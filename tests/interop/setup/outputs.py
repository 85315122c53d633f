"""What set-up gives to the next step: CloudFormation, Terraform (both held to the plan's own JSON) and the app's manifest."""
import hashlib
import json
import re
import ssl

from setup.tool import Tool
from world import World

# Names of AWS CloudFormation's resource and property reference: type -> properties that may be there.
PROPERTIES = {
    "AWS::IoT::ThingType": {"ThingTypeName", "ThingTypeProperties", "Tags"},
    "AWS::IoT::Policy": {"PolicyName", "PolicyDocument", "Tags"},
    "AWS::Logs::LogGroup": {"LogGroupName", "RetentionInDays", "Tags"},
    "AWS::IAM::Role": {"RoleName", "AssumeRolePolicyDocument", "Policies", "Tags"},
    "AWS::Lambda::Function": {"FunctionName", "Runtime", "Role", "Handler", "Timeout", "MemorySize", "Architectures", "Environment",
                              "Code", "Tags"},
    "AWS::IoT::TopicRule": {"RuleName", "TopicRulePayload", "Tags"},
    "AWS::Lambda::Permission": {"FunctionName", "Action", "Principal", "SourceAccount", "SourceArn"},
    "AWS::IoT::CACertificate": {"CACertificatePem", "VerificationCertificatePem", "Status", "AutoRegistrationStatus",
                                "CertificateMode", "RegistrationConfig", "Tags"},
    "AWS::IoT::ProvisioningTemplate": {"TemplateName", "TemplateBody", "Enabled", "ProvisioningRoleArn", "TemplateType", "Tags"},
}
JITP_ALONE = {"AWS::IoT::ProvisioningTemplate"}
TAGS = [{"Key": "zerotouch", "Value": "zerotouch"}]


def id_of(pem):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


class Outputs(Tool):
    def __init__(self, world):
        super().__init__(world, "--topic", "myhome/myroom")
        self.account, self.region = world.cloud.endpoints["account"], world.cloud.endpoints["region"]

    def desired(self, *more):
        """Of an empty account, so that every item is shown whole."""
        return {(item["kind"], item["name"]): item["desired"] for item in self.plan(*more)}

    def output(self, form, *more):
        return json.loads(self.run("plan", "--output", form, *more).stdout)


def test_cloudformation_is_the_desired_state(o):
    template = o.output("cloudformation")
    plan = o.desired()
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert set(template["Parameters"]) == {"CodeBucket", "CodeKey", "ProofOfPossession"}
    resources = template["Resources"]
    for name, resource in resources.items():
        assert set(resource["Properties"]) <= PROPERTIES[resource["Type"]], (name, resource)
        assert resource["Properties"].get("Tags", TAGS) == TAGS, name
    assert {r["Type"] for r in resources.values()} == set(PROPERTIES) - JITP_ALONE
    of = {name: r["Properties"] for name, r in resources.items()}

    assert of["DevicePolicy"]["PolicyDocument"] == plan["IoT policy", "zerotouch-device"]["policyDocument"]
    for logical, name in (("HandlerLog", "/aws/lambda/zerotouch-jitr"), ("ErrorsLog", "/zerotouch/zerotouch/errors")):
        assert (of[logical]["LogGroupName"], of[logical]["RetentionInDays"]) == (name, plan["log group", name]["retentionInDays"])
    for logical, kind in (("HandlerRole", "jitr"), ("ErrorsRole", "errors")):
        role = of[logical]
        assert role["AssumeRolePolicyDocument"] == plan["IAM role", role["RoleName"]]["AssumeRolePolicyDocument"]
        assert role["Policies"] == [{"PolicyName": f"zerotouch-{kind}", **plan["role policy", f"zerotouch-{kind}"]}]
    function = plan["Lambda function", "zerotouch-jitr"]
    for member in ("Runtime", "Handler", "Timeout", "MemorySize", "Architectures", "Environment"):
        assert of["Handler"][member] == function[member], member
    assert of["Handler"]["Role"] == {"Fn::GetAtt": ["HandlerRole", "Arn"]}
    assert of["Handler"]["Code"] == {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}}
    rule = of["Rule"]["TopicRulePayload"]
    wanted = plan["topic rule", "zerotouch_jitr"]
    assert (rule["Sql"], rule["AwsIotSqlVersion"], rule["RuleDisabled"]) == (wanted["sql"], wanted["awsIotSqlVersion"], False)
    assert rule["Actions"] == [{"Lambda": {"FunctionArn": {"Fn::GetAtt": ["Handler", "Arn"]}}}]
    assert rule["ErrorAction"]["CloudwatchLogs"]["LogGroupName"] == wanted["errorAction"]["cloudwatchLogs"]["logGroupName"]
    permission = of["InvokePermission"]
    assert (permission["SourceAccount"], permission["SourceArn"]) == (o.account, f"arn:aws:iot:{o.region}:{o.account}:rule/zerotouch_jitr")
    ca = of["TenantCa1"]
    assert ("CA certificate", id_of(ca["CACertificatePem"])) in plan
    assert ca["VerificationCertificatePem"] == {"Ref": "ProofOfPossession"}
    assert (ca["Status"], ca["AutoRegistrationStatus"], ca["CertificateMode"]) == ("ACTIVE", "ENABLE", "DEFAULT")
    # Every reference leads somewhere.
    for logical in re.findall(r'"Fn::GetAtt": \["(\w+)"', json.dumps(template)):
        assert logical in resources, logical
    assert set(resources["TenantCa1"]["DependsOn"]) <= set(resources)


def test_without_a_proof_there_is_no_parameter_for_one(o):
    template = o.output("cloudformation", "--mode", "sni-only")
    assert "ProofOfPossession" not in json.dumps(template)
    assert template["Resources"]["TenantCa1"]["Properties"]["CertificateMode"] == "SNI_ONLY"
    assert "proof_of_possession" not in json.dumps(o.output("terraform", "--mode", "sni-only"))


def test_terraform_is_the_desired_state(o):
    whole = o.output("terraform")
    plan = o.desired()
    made = whole["resource"]
    assert whole["terraform"]["required_providers"]["aws"]["source"] == "hashicorp/aws"
    assert set(made) == {"aws_iot_thing_type", "aws_iot_policy", "aws_cloudwatch_log_group", "aws_iam_role", "aws_iam_role_policy",
                         "aws_lambda_function", "aws_iot_topic_rule", "aws_lambda_permission", "aws_iot_ca_certificate"}
    assert sum(len(of_type) for of_type in made.values()) == len(plan)

    def document(text):
        # What Terraform makes of it: "$${" is "${", and a lone one would be a reference.
        assert "${" not in text.replace("$${", "")
        return json.loads(text.replace("$${", "${"))

    assert document(made["aws_iot_policy"]["device"]["policy"]) == plan["IoT policy", "zerotouch-device"]["policyDocument"]
    assert "${iot:Certificate" in json.dumps(document(made["aws_iot_policy"]["device"]["policy"]))
    for role in made["aws_iam_role"].values():
        assert document(role["assume_role_policy"]) == plan["IAM role", role["name"]]["AssumeRolePolicyDocument"]
    for policy in made["aws_iam_role_policy"].values():
        assert document(policy["policy"]) == plan["role policy", policy["name"]]["PolicyDocument"]
    for group in made["aws_cloudwatch_log_group"].values():
        assert group["retention_in_days"] == plan["log group", group["name"]]["retentionInDays"]
    function = made["aws_lambda_function"]["handler"]
    wanted = plan["Lambda function", "zerotouch-jitr"]
    assert (function["runtime"], function["handler"], function["timeout"], function["memory_size"], function["architectures"]) == (
        wanted["Runtime"], wanted["Handler"], wanted["Timeout"], wanted["MemorySize"], wanted["Architectures"])
    assert function["environment"] == {"variables": wanted["Environment"]["Variables"]}
    rule = made["aws_iot_topic_rule"]["rule"]
    assert (rule["sql"], rule["sql_version"], rule["enabled"]) == (plan["topic rule", "zerotouch_jitr"]["sql"], "2016-03-23", True)
    assert ("CA certificate", id_of(made["aws_iot_ca_certificate"]["tenant_1"]["ca_certificate_pem"])) in plan
    # Every reference leads somewhere.
    for kind, name in re.findall(r"(?<!\$)\$\{(aws_\w+)\.(\w+)\.", json.dumps(whole)):
        assert name in made[kind], (kind, name)


def test_just_in_time_provisioning_has_both_forms(o):
    plan = o.desired("--mode", "jitp")
    wanted = plan["provisioning template", "zerotouch-jitp"]
    role = f"zerotouch-jitp-{o.region}"

    made = o.output("cloudformation", "--mode", "jitp")
    assert set(made["Parameters"]) == {"ProofOfPossession"}
    of = {name: r["Properties"] for name, r in made["Resources"].items()}
    for name, resource in made["Resources"].items():
        assert set(resource["Properties"]) <= PROPERTIES[resource["Type"]], (name, resource)
    template = of["ProvisioningTemplate"]
    assert (template["TemplateName"], template["TemplateType"], template["Enabled"]) == ("zerotouch-jitp", "JITP", True)
    assert json.loads(template["TemplateBody"]) == wanted["templateBody"]
    assert template["ProvisioningRoleArn"] == {"Fn::GetAtt": ["ProvisioningRole", "Arn"]}
    assert of["ProvisioningRole"]["RoleName"] == role
    assert of["ProvisioningRole"]["AssumeRolePolicyDocument"] == plan["IAM role", role]["AssumeRolePolicyDocument"]
    assert of["TenantCa1"]["RegistrationConfig"] == {"TemplateName": {"Ref": "ProvisioningTemplate"}}
    assert set(made["Resources"]["TenantCa1"]["DependsOn"]) <= set(made["Resources"])
    # A role's policy is a property of the role there.
    assert len(made["Resources"]) == len([kind for kind, _ in plan if kind != "role policy"]), (list(made["Resources"]), list(plan))

    whole = o.output("terraform", "--mode", "jitp")
    made = whole["resource"]
    assert set(whole["variable"]) == {"proof_of_possession"}
    template = made["aws_iot_provisioning_template"]["jitp"]
    assert json.loads(template["template_body"].replace("$${", "${")) == wanted["templateBody"]
    assert (template["name"], template["type"], template["enabled"]) == ("zerotouch-jitp", "JITP", True)
    assert made["aws_iot_ca_certificate"]["tenant_1"]["registration_config"] == {
        "template_name": "${aws_iot_provisioning_template.jitp.name}"}
    assert sum(len(of_type) for of_type in made.values()) == len(plan)
    for kind, name in re.findall(r"(?<!\$)\$\{(aws_\w+)\.(\w+)\.", json.dumps(whole)):
        assert name in made[kind], (kind, name)


def test_printing_changes_nothing(o):
    o.run("setup", "--output", "terraform")
    assert o.world.client("iot").list_policies()["policies"] == []
    o.run("plan", "--output", "pulumi", status=2)
    assert o.output("terraform", "--prune")["resource"] == o.output("terraform")["resource"]
    assert o.output("cloudformation", "--prune") == o.output("cloudformation")


MANIFEST = {"SchemaVersion": 1, "Name": "app", "ComponentId": "1689d8b2-c835-2e27-27ad-e894d6d15fa9", "EntryPoint": "/bin/app",
            "CmdArgs": ["--via", "mqtt", "--endpoint", "nobody.example", "--period", "10"],
            "Capabilities": {"Gpio": ["$LED"], "AllowedConnections": ["old.example"], "ReadNetworkProxyConfig": True,
                             "DeviceAuthentication": "00000000-0000-0000-0000-000000000000"},
            "ApplicationType": "Default", "MallocVersion": 2}


def test_manifest_is_filled_in_and_all_else_stays(o):
    path = o.world.folder / "app_manifest.json"
    path.write_text(json.dumps(MANIFEST))
    o.run("setup", "--write-manifest", path)
    endpoint = o.world.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    filled = json.loads(path.read_text())
    expected = json.loads(json.dumps(MANIFEST))
    expected["CmdArgs"] = ["--via", "mqtt", "--endpoint", endpoint, "--period", "10", "--topic", "myhome/myroom"]
    expected["Capabilities"]["AllowedConnections"] = [endpoint]
    expected["Capabilities"]["DeviceAuthentication"] = o.tenant
    assert filled == expected, filled
    assert list(filled) == list(MANIFEST) and list(filled["Capabilities"]) == list(MANIFEST["Capabilities"])
    digest = hashlib.sha256(path.read_bytes()).digest()
    o.run("setup", "--write-manifest", path)
    assert hashlib.sha256(path.read_bytes()).digest() == digest
    assert [p.name for p in path.parent.glob("app_manifest.json*")] == ["app_manifest.json"]


def test_what_is_no_manifest_stays_as_it_is(o):
    for text in ("hello", "[]", "{}", '{"Capabilities":{},"CmdArgs":"--x"}'):
        path = o.world.folder / "other.json"
        path.write_text(text)
        done = o.run("setup", "--write-manifest", path, status=1)
        assert b"other.json" in done.stderr, done
        assert path.read_text() == text
    o.run("setup", "--write-manifest", o.world.folder / "none.json", status=5)


def main():
    with World() as world:
        outputs = Outputs(world)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(outputs)


main()
