"""The bootstrap as a sweeper: a schedule's event removes what has expired and what its Thing moved on from, and no more."""
import json

from bench import Bench, run_all
from certificates import Authority, device_id
from registry import certificate_arn

DAY_S = 86400
# As EventBridge sends it (EventBridge User Guide, "Scheduled Event").
SCHEDULE = {"version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": "2026-01-31T12:00:00Z", "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:123456789012:rule/sweep"], "detail": {}}


def sweep(bench):
    kind, body = bench.try_deliver(SCHEDULE)
    assert kind == "response" and body["decision"] == "swept", body
    return body


def last_line(bench):
    return json.loads(bench.log().strip().splitlines()[-1])


def old(bench, status, *, device=None, **how):
    return bench.device(device, status=status, registered_ago_s=2 * DAY_S, **{"age_s": 2 * DAY_S, "life_s": DAY_S, **how})


def moved_on(bench, predecessor_status="ACTIVE", current_status="ACTIVE"):
    """A Thing that names its second certificate and still has its first."""
    device = device_id()
    first = old(bench, predecessor_status, device=device, age_s=20000, life_s=DAY_S)
    second = old(bench, current_status, device=device, age_s=10000, life_s=DAY_S)
    name = f"thing-{device[:8]}"
    bench.registry.create_thing(name, {"attributePayload": {"attributes": {
        "deviceId": device, "certificateId": second.id, "notBefore": str(int(second.validity["notBefore"]))}}})
    for certificate in (first, second):
        bench.registry.attach_principal(name, certificate_arn(certificate.id), True)
        bench.registry.attach_policy("device-policy", certificate_arn(certificate.id))
    return first, second, name


def test_expired_ones_go_whatever_their_state():
    with Bench() as bench:
        gone = [old(bench, status) for status in ("PENDING_ACTIVATION", "ACTIVE", "INACTIVE", "REVOKED")]
        bench.registry.create_thing("lamp", {})
        bench.registry.attach_principal("lamp", certificate_arn(gone[1].id), True)
        assert sweep(bench) == {"decision": "swept", "looked": 4, "retired": 4, "complete": True}
        assert bench.registry.certificates == {} and bench.registry.attached("lamp") == []
        line = last_line(bench)
        assert (line["decision"], line["retired"], line["complete"], line["request"]) == ("swept", 4, "yes", "request-1"), line


def test_a_predecessor_goes_and_its_thing_stays():
    with Bench() as bench:
        first, second, name = moved_on(bench)
        assert sweep(bench)["retired"] == 1
        assert bench.registry.attached(name) == [second.id] and bench.registry.active() == [second.id]
        assert first.id not in bench.registry.certificates


def test_a_predecessor_stays_while_the_new_one_is_not_active():
    with Bench() as bench:
        for status in ("PENDING_ACTIVATION", "INACTIVE", "REVOKED"):
            moved_on(bench, current_status=status)
        assert sweep(bench)["retired"] == 0
        assert len(bench.registry.certificates) == 6


def test_everything_else_stays():
    with Bench() as bench:
        bench.deliver(bench.device())
        for status in ("PENDING_ACTIVATION", "ACTIVE", "INACTIVE", "REVOKED"):
            old(bench, status, age_s=1000)
        moved_on(bench, predecessor_status="REVOKED")
        before = json.dumps(bench.registry.things), sorted(bench.registry.certificates)
        assert sweep(bench)["retired"] == 0
        assert (json.dumps(bench.registry.things), sorted(bench.registry.certificates)) == before


def test_what_was_just_registered_is_not_looked_at():
    with Bench() as bench:
        bench.device(age_s=2 * DAY_S, life_s=DAY_S)
        assert sweep(bench) == {"decision": "swept", "looked": 0, "retired": 0, "complete": True}
        assert bench.registry.calls == ["ListCertificatesByCA"]


def test_certificates_of_another_ca_stay():
    with Bench() as bench:
        foreign = Authority().issue(device_id(), age_s=2 * DAY_S, life_s=DAY_S)
        bench.registry.add_certificate(foreign, "ACTIVE", 2 * DAY_S)
        assert sweep(bench)["looked"] == 0 and foreign.id in bench.registry.certificates


def test_goes_on_where_it_was_stopped():
    """One that always fails does not hold up those behind it, and those before it are not looked at again."""
    with Bench() as bench:
        kept = [old(bench, "PENDING_ACTIVATION", age_s=1000) for _ in range(3)]
        expired = [old(bench, "ACTIVE") for _ in range(4)]
        denied = (403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message":"no"}')
        bench.server.before = lambda name, number: denied if name == "DeleteCertificate" else None
        kind, body = bench.try_deliver(SCHEDULE)
        assert kind == "error" and body["errorType"] == "Function.AccessDeniedException", body
        line = last_line(bench)
        assert (line["level"], line["decision"], line["looked"], line["complete"]) == ("error", "failed", 3, "no"), line
        bench.server.before = lambda name, number: None
        assert sweep(bench) == {"decision": "swept", "looked": 3, "retired": 3, "complete": True}
        assert sweep(bench) == {"decision": "swept", "looked": 4, "retired": 1, "complete": True}
        assert sorted(bench.registry.certificates) == sorted(c.id for c in kept) and len(expired) == 4


def test_without_the_rights_it_fails_and_lives_on():
    with Bench() as bench:
        denied = (403, {"x-amzn-errortype": "AccessDeniedException"}, b'{"message":"no"}')
        bench.server.before = lambda name, number: denied if name == "ListCertificatesByCA" else None
        kind, body = bench.try_deliver(SCHEDULE)
        assert kind == "error" and "ListCertificatesByCA" in body["errorMessage"], body
        bench.server.before = lambda name, number: None
        assert bench.deliver(bench.device()) == "created"


def test_only_a_schedule_sweeps():
    with Bench() as bench:
        for change in ({"source": "my.app"}, {"detail-type": "Something else"}, {"source": None}):
            assert bench.deliver({**SCHEDULE, **change}) == "refused"
        assert bench.registry.calls == []


run_all(globals())
