"""After a rollover two CAs have one subject and no key identifiers; devices of both onboard."""
import subprocess

from world import World


def subject_and_extensions(pem):
    text = subprocess.run(["openssl", "x509", "-noout", "-subject", "-ext", "subjectKeyIdentifier,authorityKeyIdentifier"],
                          input=pem.encode(), capture_output=True)
    return text.stdout.decode()


with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    old = world.device(tenant)
    old.attest()

    answer = world.run_json("zerotouch", "tenant", "rollover", "--socket", world.attest.endpoints["operator"], "--tenant", tenant)
    assert "Key Identifier" not in subject_and_extensions(answer["caCertificate"])
    world.setup(tenant)
    new = world.device(tenant)
    new.attest()

    for device in (new, old):
        kinds = [event["event"] for event in device.events("https")]
        assert "refused" in kinds and "accepted" in kinds, kinds

    iot = world.client("iot")
    cas = iot.list_ca_certificates()["certificates"]
    assert len(cas) == 2 and all(ca["status"] == "ACTIVE" for ca in cas), cas
    issued = [len(iot.list_certificates_by_ca(caCertificateId=ca["certificateId"])["certificates"]) for ca in cas]
    assert issued == [1, 1], issued
    assert len(world.things()) == 2

    # The old device renews under the new CA and stays the same Thing.
    before = {t["deviceId"]: t["thingName"] for t in world.things()}
    old.attest("--renew")
    assert "accepted" in [event["event"] for event in old.events("https")]
    assert {t["deviceId"]: t["thingName"] for t in world.things()} == before
