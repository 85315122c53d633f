"""Functions in Python and bash behind the Runtime API, called as boto3 calls them."""
import base64
import concurrent.futures
import itertools
import json
import pathlib
import threading
import time

from botocore.exceptions import ClientError

from packages import package
from world import World, wait_for

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MAY = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "iot:DescribeEndpoint", "Resource": "*"}]})

# What the bootstraps share; `act` is each one's own.
COMMON = """#!/usr/bin/python3
import json, os, pathlib, queue, sys, threading, time, urllib.error, urllib.request
API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"

def call(path, body=None, kind=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Lambda-Runtime-Function-Error-Type": kind} if kind else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(API + path, data, headers)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()

def wait_for_file(path):
    while not pathlib.Path(path).exists():
        time.sleep(0.01)

def note(path, line):
    with open(path, "a") as log:
        log.write(line + "\\n")
"""

SERVANT = COMMON + """
def act(id, event, headers):
    what = event.get("do", "echo")
    if what == "raise":
        call(f"invocation/{id}/error", {"errorMessage": "asked to", "errorType": "Asked"}, "Function.Asked")
        return
    if what == "exit":
        os._exit(7)
    if what == "sleep":
        time.sleep(600)
    if what == "say":
        print("words on stdout"), sys.stdout.flush()
        print("words on stderr", file=sys.stderr)
    result = event
    if what == "environment":
        result = dict(os.environ)
    if what == "headers":
        result = {"headers": {name.lower(): value for name, value in headers.items()}, "now": time.time() * 1000}
    if what == "wrong id":
        status, _, body = call("invocation/00000000-0000-0000-0000-000000000000/response", "not mine")
        result = {"status": status, "body": json.loads(body)}
    if what == "next meanwhile":
        status, _, body = call("invocation/next")
        result = {"status": status, "body": json.loads(body)}
    if what == "large":
        result = "x" * event["bytes"]
    if what == "note":
        note(event["path"], "started")
        wait_for_file(event["gate"])
        note(event["path"], "ended")
    call(f"invocation/{id}/response", result)

while True:
    _, headers, body = call("invocation/next")
    act(headers["Lambda-Runtime-Aws-Request-Id"], json.loads(body), headers)
"""

TWO_POLLS = COMMON + """
came = queue.Queue()
for _ in range(2):
    threading.Thread(target=lambda: came.put(call("invocation/next")), daemon=True).start()
outcomes = sorted((came.get() for _ in range(2)), key=lambda outcome: outcome[0])
id = outcomes[0][1]["Lambda-Runtime-Aws-Request-Id"]
call(f"invocation/{id}/response", {"statuses": [o[0] for o in outcomes], "body": json.loads(outcomes[1][2])})
"""

NEVER_AGAIN = COMMON + """
_, headers, body = call("invocation/next")
call("invocation/" + headers["Lambda-Runtime-Aws-Request-Id"] + "/response", "once")
time.sleep(600)
"""

INIT_ERROR = COMMON + """
call("init/error", {"errorMessage": "no table", "errorType": "Init.NoTable"}, "Init.NoTable")
sys.exit(1)
"""

POLLS_AND_LEAVES = """#!/bin/bash
exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\\/}
printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n' >&3
"""

BASH = """#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while :; do
  head=$(mktemp)
  event=$(curl -sS -D $head $api/next) || exit 1
  id=$(tr -d '\\r' <$head | sed -n 's/^lambda-runtime-aws-request-id: *//Ip')
  rm $head
  result="{\\"path\\":\\"$PATH\\",\\"zone\\":\\"$TZ\\",\\"mine\\":\\"$MINE\\",\\"event\\":$event}"
  curl -sS -o /dev/null -d "$result" $api/$id/response
done
"""


