"""Publishing by HTTPS on 8443: AWS's answers byte by byte (AWS IoT, "device communication protocols: HTTPS")."""
import base64
import json
import re

from gw import ARN, Gateway, Subscriber, curl, run

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DATE = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"


def shape(status, body, error=None):
    """The order of headers as captured from AWS."""
    lines = [f"HTTP/1\\.1 {status}", "content-type: application/json", r"content-length: (\d+)", f"date: {DATE}",
             f"x-amzn-RequestId: ({UUID})", "connection: keep-alive"]
    if error:
        lines.append(f"x-amzn-ErrorType: {error}:")
    return "\r\n".join(lines) + "\r\n\r\n" + body + "$"


def expect(gateway, leaf, path, pattern, **more):
    status, _, answer = curl(gateway, leaf, path, headers=True, **more)
    assert status == 0, status
    found = re.match(pattern, answer.decode())
    assert found, f"{answer.decode()!r} is no {pattern!r}"
    body = answer.split(b"\r\n\r\n", 1)[1]
    assert int(found[1]) == len(body)
    assert json.loads(body)["traceId"] == found[2]


OK = shape("200 OK", r'{"message":"OK","traceId":"' + UUID + '"}')
FORBIDDEN = shape("403 Forbidden", r'{"message":null,"traceId":"' + UUID + '"}', "ForbiddenException")
NOT_FOUND = shape("404 Not Found", r'{"message":"Not Found","traceId":"' + UUID + '"}', "ResourceNotFoundException")


def answers():
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{ARN}:topic/my*"},
        {"Effect": "Allow", "Action": "iot:RetainPublish", "Resource": f"{ARN}:topic/my/retained"}]}
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", policy)
        expect(gateway, leaf, "/topics/myhome/myroom?qos=1", OK)
        expect(gateway, leaf, "/topics/myhome%2Fmyroom?qos=0", OK)
        expect(gateway, leaf, "/topics/myhome/myroom", OK)
        expect(gateway, leaf, "/topics/other?qos=1", FORBIDDEN)
        assert gateway.refusal()["rule"] == "PublishDenied"
        expect(gateway, leaf, "/topics/my/retained?qos=1&retain=true", OK)
        expect(gateway, leaf, "/topics/my/other?qos=1&retain=true", FORBIDDEN)
        assert gateway.refusal()["rule"] == "RetainPublishDenied"
        expect(gateway, leaf, "/things/x", NOT_FOUND)
        expect(gateway, leaf, "/", NOT_FOUND)


def bad_requests():
    bad = shape("400 Bad Request", r'{"message":"[^"]+","traceId":"' + UUID + '"}', "InvalidRequestException")
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for path in ("/topics/a?qos=2", "/topics/a?qos=x", "/topics/a?retain=maybe", "/topics/", "/topics/a%2B", "/topics/%zz",
                     "/topics/1/2/3/4/5/6/7/8/9", "/topics/" + "a" * 257, "/topics/%FF"):
            expect(gateway, leaf, path, bad)
        expect(gateway, leaf, "/topics/a", bad, data=b"x" * (128 * 1024 + 1), more=["-H", "Expect:"])
        for path in ("/topics/$aws/events/certificates/registered/x", "/topics/$SYS/x"):
            expect(gateway, leaf, path, FORBIDDEN)
        assert gateway.accepted.empty()
        expect(gateway, leaf, "/topics/a", shape("405 Method Not Allowed", ".*", "MethodNotAllowedException"), more=["-X", "GET"])


def the_message_arrives_as_it_was_sent():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        tap = gateway.tap("#").ready()
        message = b'{"state":{"reported":{"LED":"ON"}}}'
        assert curl(gateway, leaf, "/topics/myhome/myroom?qos=1", message)[1] == 200
        assert tap.message() == "myhome/myroom " + message.decode()
        seen = gateway.event()
        assert seen == {"topic": "myhome/myroom", "payload": message, "client": "", "principal": leaf.id, "qos": 1, "retain": False}
        big = b"x" * (128 * 1024)
        assert curl(gateway, leaf, "/topics/big", big)[1] == 200
        assert gateway.event()["payload"] == big


