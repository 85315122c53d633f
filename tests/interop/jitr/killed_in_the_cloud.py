"""kill -9 before and after each call of the real bootstrap in the real Lambda, then the device's next try: always one Thing, one
active certificate, and the device is in. A predecessor whose retirement was cut between detaching and deleting stays, inactive, for the
sweeper."""
from bench import run_all
from fleet import Fleet

CALLS_MAX = 30
RETRY_MS = 50  # in place of a minute


def every_call(prepare, arrive):
    """prepare(fleet) -> devices, the last of which arrives; arrive(fleet, device) makes its event come."""
    kills = 0
    with Fleet(faults={}) as fleet:
        known = []
        for when in ("before", "after"):
            misses = 0
            for call in range(1, CALLS_MAX):
                fleet.go_wrong({"retryMs": RETRY_MS})
                known += prepare(fleet)
                before = fleet.kills()
                fleet.go_wrong({"retryMs": RETRY_MS, "operations": [{"call": call, "when": when, "kill": True}]})
                arrive(fleet, known[-1])
                fleet.onboard(known[-1])
                fleet.assert_whole(known, orphans=True)
                # Once may mean that an event of the next try overtook this one; twice, that nobody makes so many calls.
                misses = misses + 1 if fleet.kills() == before else 0
                if misses == 2:
                    break
                kills += not misses
            else:
                raise AssertionError("no end of calls")
    return kills


def come(fleet, device):
    assert device.publish() is None


def test_first_registration():
    # Each event has six calls: describe the certificate and the Thing, tell, register, attach, activate; twice, less a few that
    # another event overtook.
    assert every_call(lambda fleet: [fleet.device()], come) >= 10


def test_renewal():
    def prepare(fleet):
        device = fleet.device(age_s=7200)
        fleet.onboard(device)
        device.renew(3600)
        return [device]
    assert every_call(prepare, come) >= 16


def test_collision():
    def prepare(fleet):
        prefix = fleet.device().id[:5]
        first = fleet.device(prefix)
        fleet.onboard(first)
        return [first, fleet.device(prefix)]
    assert every_call(prepare, come) >= 12


def test_repeat():
    def prepare(fleet):
        device = fleet.device()
        fleet.onboard(device)
        return [device]
    assert every_call(prepare, lambda fleet, device: fleet.invoke(device.certificate)) >= 5


run_all(globals())
