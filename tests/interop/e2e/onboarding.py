"""The main job: two devices onboard by HTTPS and by MQTT; the first one comes back with a new certificate."""
from world import DEMO_MESSAGE, World, wait_for

with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    watch = world.watch()
    things = {}
    for via in ("https", "mqtt"):
        device = world.device(tenant)
        device.attest()
        events = device.events(via)
        kinds = [event["event"] for event in events]
        assert "refused" in kinds and "accepted" in kinds, kinds
        assert kinds.index("refused") < kinds.index("accepted"), kinds
        message = watch.event()
        assert message["payload"] == DEMO_MESSAGE, message
        assert message["topic"] == "myhome/myroom", message
        mine = [thing for thing in world.things() if thing["deviceId"] == device.id]
        assert len(mine) == 1, mine
        things[device.id] = mine[0]
        assert mine[0]["thingName"] == "Azure-Sphere-" + device.id[:5], mine
        assert mine[0]["tenant"] == tenant, mine
        if via == "https":
            first = device

    # Accepted once, a device is not refused again.
    assert "refused" not in [event["event"] for event in first.events("https")]
    assert watch.event()["payload"] == DEMO_MESSAGE

    # The next day: a new certificate, the same Thing, the old certificate gone.
    before = things[first.id]
    first.attest("--renew")
    assert "refused" in [event["event"] for event in first.events("https")]
    assert watch.event()["payload"] == DEMO_MESSAGE
    after = [thing for thing in world.things() if thing["deviceId"] == first.id]
    assert [thing["thingName"] for thing in after] == [before["thingName"]], after
    assert after[0]["certificateId"] != before["certificateId"], after
    wait_for(lambda: before["certificateId"] not in [c["certificateId"] for c in world.certificates()],
             "the old certificate is gone")
    active = {c["certificateId"] for c in world.certificates() if c["status"] == "ACTIVE"}
    assert after[0]["certificateId"] in active, active
    assert watch.stop() == 0

    # What the watcher had of its own is gone with it: one certificate a device is left.
    assert len(world.certificates()) == 2, world.certificates()

    # A device that nobody claimed gets no certificate.
    stranger = world.device(tenant, claim=False)
    refused = stranger.attest(check=False)
    assert refused.returncode == 9, refused
    assert b"claim" in refused.stderr, refused.stderr