class Functions:
    def __init__(self, world):
        self.world = world
        self.number = 0
        self.client = world.client("lambda")
        iam = world.client("iam")
        self.role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.put_role_policy(RoleName="worker", PolicyName="may", PolicyDocument=MAY)

    def create(self, bootstrap=SERVANT, timeout=60, **more):
        self.number += 1
        name = f"f{self.number}"
        self.client.create_function(FunctionName=name, Runtime="provided.al2023", Role=self.role, Handler="bootstrap",
                                    Code={"ZipFile": package(bootstrap)}, Timeout=timeout, **more)
        return name

    def invoke(self, name, event=None, **more):
        """(function error or None, payload)"""
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
        assert answer["StatusCode"] == 200, answer
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def send(self, name, event):
        assert self.client.invoke(FunctionName=name, InvocationType="Event",
                                  Payload=json.dumps(event))["StatusCode"] == 202

    def path(self, name):
        return str(self.world.folder / name)


def processes(world, name=""):
    """Whatever has a worker's environment: the workers of a function, and what they started."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(v.startswith(b"LAMBDA_TASK_ROOT=" + bytes(world.folder)) for v in environment) and \
                (not name or b"AWS_LAMBDA_FUNCTION_NAME=" + name.encode() in environment):
            found.append(process.name)
    return found


def lines(path):
    return pathlib.Path(path).read_text().splitlines() if pathlib.Path(path).exists() else []


# ---- outcomes

def test_result(f):
    assert f.invoke(f.create(), {"a": [1, "ü"]}) == (None, {"a": [1, "ü"]})


def test_function_error(f):
    name = f.create()
    assert f.invoke(name, {"do": "raise"}) == ("Unhandled", {"errorMessage": "asked to", "errorType": "Asked"})
    assert f.invoke(name) == (None, {}), "it goes on"


def test_init_error(f):
    assert f.invoke(f.create(INIT_ERROR)) == ("Unhandled", {"errorMessage": "no table", "errorType": "Init.NoTable"})


def test_exit_before_the_first_poll(f):
    error, body = f.invoke(f.create("#!/bin/sh\nexit 3\n"))
    assert (error, body["errorType"]) == ("Unhandled", "Runtime.ExitError") and "3" in body["errorMessage"], body


def test_exit_in_an_invocation(f):
    name = f.create()
    error, body = f.invoke(name, {"do": "exit"})
    assert (error, body["errorType"]) == ("Unhandled", "Runtime.ExitError"), body
    assert body["errorMessage"].endswith("Error: Runtime exited with error: exit status 7"), body
    assert f.invoke(name, {"a": 1}) == (None, {"a": 1}), "another worker takes over"


def test_exit_right_after_a_poll(f):
    error, body = f.invoke(f.create(POLLS_AND_LEAVES))
    assert (error, body["errorType"]) == ("Unhandled", "Runtime.ExitError"), body


def test_a_response_that_is_too_large(f):
    name = f.create()
    for size in (6 * 2**20 + 99, 7 * 2**20):  # and two quotes: AWS takes 6291556 bytes
        error, body = f.invoke(name, {"do": "large", "bytes": size})
        assert (error, body["errorType"]) == ("Unhandled", "Function.ResponseSizeTooLarge"), body


def test_timeout(f):
    name = f.create(timeout=1)
    error, body = f.invoke(name, {"do": "sleep"})
    assert error == "Unhandled" and body["errorMessage"].endswith("Task timed out after 1.00 seconds"), body
    wait_for(lambda: not processes(f.world, name), "the worker is gone")


def test_log_tail(f):
    answer = f.client.invoke(FunctionName=f.create(), Payload=b'{"do":"say"}', LogType="Tail")
    assert base64.b64decode(answer["LogResult"]).splitlines() == [b"words on stdout", b"words on stderr"]


def test_bash_and_curl(f):
    error, body = f.invoke(f.create(BASH), {"a": 1})
    assert (error, body["event"]) == (None, {"a": 1})
    assert body["path"] == "/usr/local/bin:/usr/bin/:/bin:/opt/bin" and body["zone"] == ":UTC", body


# ---- what a worker finds

def test_environment(f):
    name = f.create(Environment={"Variables": {"MINE": "yes"}}, MemorySize=256)
    _, e = f.invoke(name, {"do": "environment"})
    assert (e["AWS_REGION"], e["AWS_DEFAULT_REGION"]) == ("us-east-1", "us-east-1")
    assert (e["AWS_LAMBDA_FUNCTION_NAME"], e["AWS_LAMBDA_FUNCTION_VERSION"]) == (name, "$LATEST")
    assert e["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256" and e["_HANDLER"] == "bootstrap"
    assert e["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}" and "[$LATEST]" in e["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert e["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand" and e["LAMBDA_RUNTIME_DIR"] == "/var/runtime"
    assert pathlib.Path(e["LAMBDA_TASK_ROOT"], "bootstrap").is_file()
    assert e["LAMBDA_TASK_ROOT"] + "/lib" in e["LD_LIBRARY_PATH"].split(":")
    assert (e["TZ"], e["MINE"]) == (":UTC", "yes") and "LANG" in e
    assert "AWS_EXECUTION_ENV" not in e and "AWS_SHARED_CREDENTIALS_FILE" not in e


def test_variables_of_ones_own(f):
    """AWS lets a function replace PATH and TZ. Of two with one name bash takes the last, Python the first."""
    own = {"PATH": "/opt/mine:/usr/bin:/bin", "TZ": "Europe/Berlin", "MINE": "yes"}
    _, body = f.invoke(f.create(BASH, Environment={"Variables": own}))
    assert (body["path"], body["zone"], body["mine"]) == (own["PATH"], own["TZ"], "yes"), body
    _, body = f.invoke(f.create(Environment={"Variables": own}), {"do": "environment"})
    assert {name: body[name] for name in own} == own


def test_credentials_are_the_roles(f):
    import boto3
    name = f.create()
    _, e = f.invoke(name, {"do": "environment"})
    session = boto3.session.Session(e["AWS_ACCESS_KEY_ID"], e["AWS_SECRET_ACCESS_KEY"], e["AWS_SESSION_TOKEN"],
                                    e["AWS_REGION"])
    client = lambda service: session.client(service, endpoint_url=e["AWS_ENDPOINT_URL"])
    arn = client("sts").get_caller_identity()["Arn"]
    assert arn.endswith(f":assumed-role/worker/{name}"), arn
    assert client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    try:
        client("iot").list_things()
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"].startswith("AccessDenied"), refusal
    else:
        raise AssertionError("the role does not allow iot:ListThings")


def test_headers_of_an_invocation(f):
    name = f.create(timeout=30)
    _, body = f.invoke(name, {"do": "headers"})
    h = body["headers"]
    assert h["lambda-runtime-invoked-function-arn"].endswith(f":function:{name}")
    assert 0 < int(h["lambda-runtime-deadline-ms"]) - body["now"] <= 30_000
    assert h["lambda-runtime-trace-id"].startswith("Root=1-") and h["content-type"] == "application/json"


# ---- the Runtime API's refusals

def test_wrong_request_id(f):
    _, body = f.invoke(f.create(), {"do": "wrong id"})
    assert (body["status"], body["body"]["errorType"]) == (400, "InvalidRequestID"), body


def test_next_in_an_invocation(f):
    _, body = f.invoke(f.create(), {"do": "next meanwhile"})
    assert (body["status"], body["body"]["errorType"]) == (403, "InvalidStateTransition"), body


def test_two_polls_at_once(f):
    _, body = f.invoke(f.create(TWO_POLLS))
    assert body["statuses"] == [200, 403] and body["body"]["errorType"] == "InvalidStateTransition", body


# ---- which worker

def test_new_code_is_for_the_next_invocation(f):
    name = f.create()
    assert f.invoke(name, {"a": 1}) == (None, {"a": 1})
    f.client.update_function_code(FunctionName=name, ZipFile=package(BASH))
    assert f.invoke(name, {"a": 1})[1]["event"] == {"a": 1}


def test_old_code_ends_after_its_invocation(f):
    name, log, gate = f.create(), f.path("old"), f.path("old-gate")
    f.send(name, {"do": "note", "path": log, "gate": gate})
    wait_for(lambda: lines(log), "it runs")
    f.client.update_function_code(FunctionName=name, ZipFile=package(BASH))
    assert processes(f.world, name), "what runs may end"
    pathlib.Path(gate).touch()
    wait_for(lambda: lines(log) == ["started", "ended"], "it ended by itself")
    wait_for(lambda: not processes(f.world, name), "the old worker is gone")


def test_twenty_at_once(f):
    name = f.create()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda i: f.invoke(name, {"i": i}), range(20)))
    assert answers == [(None, {"i": i}) for i in range(20)]
    assert len(processes(f.world, name)) <= 4


def test_workers_that_never_poll_again_are_replaced(f):
    name = f.create(NEVER_AGAIN, timeout=1)
    assert [f.invoke(name) for _ in range(5)] == [(None, "once")] * 5


def test_a_crowd_before_one_function_is_not_in_the_way_of_another(f):
    crowded, free, log, gate = f.create(), f.create(), f.path("crowd"), f.path("crowd-gate")
    for _ in range(80):
        f.send(crowded, {"do": "note", "path": log, "gate": gate})
    wait_for(lambda: len(lines(log)) == 4, "as many run as may")
    assert f.invoke(free, {"a": 1}) == (None, {"a": 1})
    assert len(processes(f.world, free)) == 1, "one invocation, one worker"
    pathlib.Path(gate).touch()
    wait_for(lambda: lines(log).count("ended") == 80, "each has run")
    assert lines(log).count("started") == 80, "and once"


# ---- events, and the daemon's end

def test_event_runs(f):
    log = f.path("event")
    f.send(f.create(), {"do": "note", "path": log, "gate": "/"})
    wait_for(lambda: lines(log) == ["started", "ended"], "it ran")


DESTINATION = COMMON + """
def act(id, event, headers):
    note(os.environ["RECORD"], json.dumps(event))
    call(f"invocation/{id}/response", {})
