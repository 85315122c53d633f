"""Lifecycle events: what rules and subscribers learn of connections, subscriptions, and CONNECTs that were refused."""
import json
import queue

from gw import DEADLINE_S, Gateway, allow, connect_packet, packet, policy, publish_packet, run, string


def lifecycle(gateway):
    try:
        message = gateway.events.get(timeout=DEADLINE_S)
    except queue.Empty:
        raise AssertionError("no lifecycle event") from None
    return message["topic"], json.loads(message["payload"]), message


def a_connection_from_its_begin_to_its_end():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        watcher = gateway.tap("$aws/events/presence/#").ready()
        raw = gateway.connect(leaf).open("dev1")
        topic, event, message = lifecycle(gateway)
        assert topic == "$aws/events/presence/connected/dev1"
        session = event.pop("sessionIdentifier")
        assert len(session) == 32 and int(session, 16) >= 0
        assert isinstance(event.pop("timestamp"), int)
        assert event == {"clientId": "dev1", "eventType": "connected", "principalIdentifier": leaf.id, "ipAddress": "127.0.0.1",
                         "versionNumber": 0}, event
        assert message["client"] == "dev1" and message["principal"] == leaf.id
        assert watcher.message().startswith("$aws/events/presence/connected/dev1 {")
        raw.send(packet(0xe0)).rest()
        topic, event, _ = lifecycle(gateway)
        assert topic == "$aws/events/presence/disconnected/dev1"
        del event["timestamp"]
        assert event == {"clientId": "dev1", "eventType": "disconnected", "sessionIdentifier": session, "principalIdentifier": leaf.id,
                         "clientInitiatedDisconnect": True, "disconnectReason": "CLIENT_INITIATED_DISCONNECT", "versionNumber": 0}, event
        assert watcher.message().startswith("$aws/events/presence/disconnected/dev1 {")
        gateway.connect(leaf).open("dev1").close()
        assert lifecycle(gateway)[1]["versionNumber"] == 1
        lost = lifecycle(gateway)[1]
        assert (lost["disconnectReason"], lost["clientInitiatedDisconnect"], lost["versionNumber"]) == ("CONNECTION_LOST", False, 1)
        watcher.stop()


def every_reason_has_its_word():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        leaf = gateway.device(ca, "dev1", policy(allow("iot:Connect", "client/*"), allow("iot:Publish", "topic/a")))

        def reason():
            while (event := lifecycle(gateway)[1])["eventType"] != "disconnected":
                pass
            return event["disconnectReason"]

        gateway.connect(leaf).open("x").send(publish_packet("b")).rest()
        assert reason() == "FORBIDDEN_ACCESS"
        older = gateway.connect(leaf).open("x")
        newer = gateway.connect(leaf).open("x")
        older.rest()
        assert reason() == "DUPLICATE_CLIENTID"
        newer.send(b"\x10\x00").rest()
        assert reason() == "CLIENT_ERROR"
        raw = gateway.connect(leaf).open("y")
        gateway.change("set", certificate=leaf.id, value="INACTIVE")
        raw.rest()
        assert reason() == "AUTH_ERROR"


def a_refused_connect():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", policy(allow("iot:Connect", "client/dev1")))
        gateway.connect(leaf).send(connect_packet("dev2")).rest()
        topic, event, _ = lifecycle(gateway)
        assert topic == "$aws/events/presence/connect_failed/dev2"
        del event["timestamp"]
        assert event == {"clientId": "dev2", "eventType": "connect_failed", "principalIdentifier": leaf.id,
                         "connectFailureReason": "AUTHORIZATION_FAILED"}, event
        gateway.connect(leaf).send(connect_packet("dev1", will=("forbidden", b"x", False))).rest()
        assert lifecycle(gateway)[1]["eventType"] == "connect_failed", "a will that is not allowed"


def subscriptions_with_what_was_granted():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", policy(allow("iot:Connect", "client/*"), allow("iot:Subscribe", "topicfilter/a/*")))
        raw = gateway.connect(leaf).open("dev1")
        session = lifecycle(gateway)[1]["sessionIdentifier"]
        raw.send(packet(0x82, b"\x00\x01" + string("a/b") + b"\x01" + string("no") + b"\x01" + string("a/#") + b"\x00"))
        assert raw.packet() == (0x90, b"\x00\x01\x01\x80\x00")
        topic, event, _ = lifecycle(gateway)
        assert topic == "$aws/events/subscriptions/subscribed/dev1"
        del event["timestamp"]
        assert event == {"clientId": "dev1", "eventType": "subscribed", "sessionIdentifier": session, "principalIdentifier": leaf.id,
                         "topics": ["a/b", "a/#"]}, event
        raw.send(packet(0xa2, b"\x00\x02" + string("a/b")))
        assert raw.packet() == (0xb0, b"\x00\x02")
        topic, event, _ = lifecycle(gateway)
        assert topic == "$aws/events/subscriptions/unsubscribed/dev1" and event["topics"] == ["a/b"], event


def a_client_id_that_fits_no_topic_has_none():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        gateway.connect(leaf).open("odd#+id").send(packet(0xe0)).rest()
        gateway.connect(leaf).open("plain")
        assert lifecycle(gateway)[0] == "$aws/events/presence/connected/plain"


def the_name_of_an_exclusive_thing():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        gateway.change("thing", name="Lamp", target=leaf.arn, exclusive=True)
        gateway.connect(leaf).open("any")
        assert lifecycle(gateway)[1]["thingName"] == "Lamp"


def silence_ends_a_connection_at_one_and_a_half_times_its_keep_alive():
    """Seconds of 30 ms: 30 of them, the least that AWS takes, are 1.35 s."""
    with Gateway(second_ms=30) as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for version, goodbye in ((4, b""), (5, b"\xe0\x01\x8d")):
            raw = gateway.connect(leaf).open("dev1", version, keep_alive=1)
            for _ in range(5):
                raw.send(packet(0xc0))
                assert raw.packet() == (0xd0, b"")
            assert raw.rest() == goodbye
            while (event := lifecycle(gateway)[1])["eventType"] != "disconnected":
                pass
            assert event["disconnectReason"] == "MQTT_KEEP_ALIVE_TIMEOUT", event
            assert gateway.refusal()["rule"] == "KeepAlive"


run(a_connection_from_its_begin_to_its_end, every_reason_has_its_word, a_refused_connect, subscriptions_with_what_was_granted,
    a_client_id_that_fits_no_topic_has_none, the_name_of_an_exclusive_thing,
    silence_ends_a_connection_at_one_and_a_half_times_its_keep_alive)
