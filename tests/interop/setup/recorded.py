"""Every request of a whole life, and every answer to it, held to AWS's own API models; and every signature made again by botocore."""
import collections
import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from between import Between
from setup.tool import PARTLY, Tool
from world import World
from shapes_of_requests import requests_of

# Signing name -> model.
MODEL_OF = {"iot": "iot", "iotdata": "iot-data", "iam": "iam", "lambda": "lambda", "sts": "sts", "logs": "logs"}
# libcurl writes these itself, behind the signature.
UNSIGNED = ("authorization", "content-length", "connection", "accept-encoding")


NOTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:DescribeThing","Resource":"arn:aws:iot:::thing/x"}}'


class Life(Tool):
    """The command line, with somebody in between who writes down what it says and hears."""

    def device_comes_in(self):
        device = self.world.device(self.tenant)
        device.attest()
        assert device.events()[-1]["event"] == "published"
        return device.id


def live(life):
    """All that the verbs ask AWS for."""
    life.run("plan", "--exit-code", status=20)
    life.run("setup", "--topic", "myhome/myroom")
    life.run("setup", "--topic", "myhome/myroom")
    device = life.device_comes_in()
    life.run("status")
    life.run("things")
    life.run("certificates")
    world = life.world
    life.run("doctor", "--mqtt-port", str(world.mqtt_port), "--https-port", str(world.https_port), "--ca-file", world.cloud_ca,
             "--device", device)
    life.run("setup", "--print-operator-policy")
    life.run("plan", "--topic", "elsewhere", "--exit-code", status=20)
    # Other content of every kind that can have some.
    iot, iam, functions = (world.client(name) for name in ("iot", "iam", "lambda"))
    iot.disable_topic_rule(ruleName="zerotouch_jitr")
    (ca,) = iot.list_ca_certificates()["certificates"]
    iot.update_ca_certificate(certificateId=ca["certificateId"], newStatus="INACTIVE")
    role = f"zerotouch-jitr-{world.cloud.endpoints['region']}"
    iam.put_role_policy(RoleName=role, PolicyName="zerotouch-jitr", PolicyDocument=NOTHING)
    functions.update_function_configuration(FunctionName="zerotouch-jitr", Timeout=7)
    functions.remove_permission(FunctionName="zerotouch-jitr", StatementId="zerotouch-jitr")
    for n in range(6):
        life.run("setup", "--topic", f"elsewhere{n}", "--yes", "--thing-template", "{device_id}")
    life.run("teardown", "--yes", status=PARTLY)


def live_without_lambda(life):
    """The same of a set-up whose CA carries a provisioning template."""
    more = ("--mode", "jitp", "--name", "template", "--topic", "myhome/myroom")
    life.run("plan", *more)
    life.run("setup", *more)
    life.run("setup", "--yes", "--mode", "jitp", "--name", "template", "--topic", "elsewhere")
    life.run("status", "--name", "template")
    life.run("teardown", "--yes", "--name", "template", status=PARTLY)


TRUST = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}}"""


def look_as_a_role(life):
    """Requests of a session: signed with a token, by keys that STS gave in the same run."""
    world = life.world
    role = world.client("iam").create_role(RoleName="looker", AssumeRolePolicyDocument=TRUST % world.cloud.endpoints["account"])["Role"]
    world.client("iam").attach_role_policy(RoleName="looker", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    config = world.folder / "config"
    config.write_text(f"[profile looker]\nrole_arn = {role['Arn']}\nsource_profile = default\nduration_seconds = 900\n")
    done = world.run("zerotouch", "status", "--json", "--profile", "looker", "--endpoint-url", life.url,
                     env={**world.env, "AWS_CONFIG_FILE": str(config)})
    assert done.returncode == 0, done


def keys_of_session(exchange):
    """Those that AssumeRole answered with."""
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    return Credentials(*(re.search(f"<{name}>(.*?)</{name}>", exchange.answer.decode())[1] for name in names))


def check_models(exchanges):
    """How often each operation was seen."""
    models, seen = {name: requests_of(model) for name, model in MODEL_OF.items()}, collections.Counter()
    for exchange in exchanges:
        service, model = exchange.service, models[exchange.service]
        if model is None:
            continue
        name = model.check_request(exchange)
        headers = {key.lower(): value for key, value in exchange.answer_headers}
        if exchange.status < 300:
            model.check(name, exchange.status, headers, exchange.answer)
        else:
            model.check_error(name, error_code(exchange, headers), exchange.status)
        seen[f"{service}:{name}"] += 1
    return seen


def error_code(exchange, headers):
    in_xml = re.search(rb"<Code>(.*?)</Code>", exchange.answer)
    in_json = re.search(rb'"__type" *: *"(?:[^"]*#)?([^"]*)"', exchange.answer)
    found = in_xml or in_json
    return found[1].decode() if found else headers["x-amzn-errortype"].split(":")[0]


def check_signature(exchange, credentials, origin):
    """botocore signs the same request with the same headers at the same time: the same header comes out."""
    sent = exchange.header("authorization")
    region, service = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request", sent).groups()
    request = AWSRequest(method=exchange.method, url=origin + exchange.target, data=exchange.body or None)
    for name, value in exchange.headers:
        if name.lower() not in UNSIGNED:
            request.headers[name] = value
    request.context["timestamp"] = exchange.header("x-amz-date")
    auth = SigV4Auth(credentials, service, region)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    auth._inject_signature_to_request(request, signature)
    assert request.headers["Authorization"] == sent, (exchange.operation, request.headers["Authorization"], sent)


# Each kind of call that a life must have made; fewer would mean that it did not go through.
WANTED = """iot:RegisterCACertificate iot:UpdateCACertificate iot:DeleteCACertificate iot:DescribeCACertificate iot:GetRegistrationCode
iot:CreatePolicy iot:CreatePolicyVersion iot:DeletePolicyVersion iot:DeletePolicy iot:CreateThingType iot:DeprecateThingType
iot:CreateTopicRule iot:ReplaceTopicRule iot:DeleteTopicRule iot:DescribeEndpoint iot:DeleteThing iot:DeleteCertificate
iot:DetachThingPrincipal iot:ListCertificatesByCA iot:ListThings
iam:CreateRole iam:GetRole iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy iam:DeleteRole
lambda:CreateFunction lambda:GetFunction lambda:UpdateFunctionConfiguration lambda:AddPermission lambda:DeleteFunction
sts:GetCallerIdentity sts:AssumeRole iotdata:Publish""".split()


def main():
    with World() as world, Between(world.control) as between:
        keys = world.keys()
        credentials = [Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])]
        life = Life(world, url=between.url)
        live(life)
        live_without_lambda(life)
        look_as_a_role(life)
        seen = check_models(between.exchanges)
        for exchange in between.exchanges:
            signer = re.search(r"Credential=([^/]+)/", exchange.header("authorization"))[1]
            check_signature(exchange, next(c for c in credentials if c.access_key == signer), between.url)
            if exchange.operation == "sts:AssumeRole":
                credentials.append(keys_of_session(exchange))
        assert len(credentials) == 2
        if seen:
            missing = [name for name in WANTED if name not in seen]
            assert not missing, (missing, seen)
        print(f"ok {len(between.exchanges)} requests, {len(seen)} operations: {' '.join(sorted(seen))}")


main()
