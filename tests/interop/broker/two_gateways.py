"""Two gateways on one store and one broker: a device may land on either."""
import json
import sqlite3
import subprocess
import threading

from botocore.exceptions import ClientError
from brokers import Client, Mosquitto, certificate
from refusal import CONFIG, USAGE, check, refusal
from world import BIN, DEMO_MESSAGE, Daemon, World, wait_for


def through(world, gateway, device, via):
    """What the device tells of a publish through that gateway."""
    done = world.run("zerotouch-device", "publish", "--state", device.state, "--endpoint", "localhost", "--via", via,
                     "--mqtt-port", gateway.endpoints["mqttPort"], "--https-port", gateway.endpoints["httpsPort"],
                     "--ca-file", gateway.endpoints["ca"], "--json", "myhome/myroom", DEMO_MESSAGE)
    return [json.loads(line)["event"] for line in done.stdout.splitlines()]


def gateway_of(world, broker):
    folder = world.folder / "second"
    folder.mkdir()
    return Daemon("cloud", folder, "--role", "gateway", "--join", world.cloud.data, *broker.options)


def devices_land_on_either(world, first, second):
    tenant = world.tenant()
    world.setup(tenant)
    watch = world.watch()
    for via in ("https", "mqtt"):
        device = world.device(tenant)
        device.attest()
        # Unknown to the second gateway, which registers it; the handler runs beside the first.
        events = through(world, second, device, via)
        assert "refused" in events and "accepted" in events, events
        assert watch.event()["payload"] == DEMO_MESSAGE
        # The first one knows it by then.
        events = through(world, first, device, via)
        assert "accepted" in events and "refused" not in events, events
        assert watch.event()["payload"] == DEMO_MESSAGE
    assert len(world.things()) == 2, world.things()
    watch.stop()


def sessions_and_shadows_are_one(world, first, second):
    files = certificate(world, world.folder)
    answers = [f"$aws/things/t/shadow/{verb}/accepted" for verb in ("update", "get")]

    def client(gateway, name, *filters):
        return Client(gateway.endpoints["mqttPort"], world.cloud_ca, files, name, filters)

    wait_for(lambda: len(world.client("iot").list_policies()["policies"]) >= 1, "the policy is there")
    on_first, on_second = client(first, "one", "to/one", *answers), client(second, "two", "to/two", *answers)
    on_first.publish("to/two", "from one")
    on_second.until(lambda: ("to/two", "from one", False) in on_second.got, "a message from the first to the second")
    on_second.publish("to/one", "from two")
    on_first.until(lambda: ("to/one", "from two", False) in on_first.got, "a message from the second to the first")

    def version():
        return json.loads(world.client("iot-data").get_thing_shadow(thingName="t")["payload"].read())["version"]

    on_first.publish("$aws/things/t/shadow/update", '{"state":{"reported":{"a":1}}}')
    on_second.until(lambda: any(t == answers[0] for t, _, _ in on_second.got), "the shadow's answer, at the other gateway")

    # The second follows within moments, and goes on from there.
    def update(value):
        on_second.publish("$aws/things/t/shadow/get", "")
        return any(t == answers[1] and json.loads(p)["version"] >= value for t, p, _ in on_second.got)

    wait_for(lambda: update(1), "the second gateway knows the shadow")
    on_second.publish("$aws/things/t/shadow/update", '{"state":{"reported":{"b":2}}}')
    wait_for(lambda: version() == 2, "the first gateway knows what the second wrote")

    # Retained messages are rows for both.
    on_second.publish("kept", "by two", retain=True)
    wait_for(lambda: "kept" in [m["topic"] for m in world.client("iot-data").list_retained_messages()["retainedTopics"]],
             "the first gateway lists it")
    for payload in ("again", "and again"):
        on_first.publish("kept", payload, retain=True)
        on_second.publish("kept", payload + " by two", retain=True)

    # One client id, one connection.
    losses = on_first.losses
    on_first.paho.reconnect_delay_set(120, 120)
    twin = client(second, "one")
    on_first.until(lambda: on_first.losses > losses, "the older connection ends")

    # What the control plane revokes ends connections at the gateway that has none.
    on_second.paho.reconnect_delay_set(120, 120)
    iot = world.client("iot")
    mine = next(c for c in iot.list_certificates()["certificates"] if c["certificateId"] in
                {t.split("/")[-1] for t in iot.list_targets_for_policy(policyName="everything")["targets"]})
    losses = on_second.losses
    iot.update_certificate(certificateId=mine["certificateId"], newStatus="INACTIVE")
    on_second.until(lambda: on_second.losses > losses, "the connection ends")
    iot.update_certificate(certificateId=mine["certificateId"], newStatus="ACTIVE")
    for each in (on_first, on_second, twin):
        each.stop()
    return files


