"""kill -9 before and after each call, then the same event again: it always ends with one Thing and one active certificate."""
import json

from bench import Bench, run_all
from certificates import device_id
from world import wait_for

CALLS_MAX = 30


class Crash:
    """Kills the handler at the n-th call, with or without its effect."""

    def __init__(self, bench, number, before):
        self.bench, self.number, self.happened = bench, number, False
        bench.registry.calls.clear()
        setattr(bench.server, "before" if before else "after", self)
        setattr(bench.server, "after" if before else "before", lambda name, number: None)

    def __call__(self, name, number):
        if number != self.number or self.happened:
            return None
        self.happened = True
        self.bench.kill()
        return 500, {}, b""

    def over(self):
        self.bench.server.before = self.bench.server.after = lambda name, number: None


def deliver_until_killed(bench, event, crash):
    """Sends the event and waits for the outcome or the kill."""
    if not bench.process:
        bench.start()
    process = bench.process
    bench.api.send(event.event())
    wait_for(lambda: process.poll() is not None or not bench.api.outcomes.empty(), "an outcome or a kill")
    crash.over()
    while not bench.api.outcomes.empty():
        bench.api.outcomes.get()


def assert_whole(bench, device, certificate, things=1):
    mine = [name for name, thing in bench.registry.things.items() if thing["attributes"].get("deviceId") == device]
    assert len(mine) == 1 and len(bench.registry.things) == things, bench.registry.things
    thing = bench.registry.things[mine[0]]
    assert thing["attributes"]["certificateId"] == certificate.id
    assert bench.registry.certificates[certificate.id]["status"] == "ACTIVE"
    assert bench.registry.certificates[certificate.id]["policies"] == {"device-policy"}
    assert bench.registry.attached(mine[0]) == [certificate.id], bench.registry.attached(mine[0])
    assert list(thing["principals"].values()) == [True]
    assert json.loads(bench.registry.retained[f"zerotouch/{device}/identity"]) == {"thingName": mine[0]}


def every_crash(prepare):
    """prepare(bench) -> (device, certificate whose event is delivered, number of Things at the end)."""
    crashes = 0
    for before in (True, False):
        for number in range(1, CALLS_MAX):
            with Bench() as bench:
                device, certificate, things = prepare(bench)
                crash = Crash(bench, number, before)
                deliver_until_killed(bench, certificate, crash)
                bench.kill()
                if not crash.happened:
                    break
                crashes += 1
                status = bench.registry.certificates[certificate.id]["status"]
                # No event comes for an active certificate from its device, but Lambda tries the invocation again.
                decision = bench.deliver(certificate)
                assert decision in ("created", "finished", "renewed", "current"), (number, before, status, decision)
                assert_whole(bench, device, certificate, things)
                assert all(it["status"] == "ACTIVE" for it in bench.registry.certificates.values()), "an orphan stayed"
        else:
            raise AssertionError("no end of calls")
    return crashes


def test_first_registration():
    def prepare(bench):
        device = device_id()
        return device, bench.device(device), 1
    assert every_crash(prepare) == 12


def test_renewal():
    def prepare(bench):
        device = device_id()
        assert bench.deliver(bench.device(device, age_s=200)) == "created"
        return device, bench.device(device, age_s=100), 1
    assert every_crash(prepare) == 18


def test_collision():
    def prepare(bench):
        device = device_id("abcde1")
        assert bench.deliver(bench.device(device_id("abcde0"))) == "created"
        return device, bench.device(device), 2
    assert every_crash(prepare) == 14


def test_repeat():
    def prepare(bench):
        device = device_id()
        certificate = bench.device(device)
        assert bench.deliver(certificate) == "created"
        return device, certificate, 1
    assert every_crash(prepare) == 8


def test_without_register_thing():
    def prepare(bench):
        bench.registry.register_thing = False
        device = device_id()
        assert bench.deliver(bench.device(device, age_s=200)) == "created"
        return device, bench.device(device, age_s=100), 1
    assert every_crash(prepare) >= 22


def test_register_thing_that_always_activates():
    def prepare(bench):
        bench.registry.always_activates = True
        device = device_id()
        return device, bench.device(device), 1
    assert every_crash(prepare) == 12


def test_next_renewal_repairs_what_no_retry_did():
    for number in range(1, CALLS_MAX):
        with Bench() as bench:
            device = device_id()
            certificates = [bench.device(device, age_s=300 - i * 100) for i in range(3)]
            bench.deliver(certificates[0])
            crash = Crash(bench, number, False)
            deliver_until_killed(bench, certificates[1], crash)
            bench.kill()
            assert bench.deliver(certificates[2]) == "renewed"
            assert_whole(bench, device, certificates[2])
            if not crash.happened:
                return
            # What was detached but not yet deleted, and not tried again, is inactive, and the sweeper's.
            assert bench.registry.active() == [certificates[2].id]
    raise AssertionError("no end of calls")


run_all(globals())
