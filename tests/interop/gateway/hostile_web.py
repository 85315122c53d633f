"""The same peers as in hostile.py on the other ports: HTTPS, the port of all, and MQTT over WebSocket."""
import os
import socket
import struct

from gw import Gateway, connect_packet, curl, packet, publish_packet, run, string, wait_for
from watching import descriptors, is_at_rest, resident_kb, still_serves

MQTT, HTTP = "x-amzn-mqtt-ca", "x-amzn-http-ca"
UPGRADE = (b"GET /mqtt?let-me-in HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n")
POST = b"POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"


def frame(payload, opcode=2, first=None, mask=b"\x01\x02\x03\x04"):
    """RFC 6455 §5.2, masked as a client's must be."""
    n = len(payload)
    length = bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536 else b"\xff" + struct.pack(">Q", n)
    repeated = mask * (n // 4 + 1)
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:n], "big")).to_bytes(n, "big")
    return bytes([first or 0x80 | opcode]) + length + mask + masked


class WebSocket:
    """One that was let in; frames of the server are taken apart."""

    def __init__(self, gateway):
        self.raw = gateway.connect(None, port="all").send(UPGRADE)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.raw.read(1)
        assert head.startswith(b"HTTP/1.1 101 "), head

    def send(self, data):
        self.raw.send(data)
        return self

    def frame(self):
        first, n = self.raw.read(2)
        n = struct.unpack(">H", self.raw.read(2))[0] if n == 126 else struct.unpack(">Q", self.raw.read(8))[0] if n == 127 else n
        return first & 15, self.raw.read(n)

    def open(self, client):
        opcode, connack = self.send(frame(connect_packet(client))).frame()
        assert (opcode, connack) == (2, b"\x20\x02\x00\x00"), connack
        return self

    def close_code(self):
        """The status of the server's Close, and that the stream ends behind it."""
        while (got := self.frame())[0] != 8:
            pass
        self.raw.rest()
        return struct.unpack(">H", got[1][:2])[0] if got[1] else None


def a_thousand_silent_connections():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        before = descriptors(gateway)
        silent = [socket.create_connection(("127.0.0.1", gateway.ports["all"])) for _ in range(1000)]
        still_serves(gateway, leaf)
        late = [gateway.connect(leaf, port="all", alpn=MQTT).send(b"\x10\x7f"), gateway.connect(leaf, port="all", alpn=HTTP).send(POST[:20]),
                gateway.connect(None, port="all").send(UPGRADE[:50]), WebSocket(gateway), WebSocket(gateway).send(frame(b"\x10\x7f"))]
        still_serves(gateway, leaf)
        assert is_at_rest(gateway)
        for s in silent:
            s.close()
        for s in late:
            (s.raw if isinstance(s, WebSocket) else s).close()
        wait_for(lambda: descriptors(gateway) <= before, "all of them are gone")


def patience_ends():
    """Whoever begins and does not go on: in the handshake, in the head, in the body, in a frame, in the CONNECT."""
    with Gateway(patience_ms=1000) as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        silent = socket.create_connection(("127.0.0.1", gateway.ports["all"]), 30)
        mqtt = [gateway.connect(leaf, port="all", alpn=MQTT).send(drip) for drip in (b"", b"\x10", connect_packet("x")[:-1])]
        web = [gateway.connect(who, **more).send(drip) for drip in (POST[:30], POST[:-1])
               for who, more in ((leaf, {"port": "https"}), (leaf, {"port": "all", "alpn": HTTP}), (None, {"port": "all"}))]
        opened = frame(connect_packet("x"))
        sockets = [WebSocket(gateway).send(drip).raw for drip in (b"", opened[:1], opened[:-1], frame(connect_packet("x")[:-1]))]
        assert silent.recv(1) == b""
        assert [raw.rest() for raw in mqtt] == [b""] * 3
        assert all(raw.rest().startswith(b"HTTP/1.1 408") for raw in web)
        for raw in sockets:
            raw.rest()
        assert sum(gateway.refusal(i)["rule"] == "Silence" for i in range(8)) == 8


