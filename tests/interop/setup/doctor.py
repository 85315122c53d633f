"""The doctor: healthy after setup; then each thing is broken in turn, alone, and exactly that finding is told."""
import contextlib
import http.server
import json
import re
import threading

from world import World, closed_port, wait_for

OPEN_TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
LAMBDA_TRUST = OPEN_TRUST.replace("iot.amazonaws", "lambda.amazonaws")
FINDINGS = 21
NAME = "zerotouch-jitr"
ROLE = "zerotouch-jitr-us-east-1"
ERRORS = "zerotouch-errors"
ERRORS_ROLE = "zerotouch-errors-us-east-1"
LOGS = ("/aws/lambda/zerotouch-jitr", "/zerotouch/zerotouch/errors")
POLICY = "zerotouch-device"
RULE = "zerotouch_jitr"


class Patient:
    def __init__(self, world):
        self.world = world
        self.iot, self.iam, self.functions = (world.client(name) for name in ("iot", "iam", "lambda"))
        self.tenant = world.tenant()
        world.setup(self.tenant)
        self.device = world.device(self.tenant)
        self.device.attest()
        self.device.publish()
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        self.ca = ca["certificateId"]
        (certificate,) = self.iot.list_certificates()["certificates"]
        self.certificate, self.arn = certificate["certificateId"], certificate["certificateArn"]
        (thing,) = self.iot.list_things()["things"]
        self.thing = thing["thingName"]

    def doctor(self, *more, env=None, ports=True):
        w = self.world
        where = ["--mqtt-port", w.mqtt_port, "--https-port", w.https_port, "--ca-file", w.cloud_ca] if ports else []
        done = w.run("zerotouch", "doctor", *where, *more, env=env, check=False)
        return done

    def findings(self, *more, **options):
        done = self.doctor("--json", *more, **options)
        assert done.returncode in (0, FINDINGS), done
        found = json.loads(done.stdout)["findings"]
        assert (done.returncode == FINDINGS) == bool(found)
        for one in found:
            assert all(one[member] for member in ("finding", "about", "problem", "evidence", "remedy")), one
        return found

    def names(self, *more, **options):
        return [one["finding"] for one in self.findings(*more, **options)]

    def again(self):
        self.world.setup(self.tenant)


def assert_only(patient, name, *more, **options):
    found = patient.findings(*more, **options)
    assert [one["finding"] for one in found] == [name], f"{name}: {json.dumps(found, indent=1)}"
    print(name, flush=True)
    return found[0]


