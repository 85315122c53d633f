"""Random requests signed by Debian's botocore and by us must carry the same signature, and each side's must verify.

usage: against_botocore.py ORACLE [SEED]
"""
import base64
import datetime
import json
import random
import subprocess
import sys
from unittest import mock
from urllib.parse import quote, urlsplit

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print("skipped: botocore (python3-botocore) is not installed")
    sys.exit(77)

REQUESTS = 400
TEXT = "abcXYZ019-._~ /:%+&=?#@!$'()*,;[]{}\"<>|\\^`äሴ💡"
SERVICES = ["iot", "iotdata", "iotdevicegateway", "lambda", "iam", "sts"]


class Oracle:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, what, request, **more):
        line = dict(request, do=what, **more)
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def text(dice, longest):
    return "".join(dice.choice(TEXT) for _ in range(dice.randint(0, longest)))


def path(dice):
    segments = [dice.choice([quote(text(dice, 12), safe=""), "things", ".", "..", "", "a%2Fb%3Ac"])
                for _ in range(dice.randint(0, 5))]
    return "/" + "/".join(segments)


def query(dice):
    pairs = [(text(dice, 6) or "k", text(dice, 10)) for _ in range(dice.randint(0, 6))]
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def headers(dice):
    values = {"Host": dice.choice(["localhost:4566", "iot.us-east-1.amazonaws.com"])}
    for i in range(dice.randint(0, 5)):
        name = dice.choice(["X-Amz-Meta-", "x-amzn-thing", "My-Header", "Accept"]) + str(i)
        values[name] = dice.choice(["a", "  b   c  ", "1,2", "", "x\ty"])
    if dice.random() < 0.3:
        values["Content-Type"] = "application/json"
    return values


def random_request(dice):
    token = "".join(dice.choice("abcXYZ0189+/=") for _ in range(40)) if dice.random() < 0.4 else ""
    return {
        "method": dice.choice(["GET", "PUT", "POST", "DELETE", "PATCH"]),
        "path": path(dice), "query": query(dice), "headers": list(headers(dice).items()),
        "body": base64.b64encode(dice.randbytes(dice.randint(0, 200))).decode(),
        "id": "AKIA%016d" % dice.randrange(10**16), "secret": "".join(dice.choice("abcXYZ0189+/") for _ in range(40)),
        "token": token, "region": dice.choice(["us-east-1", "eu-central-1"]), "service": dice.choice(SERVICES),
        "time_ms": dice.randrange(10**9, 2 * 10**9) * 1000,
    }


def botocore_sign(request, signer, **options):
    """The signed AWSRequest. botocore reads the clock itself, so it gets another one."""
    url = "http://" + dict(request["headers"])["Host"] + request["path"]
    if request["query"]:
        url += "?" + request["query"]
    signed = AWSRequest(method=request["method"], url=url, data=base64.b64decode(request["body"]))
    for name, value in request["headers"]:
        signed.headers[name] = value
    credentials = Credentials(request["id"], request["secret"], request["token"] or None)
    now = datetime.datetime.utcfromtimestamp(request["time_ms"] / 1000)
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = now
        signer(credentials, request["service"], request["region"], **options).add_auth(signed)
    return signed


def as_sent(request, signed):
    parts = urlsplit(signed.url)
    return dict(request, path=parts.path, query=parts.query, headers=list(signed.headers.items()))


def expect(condition, what, *shown):
    if not condition:
        print("FAILED:", what, *shown, sep="\n  ")
        sys.exit(1)


def check_header_form(oracle, request):
    signed = botocore_sign(request, botocore.auth.SigV4Auth)
    ours = oracle.ask("sign", request)
    expect(ours.get("authorization") == signed.headers["Authorization"], "the same Authorization", request, ours,
           signed.headers["Authorization"])
    sent = as_sent(request, signed)
    verdict = oracle.ask("verify", sent)
    expect(verdict["status"] == "ZT_OK", "botocore's header form verifies", sent, verdict)
    bent = oracle.ask("verify", dict(sent, body=base64.b64encode(b"bent").decode()))
    expect(bent["status"] == "ZT_E_DENIED", "another body does not", sent, bent)
    stranger = oracle.ask("verify", dict(sent, secret=sent["secret"][::-1] + "x"))
    expect(stranger["status"] == "ZT_E_DENIED", "another secret does not", sent, stranger)


def check_query_form(oracle, request):
    # botocore moves a body into the query and keeps one of two equal names; neither is what is tested here.
    by_name = {pair.split("=")[0]: pair for pair in request["query"].split("&")}
    request = dict(request, body="", query="&".join(by_name.values()))
    signed = botocore_sign(request, botocore.auth.SigV4QueryAuth, expires=900)
    sent = as_sent(request, signed)
    verdict = oracle.ask("verify", sent)
    expect(verdict["status"] == "ZT_OK", "botocore's query form verifies", sent, verdict)
    # What botocore leaves out of the headers of a presigned request is not signed by us either.
    ours = oracle.ask("presign", dict(request, headers=sent["headers"]), expires_s=900)
    theirs = sent["query"].rsplit("X-Amz-Signature=", 1)[1]
    expect(ours.get("query", "").rsplit("X-Amz-Signature=", 1)[-1] == theirs, "the same presigned signature", request, ours, theirs)


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260131
    dice = random.Random(seed)
    oracle = Oracle(sys.argv[1])
    for _ in range(REQUESTS):
        request = random_request(dice)
        check_header_form(oracle, request)
        check_query_form(oracle, request)
    expect(oracle.close() == 0, "the oracle ends well")
    print(f"{REQUESTS} requests in both forms, seed {seed}: botocore {botocore.__version__} and we agree")


main()