def half_closed_streams():
    """Who closes its own half is answered what it asked for, and then forgotten."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        before = descriptors(gateway)
        streams = [gateway.connect(leaf, port="https"), gateway.connect(leaf, port="all", alpn=HTTP), gateway.connect(leaf),
                   gateway.connect(leaf, port="all", alpn=MQTT), gateway.connect(None, port="all"), WebSocket(gateway).raw]
        for raw in streams:
            raw.socket.shutdown(socket.SHUT_WR)
        wait_for(lambda: descriptors(gateway) <= before, "all of them are gone")
        for raw in streams:
            raw.close()
        still_serves(gateway, leaf)


def more_than_is_allowed():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for who, more in ((leaf, {"port": "https"}), (leaf, {"port": "all", "alpn": HTTP}), (None, {"port": "all"})):
            for request, status in ((b"GET /" + b"a" * 20000, b"414"), (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100, b"431"),
                                    (b"GET / HTTP/1.1\r\nx: " + b"y" * 20000, b"431"),
                                    (b"POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", b"413")):
                answer = gateway.connect(who, **more).send(request).rest()
                assert answer.startswith(b"HTTP/1.1 " + status), (more, answer)
        assert curl(gateway, leaf, "/topics/t", data=b"x" * (128 * 1024 + 1))[1] == 400
        # A frame may not be longer than a packet; a packet not longer either, in however many frames it comes.
        assert WebSocket(gateway).open("a").send(frame(b"\x30" + b"z" * (146 * 1024))).close_code() == 1009
        WebSocket(gateway).open("a").send(frame(b"\x30\xff\xff") + frame(b"\xff\x7f")).raw.rest()
        assert gateway.refusal()["rule"] == "PacketTooLarge"
        endless = WebSocket(gateway).open("a")
        before = resident_kb(gateway)
        endless.send(frame(publish_packet("t", b"z" * 120000)[:100], first=0x02))
        for _ in range(64):
            endless.send(frame(b"\xc0\x00" * 64, first=0x00))
        assert resident_kb(gateway) - before < 4 * 1024
        still_serves(gateway, leaf)


def noise_behind_what_is_right():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for who, more in ((leaf, {"port": "https"}), (leaf, {"port": "all", "alpn": HTTP})):
            for noise in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                          b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", os.urandom(64) + b"\r\n\r\n"):
                answers = gateway.connect(who, **more).send(POST * 3 + noise).rest().split(b"HTTP/1.1 ")[1:]
                assert [a[:3] for a in answers] == [b"200"] * 3 + [b"400"], (noise, answers)
                for _ in range(3):
                    gateway.event()
        bad = {"unmasked": b"\x82\x02\xc0\x00", "reserved bits": frame(b"\xc0\x00", first=0xf2), "unknown opcode": frame(b"", opcode=3),
               "text": frame(b"hi", opcode=1), "long ping": frame(b"p" * 126, opcode=9), "fragmented ping": frame(b"p", first=0x09),
               "continuation of nothing": frame(b"\xc0\x00", opcode=0)}
        for what, noise in bad.items():
            code = WebSocket(gateway).open("a").send(frame(b"\xc0\x00") + noise).close_code()
            assert code in ((1003,) if what == "text" else (1002, None)), (what, code)
            assert gateway.refusal()["rule"] == "Malformed", what
        for noise in (b"\x00", b"\xff" * 64, connect_packet("again")):
            WebSocket(gateway).open("a").send(frame(noise)).raw.rest()
            assert gateway.refusal()["rule"] == "Malformed", noise
        for port in ("https", "all"):
            plain = socket.create_connection(("127.0.0.1", gateway.ports[port]))
            plain.sendall(os.urandom(256))
            try:
                while plain.recv(4096):
                    pass
            except ConnectionResetError:
                pass
        still_serves(gateway, leaf)


def sends_until_it_blocks(raw, data):
    raw.socket.settimeout(0.5)
    try:
        for _ in range(20000):
            raw.send(data)
    except TimeoutError:
        return True
    return False


def a_peer_that_never_reads():
    """Requests, pings of either kind, and messages whose answers nobody takes."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        before = resident_kb(gateway)
        unknown = b"GET /nothing-" + b"n" * 4000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for who, more in ((leaf, {"port": "https"}), (leaf, {"port": "all", "alpn": HTTP}), (None, {"port": "all"})):
            assert sends_until_it_blocks(gateway.connect(who, **more), unknown * 4), more
        assert sends_until_it_blocks(WebSocket(gateway).open("a").raw, frame(b"p" * 100, opcode=9) * 100)
        assert sends_until_it_blocks(WebSocket(gateway).open("b").raw, frame(b"\xc0\x00" * 4096))
        deaf = WebSocket(gateway).open("deaf").send(frame(packet(0x82, b"\x00\x01" + string("flood") + b"\x00")))
        assert deaf.frame()[1][0] == 0x90
        publisher, payload = gateway.connect(leaf).open("pub"), b"z" * (127 * 1024)
        for i in range(1, 151):
            publisher.send(publish_packet("flood", payload, qos=1, packet_id=i))
            assert publisher.packet() == (0x40, struct.pack(">H", i))
            gateway.event()
        assert resident_kb(gateway) - before < 16 * 1024
        wait_for(lambda: is_at_rest(gateway), "there is nothing left to do")
        still_serves(gateway, leaf)


run(a_thousand_silent_connections, patience_ends, half_closed_streams, more_than_is_allowed, noise_behind_what_is_right, a_peer_that_never_reads)
