"""What becomes of an event, call by call: the figures of docs/aws.md are counted here."""
import json

from bench import Bench, run_all
from certificates import Authority, device_id


def calls(bench):
    made, bench.registry.calls = bench.registry.calls, []
    return made


def assert_onboarded(bench, certificate, device, name):
    thing = bench.registry.things[name]
    assert thing["attributes"]["deviceId"] == device
    assert thing["attributes"]["certificateId"] == certificate.id
    assert thing["attributes"]["tenant"] == bench.authority.tenant
    assert thing["type"] == "AzureSphere"
    assert bench.registry.attached(name) == [certificate.id]
    assert bench.registry.active() == [certificate.id]
    assert bench.registry.certificates[certificate.id]["policies"] == {"device-policy"}
    assert json.loads(bench.registry.retained[f"zerotouch/{device}/identity"]) == {"thingName": name}


def test_first_registration():
    with Bench() as bench:
        device = device_id()
        certificate = bench.device(device)
        assert bench.deliver(certificate) == "created"
        assert calls(bench) == ["DescribeCertificate", "DescribeThing", "Publish", "RegisterThing", "AttachThingPrincipal",
                                "UpdateCertificate"]
        name = f"Azure-Sphere-{device[:5]}"
        assert_onboarded(bench, certificate, device, name)
        assert list(bench.registry.things[name]["principals"].values()) == [True], "exclusively"


def test_first_registration_of_a_fleet():
    with Bench(template="{device_id}") as bench:
        device = device_id()
        certificate = bench.device(device)
        assert bench.deliver(certificate) == "created"
        assert calls(bench) == ["DescribeCertificate", "DescribeThing", "Publish", "RegisterThing", "UpdateCertificate"]
        assert_onboarded(bench, certificate, device, device)


def test_renewal():
    with Bench() as bench:
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        assert bench.deliver(first) == "created"
        calls(bench)
        assert bench.deliver(second) == "renewed"
        assert calls(bench) == ["DescribeCertificate", "DescribeThing", "Publish", "RegisterThing", "AttachThingPrincipal",
                                "ListThingPrincipals", "UpdateCertificate", "DetachThingPrincipal", "DeleteCertificate"]
        assert_onboarded(bench, second, device, f"Azure-Sphere-{device[:5]}")
        assert first.id not in bench.registry.certificates
        assert list(bench.registry.things[f"Azure-Sphere-{device[:5]}"]["principals"].values()) == [True]


def test_a_predecessor_that_was_detached_and_not_deleted():
    """The Thing's attributes lead to it, and to no other: an active one, or another device's, stays."""
    with Bench() as bench:
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        name = f"Azure-Sphere-{device[:5]}"
        bench.deliver(first)
        bench.deliver(second)
        assert bench.registry.things[name]["attributes"]["predecessor"] == first.id
        for status, stays in (("ACTIVE", True), ("INACTIVE", False)):
            bench.kill()  # a process that saw the end asks no more
            bench.start()
            bench.registry.add_certificate(first, status)
            bench.registry.certificates[first.id]["status"] = status
            assert bench.deliver(second) == "current"
            assert (first.id in bench.registry.certificates) == stays, status
        sibling = bench.device(status="INACTIVE", age_s=300)
        bench.registry.things[name]["attributes"]["predecessor"] = sibling.id
        bench.kill()
        bench.start()
        assert bench.deliver(second) == "current"
        assert sibling.id in bench.registry.certificates


def test_current_certificate_changes_nothing():
    with Bench() as bench:
        device = device_id()
        certificate = bench.device(device)
        bench.deliver(certificate)
        before = json.dumps(bench.registry.things)
        assert bench.deliver(certificate) == "current"
        assert json.dumps(bench.registry.things) == before
        assert_onboarded(bench, certificate, device, f"Azure-Sphere-{device[:5]}")


def test_several_predecessors():
    with Bench() as bench:
        device = device_id()
        name = f"Azure-Sphere-{device[:5]}"
        old = [bench.device(device, age_s=900 - i * 100, status="ACTIVE") for i in range(4)]
        bench.registry.create_thing(name, {"thingTypeName": "AzureSphere", "attributePayload": {"attributes": {
            "deviceId": device, "certificateId": old[3].id, "notBefore": "1"}}})
        for certificate in old:
            arn = f"arn:aws:iot:us-east-1:123456789012:cert/{certificate.id}"
            bench.registry.attach_principal(name, arn, False)
            bench.registry.attach_policy("device-policy", arn)
        new = bench.device(device, age_s=10)
        assert bench.deliver(new) == "renewed"
        assert_onboarded(bench, new, device, name)
        assert list(bench.registry.certificates) == [new.id]


def test_detaching_takes_a_while():
    """The link stays visible for some seconds (AWS IoT API Reference, DetachThingPrincipal)."""
    with Bench() as bench:
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        bench.deliver(first)
        left = [2]

        def still_attached(name, number):
            if name == "DeleteCertificate" and left[0]:
                left[0] -= 1
                return 409, {"x-amzn-errortype": "DeleteConflictException"}, b'{"message":"Things must be detached"}'
            return None

        bench.server.before = still_attached
        assert bench.deliver(second) == "renewed"
        assert left == [0] and first.id not in bench.registry.certificates


