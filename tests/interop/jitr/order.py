"""The same events many times, in parallel, out of order, mixed with renewals and collisions: the same end state."""
import random
import threading

from bench import Bench, run_all
from certificates import device_id
from registry import certificate_arn


class Crowd:
    """Handlers side by side over one registry, as Lambda starts them for a burst: each its own process and Runtime API."""

    def __init__(self, size):
        self.benches = [Bench() for _ in range(size)]
        first = self.benches[0]
        for other in self.benches[1:]:
            other.environment.update({name: first.environment[name] for name in ("AWS_ENDPOINT_URL", "ZT_CA_IDS", "ZT_TENANTS")})
        self.first = first

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for bench in self.benches:
            bench.__exit__()

    def deliver(self, certificates):
        """All events, spread over the crowd; a failed invocation is tried again, as Lambda does."""
        waiting = list(certificates)
        lock = threading.Lock()
        problems = []

        def work(bench):
            while True:
                with lock:
                    if not waiting:
                        return
                    certificate = waiting.pop()
                try:
                    for _ in range(3):
                        kind, body = bench.try_deliver(certificate)
                        if kind == "response":
                            break
                    else:
                        problems.append(body)
                except Exception as problem:
                    problems.append(repr(problem))
                    return

        threads = [threading.Thread(target=work, args=(bench,)) for bench in self.benches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems, problems


def assert_state(registry, newest):
    """newest: device id -> its newest certificate."""
    devices = {thing["attributes"]["deviceId"]: (name, thing) for name, thing in registry.things.items()}
    assert set(devices) == set(newest) and len(registry.things) == len(newest)
    assert registry.active() == sorted(certificate.id for certificate in newest.values()), registry.certificates
    for device, certificate in newest.items():
        name, thing = devices[device]
        assert thing["attributes"]["certificateId"] == certificate.id, (thing, certificate.id)
        assert registry.attached(name) == [certificate.id]


def test_the_same_event_fifty_times():
    for _ in range(3):
        with Crowd(8) as crowd:
            device = device_id()
            certificate = crowd.first.device(device)
            crowd.deliver([certificate] * 50)
            assert_state(crowd.first.registry, {device: certificate})


def test_two_devices_with_one_name_at_the_same_moment():
    for _ in range(8):
        with Crowd(2) as crowd:
            devices = [device_id("abcde1"), device_id("abcde2")]
            certificates = [crowd.first.device(device) for device in devices]
            for bench in crowd.benches:
                bench.start()
            crowd.deliver(certificates)
            assert_state(crowd.first.registry, dict(zip(devices, certificates)))


def test_renewals_out_of_order_and_in_parallel():
    for seed in range(6):
        chance = random.Random(seed)
        with Crowd(6) as crowd:
            device = device_id()
            certificates = [crowd.first.device(device, age_s=1000 - i * 100) for i in range(5)]
            events = certificates * 6
            chance.shuffle(events)
            crowd.deliver(events)
            # The device goes on with its newest certificate: that one's event always comes (again).
            crowd.deliver([certificates[-1]])
            assert_state(crowd.first.registry, {device: certificates[-1]})


def test_without_register_thing_too():
    for seed in range(3):
        chance = random.Random(seed)
        with Crowd(6) as crowd:
            crowd.first.registry.register_thing = False
            device = device_id()
            certificates = [crowd.first.device(device, age_s=1000 - i * 100) for i in range(4)]
            events = certificates * 6
            chance.shuffle(events)
            crowd.deliver(events)
            crowd.deliver([certificates[-1]])
            assert_state(crowd.first.registry, {device: certificates[-1]})


def test_a_late_event_steals_nothing():
    with Bench() as bench:
        device = device_id()
        early, late = bench.device(device, age_s=200), bench.device(device, age_s=100)
        assert bench.deliver(late) == "created"
        assert bench.deliver(early) == "stale"
        assert bench.registry.certificates[early.id]["status"] == "PENDING_ACTIVATION"
        assert_state(bench.registry, {device: late})


def test_overtaken_between_look_and_registration():
    """While the handler of an older certificate holds an old look at the Thing, a newer one becomes current."""
    with Bench() as bench:
        device = device_id()
        name = f"Azure-Sphere-{device[:5]}"
        first, older, newer = (bench.device(device, age_s=age_s) for age_s in (300, 200, 100))
        assert bench.deliver(first) == "created"
        registry, left = bench.registry, [1]

        def overtake(call, number):
            if call == "RegisterThing" and left[0]:
                left[0] -= 1
                registry.things[name]["attributes"].update(certificateId=newer.id, notBefore="9999999999")
                registry.attach_principal(name, certificate_arn(newer.id), True)
                registry.update_certificate(newer.id, "ACTIVE")

        bench.server.before = overtake
        assert bench.deliver(older) == "overtaken"
        assert_state(registry, {device: newer})
        assert older.id not in registry.certificates


def test_gone_before_its_activation():
    with Bench() as bench:
        certificate = bench.device()

        def remove(call, number):
            if call == "UpdateCertificate":
                for thing in bench.registry.things.values():
                    thing["principals"].clear()
                bench.registry.certificates.clear()

        bench.server.before = remove
        assert bench.deliver(certificate) == "refused"


run_all(globals())