def a_collision_is_to_be_tried_again(world):
    """Another process changes a thing between our change in memory and its way to the disk."""
    iot, other, answers = world.client("iot"), world.client("iot"), []
    iot.create_thing(thingName="twice", attributePayload={"attributes": {"by": "nobody"}})

    def update():
        try:
            answers.append(iot.update_thing(thingName="twice", attributePayload={"attributes": {"by": "us"}}))
        except ClientError as error:
            answers.append(error.response)

    def by():
        return other.describe_thing(thingName="twice")["attributes"]["by"]

    database = sqlite3.connect(world.cloud.data / "registry.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    ours = threading.Thread(target=update)
    ours.start()
    wait_for(lambda: by() == "us", "the change is in memory")
    database.execute("INSERT INTO change (kind, key, writer) SELECT kind, key, 1 FROM record WHERE key = ?", (b"twice",))
    database.execute("COMMIT")
    database.close()
    ours.join()
    assert answers[0]["ResponseMetadata"]["HTTPStatusCode"] == 503, answers
    assert answers[0]["Error"]["Code"] == "ServiceUnavailableException", answers
    assert by() == "nobody"
    iot.update_thing(thingName="twice", attributePayload={"attributes": {"by": "us"}})
    iot.delete_thing(thingName="twice")


with Mosquitto() as broker, World(cloud_options=broker.options) as world:
    second = gateway_of(world, broker).start()
    try:
        assert "control" not in second.endpoints, second.endpoints
        devices_land_on_either(world, world.cloud, second)
        files = sessions_and_shadows_are_one(world, world.cloud, second)
        a_collision_is_to_be_tried_again(world)

        # A second process of everything is refused while the first is there.
        twin = subprocess.run([BIN / "zerotouch-cloud", "--data", world.cloud.data, "--pick-ports", *broker.options],
                              capture_output=True, timeout=60)
        assert twin.returncode == CONFIG and b"in use" in twin.stderr, twin

        # A gateway may die, and the process with the rest of it too: the other one goes on.
        second.kill()
        second.start()
        world.cloud.kill()
        alone = Client(second.endpoints["mqttPort"], second.endpoints["ca"], files, "alone", ["loop"])
        alone.publish("loop", "round")
        alone.until(lambda: ("loop", "round", False) in alone.got, "the message goes round")
        alone.stop()
        world.cloud.start()
        assert len(world.things()) == 2
    finally:
        assert second.stop() == 0

# Not to be joined: a process with a broker of its own, and a folder without a registry.
with Mosquitto() as broker, World(attest=False) as world:
    line = refusal(CONFIG, "--role", "gateway", "--join", world.cloud.data, *broker.options)
    check(line, "in use by another process")
    check(refusal(CONFIG, "--role", "gateway", "--join", world.folder, *broker.options), "start zerotouch-cloud")
check(refusal(USAGE, "--role", "gateway", "--join", "/tmp"), "--broker URL")
check(refusal(USAGE, "--role", "half"), "all and gateway")
check(refusal(USAGE, "--join", "/tmp"), "--role gateway")