while True:
    status, headers, body = call("invocation/next")
    act(headers["Lambda-Runtime-Aws-Request-Id"], json.loads(body), headers)
"""


def test_destinations(f):
    """The record of an event that was given up, and of one that went well, in AWS's form; retries off, so at once."""
    log = f.path("records")
    other, name = f.create(DESTINATION, Environment={"Variables": {"RECORD": log}}), f.create()
    arn = f.client.get_function(FunctionName=other)["Configuration"]["FunctionArn"]
    config = {"FunctionName": name, "MaximumRetryAttempts": 0,
              "DestinationConfig": {"OnFailure": {"Destination": arn}, "OnSuccess": {"Destination": arn}}}
    try:
        f.client.put_function_event_invoke_config(**config)
        raise AssertionError("the role may not invoke it")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException" and "InvokeFunction" in str(error), error
    f.world.client("iam").put_role_policy(RoleName="worker", PolicyName="tell", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}]}))
    f.client.put_function_event_invoke_config(**config)
    shown = f.client.get_function_event_invoke_config(FunctionName=name)
    assert shown["DestinationConfig"] == config["DestinationConfig"], shown
    f.send(name, {"do": "raise"})
    wait_for(lambda: lines(log), "a record")
    record = json.loads(lines(log)[0])
    assert record["version"] == "1.0" and record["requestPayload"] == {"do": "raise"}, record
    context = record["requestContext"]
    assert context["condition"] == "RetriesExhausted" and context["approximateInvokeCount"] == 1, context
    assert context["functionArn"].endswith(f":function:{name}:$LATEST") and len(context["requestId"]) == 36, context
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}, record
    assert record["responsePayload"] == {"errorMessage": "asked to", "errorType": "Asked"}, record
    f.send(name, {"do": "echo"})
    wait_for(lambda: len(lines(log)) == 2, "another record")
    record = json.loads(lines(log)[1])
    assert record["requestContext"]["condition"] == "Success" and "functionError" not in record["responseContext"], record
    try:
        f.client.put_function_event_invoke_config(FunctionName=name, DestinationConfig={
            "OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:queue"}})
        raise AssertionError("there are no queues here")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException", error


