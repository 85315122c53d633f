"""kill -9 in the middle of writes by the control plane, HTTPS and MQTT: whatever was acknowledged is there when the cloud is back."""
import fcntl
import json
import os
import pathlib
import queue
import re
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
import paho.mqtt.client as paho  # noqa: E402
from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402
from gw import ALLOW_ALL, Authority  # noqa: E402
from packages import package  # noqa: E402
from world import DEADLINE_S, World, wait_for  # noqa: E402

ROUNDS, ACKNOWLEDGED_A_ROUND = 3, 25
QUEUED_A_ROUND = 300  # a broker keeps so many for a session, and Debian's mosquitto 1000
TOPICS = 5
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
# Writes each event down, and answers with its own number.
PROGRAM = r"""#!/bin/bash
base="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
head=$(mktemp)
trap 'rm -f "$head"' EXIT
while event=$(curl -sS -D "$head" "$base/invocation/next"); do
  id=$(sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *//p' "$head" | tr -d '\r')
  echo "$event" >> FILE
  curl -sS -d 'NUMBER' "$base/invocation/$id/response" >/dev/null
done
"""


class Session:
    def __init__(self, world, leaf, name, filters=(), qos=0, clean=True):
        self.connects, self.messages, self.subscribed = queue.Queue(), queue.Queue(), queue.Queue()
        self.mqtt = paho.Client(name, clean_session=clean, reconnect_on_failure=False)
        self.mqtt.tls_set(world.cloud_ca, leaf.pem, leaf.key)
        self.mqtt.on_connect = lambda _c, _u, flags, code: self.connects.put((code, flags["session present"]))
        self.mqtt.on_subscribe = lambda *_: self.subscribed.put(True)
        self.mqtt.on_message = lambda _c, _u, message: self.messages.put(message.payload)
        self.lost = threading.Event()
        self.mqtt.on_disconnect = lambda *_: self.lost.set()
        self.mqtt.connect("localhost", world.mqtt_port)
        self.mqtt.loop_start()
        code, self.was_present = self.connects.get(timeout=DEADLINE_S)
        assert code == 0, code
        if filters:
            self.mqtt.subscribe([(f, qos) for f in filters])
            self.subscribed.get(timeout=DEADLINE_S)

    def publish(self, topic, payload, retain=False):
        """True once it is acknowledged, False when that never came."""
        info = self.mqtt.publish(topic, payload, qos=1, retain=retain)
        while info.rc == paho.MQTT_ERR_SUCCESS and not info.is_published() and not self.lost.is_set():
            info.wait_for_publish(0.05)
        return info.rc == paho.MQTT_ERR_SUCCESS and info.is_published()

    def stop(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


class Writer:
    """Writes number after number until the cloud is gone, and goes on behind the last one when it is back."""

    def __init__(self, name):
        self.name, self.tried, self.acknowledged = name, 0, []

    def start(self, write):
        def work():
            while True:
                self.tried += 1
                try:
                    if not write(self.tried):
                        return
                except (ClientError, BotoCoreError, OSError):
                    return
                self.acknowledged.append(self.tried)

        self.wanted = len(self.acknowledged) + ACKNOWLEDGED_A_ROUND
        self.thread = threading.Thread(target=work)
        self.thread.start()

    def is_busy(self):
        assert self.thread.is_alive(), f"{self.name} ended before the kill"
        return len(self.acknowledged) >= self.wanted

    def holds(self, number, of=lambda n: True):
        last = max(n for n in self.acknowledged if of(n))
        assert last <= number <= self.tried, f"{self.name}: {number} is there, {last} was acknowledged, {self.tried} begun"


def program(world, number):
    return package(PROGRAM.replace("FILE", str(world.folder / "events")).replace("NUMBER", str(number)))


def writers(world, leaf, queued_before):
    """What each writes, and the sessions that they use."""
    iot, other_iot = world.client("iot"), world.client("iot")
    data, other_data = world.client("iot-data"), world.client("iot-data")
    functions, other_functions = world.client("lambda"), world.client("lambda")
    about = Session(world, leaf, "about", ["$aws/things/by-mqtt/shadow/update/accepted"])
    kept, queued = Session(world, leaf, "kept"), Session(world, leaf, "queue")

    def make_thing(n):
        iot.create_thing(thingName=f"t{n}", attributePayload={"attributes": {"n": str(n)}})
        return True

    def update_thing(n):
        other_iot.update_thing(thingName="counter", attributePayload={"attributes": {"n": str(n)}})
        return True

    def event(n):
        return functions.invoke(FunctionName="events", InvocationType="Event", Payload=str(n))["StatusCode"] == 202

    def code(n):
        other_functions.update_function_code(FunctionName="code", ZipFile=program(world, n))
        return True

    def shadow_by_https(n):
        other_data.update_thing_shadow(thingName="by-https", payload=json.dumps({"state": {"reported": {"n": n}}}))
        return True

    def shadow_by_mqtt(n):
        if not about.publish("$aws/things/by-mqtt/shadow/update", json.dumps({"state": {"desired": {"n": n}}, "clientToken": str(n)})):
            return False
        while not about.lost.is_set():
            try:
                return json.loads(about.messages.get(timeout=0.05))["clientToken"] == str(n)
            except queue.Empty:
                pass
        return False

    queue_end = queued_before + QUEUED_A_ROUND

    def queue_one(n):
        return queued.publish("queue/a", str(n)) if n <= queue_end else queued.lost.wait() and False

    return {
        "thing": make_thing, "attribute": update_thing, "https": shadow_by_https, "mqtt": shadow_by_mqtt,
        "retained": lambda n: kept.publish(f"kept/{n % TOPICS}", str(n), retain=True),
        "retained by HTTPS": lambda n: data.publish(topic="kept/https", payload=str(n), qos=1, retain=True) is not None,
        "queue": queue_one, "event": event, "code": code,
    }, (about, kept, queued)


def look(world, by_name):
    """What is there of each."""
    iot, data = world.client("iot"), world.client("iot-data")
    things = {thing["thingName"] for page in iot.get_paginator("list_things").paginate() for thing in page["things"]}
    made = by_name["thing"]
    assert {f"t{n}" for n in made.acknowledged} <= things, {f"t{n}" for n in made.acknowledged} - things
    assert things <= {f"t{n}" for n in range(1, made.tried + 1)} | {"counter"}
    by_name["attribute"].holds(int(iot.describe_thing(thingName="counter")["attributes"]["n"]))
    for name, section in (("https", "reported"), ("mqtt", "desired")):
        shadow = json.loads(data.get_thing_shadow(thingName=f"by-{name}")["payload"].read())
        by_name[name].holds(shadow["state"][section]["n"])
        assert len(by_name[name].acknowledged) <= shadow["version"] <= by_name[name].tried, shadow
    by_name["retained by HTTPS"].holds(int(data.get_retained_message(topic="kept/https")["payload"]))
    by_name["code"].holds(int(world.client("lambda").invoke(FunctionName="code", Payload="0")["Payload"].read()))
    events = world.folder / "events"
    wait_for(lambda: set(by_name["event"].acknowledged) <= {int(line) for line in events.read_text().split()}, "all events were handled")
    for topic in range(TOPICS):
        there = int(data.get_retained_message(topic=f"kept/{topic}")["payload"])
        by_name["retained"].holds(there, lambda n: n % TOPICS == topic)


def a_slow_mosquitto_is_waited_for(world):
    """One that a killed daemon left behind holds the lock of its folder until it has written what it has queued."""
    lock = world.cloud.data / "broker/running"
    older = re.findall(r"mosquitto started pid=(\d+)", world.cloud.log_text())[-1]
    assert os.readlink(f"/proc/{older}/fd/0") == str(lock)
    world.cloud.kill()
    with open(lock, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        starting = threading.Thread(target=world.cloud.start)
        starting.start()
        wait_for(lambda: "the mosquitto of before is still writing its sessions" in world.cloud.log_text(), "it waits")
    starting.join(DEADLINE_S)
    assert not starting.is_alive()


with World(attest=False) as world:
    iot = world.client("iot")
    leaf = Authority(world.folder, "one").leaf("dev1")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=arn)
    iot.create_thing(thingName="counter")
    role = world.client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    for name in ("events", "code"):
        world.client("lambda").create_function(FunctionName=name, Runtime="provided.al2023", Role=role, Handler="x", Timeout=30,
                                               Code={"ZipFile": program(world, 0)})
    Session(world, leaf, "sleeper", ["queue/+"], qos=1, clean=False).stop()

    by_name = {}
    for _ in range(ROUNDS):
        writes, sessions = writers(world, leaf, by_name["queue"].tried if by_name else 0)
        for name, write in writes.items():
            by_name.setdefault(name, Writer(name)).start(write)
        wait_for(lambda: all([writer.is_busy() for writer in by_name.values()]), "all are writing")
        world.cloud.kill()
        for writer in by_name.values():
            writer.thread.join(DEADLINE_S)
            assert not writer.thread.is_alive(), writer.name
        for session in sessions:
            session.mqtt.loop_stop()
        world.cloud.start()
        look(world, by_name)

    sleeper = Session(world, leaf, "sleeper", clean=False)
    assert sleeper.was_present
    missing = set(by_name["queue"].acknowledged)
    print({name: len(writer.acknowledged) for name, writer in by_name.items()})
    try:
        while missing:
            missing.discard(int(sleeper.messages.get(timeout=DEADLINE_S)))
    except queue.Empty:
        raise AssertionError(f"acknowledged, and not delivered: {sorted(missing)}") from None
    sleeper.stop()
    a_slow_mosquitto_is_waited_for(world)
