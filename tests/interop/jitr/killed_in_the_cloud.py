"""kill -9 before and after each call of the real bootstrap in the real Lambda, then Lambda's retry beside the device's next try: always
one Thing, one certificate, ACTIVE, and the device is in."""
from bench import run_all
from fleet import Fleet
from world import wait_for

CALLS_MAX = 30
RETRY_MS = 50  # in place of a minute


def onboard(fleet, device):
    """By one event, seen to its end: nothing of it runs into what follows."""
    assert device.publish() is None
    wait_for(lambda: fleet.ends(device.certificate), "the handler is done")
    assert device.publish() == 200


def every_call(prepare, arrive):
    """prepare(fleet) -> devices, the last of which arrives; arrive(fleet, device) makes its one event come. How many kills."""
    kills = 0
    with Fleet(faults={}) as fleet:
        known = []
        for when in ("before", "after"):
            for call in range(1, CALLS_MAX):
                fleet.go_wrong({"retryMs": RETRY_MS})
                known += prepare(fleet)
                device, before = known[-1], fleet.kills()
                ends = fleet.ends(device.certificate)
                fleet.go_wrong({"retryMs": RETRY_MS, "operations": [{"call": call, "when": when, "kill": True}]})
                arrive(fleet, device)
                wait_for(lambda: fleet.kills() > before or fleet.ends(device.certificate) > ends, "a kill or the end")
                fleet.onboard(device)
                fleet.assert_whole(known)
                if fleet.kills() == before:
                    break
                kills += 1
            else:
                raise AssertionError("no end of calls")
    return kills


def come(fleet, device):
    assert device.publish() is None


def test_first_registration():
    # Describe the certificate and the Thing, tell, register, attach, activate.
    assert every_call(lambda fleet: [fleet.device()], come) == 2 * 6


def test_renewal():
    # Register activates; list the principals; deactivate, detach, delete the predecessor.
    def prepare(fleet):
        device = fleet.device(age_s=7200)
        onboard(fleet, device)
        device.renew(3600)
        return [device]
    assert every_call(prepare, come) == 2 * 9


def test_collision():
    # One Thing more to describe.
    def prepare(fleet):
        prefix = fleet.device().id[:5]
        first = fleet.device(prefix)
        onboard(fleet, first)
        return [first, fleet.device(prefix)]
    assert every_call(prepare, come) == 2 * 7


def test_repeat():
    # Describe the certificate and the Thing, attach, list the principals.
    def prepare(fleet):
        device = fleet.device()
        onboard(fleet, device)
        return [device]
    assert every_call(prepare, lambda fleet, device: fleet.invoke(device.certificate)) == 2 * 4


run_all(globals())