def properties_arrive():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        sub = Subscriber(gateway, ["stdbuf", "-oL", "mosquitto_sub", *gateway.tls_words(leaf), "-V", "5", "-i", "s", "-t", "p", "-d", "-F",
                                   "%t|%C|%R|%E|%F|%D|%P|%p"]).ready()
        pairs = base64.b64encode(json.dumps([{"a": "1"}, {"b": "2"}]).encode()).decode()
        more = ["-H", "x-amz-mqtt5-payload-format-indicator: UTF8_DATA", "-H",
                "x-amz-mqtt5-correlation-data: " + base64.b64encode(b"corr").decode(), "-H", f"x-amz-mqtt5-user-properties: {pairs}"]
        path = "/topics/p?qos=1&contentType=text%2Fplain&responseTopic=r%2Ft&messageExpiry=60"
        assert curl(gateway, leaf, path, more=more)[1] == 200
        assert sub.message() == "p|text/plain|r/t|60|1|corr|a:1 b:2|hello"
        bad = shape("400 Bad Request", r'{"message":"[^"]+","traceId":"' + UUID + '"}', "InvalidRequestException")
        expect(gateway, leaf, "/topics/p?messageExpiry=0", bad)
        expect(gateway, leaf, "/topics/p?responseTopic=a%2F%23", bad)
        expect(gateway, leaf, "/topics/p?contentType=%zz", bad)


def basic_ingest_goes_to_rules_alone():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        tap = gateway.tap("#", "$aws/#").ready()
        assert curl(gateway, leaf, "/topics/$aws/rules/myrule/a/b?qos=1")[1] == 200
        assert gateway.event()["topic"] == "$aws/rules/myrule/a/b"
        assert curl(gateway, leaf, "/topics/after?qos=1")[1] == 200
        assert tap.message() == "after hello"


def retained_is_durable_and_cleared():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        assert curl(gateway, leaf, "/topics/r?qos=1&retain=true", b"kept")[1] == 200
        assert gateway.ask("retained", topic="r")["payload"] == "a2VwdA=="
        assert gateway.sub(leaf, "s", "-t", "r").message() == "r 1 kept"
        assert curl(gateway, leaf, "/topics/r?qos=1&retain=true", b"")[1] == 200
        assert gateway.ask("retained", topic="r")["payload"] is None


def one_connection_takes_many_requests():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        before = gateway.count("requests")
        more = [f"https://localhost:{gateway.ports['https']}/topics/n{i}" for i in range(3)]
        status, code, answers = curl(gateway, leaf, "/topics/first", more=["-w", "\n%{http_code} %{num_connects}\n", *more])
        assert status == 0 and answers.count(b'"message":"OK"') == 4, answers
        assert gateway.count("requests") - before == 4
        assert answers.count(b"\n200 1\n") == 1 and answers.count(b"\n200 0\n") == 3, "one connection"


def a_burst_of_requests_is_answered_to_its_end():
    """Forty requests of 20 KB at once, far more than is read ahead; nothing more is sent, and all are answered."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf, port="https")
        request = b"POST /topics/a?qos=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20000
        answers = raw.pour(request * 40, lambda came: came.count(b'"message":"OK"') >= 40)
        assert answers.count(b"HTTP/1.1 200 OK") == 40


def a_deactivated_certificate_is_mute_from_the_next_request_on():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf, port="https")
        request = b"POST /topics/a?qos=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi"
        raw.send(request)
        assert raw.read(12) == b"HTTP/1.1 200"
        gateway.change("set", certificate=leaf.id, value="INACTIVE")
        raw.send(request)
        assert b"HTTP/1.1" not in raw.rest(), "the second request is not answered"


def thing_variables_do_not_resolve():
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{ARN}:topic/${{iot:Connection.Thing.ThingName}}/a"},
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{ARN}:topic/${{iot:Certificate.Subject.CommonName}}/b"}]}
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", policy)
        gateway.change("thing", name="dev1", target=leaf.arn)
        assert curl(gateway, leaf, "/topics/dev1/a")[1] == 403
        assert curl(gateway, leaf, "/topics/dev1/b")[1] == 200


run(answers, bad_requests, the_message_arrives_as_it_was_sent, properties_arrive, basic_ingest_goes_to_rules_alone, retained_is_durable_and_cleared,
    one_connection_takes_many_requests,
    a_burst_of_requests_is_answered_to_its_end, a_deactivated_certificate_is_mute_from_the_next_request_on, thing_variables_do_not_resolve)
