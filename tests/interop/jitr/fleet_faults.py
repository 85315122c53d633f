"""The gateway's events lost, late, repeated and out of order, operations that fail, functions that die: the same end state."""
import random

from bench import run_all
from fleet import Fleet


def test_the_same_event_once_twice_and_fifty_times():
    with Fleet(faults={}) as fleet:
        devices = []
        for copies in (1, 2, 50):
            fleet.go_wrong({"events": {"repeat": 1, "copies": copies}})
            devices.append(fleet.device())
            fleet.onboard(devices[-1])
            fleet.assert_whole(devices)
        for copies in (2, 50):
            fleet.go_wrong({"events": {"repeat": 1, "copies": copies}})
            devices[0].renew(3000 - copies)
            fleet.onboard(devices[0])
            fleet.assert_whole(devices)


def test_renewals_in_parallel_and_out_of_order():
    """Three certificates of each device come at once, their events in any order: the newest stays, the Thing is one."""
    with Fleet(faults={"seed": 3, "retryMs": 50, "events": {"delay": 1, "delayMs": 300, "repeat": 0.5, "copies": 3}}) as fleet:
        devices = [fleet.device(age_s=9000) for _ in range(6)]
        contexts = []
        for device in devices:
            contexts.append((device, device.context))
            for age_s in (6000, 3000):
                device.renew(age_s)
                contexts.append((device, device.context))
        random.Random(5).shuffle(contexts)
        for device, context in contexts:
            newest, device.context = device.context, context
            device.publish()
            device.context = newest
        for device in devices:
            fleet.onboard(device)
        # An older one that is presented again is registered again, and refused as stale: its certificate stays pending.
        fleet.go_wrong({"retryMs": 50})
        for device in devices:
            fleet.onboard(device)
        by_status = {}
        for certificate, status in fleet.certificates().items():
            by_status.setdefault(status, set()).add(certificate)
        assert by_status["ACTIVE"] == {d.certificate.id for d in devices}, by_status
        assert len(fleet.things()) == len(devices)
        assert {t["attributes"]["certificateId"] for t in fleet.things()} == {d.certificate.id for d in devices}


def test_a_state_that_boto3_made():
    """A Thing that somebody else made, with the device's id and an older certificate attached: it moves on."""
    with Fleet() as fleet:
        device = fleet.device(age_s=7200)
        fleet.iot.create_thing(thingName=f"Azure-Sphere-{device.id[:5]}", attributePayload={"attributes": {"deviceId": device.id}})
        other = fleet.device(device.id[:5])
        fleet.onboard(device)
        fleet.onboard(other)
        fleet.assert_whole([device, other])
        names = {t["attributes"]["deviceId"]: t["thingName"] for t in fleet.things()}
        assert names[device.id] == f"Azure-Sphere-{device.id[:5]}" and names[other.id] == f"Azure-Sphere-{other.id[:6]}", names


def test_five_hundred_devices_at_once_and_everything_goes_wrong():
    faults = {"seed": 11, "retryMs": 200,
              "events": {"drop": 0.2, "repeat": 0.2, "copies": 3, "delay": 0.5, "delayMs": 500},
              "operations": [{"operation": "RegisterThing", "probability": 0.05},
                             {"operation": "UpdateCertificate", "when": "after", "probability": 0.05},
                             {"of": "function", "probability": 0.02, "when": "after", "code": "InternalFailureException", "status": 500},
                             {"kill": True, "probability": 0.005}]}
    with Fleet(faults=faults) as fleet:
        devices = [fleet.device() for _ in range(500)]
        seconds = fleet.crowd(devices, longest_s=5)
        print(f"500 devices under faults: {seconds:.1f} s, {sum(d.tries for d in devices) / 500:.1f} tries each, {fleet.kills()} kills")
        fleet.assert_whole(devices)


run_all(globals())
