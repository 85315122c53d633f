"""Other people's clients against the control plane: boto3 with every answer held to AWS's models, and raw signed requests."""
import http.client
import json
import urllib.parse

import boto3
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import shapes
from world import World

SERVICES = {"iot": "iot", "iot-data": "iotdata", "lambda": "lambda", "iam": "iam", "sts": "sts", "logs": "logs"}
MODELS = {name: shapes.model_of(name) for name in SERVICES}


class Refused(Exception):
    def __init__(self, code, status, message, body=b""):
        super().__init__(f"{code} ({status}): {message}")
        self.code, self.status, self.message, self.body = code, status, message, body


class Account:
    """One identity at the control plane."""

    def __init__(self, world, key_id=None, secret=None, token=None):
        keys = world.keys()
        self.world = world
        self.key_id, self.secret = key_id or keys["aws_access_key_id"], secret or keys["aws_secret_access_key"]
        self.token = token
        self.region = world.cloud.endpoints["region"]
        self.number = world.cloud.endpoints["account"]
        self.checked = set()  # operations whose answer was held to its model

    def client(self, service):
        session = boto3.session.Session(self.key_id, self.secret, self.token, region_name=self.region)
        client = session.client(service, endpoint_url=self.world.control,
                                config=Config(retries={"max_attempts": 0}, parameter_validation=False))
        client.meta.events.register(f"response-received.{client.meta.service_model.service_id.hyphenize()}",
                                    lambda **event: self.received(service, event))
        return client

    def received(self, service, event):
        answer = event.get("response_dict")
        name = event["event_name"].rsplit(".", 1)[1]
        if not answer:
            return
        headers = {k.lower(): v for k, v in answer["headers"].items()}
        if answer["status_code"] < 300:
            body = answer["body"] if isinstance(answer["body"], bytes) else b"{}"
            self.checked.add(f"{service}:{name}")
            MODELS[service].check(name, answer["status_code"], headers, body)
        else:
            code = event["parsed_response"]["Error"]["Code"]
            MODELS[service].check_error(name, code, answer["status_code"])

    def request(self, service, method, target, body=b"", headers=(), signing=None, region=None, bend=None, connection=None):
        """Status, headers and body of a request that botocore signed. `bend` may change the signed request."""
        request = AWSRequest(method=method, url=self.world.control + target, data=body)
        for name, value in dict(headers).items():
            request.headers[name] = value
        credentials = Credentials(self.key_id, self.secret, self.token)
        botocore.auth.SigV4Auth(credentials, signing or SERVICES[service], region or self.region).add_auth(request)
        if bend:
            bend(request)
        host = urllib.parse.urlsplit(self.world.control).netloc
        connection = connection or http.client.HTTPConnection(host, timeout=60)
        connection.request(method, urllib.parse.urlsplit(request.url)._replace(scheme="", netloc="").geturl(), body=request.data,
                           headers=dict(request.headers.items()))
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def call(self, service, operation, method, target, body=None, headers=()):
        """An operation that Debian's botocore does not know: sent raw, its answer held to the model, parsed."""
        data = json.dumps(body).encode() if body is not None else b""
        status, received, answer = self.request(service, method, target, data, headers)
        if status >= 300:
            code = received.get("x-amzn-errortype", "").split(":")[0]
            MODELS[service].check_error(operation, code, status)
            raise Refused(code, status, answer.decode(), answer)
        self.checked.add(f"{service}:{operation}")
        MODELS[service].check(operation, status, received, answer)
        return json.loads(answer or b"{}")


def refuses(code, status, call, /, *args, **kwargs):
    """Asserts that the call is refused so; the exception's message is returned."""
    try:
        call(*args, **kwargs)
    except ClientError as error:
        got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, status), f"refused with {got} ({error}), expected {(code, status)}"
        return error.response["Error"].get("Message") or error.response.get("message", "")
    except Refused as error:
        assert (error.code, error.status) == (code, status), f"refused with {error}, expected {(code, status)}"
        return error.message
    raise AssertionError(f"{call} was not refused with {code}")


def run(*tests, **options):
    """Runs each test in one world; the daemon must still be there at the end."""
    with World(attest=False, **options) as world:
        for test in tests:
            account = Account(world)
            test(account)
            assert world.cloud.process.poll() is None, f"the daemon ended in {test.__name__}"
            print(f"ok {test.__name__} ({len(account.checked)} operations)", flush=True)
        status = world.cloud.stop()
        assert status == 0, f"the daemon ended with {status}"


def everything(pages, member):
    return [entry for page in pages for entry in page[member]]


def newer(path, **parameters):
    return path + ("?" + urllib.parse.urlencode(parameters) if parameters else "")
