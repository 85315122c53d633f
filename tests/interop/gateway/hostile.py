"""Peers that mean no good, or cannot do better: memory stays bounded, others are served."""
import os
import socket
import ssl
import struct

from gw import Gateway, connect_packet, packet, publish_packet, run, string, wait_for
from watching import is_at_rest, resident_kb, still_serves


def costs_nothing(gateway):
    """A connection that the gateway waits for must not keep it busy."""
    assert is_at_rest(gateway)


def a_thousand_silent_connections():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        silent = [socket.create_connection(("127.0.0.1", gateway.ports[port])) for _ in range(500) for port in ("mqtt", "https")]
        still_serves(gateway, leaf)
        half = [gateway.connect(leaf) for _ in range(20)]
        for raw in half:
            raw.send(b"\x10\x7f")
        still_serves(gateway, leaf)
        for s in silent + half:
            s.close()
        wait_for(lambda: gateway.count("open") == 0, "all of them are gone")


def patience_ends():
    with Gateway(patience_ms=1000) as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for port in ("mqtt", "https"):
            silent = socket.create_connection(("127.0.0.1", gateway.ports[port]), 30)
            assert silent.recv(1) == b""
        for drip in (b"", b"\x10", connect_packet("x")[:-1]):
            assert gateway.connect(leaf).send(drip).rest() == b""
            assert gateway.refusal()["rule"] == "Silence"
        slow = gateway.connect(leaf, port="https").send(b"POST /topics/a HTTP/1.1\r\nContent-Le")
        assert slow.rest().startswith(b"HTTP/1.1 408")
        assert gateway.refusal()["rule"] == "Silence"
        assert gateway.connect(leaf, port="https").send(b"POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx").read(12) \
            == b"HTTP/1.1 200"


def noise_instead_of_packets():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00", b"\xff" * 64, b"\x10\xff\xff\xff\xff\x7f", b"\xc0\x00",
                      publish_packet("t"), b"\x10\x04\x00\x04MQ"):
            assert gateway.connect(leaf).send(noise).rest() == b""
            assert gateway.refusal()["rule"] == "Malformed", noise
        for noise in (b"\x00", b"\x36\x03\x00\x01t", b"\x32\x05\x00\x01t\x00\x00", connect_packet("again"), b"\xf0\x00", b"\x50\x02\x00\x01"):
            raw = gateway.connect(leaf).open("x")
            assert raw.send(noise).rest() == b""
            assert gateway.refusal()["rule"] == "Malformed", noise
        for _ in range(3):
            plain = socket.create_connection(("127.0.0.1", gateway.ports["mqtt"]))
            plain.sendall(os.urandom(256))
            try:
                while plain.recv(4096):
                    pass
            except ConnectionResetError:
                pass
        for noise, status in ((b"\x10\x00\x00\r\n\r\n", b"400"), (b"POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\n", b"413")):
            assert gateway.connect(leaf, port="https").send(noise).rest().startswith(b"HTTP/1.1 " + status)
            refusal = gateway.refusal()
            assert (refusal["rule"], refusal["certificate"]) == ("BadRequest", leaf.id), refusal
        still_serves(gateway, leaf)


def packets_over_the_limit():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf).open("x", 5)
        raw.send(b"\x30" + b"\xff\xff\xff\x7f")
        assert raw.rest() == b"\xe0\x01\x97"
        assert gateway.refusal()["rule"] == "PacketTooLarge"
        raw = gateway.connect(leaf).open("x", 5)
        raw.send(publish_packet("t", b"x" * (128 * 1024 + 1), version=5))
        assert raw.rest() == b"\xe0\x01\x97"
        assert gateway.refusal()["rule"] == "PayloadTooLarge"
        assert gateway.connect(leaf).send(b"\x10" + b"\xff\xff\xff\x7f").rest() == b""
        raw = gateway.connect(leaf).open("x")
        raw.send(publish_packet("t", b"y" * (128 * 1024), qos=1))
        assert raw.packet() == (0x40, b"\x00\x01")
        assert gateway.event()["payload"] == b"y" * (128 * 1024)