def in_a_world(test, **how):
    with World(attest=False, **how) as world:
        test(Functions(world))


def alone_retries_after_one_and_two_times_the_wait(f):
    """A wait of 0.3 s in the place of a minute: three tries, the second one wait behind the first, the third two behind that."""
    log = f.path("tries")
    times = COMMON + f"""
while True:
    status, headers, body = call("invocation/next")
    note({log!r}, headers["Lambda-Runtime-Aws-Request-Id"] + " " + str(time.monotonic()))
    call("invocation/" + headers["Lambda-Runtime-Aws-Request-Id"] + "/error", {{"errorMessage": "x", "errorType": "X"}}, "X")
"""
    f.send(f.create(times), {})
    wait_for(lambda: len(lines(log)) == 3, "three tries")
    tries = [line.split() for line in lines(log)]
    assert len({request for request, _ in tries}) == 1, "one request id"
    first, second, third = (float(at) for _, at in tries)
    assert second - first >= 0.3 and third - second >= 0.6, tries
    wait_for(lambda: "an event is given up" in f.world.cloud.log_text(), "the end")
    assert len(lines(log)) == 3


def alone_nothing_is_left_after_a_stop(f):
    for bootstrap in (SERVANT, BASH):
        assert f.invoke(f.create(bootstrap))[0] is None
    f.send(f.create(), {"do": "note", "path": f.path("log"), "gate": f.path("never")})
    wait_for(lambda: lines(f.path("log")), "it runs")
    waits = threading.Thread(target=lambda: f.client.invoke(FunctionName=f.create(), Payload=json.dumps(
        {"do": "note", "path": f.path("waits"), "gate": f.path("never")})))
    threading.excepthook = lambda what: None  # its answer never comes
    waits.start()
    wait_for(lambda: lines(f.path("waits")), "it runs, and somebody waits")
    assert len(processes(f.world)) >= 4
    assert f.world.cloud.stop() == 0
    assert not processes(f.world)
    waits.join()


