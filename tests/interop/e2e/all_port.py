"""The port that AWS has on 443: MQTT and HTTPS by ALPN, signed requests, and MQTT over WebSocket by other people's clients."""
import base64
import http.client
import json
import os
import queue
import socket
import ssl
import struct
import sys
import pathlib
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
import paho.mqtt.client as paho  # noqa: E402
from botocore.auth import SigV4Auth, SigV4QueryAuth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from gw import Authority  # noqa: E402
from world import World  # noqa: E402

ARN = "arn:aws:iot:us-east-1:000000000000"
DEADLINE_S = 30


def statement(action, *resources):
    return {"Effect": "Allow", "Action": action, "Resource": [f"{ARN}:{r}" for r in resources]}


def tls(world, leaf=None, alpn=None):
    context = ssl.create_default_context(cafile=world.cloud_ca)
    if leaf:
        context.load_cert_chain(leaf.pem, leaf.key)
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


class Client:
    """paho, with its callbacks as queues."""

    def __init__(self, world, client_id, context, protocol=paho.MQTTv5, path=None):
        self.connects, self.messages, self.subscribed, self.lost = queue.Queue(), queue.Queue(), queue.Queue(), queue.Queue()
        self.mqtt = paho.Client(client_id, protocol=protocol, transport="websockets" if path else "tcp")
        if path:
            self.mqtt.ws_set_options(path=path)
        self.mqtt.tls_set_context(context)
        v5 = protocol == paho.MQTTv5
        self.mqtt.on_connect = lambda *a: self.connects.put(a[3].value if v5 else a[3])
        self.mqtt.on_message = lambda _c, _u, message: self.messages.put(message)
        self.mqtt.on_subscribe = lambda *a: self.subscribed.put([c.value for c in a[3]] if v5 else list(a[3]))
        self.mqtt.on_disconnect = lambda *a: self.lost.put(a[2])
        self.world = world

    def connect(self):
        self.mqtt.connect("localhost", self.world.cloud.endpoints["allPort"], keepalive=60)
        self.mqtt.loop_start()
        return self.connects.get(timeout=DEADLINE_S)

    def subscribe(self, *filters):
        self.mqtt.subscribe([(f, 1) for f in filters] if self.mqtt._protocol != paho.MQTTv5 else
                            [(f, paho.SubscribeOptions(qos=1)) for f in filters])
        return self.subscribed.get(timeout=DEADLINE_S)

    def publish(self, topic, payload):
        self.mqtt.publish(topic, payload, qos=1).wait_for_publish(DEADLINE_S)

    def message(self):
        return self.messages.get(timeout=DEADLINE_S)

    def stop(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def signed_path(world, keys, service="iotdevicegateway", host="localhost"):
    """What AWS's JavaScript SDK makes: the token, when there is one, behind the signature."""
    request = AWSRequest("GET", f"https://{host}:{world.cloud.endpoints['allPort']}/mqtt")
    SigV4QueryAuth(Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"]), service, "us-east-1").add_auth(request)
    url = urllib.parse.urlsplit(request.url)
    token = keys.get("aws_session_token")
    return f"{url.path}?{url.query}" + ("&X-Amz-Security-Token=" + urllib.parse.quote(token, safe="") if token else "")


def role_keys(world, *statements):
    iam, sts = world.client("iam"), world.client("sts")
    name = f"watcher-{os.urandom(4).hex()}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    keys = sts.assume_role(RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="console")["Credentials"]
    return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"]}


def refusals(world):
    done = world.run("zerotouch", "why", "--endpoint-url", world.control, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def http_status(world, method, path, body=b"", headers=None, context=None):
    connection = http.client.HTTPSConnection("localhost", world.cloud.endpoints["allPort"], context=context or tls(world), timeout=DEADLINE_S)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def raw_websocket(world, path, key=base64.b64encode(b"0123456789abcdef").decode()):
    """A WebSocket by hand: the socket behind the 101, and its head."""
    stream = tls(world).wrap_socket(socket.create_connection(("localhost", world.cloud.endpoints["allPort"]), DEADLINE_S),
                                    server_hostname="localhost")
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{world.cloud.endpoints['allPort']}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = stream.recv(4096)
        assert chunk, head
        head += chunk
    return stream, head.decode()


def frame(opcode, payload, fin=True, masked=True):
    mask = b"\x01\x02\x03\x04"
    length = len(payload)
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if masked else 0
    head += bytes([bit | length]) if length < 126 else bytes([bit | 126]) + struct.pack(">H", length)
    body = bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload
    return head + (mask if masked else b"") + body


def read_frame(stream):
    def exactly(n):
        data = b""
        while len(data) < n:
            chunk = stream.recv(n - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return data
    first, second = exactly(2)
    length = second & 0x7f
    if length == 126:
        length = struct.unpack(">H", exactly(2))[0]
    return first & 0x0f, exactly(length)


with World(attest=False) as world:
    iot, ca = world.client("iot"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="p", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        statement("iot:Connect", "client/*"), statement(["iot:Publish", "iot:Receive"], "topic/a/*"), statement("iot:Subscribe", "topicfilter/a/*")]}))
    iot.attach_policy(policyName="p", target=arn)

    # MQTT and HTTPS by ALPN, with the certificate.
    device = Client(world, "lamp", tls(world, leaf, "x-amzn-mqtt-ca"))
    assert device.connect() == 0
    assert device.subscribe("a/b") == [1]
    status, headers, body = http_status(world, "POST", "/topics/a/b?qos=1", b'{"by":"alpn"}', context=tls(world, leaf, "x-amzn-http-ca"))
    assert status == 200 and json.loads(body)["message"] == "OK", (status, body)
    assert device.message().payload == b'{"by":"alpn"}'
    # With ALPN a certificate is required; without it none is asked for, and then a signature is.
    for alpn in ("x-amzn-mqtt-ca", "x-amzn-http-ca"):
        try:
            http_status(world, "GET", "/", context=tls(world, alpn=alpn))
            raise AssertionError(f"{alpn} without a certificate")
        except (ssl.SSLError, OSError, http.client.HTTPException):
            pass
    assert "Handshake" in [r["rule"] for r in refusals(world)], refusals(world)
    status, headers, body = http_status(world, "POST", "/topics/a/b?qos=1", b"x", context=tls(world, leaf))
    assert status == 403 and headers["x-amzn-ErrorType"] == "ForbiddenException:", (status, headers)
    assert json.loads(body)["message"] == "Missing Authentication Token", body

    # Signed requests: the data plane and nothing else.
    keys = world.keys()
    request = AWSRequest("POST", f"https://localhost:{world.cloud.endpoints['allPort']}/topics/a%2Fb?qos=1", data=b'{"by":"sigv4"}')
    SigV4Auth(Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"]), "iotdata", "us-east-1").add_auth(request)
    status, _, body = http_status(world, "POST", "/topics/a%2Fb?qos=1", b'{"by":"sigv4"}', dict(request.headers))
    assert status == 200, body
    assert device.message().payload == b'{"by":"sigv4"}'
    request = AWSRequest("GET", f"https://localhost:{world.cloud.endpoints['allPort']}/things")
    SigV4Auth(Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"]), "iot", "us-east-1").add_auth(request)
    status, _, body = http_status(world, "GET", "/things", headers=dict(request.headers))
    assert status == 403 and b"iotdata or iotdevicegateway, not 'iot'" in body, body

    # MQTT over WebSocket: the root, and a role with exactly what it needs, MQTT 3.1.1 and 5.
    root = Client(world, "console", tls(world), path=signed_path(world, keys))
    assert root.connect() == 0
    assert root.subscribe("a/#", "$zerotouch/refusals") == [1, 1]
    device.mqtt.subscribe("$zerotouch/refusals")
    device.lost.get(timeout=DEADLINE_S)  # a device does not read the feed of refusals, and learns it the hard way
    assert device.connects.get(timeout=DEADLINE_S) == 0, "paho connects again"
    while True:
        message = root.message()
        if message.topic == "$zerotouch/refusals" and json.loads(message.payload)["rule"] == "ReservedTopic":
            break
    assert device.subscribe("a/b") == [1]
    root.publish("a/b", b"from the console")
    assert device.message().payload == b"from the console"
    large = os.urandom(100_000)
    device.publish("a/large", large)
    while (message := root.message()).topic != "a/large":
        pass
    assert message.payload == large
    root.stop()

    limited = role_keys(world, statement("iot:Connect", "client/console"), statement("iot:Subscribe", "topicfilter/a/b"),
                        statement("iot:Receive", "topic/a/b"))
    for protocol in (paho.MQTTv311, paho.MQTTv5):
        console = Client(world, "console", tls(world), protocol, signed_path(world, limited))
        assert console.connect() == 0
        assert console.subscribe("a/b", "a/c") in ([1, 0x80], [1, 0x87])
        assert console.subscribe("$zerotouch/refusals") in ([0x80], [0x87])
        device.publish("a/b", b"hello")
        assert console.message().payload == b"hello"
        console.stop()
    other = Client(world, "somebody", tls(world), path=signed_path(world, limited))
    assert other.connect() == 0x87, "MQTT 5 is told"
    other.stop()
    denied = [r for r in refusals(world) if r["rule"] == "ConnectDenied"]
    assert "assumed-role/watcher-" in denied[-1]["detail"] and denied[-1]["port"] == world.cloud.endpoints["allPort"], denied

    # A signature that is not right: no WebSocket, and the reason on record.
    for path in ("/mqtt", signed_path(world, {**keys, "aws_secret_access_key": "wrong"}), signed_path(world, keys, service="iot"),
                 signed_path(world, {**limited, "aws_session_token": "x"})):
        _, head = raw_websocket(world, path)
        assert head.startswith("HTTP/1.1 403"), head
    assert [r["rule"] for r in refusals(world)][-4:] == ["SignatureRefused"] * 4

    # RFC 6455 §1.3's own example of the handshake; then frames: fragments, ping, text, an unmasked one, close.
    stream, head = raw_websocket(world, signed_path(world, keys), "dGhlIHNhbXBsZSBub25jZQ==")
    assert head.startswith("HTTP/1.1 101") and "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head and "sec-websocket-protocol: mqtt" in head
    connect = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04hand"
    stream.sendall(frame(2, connect[:3], fin=False) + frame(9, b"still there?") + frame(0, connect[3:]))
    assert read_frame(stream) == (10, b"still there?")
    assert read_frame(stream) == (2, b"\x20\x02\x00\x00"), "CONNACK of MQTT 3.1.1"
    stream.sendall(frame(2, b"\xc0\x00\xc0\x00"))
    assert read_frame(stream) == (2, b"\xd0\x00") and read_frame(stream) == (2, b"\xd0\x00"), "two packets in one frame"
    stream.sendall(frame(8, struct.pack(">H", 1000)))
    assert read_frame(stream) == (8, struct.pack(">H", 1000))
    for broken in (frame(1, b"text"), frame(2, connect, masked=False), b"\x82\xff" + b"\xff" * 8 + b"\x00" * 4):
        stream, _ = raw_websocket(world, signed_path(world, keys))
        stream.sendall(broken)
        try:
            while read_frame(stream)[0] != 8:
                pass
            while stream.recv(4096):
                pass
        except (EOFError, OSError):
            pass
    device.publish("a/b", b"others are unharmed")

    device.stop()

    # An orderly stop tells whoever speaks MQTT 5.
    stream = tls(world, leaf, "x-amzn-mqtt-ca").wrap_socket(
        socket.create_connection(("localhost", world.cloud.endpoints["allPort"]), DEADLINE_S), server_hostname="localhost")
    stream.sendall(b"\x10\x11\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x04lamp")
    assert stream.recv(1) == b"\x20"
    assert world.cloud.stop() == 0
    rest = b""
    while chunk := stream.recv(4096):
        rest += chunk
    assert rest.endswith(b"\xe0\x01\x8b"), rest
