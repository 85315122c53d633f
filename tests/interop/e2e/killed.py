"""kill -9 between registration and activation: the cloud starts again and the device still gets in; nothing is lost."""
import time

from packages import BLOCKED, package
from world import World, wait_for

with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    functions = world.client("lambda")
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    functions.update_function_code(FunctionName=name, ZipFile=package(BLOCKED))

    device = world.device(tenant)
    device.attest()
    device.publish("https", "myhome/myroom", "x", "--timeout", "1", check=False)
    wait_for(lambda: "blocked on an event" in world.cloud.log_text(), "the handler holds the event")
    before = world.certificates()
    assert [c["status"] for c in before] == ["PENDING_ACTIVATION"], before
    things = world.things()
    identities = sorted(p["policyName"] for p in world.client("iot").list_policies()["policies"])

    world.cloud.kill()
    world.cloud.start()
    assert [c["certificateId"] for c in world.certificates()] == [c["certificateId"] for c in before]
    assert world.things() == things
    assert sorted(p["policyName"] for p in world.client("iot").list_policies()["policies"]) == identities

    # With the handler back in its place, the event that was accepted before the kill, or the device's next try, gets it in.
    world.setup(tenant)
    began = time.monotonic()
    assert "accepted" in [event["event"] for event in device.events("https")]
    assert len(world.things()) == 1
    print(f"accepted {time.monotonic() - began:.2f} s after the handler was back")