def breaks_of_the_account(p):
    """Finding, how to break it, how to repair it (None: setup does)."""
    statement = {"StatementId": NAME, "Action": "lambda:InvokeFunction", "Principal": "iot.amazonaws.com"}
    rule = p.iot.get_topic_rule(ruleName=RULE)["rule"]
    payload = {k: rule[k] for k in ("sql", "description", "actions", "awsIotSqlVersion", "ruleDisabled", "errorAction")}
    policy = json.dumps(p.iam.get_role_policy(RoleName=ROLE, PolicyName=NAME)["PolicyDocument"])
    less = policy.replace('"iot:UpdateCertificate"', '"iot:DescribeCertificate"')
    variables = p.functions.get_function_configuration(FunctionName=NAME)["Environment"]["Variables"]
    account = p.world.cloud.endpoints["account"]
    logs = p.world.client("logs")

    def replace(**change):
        p.iot.replace_topic_rule(ruleName=RULE, topicRulePayload={**payload, **change})

    def environment(**change):
        p.functions.update_function_configuration(FunctionName=NAME, Environment={"Variables": {**variables, **change}})

    def versions(count):
        for _ in range(count):
            p.iot.create_policy_version(policyName=POLICY, setAsDefault=False,
                                        policyDocument=p.iot.get_policy(policyName=POLICY)["policyDocument"])

    def fewer_versions():
        for version in p.iot.list_policy_versions(policyName=POLICY)["policyVersions"]:
            if not version["isDefaultVersion"]:
                p.iot.delete_policy_version(policyName=POLICY, policyVersionId=version["versionId"])

    def refuse():
        p.iot.create_policy_version(policyName=POLICY, setAsDefault=True, policyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}]}))

    def no_policy():
        p.iot.detach_policy(policyName=POLICY, target=p.arn)
        fewer_versions()
        p.iot.delete_policy(policyName=POLICY)

    def policy_again():
        p.again()
        p.iot.attach_policy(policyName=POLICY, target=p.arn)

    def no_role():
        p.iam.delete_role_policy(RoleName=ROLE, PolicyName=NAME)
        p.iam.delete_role(RoleName=ROLE)

    def errors_untold():
        p.iot.replace_topic_rule(ruleName=RULE, topicRulePayload={k: v for k, v in payload.items() if k != "errorAction"})

    def no_errors_role():
        p.iam.delete_role_policy(RoleName=ERRORS_ROLE, PolicyName=ERRORS)
        p.iam.delete_role(RoleName=ERRORS_ROLE)

    def another_rules_role():
        trust = p.iam.get_role(RoleName=ERRORS_ROLE)["Role"]["AssumeRolePolicyDocument"]
        p.iam.update_assume_role_policy(RoleName=ERRORS_ROLE, PolicyDocument=json.dumps(trust).replace(RULE, "another_rule"))

    def less_of_errors():
        document = json.dumps(p.iam.get_role_policy(RoleName=ERRORS_ROLE, PolicyName=ERRORS)["PolicyDocument"])
        p.iam.put_role_policy(RoleName=ERRORS_ROLE, PolicyName=ERRORS,
                              PolicyDocument=document.replace('"logs:PutLogEvents"', '"logs:DescribeLogStreams"'))

    def no_permission():
        p.functions.remove_permission(FunctionName=NAME, StatementId=NAME)

    def other_permission():
        no_permission()
        p.functions.add_permission(FunctionName=NAME, **statement, SourceAccount=account)

    def ca(**change):
        p.iot.update_ca_certificate(certificateId=p.ca, **change)

    def no_ca():
        ca(newStatus="INACTIVE")
        p.iot.delete_ca_certificate(certificateId=p.ca)

    return [
        ("CaInactive", lambda: ca(newStatus="INACTIVE"), None),
        ("CaAutoRegistrationOff", lambda: ca(newAutoRegistrationStatus="DISABLE"), None),
        ("CaMissing", no_ca, None),
        ("NoCa", lambda: environment(ZT_CA_IDS="none"), environment),
        ("FunctionMisconfigured", lambda: environment(ZT_POLICY_NAME="another"), None),
        ("FunctionMissing", lambda: p.functions.delete_function(FunctionName=NAME), None),
        ("RuleDisabled", lambda: p.iot.disable_topic_rule(ruleName=RULE), None),
        ("RuleMissesCa", lambda: replace(sql="SELECT * FROM '$aws/events/certificates/registered/+'"), None),
        ("RuleCallsAnother", lambda: replace(actions=[{"republish": {"roleArn": f"arn:aws:iam::{account}:role/{ROLE}",
                                                                     "topic": "elsewhere"}}]), None),
        ("RuleMissing", lambda: p.iot.delete_topic_rule(ruleName=RULE), None),
        ("PermissionMissing", no_permission, None),
        ("PermissionNotForRule", other_permission, None),
        ("RoleNotAssumable", lambda: p.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=OPEN_TRUST), None),
        ("RolePolicyLacks", lambda: p.iam.put_role_policy(RoleName=ROLE, PolicyName=NAME, PolicyDocument=less), None),
        ("RolePolicyMissing", lambda: p.iam.delete_role_policy(RoleName=ROLE, PolicyName=NAME), None),
        ("RoleMissing", no_role, None),
        ("RuleErrorsUntold", errors_untold, None),
        ("RoleMissing", no_errors_role, None),
        ("RoleNotAssumable", another_rules_role, None),
        ("RolePolicyLacks", less_of_errors, None),
        ("RolePolicyMissing", lambda: p.iam.delete_role_policy(RoleName=ERRORS_ROLE, PolicyName=ERRORS), None),
        ("LogGroupMissing", lambda: logs.delete_log_group(logGroupName=LOGS[0]), None),
        ("LogGroupMissing", lambda: logs.delete_log_group(logGroupName=LOGS[1]), None),
        ("LogKeptForEver", lambda: logs.delete_retention_policy(logGroupName=LOGS[0]), None),
        ("ThingTypeDeprecated", lambda: p.iot.deprecate_thing_type(thingTypeName=POLICY),
         lambda: p.iot.deprecate_thing_type(thingTypeName=POLICY, undoDeprecate=True)),
        ("PolicyRefusesConnect", refuse, None),
        ("PolicyMissing", no_policy, policy_again),
        ("PolicyVersionsFull", lambda: versions(4), fewer_versions),
    ]