def test_a_predecessor_activated_at_the_last_moment():
    with Bench() as bench:
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        bench.deliver(first)
        left = [1]

        def activate(name, number):
            if name == "DeleteCertificate" and left[0]:
                left[0] -= 1
                bench.registry.update_certificate(first.id, "ACTIVE")

        bench.server.before = activate
        assert bench.deliver(second) == "renewed"
        assert bench.registry.active() == [second.id] and first.id not in bench.registry.certificates


def test_certificates_of_others_are_left_alone():
    with Bench() as bench:
        device = device_id()
        name = f"Azure-Sphere-{device[:5]}"
        first = bench.device(device, age_s=200)
        bench.deliver(first)
        foreign = Authority().issue(device, age_s=300)
        sibling = bench.device(status="ACTIVE", age_s=300)
        bench.registry.add_certificate(foreign, "ACTIVE")
        for certificate in (foreign, sibling):
            bench.registry.attach_principal(name, f"arn:aws:iot:us-east-1:123456789012:cert/{certificate.id}", False)
        second = bench.device(device, age_s=100)
        assert bench.deliver(second) == "renewed"
        assert bench.registry.active() == sorted([foreign.id, sibling.id, second.id])


def test_names_grow_on_collision():
    with Bench() as bench:
        devices = [device_id("abcde1"), device_id("abcde2"), device_id("abcde12"), device_id("abcde2")]
        for device in devices:
            assert bench.deliver(bench.device(device)) == "created"
        names = {thing["attributes"]["deviceId"]: name for name, thing in bench.registry.things.items()}
        prefixes = ["abcde", "abcde2", "abcde1", devices[3][:7]]
        assert [names[device] for device in devices] == [f"Azure-Sphere-{prefix}" for prefix in prefixes], names
        # Each finds its own again.
        for device in devices:
            assert bench.deliver(bench.device(device, age_s=100)) == "renewed"
        assert len(bench.registry.things) == 4


def test_every_name_taken():
    with Bench(template="{device_id}") as bench:
        device = device_id()
        bench.registry.create_thing(device, {"attributePayload": {"attributes": {"deviceId": device_id()}}})
        certificate = bench.device(device)
        assert bench.deliver(certificate) == "refused"
        assert bench.registry.active() == []


def test_a_thing_belongs_to_one_tenant():
    with Bench() as bench:
        next_ca, other_tenant = Authority(bench.authority.tenant), Authority("87654321-4321-4321-4321-cba987654321")
        ours = [bench.authority, next_ca, other_tenant]
        bench.environment["ZT_CA_IDS"] = ",".join(ca.id for ca in ours)
        bench.environment["ZT_TENANTS"] = ",".join(ca.tenant for ca in ours)
        device = device_id()
        first = bench.device(device, age_s=300)
        assert bench.deliver(first) == "created"
        stranger = other_tenant.issue(device, age_s=100)
        bench.registry.add_certificate(stranger)
        assert bench.deliver(stranger) == "refused"
        assert bench.registry.active() == [first.id]
        second = next_ca.issue(device, age_s=200)
        bench.registry.add_certificate(second)
        assert bench.deliver(second) == "renewed"
        assert bench.registry.active() == [second.id]


def test_certificates_of_the_same_second():
    with Bench() as bench:
        device = device_id()
        certificates = [bench.device(device, age_s=100) for _ in range(3)]
        for certificate in certificates:
            assert bench.deliver(certificate) in ("created", "renewed")
        assert bench.registry.active() == [certificates[-1].id]


def test_without_register_thing():
    with Bench() as bench:
        bench.registry.register_thing = False
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        assert bench.deliver(first) == "created"
        assert calls(bench) == ["DescribeCertificate", "DescribeThing", "Publish", "RegisterThing", "CreateThing",
                                "AttachThingPrincipal", "AttachPolicy", "UpdateCertificate"]
        assert bench.deliver(second) == "renewed"
        assert_onboarded(bench, second, device, f"Azure-Sphere-{device[:5]}")


def test_register_thing_that_always_activates():
    """Nor is it confirmed that a pending certificate is left alone: all that a device needs is there before."""
    with Bench() as bench:
        device = device_id()
        certificate = bench.device(device)
        told = []

        def activate(name, number):
            if name == "RegisterThing":
                told.extend(bench.registry.retained)
                bench.registry.update_certificate(certificate.id, "ACTIVE")

        bench.server.after = activate
        assert bench.deliver(certificate) == "created"
        assert told == [f"zerotouch/{device}/identity"]
        assert_onboarded(bench, certificate, device, f"Azure-Sphere-{device[:5]}")


def test_register_thing_that_does_not_activate():
    """OverrideSettings for a certificate's status is not confirmed: if it did nothing, the next try activates."""
    with Bench() as bench:
        device = device_id()
        first, second = bench.device(device, age_s=200), bench.device(device, age_s=100)
        bench.deliver(first)
        bench.server.after = lambda name, number: (
            bench.registry.update_certificate(second.id, "PENDING_ACTIVATION") if name == "RegisterThing" else None)
        assert bench.deliver(second) == "renewed"
        bench.server.after = lambda name, number: None
        assert bench.deliver(second) == "finished"
        assert_onboarded(bench, second, device, f"Azure-Sphere-{device[:5]}")


run_all(globals())
