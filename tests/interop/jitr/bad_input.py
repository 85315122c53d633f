"""Bad input is a logged refusal: the loop lives on, and nothing is activated."""
import json

from bench import Bench, run_all
from certificates import device_id


def assert_refused(bench, event, *, calls_at_most=2):
    bench.registry.calls.clear()
    bench_log = len(bench.log())
    assert bench.deliver(event) == "refused"
    line = json.loads(bench.log()[bench_log:].strip().splitlines()[-1])
    assert line["level"] == "warning" and line["decision"] == "refused" and line["reason"], line
    assert "BEGIN CERTIFICATE" not in bench.log() and "very-secret-key" not in bench.log()
    assert len(bench.registry.calls) <= calls_at_most, bench.registry.calls
    assert bench.registry.active() == [] and bench.registry.things == {} and bench.registry.retained == {}
    return line


def assert_lives(bench):
    process = bench.process
    assert bench.deliver(bench.device()) == "created"
    assert bench.process is process and process.poll() is None


def test_events():
    with Bench() as bench:
        good = bench.authority.issue(device_id())
        for event in (b"", b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b"{}", b"[" * 5000,
                      good.event(certificateId="absent"), good.event(caCertificateId="absent"),
                      good.event(certificateStatus="absent"), good.event(certificateStatus="ACTIVE"),
                      good.event(certificateId="../../things/x"), good.event(certificateId=""), good.event(certificateId=5),
                      good.event(caCertificateId="f" * 64)):
            assert_refused(bench, event, calls_at_most=0)
        assert_lives(bench)


def test_oversized_events():
    with Bench() as bench:
        for size in (300 * 1024, 1024 * 1024, 6 * 1024 * 1024):
            assert_refused(bench, b'{"x":"' + b"x" * size + b'"}', calls_at_most=0)
        assert_lives(bench)


def test_unknown_certificate():
    with Bench() as bench:
        assert_refused(bench, bench.authority.issue(device_id()), calls_at_most=1)
        assert_lives(bench)


def test_revoked_and_inactive():
    with Bench() as bench:
        for status in ("REVOKED", "INACTIVE", "PENDING_TRANSFER"):
            assert_refused(bench, bench.device(status=status), calls_at_most=1)
        assert_lives(bench)


def test_expired():
    with Bench() as bench:
        assert_refused(bench, bench.device(age_s=90000, life_s=86400), calls_at_most=1)
        assert_lives(bench)


def test_another_ca_than_the_event_says():
    with Bench() as bench:
        certificate = bench.device()
        bench.registry.certificates[certificate.id]["ca"] = "e" * 64
        assert_refused(bench, certificate, calls_at_most=1)
        assert_lives(bench)


def test_pem_that_does_not_parse():
    with Bench() as bench:
        certificate = bench.device()
        entry = bench.registry.certificates[certificate.id]
        whole = entry["pem"]
        for pem in ("", "x", whole[:-100], whole.replace("M", "A", 3), "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"):
            entry["pem"] = pem
            assert_refused(bench, certificate, calls_at_most=1)
        entry["pem"] = whole
        assert_lives(bench)


def test_common_names():
    with Bench() as bench:
        whole = device_id()
        for name in (None, "", "a", whole[:64], whole[:127], whole + "0", whole.upper(), whole[:-1] + "g", whole[:-1] + "/",
                     whole[:-1] + " ", "ü" * 64, whole[:-1] + "\x00"):
            try:
                certificate = bench.authority.issue(name)
            except ValueError:
                continue  # a name that cannot be put into a certificate at all
            bench.registry.add_certificate(certificate)
            assert_refused(bench, certificate, calls_at_most=1)
        assert_lives(bench)


def fail_with(bench, event, answer, **where):
    """The API answers so once; the invocation fails, the loop lives on, and nothing is activated."""
    bench.server.before = lambda name, number: answer if name == where.get("call", "DescribeCertificate") else None
    kind, body = bench.try_deliver(event)
    bench.server.before = lambda name, number: None
    assert kind == "error", body
    assert set(body) == {"errorMessage", "errorType", "stackTrace"} and body["errorMessage"], body
    assert bench.registry.active() == []
    return body


def test_answers_of_the_api():
    with Bench() as bench:
        certificate = bench.device()
        for body in (b"{", b"null", b"[]", b"{}", b'{"certificateDescription":7}', b'{"certificateDescription":{}}',
                     b"<html>", b'{"x":"' + b"x" * (300 * 1024) + b'"}'):
            fail_with(bench, certificate, (200, {"content-type": "application/json"}, body))
        for call in ("DescribeThing", "Publish"):
            fail_with(bench, certificate, (403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message":"no"}'), call=call)
        fail_with(bench, certificate, (403, {"x-amzn-errortype": "ExpiredTokenException"}, b"{}"), call="RegisterThing")
        assert bench.deliver(certificate) in ("created", "finished")


def test_throttling_is_waited_out():
    with Bench() as bench:
        certificate = bench.device()
        left = {"DescribeCertificate": 2, "RegisterThing": 2, "UpdateCertificate": 2}

        def throttle(name, number):
            if left.get(name, 0):
                left[name] -= 1
                return 400, {"x-amzn-errortype": "ThrottlingException"}, b'{"message":"Rate exceeded"}'
            return None

        bench.server.before = throttle
        assert bench.deliver(certificate) == "created"
        assert bench.registry.calls.count("DescribeCertificate") == 3


def test_throttling_beyond_the_time_fails_the_invocation():
    with Bench() as bench:
        bench.api.seconds = 1
        certificate = bench.device()
        body = fail_with(bench, certificate, (400, {"x-amzn-errortype": "ThrottlingException"}, b"{}"))
        assert body["errorType"] == "Function.ThrottlingException", body
        bench.api.seconds = 30
        assert bench.deliver(certificate) == "created"


run_all(globals())