def test_each_break_of_the_account(p):
    for name, broken, repaired in breaks_of_the_account(p):
        broken()
        assert_only(p, name)
        (repaired or p.again)()
        left = p.findings()
        assert left == [], f"after {name}: {left}"


def test_each_break_of_a_device(p):
    more = ("--device", p.device.id)
    assert p.names(*more) == []
    attributes = p.iot.describe_thing(thingName=p.thing)["attributes"]

    def state(status):
        p.iot.update_certificate(certificateId=p.certificate, newStatus=status)

    def rename(**change):
        p.iot.update_thing(thingName=p.thing, attributePayload={"attributes": {**attributes, **change}})

    for name, broken, repaired in [
            ("CertificateInactive", lambda: state("INACTIVE"), lambda: state("ACTIVE")),
            ("CertificateWithoutPolicy", lambda: p.iot.detach_policy(policyName=POLICY, target=p.arn),
             lambda: p.iot.attach_policy(policyName=POLICY, target=p.arn)),
            ("CertificateWithoutThing", lambda: p.iot.detach_thing_principal(thingName=p.thing, principal=p.arn),
             lambda: p.iot.attach_thing_principal(thingName=p.thing, principal=p.arn)),
            ("ThingOfAnother", lambda: rename(deviceId="another"), rename)]:
        broken()
        assert_only(p, name, *more)
        repaired()
        assert p.names(*more) == [], name
    assert_only(p, "DeviceUnknown", "--device", "ab" * 64)


def test_a_device_that_nobody_activates(p):
    """The permission is gone: the device's first contact is registered and stays pending."""
    p.functions.remove_permission(FunctionName=NAME, StatementId=NAME)
    late = p.world.device(p.tenant)
    late.attest()
    assert late.publish("https", "myhome/myroom", "{}", "--timeout", "1", check=False).returncode != 0
    assert p.names("--device", late.id) == ["PermissionMissing", "CertificatePending"]
    p.again()
    late.publish()
    assert p.names("--device", late.id) == []
    (thing,) = [t for t in p.iot.list_things()["things"] if t["attributes"]["deviceId"] == late.id]
    p.iot.update_certificate(certificateId=thing["attributes"]["certificateId"], newStatus="REVOKED")
    assert_only(p, "CertificateRevoked", "--device", late.id)


def with_the_least_policy(p):
    account = p.world.cloud.endpoints["account"]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}]}
    role = p.iam.create_role(RoleName="operator", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    p.iam.put_role_policy(RoleName="operator", PolicyName="operator", PolicyDocument=p.world.run(
        "zerotouch", "setup", "--print-operator-policy").stdout.decode())
    keys = p.world.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="operator")["Credentials"]
    return {**p.world.env, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"]}


def test_a_handler_that_failed(p):
    """It may not activate: the device stays pending, and the log tells why. Afterwards the failure is what is left to tell."""
    logs = p.world.client("logs")
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=f"/aws/lambda/{NAME}")
    policy = p.iam.get_role_policy(RoleName=ROLE, PolicyName=NAME)["PolicyDocument"]
    less = json.dumps(policy).replace('"iot:UpdateCertificate"', '"iot:DescribeCertificate"')
    p.iam.put_role_policy(RoleName=ROLE, PolicyName=NAME, PolicyDocument=less)
    late = p.world.device(p.tenant)
    late.attest()
    assert late.publish("https", "myhome/myroom", "{}", "--timeout", "1", check=False).returncode != 0
    wait_for(lambda: p.names() == ["RolePolicyLacks", "FunctionFailed"], "the handler's failure is in its log")
    p.again()
    one = assert_only(p, "FunctionFailed")
    least = assert_only(p, "FunctionFailed", env=with_the_least_policy(p))
    assert least == one
    assert "UpdateCertificate" in one["evidence"] or "AccessDenied" in one["evidence"] or "denied" in one["evidence"], one


