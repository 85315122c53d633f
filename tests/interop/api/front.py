"""The front: signatures, clocks, unknown operations, bodies over their limit. Each failure in the form that AWS gives it."""
import datetime
import http.client
import json
import urllib.parse
from unittest import mock
from xml.etree import ElementTree

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from aws import Account, refuses, run

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"


def rest_error(answer):
    status, headers, body = answer
    parsed = json.loads(body)
    assert headers["content-type"] == "application/json" and headers["x-amzn-requestid"]
    return headers["x-amzn-errortype"], status, parsed.get("message") or parsed.get("Message")


def query_error(answer):
    status, headers, body = answer
    root = ElementTree.fromstring(body)
    space = root.tag.split("}")[0] + "}"
    assert root.tag == space + "ErrorResponse" and headers["content-type"] == "text/xml"
    assert root.find(space + "RequestId").text == headers["x-amzn-requestid"]
    error = root.find(space + "Error")
    assert error.find(space + "Type").text == "Sender"
    return error.find(space + "Code").text, status, error.find(space + "Message").text


def plain(account, method, target, body=b"", headers=()):
    """Without a signature."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(account.world.control).netloc, timeout=60)
    connection.request(method, target, body=body, headers=dict(headers))
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def a_key_that_nobody_has(account):
    stranger = Account(account.world, "AKIANOBODYNOBODYNOBO", "secret")
    message = refuses("UnrecognizedClientException", 403, stranger.client("iot").list_things)
    assert message == "The security token included in the request is invalid.", message
    refuses("InvalidClientTokenId", 403, stranger.client("sts").get_caller_identity)
    refuses("UnrecognizedClientException", 403, stranger.client("lambda").list_functions)
    refuses("UnrecognizedClientException", 403, stranger.client("iot-data").publish, topic="a")


def a_wrong_secret(account):
    thief = Account(account.world, account.key_id, "guessed")
    message = refuses("InvalidSignatureException", 403, thief.client("iot").list_things)
    assert message.startswith("The request signature we calculated does not match the signature you provided."), message
    refuses("SignatureDoesNotMatch", 403, thief.client("iam").list_roles)


def a_request_that_was_changed_on_its_way(account):
    def other_body(request):
        request.data = b'{"thingTypeName":"x"}'
    answer = account.request("iot", "POST", "/things/t", b"{}", bend=other_body)
    assert rest_error(answer)[:2] == ("InvalidSignatureException", 403), answer

    def other_path(request):
        request.url = request.url.replace("/things/t", "/things/u")
    assert rest_error(account.request("iot", "GET", "/things/t", bend=other_path))[:2] == ("InvalidSignatureException", 403)

    def unsigned_header(request):
        request.headers["x-amz-tagging"] = "a=b"
    assert rest_error(account.request("iot", "GET", "/things", bend=unsigned_header))[:2] == ("InvalidSignatureException", 403)


def no_signature(account):
    assert rest_error(plain(account, "GET", "/things")) == (
        "MissingAuthenticationTokenException", 403, "Missing Authentication Token")
    code, status, _ = query_error(plain(account, "POST", "/", IDENTITY, FORM))
    assert (code, status) == ("MissingAuthenticationToken", 403)


def half_a_signature(account):
    answer = plain(account, "GET", "/things", headers={"Authorization": "AWS4-HMAC-SHA256 Credential=a/b"})
    assert rest_error(answer)[0] == "IncompleteSignatureException", answer
    answer = plain(account, "POST", "/", IDENTITY, {**FORM, "Authorization": "Bearer x"})
    assert query_error(answer)[0] == "IncompleteSignature", answer


def signed_at(account, service, moment, target="/things", method="GET", body=b"", headers=()):
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = moment
        return account.request(service, method, target, body, headers)


def clocks(account):
    now, minutes = datetime.datetime.utcnow(), lambda n: datetime.timedelta(minutes=n)
    for off in (minutes(4), -minutes(4)):
        assert signed_at(account, "iot", now + off)[0] == 200
    code, status, message = rest_error(signed_at(account, "iot", now - minutes(6)))
    assert (code, status) == ("InvalidSignatureException", 403) and message.startswith("Signature expired: "), message
    code, status, message = rest_error(signed_at(account, "iot", now + minutes(6)))
    assert (code, status) == ("InvalidSignatureException", 403) and message.startswith("Signature not yet current: "), message
    code, status, message = query_error(signed_at(account, "sts", now - minutes(6), "/", "POST", IDENTITY, FORM))
    assert (code, status) == ("SignatureDoesNotMatch", 403) and message.startswith("Signature expired: "), message


def another_region_or_service(account):
    code, status, message = rest_error(account.request("iot", "GET", "/things", region="eu-west-1"))
    assert (code, status) == ("InvalidSignatureException", 403) and "us-east-1" in message, message
    assert rest_error(account.request("iot", "GET", "/things", signing="s3"))[:2] == ("InvalidSignatureException", 403)
    assert account.request("sts", "POST", "/", IDENTITY, FORM, region="eu-west-1")[0] == 200


def presigned_requests(account):
    def presigned(expires, moment):
        request = AWSRequest(method="GET", url=account.world.control + "/things/a%2Fb?maxResults=3")
        credentials = Credentials(account.key_id, account.secret)
        with mock.patch("botocore.auth.datetime") as clock:
            clock.datetime.utcnow.return_value = moment
            botocore.auth.SigV4QueryAuth(credentials, "iot", account.region, expires=expires).add_auth(request)
        parts = urllib.parse.urlsplit(request.url)
        return plain(account, "GET", f"{parts.path}?{parts.query}")
    now = datetime.datetime.utcnow()
    assert rest_error(presigned(60, now))[0] == "InvalidRequestException", "authenticated, and the name is no thing's"
    code, _, message = rest_error(presigned(60, now - datetime.timedelta(minutes=2)))
    assert code == "InvalidSignatureException" and message.startswith("Signature expired"), message


def unknown_operations(account):
    assert rest_error(account.request("iot", "GET", "/nothing"))[:2] == ("UnknownOperationException", 404)
    assert rest_error(account.request("iot", "PUT", "/things"))[:2] == ("UnknownOperationException", 404)
    assert rest_error(account.request("lambda", "GET", "/2015-03-31/nothing"))[:2] == ("UnknownOperationException", 404)
    answer = account.request("iam", "POST", "/", b"Action=MakeTea&Version=2010-05-08", FORM)
    assert query_error(answer)[:2] == ("InvalidAction", 400)
    assert query_error(account.request("sts", "POST", "/", b"Version=2011-06-15", FORM))[:2] == ("MissingAction", 400)
    answer = account.request("iam", "POST", "/", b"Action=ListRoles&Version=1999-01-01", FORM)
    assert query_error(answer)[:2] == ("InvalidAction", 400)
    assert account.request("sts", "GET", "/?" + IDENTITY.decode())[0] == 200


def bodies(account):
    assert rest_error(account.request("iot", "POST", "/things/t", b'{"a":'))[:2] == ("InvalidRequestException", 400)
    assert rest_error(account.request("iot", "POST", "/things/t", b"[1]"))[:2] == ("InvalidRequestException", 400)
    assert rest_error(account.request("iot", "POST", "/things/t", b'{"a":1,"a":2}'))[:2] == ("InvalidRequestException", 400)
    assert rest_error(account.request("iot", "POST", "/things/t", b'{"a":"\xff"}'))[:2] == ("InvalidRequestException", 400)
    large = b'{"thingTypeName":"' + b"x" * 2**20 + b'"}'
    assert rest_error(account.request("iot", "POST", "/things/t", large))[:2] == ("RequestEntityTooLargeException", 413)
    answer = account.request("iam", "POST", "/", b"Action=GetRole&Version=2010-05-08&RoleName=" + b"x" * 2**19, FORM)
    assert query_error(answer)[:2] == ("RequestEntityTooLarge", 413)
    assert query_error(account.request("iam", "POST", "/", b"Action=GetRole&RoleName=%zz", FORM))[:2] == ("ValidationError", 400)
    deep = b'{"attributePayload":' + b'{"attributes":' * 5000 + b"1" + b"}" * 5001
    assert rest_error(account.request("iot", "POST", "/things/t", deep))[:2] == ("InvalidRequestException", 400)


def a_name_with_slashes_is_one_label(account):
    assert rest_error(account.request("iot", "GET", "/things/a%2Fb"))[:2] == ("InvalidRequestException", 400)
    assert rest_error(account.request("iot", "GET", "/things/%zz"))[:2] == ("InvalidRequestException", 400)
    assert rest_error(account.request("iot", "GET", "/things/%00"))[:2] == ("InvalidRequestException", 400)


run(a_key_that_nobody_has, a_wrong_secret, a_request_that_was_changed_on_its_way, no_signature, half_a_signature, clocks,
    another_region_or_service, presigned_requests, unknown_operations, bodies, a_name_with_slashes_is_one_label)
