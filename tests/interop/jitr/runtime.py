"""The runtime loop against a Runtime API that is not ours."""
import json
import os

from bench import Bench, run_all
from certificates import device_id


def test_answers_carry_what_the_api_wants():
    with Bench() as bench:
        bench.api.next_headers = {"Lambda-Runtime-Invocation-Id": "invocation-7"}
        bench.start()
        bench.api.send(bench.device().event())
        request_id, kind, headers, body = bench.api.outcome()
        assert (request_id, kind) == ("request-1", "response")
        assert body["decision"] == "created" and body["thingName"].startswith("Azure-Sphere-")
        assert {name.lower(): value for name, value in headers.items()}["lambda-runtime-invocation-id"] == "invocation-7"


def test_errors_carry_their_type():
    with Bench() as bench:
        bench.server.before = lambda name, number: (403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message":"no"}')
        bench.start()
        bench.api.send(bench.device().event())
        _, kind, headers, body = bench.api.outcome()
        assert kind == "error"
        assert {name.lower(): value for name, value in headers.items()}["lambda-runtime-function-error-type"] == \
            "Function.AccessDeniedException"
        assert body["errorType"] == "Function.AccessDeniedException"
        assert body["errorMessage"] == "DescribeCertificate: no"


def test_wrong_environment_is_an_init_error():
    with Bench(ZT_POLICY_NAME="") as bench:
        bench.start()
        _, kind, _, body = bench.api.outcome()
        assert kind == "init" and "ZT_POLICY_NAME" in body["errorMessage"], body
        assert bench.process.wait(10) == 3


def test_without_a_runtime_api():
    with Bench() as bench:
        del bench.environment["AWS_LAMBDA_RUNTIME_API"]
        bench.start()
        assert bench.process.wait(10) == 3
        assert "AWS_LAMBDA_RUNTIME_API" in bench.log()


def test_ends_when_next_fails_for_good():
    with Bench() as bench:
        bench.start()
        assert bench.api.idle.acquire(timeout=10)
        for _ in range(3):
            bench.api.events.put((0, None))  # the connection is closed without an answer
        assert bench.process.wait(10) == 7


def test_goes_on_after_one_failed_next():
    with Bench() as bench:
        bench.start()
        bench.api.events.put((0, None))
        assert bench.deliver(bench.device()) == "created"


def test_one_connection_to_each_side():
    with Bench() as bench:
        seen = []
        inner = bench.server.http.process_request
        bench.server.http.process_request = lambda *of: (seen.append(of), inner(*of))[1]
        for _ in range(5):
            assert bench.deliver(bench.device()) == "created"
        assert len(seen) == 1, len(seen)


def test_a_connection_that_was_closed_meanwhile_is_opened_again():
    with Bench() as bench:
        bench.server.after = lambda name, number: None
        original = bench.server.answer

        def close_each(method, request):
            status, headers, body = original(method, request)
            return status, {**headers, "connection": "close"}, body

        bench.server.answer = close_each
        assert bench.deliver(bench.device()) == "created"
        bench.server.answer = original
        assert bench.deliver(bench.device()) == "created"


def test_a_burst_leaves_no_memory_behind():
    with Bench() as bench:
        def resident():
            with open(f"/proc/{bench.process.pid}/statm") as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")

        for _ in range(20):
            bench.deliver(bench.device())
        before = resident()
        devices = [bench.device() for _ in range(500)]
        for device in 4 * devices:
            bench.api.send(device.event())
        outcomes = [bench.api.outcome() for _ in range(2000)]
        decisions = [body["decision"] for _, kind, _, body in outcomes if kind == "response"]
        assert len(decisions) == 2000 and decisions[:500] == ["created"] * 500, set(decisions)
        assert bench.sanitized() or resident() - before <= 64 * 1024, (before, resident())


def test_one_line_an_event():
    with Bench() as bench:
        device = device_id()
        bench.deliver(bench.device(device))
        lines = [json.loads(line) for line in bench.log().splitlines()]
        assert len(lines) == 1, lines
        line = lines[0]
        assert line["device"] == device and line["decision"] == "created" and line["calls"] == 5 and line["published"] == 1
        assert line["certificate"] in bench.registry.certificates and line["ms"] >= 0 and line["request"] == "request-1"
        for secret in ("very-secret-key", "session-token", "BEGIN CERTIFICATE"):
            assert secret not in bench.log()


run_all(globals())