def test_the_way_to_the_devices_endpoint(p):
    w = p.world
    with closed_port() as closed:
        ports = ["--mqtt-port", w.mqtt_port, "--https-port", closed, "--ca-file", w.cloud_ca]
        one = assert_only(p, "DevicePortUnreachable", *ports, ports=False)
        assert one["about"] == f"localhost:{closed}"
    # Amazon's roots do not vouch for a local world; the authority's root neither.
    ports = ["--mqtt-port", w.mqtt_port, "--https-port", w.https_port]
    assert p.names(*ports, ports=False) == ["DevicePortNotTrusted"] * 2
    assert p.names(*ports, "--ca-file", w.attest.endpoints["ca"], ports=False) == ["DevicePortNotTrusted"] * 2


def test_a_name_that_does_not_resolve():
    with World(attest=False, cloud_options=("--endpoint", "no-such-host.invalid")) as world:
        done = world.run("zerotouch", "doctor", "--json", check=False)
        names = {one["finding"] for one in json.loads(done.stdout)["findings"]}
        assert "DeviceNameUnknown" in names and "DevicePortUnreachable" not in names, names


def answering(status, content_type, body):
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def sts_error(code, message):
    return answering(403, "text/xml", f"<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error><Type>Sender"
                     f"</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId>"
                     "</ErrorResponse>".encode())


def test_the_way_to_the_account(p):
    env = p.world.env
    without = {k: v for k, v in env.items() if k != "AWS_SHARED_CREDENTIALS_FILE"} | {
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "HOME": str(p.world.folder)}
    assert_only(p, "CredentialsMissing", env=without)
    no_region = {k: v for k, v in env.items() if not k.endswith("REGION")}
    assert_only(p, "Configuration", env=no_region)
    wrong = {**without, "AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    assert_only(p, "CredentialsRefused", env=wrong)
    with closed_port() as closed:
        assert_only(p, "EndpointUnreachable", env={**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{closed}"})
    assert_only(p, "EndpointNameUnknown", env={**env, "AWS_ENDPOINT_URL": "http://no-such-host.invalid"})
    assert_only(p, "EndpointNotTrusted", env={**env, "AWS_ENDPOINT_URL": f"https://localhost:{p.world.https_port}"})
    # AWS's words for a clock that goes wrong.
    for code, text in [("SignatureDoesNotMatch", "Signature expired: 20260131T120000Z is now earlier than 20260131T121000Z "
                        "(20260131T121500Z - 5 min.)"),
                       ("SignatureDoesNotMatch", "Signature not yet current: 20260131T123000Z is still later than "
                        "20260131T121000Z (20260131T120500Z + 5 min.)"),
                       ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")]:
        server = sts_error(code, text)
        one = assert_only(p, "ClockSkewed", env={**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"})
        assert text in one["evidence"]
        server.shutdown()


def test_people_read_it(p):
    done = p.doctor()
    assert done.returncode == 0 and b"nothing keeps devices from coming in" in done.stdout
    p.iot.disable_topic_rule(ruleName=RULE)
    done = p.doctor()
    assert done.returncode == FINDINGS and done.stderr == b"", done
    assert re.search(r"RuleDisabled  zerotouch_jitr\n.*\n  seen .*\n  remedy  aws iot enable-topic-rule --rule-name "
                     "zerotouch_jitr\n", done.stdout.decode())
    p.again()


def main():
    with World() as world:
        patient = Patient(world)
        assert patient.names() == [] and patient.names("--device", patient.device.id) == []
        for test in (test_people_read_it, test_each_break_of_the_account, test_each_break_of_a_device,
                     test_a_device_that_nobody_activates, test_the_way_to_the_devices_endpoint, test_the_way_to_the_account,
                     test_a_handler_that_failed):
            print(test.__name__, flush=True)
            test(patient)
    test_a_name_that_does_not_resolve()


main()
