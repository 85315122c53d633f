"""What MQTT 5 lets a client ask of its session, byte by byte; the broker does it, the gateway must not stand in its way."""
import time

from gw import Gateway, connect_packet, packet, publish_packet, run, string, wait_for

HOUR = b"\x11\x00\x00\x0e\x10"  # Session Expiry Interval of 3600 s
SECOND = b"\x11\x00\x00\x00\x01"


def subscribe(raw, filter_, options=1):
    raw.send(packet(0x82, b"\x00\x01\x00" + string(filter_) + bytes([options])))
    assert raw.packet() == (0x90, b"\x00\x01\x00\x01")


def comes(gateway, leaf, client, properties=b"", clean=True):
    """The connection and its Session Present."""
    raw = gateway.connect(leaf).send(connect_packet(client, 5, clean, properties=properties))
    first, body = raw.packet()
    assert first == 0x20 and body[1] == 0, body
    return raw, body[0]


def leaves(raw, properties=b""):
    raw.send(packet(0xe0, b"\x00" + bytes([len(properties)]) + properties if properties else b"")).rest()


def publishes(raw, topic, payload, properties=b"", qos=1):
    raw.send(publish_packet(topic, payload, qos, version=5, properties=properties))
    if qos:
        assert raw.packet() == (0x40, b"\x00\x01")


def messages_expire_while_they_wait():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw, _ = comes(gateway, leaf, "s", HOUR)
        subscribe(raw, "q/#")
        leaves(raw)
        pub, _ = comes(gateway, leaf, "p")
        began = time.monotonic()
        publishes(pub, "q/fleeting", b"gone", b"\x02\x00\x00\x00\x01")
        publishes(pub, "q/zero", b"not kept", qos=0)
        publishes(pub, "q/lasting", b"here", b"\x02\x00\x00\x0e\x10" + b"\x26" + string("a") + string("b"))
        wait_for(lambda: time.monotonic() - began > 2.1, "a second is over, by mosquitto's clock of whole seconds too")
        raw, present = comes(gateway, leaf, "s", HOUR, clean=False)
        assert present == 1
        first, body = raw.packet()
        topic = string("q/lasting")
        assert first == 0x32 and body.startswith(topic) and body.endswith(b"here"), body
        properties = body[len(topic) + 3:-4]
        assert b"\x26" + string("a") + string("b") in properties, properties
        left = int.from_bytes(properties[properties.index(b"\x02\x00\x00") + 1:][:4], "big")
        assert 3500 < left < 3600, "the expiry has counted down"
        raw.send(b"\xc0\x00")
        assert raw.packet() == (0xd0, b""), "nothing else was kept"


def what_was_not_acknowledged_comes_again():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw, _ = comes(gateway, leaf, "s", HOUR)
        subscribe(raw, "q")
        pub, _ = comes(gateway, leaf, "p")
        publishes(pub, "q", b"once")
        assert raw.packet()[1].endswith(b"once")
        raw.close()
        raw, present = comes(gateway, leaf, "s", HOUR, clean=False)
        first, body = raw.packet()
        assert present == 1 and first in (0x32, 0x3a) and body.endswith(b"once")
        raw.send(packet(0x40, body[3:5]))
        raw.send(b"\xc0\x00")
        assert raw.packet() == (0xd0, b"")
        leaves(raw)
        raw, present = comes(gateway, leaf, "s", HOUR, clean=False)
        raw.send(b"\xc0\x00")
        assert present == 1 and raw.packet() == (0xd0, b""), "acknowledged is acknowledged"


def sessions_end():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")

        def present(client):
            raw, there = comes(gateway, leaf, client, HOUR, clean=False)
            raw.close()
            return there

        raw, _ = comes(gateway, leaf, "clean", HOUR)
        leaves(raw)
        assert comes(gateway, leaf, "clean", HOUR)[1] == 0, "Clean Start begins anew"
        raw, _ = comes(gateway, leaf, "changed", HOUR)
        leaves(raw, b"\x11\x00\x00\x00\x00")
        assert present("changed") == 0, "a DISCONNECT may end the session"
        raw, _ = comes(gateway, leaf, "raised", SECOND)
        leaves(raw, b"\x11\xff\xff\xff\xff")
        raw, _ = comes(gateway, leaf, "none")
        leaves(raw)
        assert present("none") == 0
        raw, _ = comes(gateway, leaf, "second", SECOND)
        leaves(raw)
        # Looking would make the session live on: its messages tell when it has ended.
        began = time.monotonic()
        wait_for(lambda: time.monotonic() - began > 3, "the second and mosquitto's next look are over")
        assert present("second") == 0
        assert present("raised") == 1


def flow_control_and_packet_size():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        pub, _ = comes(gateway, leaf, "p")
        one, _ = comes(gateway, leaf, "one", b"\x21\x00\x01")  # Receive Maximum 1
        subscribe(one, "r")
        publishes(pub, "r", b"first")
        publishes(pub, "r", b"second")
        body = one.packet()[1]
        one.send(b"\xc0\x00")
        assert body.endswith(b"first") and one.packet() == (0xd0, b""), "no second one before the PUBACK"
        one.send(packet(0x40, body[3:5]))
        assert one.packet()[1].endswith(b"second")
        small, _ = comes(gateway, leaf, "small", b"\x27\x00\x00\x02\x58")  # Maximum Packet Size 600
        subscribe(small, "m")
        publishes(pub, "m", b"x" * 700)
        publishes(pub, "m", b"fits")
        assert small.packet()[1].endswith(b"fits")


def subscription_options():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw, _ = comes(gateway, leaf, "s")
        subscribe(raw, "own", 1 | 4)  # No Local
        publishes(raw, "own", b"x")
        raw.send(b"\xc0\x00")
        assert raw.packet() == (0xd0, b"")
        raw.send(publish_packet("kept", b"old", 1, True, version=5))
        assert raw.packet() == (0x40, b"\x00\x01")
        subscribe(raw, "kept", 1 | 8 | 0x20)  # Retain As Published, Retain Handling 2
        raw.send(b"\xc0\x00")
        assert raw.packet() == (0xd0, b""), "nothing that was retained"
        raw.send(publish_packet("kept", b"new", 1, True, version=5))
        assert {raw.packet()[0], raw.packet()[0]} == {0x40, 0x33}


run(messages_expire_while_they_wait, what_was_not_acknowledged_comes_again, sessions_end, flow_control_and_packet_size, subscription_options)
