"""zerotouch-cloud in front of a mosquitto that it did not start: by TCP; by TLS with a login; killed in mid-traffic."""
import pathlib
import signal

from brokers import Client, Mosquitto, certificate
from world import DEMO_MESSAGE, World, wait_for

# By TCP: the whole story of a device, then the broker dies with all that it had.
with Mosquitto() as broker, World(cloud_options=broker.options) as world:
    tenant = world.tenant()
    world.setup(tenant)
    watch = world.watch()
    device = world.device(tenant)
    device.attest()
    assert "accepted" in [event["event"] for event in device.events("mqtt")]
    assert watch.event()["payload"] == DEMO_MESSAGE
    watch.stop()

    client = Client(world.mqtt_port, world.cloud_ca, certificate(world, world.folder), "c", ["a/b", "$aws/things/c/shadow/update/accepted"])
    client.publish("$aws/things/c/shadow/update", '{"state":{"reported":{"on":true}}}')
    client.until(lambda: client.got, "the shadow answers")
    client.publish("kept", "for later", retain=True)
    client.until(lambda: len(client.acknowledged) == 2, "both are acknowledged")

    broker.end(signal.SIGKILL)
    client.until(lambda: client.losses >= 1, "the client is told")
    wait_for(lambda: "the broker is gone" in world.cloud.log_text(), "the log tells of it")
    broker.start()
    client.until(lambda: client.ready, "the client is back")
    client.publish("a/b", "after")
    client.until(lambda: any(payload == "after" for _, payload, _ in client.got), "the message after the restart")
    # The broker had forgotten it; its row had not.
    late = Client(world.mqtt_port, world.cloud_ca, world.folder, "late", ["kept"])
    late.until(lambda: ("kept", "for later", True) in late.got, "the retained message is back")
    # By HTTPS too, through the connection of our own.
    world.client("iot-data").publish(topic="a/b", qos=1, payload=b"by https")
    client.until(lambda: any(payload == "by https" for _, payload, _ in client.got), "the message by HTTPS")
    late.stop()
    client.stop()

# By TLS with a login: a broker that ends in good order in mid-traffic loses none of what was acknowledged.
COUNT = 300
with Mosquitto(tls=True, login=("gateway", "not in argv"), more="persistence true\nautosave_interval 1\nmax_queued_messages 10000") as broker, \
        World(attest=False, cloud_options=broker.options) as world:
    argv = pathlib.Path(f"/proc/{world.cloud.process.pid}/cmdline").read_bytes()
    assert b"not in argv" not in argv
    files = certificate(world, world.folder)
    subscriber = Client(world.mqtt_port, world.cloud_ca, files, "subscriber", ["numbers"], clean=False)
    publisher = Client(world.mqtt_port, world.cloud_ca, files, "publisher")
    for number in range(COUNT):
        publisher.publish("numbers", str(number))
        if number == COUNT // 2:
            publisher.until(lambda: publisher.acknowledged, "traffic flows")
            broker.end(signal.SIGTERM)
            publisher.until(lambda: publisher.losses >= 1, "the publisher is told")
            broker.start()
    publisher.until(lambda: len(publisher.acknowledged) == COUNT, "all are acknowledged")
    subscriber.until(lambda: {p for _, p, _ in subscriber.got} == {str(n) for n in range(COUNT)}, "all have arrived")
    assert subscriber.losses >= 1
    publisher.stop()
    subscriber.stop()
