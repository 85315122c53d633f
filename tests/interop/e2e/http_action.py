"""The rule action http by boto3 against an HTTPS server of Python's: nothing goes where nobody confirmed."""
import http.server
import json
import pathlib
import queue
import sys
import threading
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from botocore.exceptions import ClientError  # noqa: E402
from tls import Ca, wrap  # noqa: E402
from world import DEADLINE_S, World  # noqa: E402

SQL = "SELECT temperature, topic(2) AS room FROM 'rooms/+'"


class Receiver:
    """Keeps what is posted; answers with the statuses that were asked for, then 200."""

    def __init__(self, ca):
        self.requests, self.answers = queue.Queue(), queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.put((self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
                self.send_response(200 if outer.answers.empty() else outer.answers.get())
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        wrap(self.server, ca.context())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_port}"

    def next(self):
        return self.requests.get(timeout=DEADLINE_S)

    def stop(self):
        self.server.shutdown()


def refused(code, call, **named):
    try:
        call(**named)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError("no error")


def rule(iot, name, sql, url, confirmed, headers=(), error_action=None):
    action = {"http": {"url": url, "confirmationUrl": confirmed, "headers": [{"key": k, "value": v} for k, v in headers]}}
    payload = {"sql": sql, "awsIotSqlVersion": "2016-03-23", "actions": [action]}
    if error_action:
        payload["errorAction"] = {"http": {"url": error_action}}
    iot.create_topic_rule(ruleName=name, topicRulePayload=payload)


ca, stranger = Ca(), Ca()
receiver, untrusted = Receiver(ca), Receiver(stranger)
with World(attest=False, cloud_options=["--rules-ca-file", ca.bundle]) as world:
    iot, data = world.client("iot"), world.client("iot-data")

    # Whoever owns the URL gets a token, and nothing but the token.
    made = iot.create_topic_rule_destination(destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": f"{receiver.url}/in"}})
    arn = made["topicRuleDestination"]["arn"]
    assert ":ruledestination/http/" in arn and made["topicRuleDestination"]["status"] == "IN_PROGRESS", made
    path, headers, challenge = receiver.next()
    assert path == "/in" and challenge["arn"] == arn and challenge["messageType"] == "DestinationConfirmation", challenge
    assert headers["x-amz-rules-engine-message-type"] == "DestinationConfirmation", headers
    refused("InvalidRequestException", iot.update_topic_rule_destination, arn=arn, status="ENABLED")
    refused("ResourceAlreadyExistsException", iot.create_topic_rule_destination,
            destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": f"{receiver.url}/in"}})

    # Until it is confirmed the message goes to the error action, which is confirmed with AWS's own call.
    errors = iot.create_topic_rule_destination(destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": f"{receiver.url}/wrong"}})
    iot.confirm_topic_rule_destination(confirmationToken=receiver.next()[2]["confirmationToken"])
    assert iot.get_topic_rule_destination(arn=errors["topicRuleDestination"]["arn"])["topicRuleDestination"]["status"] == "ENABLED"
    rule(iot, "post", SQL, f"{receiver.url}/in/${{topic(2)}}", f"{receiver.url}/in", [("x-room", "room ${topic(2)}"), ("content-type", "application/json")],
         f"{receiver.url}/wrong")
    data.publish(topic="rooms/kitchen", qos=1, payload=b'{"temperature":21,"secret":1}')
    path, _, failure = receiver.next()
    assert path == "/wrong" and failure["failures"][0]["failedResource"] == f"{receiver.url}/in/kitchen", failure
    assert "ENABLED" in failure["failures"][0]["errorMessage"], failure

    # enableUrl needs no signature; another token, or another operation without a signature, is refused.
    for path, status in ("/confirmdestination/" + "0" * 64, 401), ("/destinations", 403):
        try:
            urllib.request.urlopen(world.control + path, timeout=DEADLINE_S)
            raise AssertionError(path)
        except urllib.error.HTTPError as error:
            assert error.code == status, error
    assert urllib.request.urlopen(challenge["enableUrl"], timeout=DEADLINE_S).status == 200
    data.publish(topic="rooms/kitchen", qos=1, payload=b'{"temperature":22,"secret":1}')
    path, headers, body = receiver.next()
    assert path == "/in/kitchen" and body == {"temperature": 22, "room": "kitchen"}, (path, body)
    assert headers["x-room"] == "room kitchen" and headers["x-amz-rules-engine-message-type"] == "DefaultHttp", headers
    assert headers["x-amz-rules-engine-destination-arn"] == arn and headers["content-type"] == "application/json", headers

    # A server in trouble is asked again; one that refuses is not, and both end in the error action.
    for status in (503, 500):
        receiver.answers.put(status)
    data.publish(topic="rooms/hall", qos=1, payload=b'{"temperature":1}')
    assert [receiver.next()[0] for _ in range(3)] == ["/in/hall"] * 3
    receiver.answers.put(400)
    data.publish(topic="rooms/attic", qos=1, payload=b'{"temperature":2}')
    assert receiver.next()[0] == "/in/attic"
    path, _, failure = receiver.next()
    assert path == "/wrong" and "400" in failure["failures"][0]["errorMessage"] and failure["topic"] == "rooms/attic", failure

    # A server that the CA file does not vouch for never gets a byte.
    iot.create_topic_rule_destination(destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": f"{untrusted.url}/in"}})
    iot.update_topic_rule_destination(arn=arn, status="DISABLED")
    data.publish(topic="rooms/hall", qos=1, payload=b'{"temperature":3}')
    assert receiver.next()[0] == "/wrong" and untrusted.requests.empty()

    summaries = iot.list_topic_rule_destinations()["destinationSummaries"]
    assert {s["httpUrlSummary"]["confirmationUrl"]: s["status"] for s in summaries} == {
        f"{receiver.url}/in": "DISABLED", f"{receiver.url}/wrong": "ENABLED", f"{untrusted.url}/in": "IN_PROGRESS"}, summaries
    iot.delete_topic_rule_destination(arn=arn)
    refused("UnauthorizedException", iot.get_topic_rule_destination, arn=arn)
    refused("InvalidRequestException", iot.create_topic_rule_destination,
            destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": "http://localhost/in"}})
receiver.stop()
untrusted.stop()