def alone_events_in_flight_at_a_stop(f):
    name, accepted, log = f.create(), [], f.path("log")

    def send_until_nobody_answers(sender):
        for i in itertools.count():
            try:
                f.send(name, {"do": "note", "path": f"{log}-{sender}-{i}", "gate": "/"})
            except Exception:
                return
            accepted.append(f"{log}-{sender}-{i}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        senders = [pool.submit(send_until_nobody_answers, sender) for sender in range(8)]
        wait_for(lambda: len(accepted) > 50, "events come")
        assert f.world.cloud.stop() == 0
        for sender in senders:
            sender.result()
    f.world.cloud.start()
    wait_for(lambda: all("ended" in lines(path) for path in accepted), "what was accepted has run")


def alone_an_event_survives_a_kill(f):
    log, gate = f.path("log"), f.path("gate")
    assert f.invoke(f.create(BASH))[0] is None
    f.send(f.create(), {"do": "note", "path": log, "gate": gate})
    wait_for(lambda: lines(log), "it runs")
    f.world.cloud.kill()
    wait_for(lambda: not processes(f.world), "no worker outlives the daemon")
    assert lines(log) == ["started"]
    pathlib.Path(gate).touch()
    f.world.cloud.start()
    wait_for(lambda: lines(log) == ["started", "started", "ended"], "it runs again")


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith(("test_", "alone_"))]
    with World(attest=False) as world:
        functions = Functions(world)
        retries = world.folder / "retries.json"
        retries.write_text(json.dumps({"retryMs": 300}))
        for name, test in tests:
            began = time.monotonic()
            how = {"cloud_options": ["--faults", retries]} if "retries" in name else {}
            in_a_world(test, **how) if name.startswith("alone_") else test(functions)
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)


main()
