"""Debian's AWS CLI through the calls that an operator types. Each starts a Python of its own, so these are few."""
import json
import subprocess
import tempfile
import pathlib

from aws import run
from pki import Authority

DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}'
TRUST = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
         '"Action":"sts:AssumeRole"}]}')


def aws(account, *words, fails=None):
    done = subprocess.run(["/usr/bin/aws", "--endpoint-url", account.world.control, "--output", "json", *words],
                          env=account.world.env, capture_output=True, text=True, timeout=120)
    if fails:
        assert done.returncode != 0 and f"({fails})" in done.stderr, (words, done.stderr)
        return None
    assert done.returncode == 0, (words, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else None


def who_am_i(account):
    assert aws(account, "sts", "get-caller-identity")["Account"] == account.number


def a_ca_by_files(account):
    code = aws(account, "iot", "get-registration-code")["registrationCode"]
    authority = Authority("CLI")
    with tempfile.TemporaryDirectory() as folder:
        proof = pathlib.Path(folder) / "proof.pem"
        proof.write_text(authority.issue(code)[0])
        made = aws(account, "iot", "register-ca-certificate", "--ca-certificate", f"file://{authority.pem_path}",
                   "--verification-certificate", f"file://{proof}", "--set-as-active", "--allow-auto-registration")
    told = aws(account, "iot", "describe-ca-certificate", "--certificate-id", made["certificateId"])
    assert told["certificateDescription"]["autoRegistrationStatus"] == "ENABLE"


def a_thing_with_its_certificate_and_policy(account):
    made = aws(account, "iot", "create-keys-and-certificate", "--set-as-active")
    aws(account, "iot", "create-policy", "--policy-name", "cli", "--policy-document", DOCUMENT)
    aws(account, "iot", "attach-policy", "--policy-name", "cli", "--target", made["certificateArn"])
    attached = aws(account, "iot", "list-attached-policies", "--target", made["certificateArn"])
    assert [p["policyName"] for p in attached["policies"]] == ["cli"]
    aws(account, "iot", "create-thing", "--thing-name", "cli", "--attribute-payload", "attributes={a=b}")
    aws(account, "iot", "attach-thing-principal", "--thing-name", "cli", "--principal", made["certificateArn"])
    assert [t["thingName"] for t in aws(account, "iot", "list-things", "--attribute-name", "a", "--attribute-value",
                                        "b")["things"]] == ["cli"]
    aws(account, "iot", "describe-thing", "--thing-name", "nobody", fails="ResourceNotFoundException")


def a_role(account):
    made = aws(account, "iam", "create-role", "--role-name", "cli", "--assume-role-policy-document", TRUST)
    assert made["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST)
    aws(account, "iam", "put-role-policy", "--role-name", "cli", "--policy-name", "p", "--policy-document", DOCUMENT)
    aws(account, "iam", "delete-role", "--role-name", "cli", fails="DeleteConflict")


def a_message(account):
    aws(account, "iot-data", "publish", "--topic", "a/b", "--qos", "1", "--cli-binary-format", "raw-in-base64-out", "--payload",
        '{"a":1}')


run(who_am_i, a_ca_by_files, a_thing_with_its_certificate_and_policy, a_role, a_message)
