"""The Lambda that runs is the zip that was uploaded: another program in its place is the one that runs then."""
from packages import OTHER, package
from world import World, wait_for

with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    functions = world.client("lambda")
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    functions.update_function_code(FunctionName=name, ZipFile=package(OTHER))

    device = world.device(tenant)
    device.attest()
    refused = device.publish("https", "myhome/myroom", "x", "--timeout", "2", check=False)
    assert refused.returncode != 0, refused
    wait_for(lambda: "another program saw" in world.cloud.log_text(), "the other program ran")
    assert "caCertificateId" in world.cloud.log_text().split("another program saw", 1)[1]
    assert [c["status"] for c in world.certificates()] == ["PENDING_ACTIVATION"], world.certificates()
    assert functions.invoke(FunctionName=name, Payload=b"{}")["Payload"].read() == b'"not onboarding anybody"'

    # Set-up sees the difference and, with consent, puts the handler back; the device gets in.
    world.setup(tenant)
    assert "accepted" in [event["event"] for event in device.events("https")]