def a_subscriber_that_never_reads():
    """38 MB are published past it: neither the publisher waits nor does the gateway hold them."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        deaf = gateway.connect(leaf).open("deaf")
        deaf.send(packet(0x82, b"\x00\x01" + string("flood") + b"\x00"))
        assert deaf.packet()[0] == 0x90
        still_serves(gateway, leaf)
        before = resident_kb(gateway)
        raw = gateway.connect(leaf).open("pub")
        payload = b"z" * (127 * 1024)
        for i in range(1, 301):
            raw.send(publish_packet("flood", payload, qos=1, packet_id=1 + i % 60000))
            assert raw.packet() == (0x40, struct.pack(">H", 1 + i % 60000))
            gateway.event()
        grown = resident_kb(gateway) - before
        assert grown < 16 * 1024, f"{grown} KB"
        costs_nothing(gateway)
        deaf.send(b"\xc0\x00" * 1000)
        still_serves(gateway, leaf)


def a_slow_reader_gets_everything():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        slow = gateway.connect(leaf).open("slow")
        slow.send(packet(0x82, b"\x00\x01" + string("s") + b"\x01"))
        assert slow.packet()[0] == 0x90
        raw = gateway.connect(leaf).open("pub")
        payload = b"z" * (100 * 1024)
        for i in range(1, 81):
            raw.send(publish_packet("s", struct.pack(">I", i) + payload, qos=1, packet_id=i))
            assert raw.packet()[0] == 0x40
        for i in range(1, 81):
            first, body = slow.packet()
            assert first == 0x32 and body[5:9] == struct.pack(">I", i) and len(body) == 5 + 4 + len(payload)
            slow.send(packet(0x40, body[3:5]))


def a_flood_of_answers_is_bounded():
    """Pings whose answers are not read: the gateway stops reading before it has stored them."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf).open("x")
        before = resident_kb(gateway)
        raw.socket.settimeout(0.5)
        try:
            for _ in range(20000):
                raw.send(b"\xc0\x00" * 4096)
        except TimeoutError:
            pass
        else:
            raise AssertionError("160 MB of pings were taken without one answer being read")
        assert resident_kb(gateway) - before < 8 * 1024
        wait_for(lambda: is_at_rest(gateway), "what the broker was asked before is answered, and then there is nothing to do")
        still_serves(gateway, leaf)


def a_burst_larger_than_every_buffer_gets_through():
    """200 messages of 20 KB at once, more than may be in flight; all are acknowledged, though nothing more is sent."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            raw = gateway.connect(leaf, version=version).open("x")
            burst = b"".join(publish_packet("t", b"z" * 20000, qos=1, packet_id=i) for i in range(1, 201))
            acks = b"".join(packet(0x40, struct.pack(">H", i)) for i in range(1, 201))
            assert raw.pour(burst, lambda came: len(came) >= len(acks)) == acks


def the_broker_dies():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raws = [gateway.connect(leaf).open("a", 4), gateway.connect(leaf).open("b", 5)]
        broker = int(next(line.split("pid=")[1].split()[0] for line in gateway.log_text().splitlines() if "mosquitto started" in line))
        os.kill(broker, 9)
        assert raws[0].rest() == b"" and raws[1].rest() == b"\xe0\x01\x8b"
        gateway.wait_refused("BrokerUnavailable")
        wait_for(lambda: gateway.pub(leaf, "p", "-q", "1", "-t", "t", "-m", "x")[0] == 0, "it serves again")


run(a_thousand_silent_connections, patience_ends, noise_instead_of_packets, packets_over_the_limit, a_subscriber_that_never_reads,
    a_slow_reader_gets_everything, a_flood_of_answers_is_bounded,
    a_burst_larger_than_every_buffer_gets_through, the_broker_dies)
