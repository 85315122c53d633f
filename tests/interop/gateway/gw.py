"""gateway_host and the clients against it: openssl, curl, mosquitto_pub, mosquitto_sub, and bytes written by hand.

    with Gateway() as gateway:
        ca = gateway.ca("one")
        device = ca.leaf("dev1")
"""
import base64
import hashlib
import json
import os
import pathlib
import queue
import select
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

from world import BIN, DEADLINE_S, wait_for

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
P256 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
ARN = "arn:aws:iot:us-east-1:000000000000"


def allow(action, *resources, **more):
    return {"Effect": "Allow", "Action": action, "Resource": [f"{ARN}:{r}" for r in resources], **more}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Leaf:
    def __init__(self, folder, name):
        self.name, self.key, self.pem = name, folder / f"{name}.key", folder / f"{name}.pem"

    @property
    def id(self):
        return hashlib.sha256(openssl("x509", "-in", self.pem, "-outform", "DER")).hexdigest()

    @property
    def arn(self):
        return f"{ARN}:cert/{self.id}"


class Authority:
    """A CA made by openssl; the gateway knows it only when it was registered."""

    def __init__(self, folder, name, subject="/CN=Test CA"):
        self.folder, self.name = folder / f"ca-{name}", name
        self.folder.mkdir()
        self.key, self.pem = self.folder / "ca.key", self.folder / "ca.pem"
        openssl("req", "-x509", *P256, "-nodes", "-keyout", self.key, "-out", self.pem, "-subj", subject, "-days", "2")

    @property
    def id(self):
        return hashlib.sha256(openssl("x509", "-in", self.pem, "-outform", "DER")).hexdigest()

    def leaf(self, name, start=None, end=None, extensions=None, key=P256):
        leaf = Leaf(self.folder, name)
        request = self.folder / f"{name}.csr"
        openssl("req", "-new", *key, "-nodes", "-keyout", leaf.key, "-out", request, "-subj", f"/CN={name}")
        if start is None and extensions is None:
            openssl("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey", self.key, "-out", leaf.pem, "-days", "1",
                    "-set_serial", "0x" + os.urandom(8).hex())
            return leaf
        self._sign_with_ca(request, leaf, start, end, extensions)
        return leaf

    def _sign_with_ca(self, request, leaf, start, end, extensions):
        """openssl x509 sets no start date; openssl ca does."""
        config = self.folder / "ca.cnf"
        (self.folder / "index.txt").write_text("")
        config.write_text("\n".join([
            "[ca]", "default_ca=d", "[d]", f"database={self.folder}/index.txt", f"new_certs_dir={self.folder}", "rand_serial=yes",
            "default_md=sha256", "policy=p", "unique_subject=no", "[p]", "commonName=supplied", "[e]", *(extensions or [])]))
        words = ["ca", "-batch", "-config", config, "-in", request, "-cert", self.pem, "-keyfile", self.key, "-out", leaf.pem,
                 "-notext", "-extensions", "e"]
        words += ["-startdate", start, "-enddate", end] if start else ["-days", "1"]
        openssl(*words)


class Gateway:
    def __init__(self, patience_ms=0, second_ms=0):
        self.times = [str(patience_ms), str(second_ms)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-gw-"))
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.children = []
        self.names = 0
        server = Authority(self.folder, "server")
        self.ca_file = server.pem
        leaf = server.leaf("localhost", extensions=["subjectAltName=DNS:localhost"])
        shutil.copy(leaf.pem, self.data / "server.pem")
        shutil.copy(leaf.key, self.data / "server.key")

    def __enter__(self):
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([BIN / "gateway_host", self.data, *self.times], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"})
        self.answers, self.accepted, self.events = queue.Queue(), queue.Queue(), queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        try:
            self.ports = self.answer()
        except BaseException:
            self.__exit__(True, None, None)
            raise
        return self

    def _read(self):
        for line in self.process.stdout:
            entry = json.loads(line)
            if "accepted" in entry:
                entry["accepted"]["payload"] = base64.b64decode(entry["accepted"]["payload"])
                lifecycle = entry["accepted"]["topic"].startswith(("$aws/events/presence/", "$aws/events/subscriptions/"))
                (self.events if lifecycle else self.accepted).put(entry["accepted"])
            else:
                self.answers.put(entry)

    def __exit__(self, kind, value, trace):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate()
        self.process.stdin.close()
        try:
            status = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.log.close()
        if kind is not None or status != 0:
            print(f"kept for a look: {self.folder}\n{self.log_text()[-6000:]}")
        else:
            shutil.rmtree(self.folder)
        assert kind is not None or status == 0, f"gateway_host ended with {status}"

    def log_text(self):
        return (self.folder / "log").read_text(errors="replace")

    # ---- the registry

    def answer(self):
        try:
            return self.answers.get(timeout=DEADLINE_S)
        except queue.Empty:
            raise AssertionError("gateway_host does not answer") from None

    def ask(self, do, **members):
        self.process.stdin.write(json.dumps({"do": do, **members}).encode() + b"\n")
        self.process.stdin.flush()
        return self.answer()

    def change(self, do, **members):
        answer = self.ask(do, **members)
        assert answer["status"] == "ZT_OK", answer

    def ca(self, name, register=True, active=True, auto=True):
        ca = Authority(self.folder, name)
        if register:
            self.change("ca", pem=ca.pem.read_text(), active=active, auto=auto)
        return ca

    def status_of(self, leaf):
        return self.ask("describe", certificate=leaf.id)["value"]

    def activate(self, leaf, policy=ALLOW_ALL):
        if policy:
            self.names += 1
            name = f"policy{self.names}"
            self.change("policy", name=name, document=json.dumps(policy))
            self.change("attach", name=name, target=leaf.arn)
        self.change("set", certificate=leaf.id, value="ACTIVE")

    def device(self, ca, name, policy=ALLOW_ALL):
        """One whose certificate is ACTIVE with this policy."""
        leaf = ca.leaf(name)
        assert curl(self, leaf, "/topics/x", data=b"")[0] == 52
        self.event()
        self.activate(leaf, policy)
        return leaf

    def event(self):
        """The next message that rules see."""
        try:
            return self.accepted.get(timeout=DEADLINE_S)
        except queue.Empty:
            raise AssertionError("no message was accepted") from None

    def count(self, name):
        return self.ask("count")[name]

    def refusal(self, index=0):
        return self.ask("refusal", index=index)

    def wait_refused(self, rule):
        wait_for(lambda: any(self.refusal(i)["rule"] == rule for i in range(5)), f"a refusal {rule}")

    # ---- clients

    def start(self, words, **more):
        child = subprocess.Popen([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, **more)
        self.children.append(child)
        return child

    def tap(self, *filters):
        """mosquitto_sub on the broker's own socket: what the broker really saw."""
        words = ["stdbuf", "-oL", "mosquitto_sub", "--unix", self.ports["broker"], "-i", f"tap{len(self.children)}", "-V", "5", "-q", "1", "-F", "%t %p", "-d"]
        for f in filters:
            words += ["-t", f]
        return Subscriber(self, words)

    def tls_words(self, leaf):
        return ["-h", "localhost", "-p", self.ports["mqtt"], "--cafile", self.ca_file, "--cert", leaf.pem, "--key", leaf.key]

    def sub(self, leaf, client, *more):
        return Subscriber(self, ["stdbuf", "-oL", "mosquitto_sub", *self.tls_words(leaf), "-i", client, "-F", "%t %r %p", "-d", *more])

    def pub(self, leaf, client, *more):
        done = subprocess.run([str(w) for w in ["mosquitto_pub", *self.tls_words(leaf), "-i", client, *more]], capture_output=True,
                              timeout=DEADLINE_S)
        return done.returncode, done.stderr.decode()

    def connect(self, leaf, name="localhost", port="mqtt", version=None, alpn=None):
        return Raw(self, leaf, name, port, version, alpn)


class Subscriber:
    """A mosquitto_sub with -d: its messages and its protocol lines."""

    def __init__(self, gateway, words):
        self.child = gateway.start(words)
        self.lines, self.messages = queue.Queue(), queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith(("Client ", "Subscribed ")):
                self.lines.put(text)
            else:
                self.messages.put(text)

    def ready(self):
        self.line("Subscribed ")
        return self

    def line(self, start):
        end = time.monotonic() + DEADLINE_S
        while True:
            try:
                text = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line {start!r}: {self.child.args}") from None
            if start in text:
                return text

    def message(self):
        try:
            return self.messages.get(timeout=DEADLINE_S)
        except queue.Empty:
            raise AssertionError(f"no message: {self.child.args}") from None

    def stop(self):
        """Killed: mosquitto_sub 2.0.11 disconnects inside its signal handler and hangs on its own mutex when it was just sending."""
        self.child.kill()
        self.child.wait(DEADLINE_S)


def curl(gateway, leaf, path, data=b"hello", more=(), headers=False, name="localhost"):
    """(exit status of curl, HTTP status, body or headers and body)"""
    done = subprocess.run(["curl", "-s", "-S", *(["-i"] if headers else []), "--cacert", str(gateway.ca_file), "--cert", str(leaf.pem), "--key",
                           str(leaf.key), "--data-binary", "@-", "-w", "\n%{http_code}", *more,
                           f"https://{name}:{gateway.ports['https']}{path}"], input=data, capture_output=True, timeout=DEADLINE_S)
    body, _, code = done.stdout.rpartition(b"\n")
    return (done.returncode, int(code), body) if code.isdigit() else (done.returncode, 0, done.stdout)


def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">H", len(raw)) + raw


def packet(first, body=b""):
    n, length = len(body), b""
    while True:
        n, digit = n >> 7, n & 127
        length += bytes([digit | (128 if n else 0)])
        if not n:
            return bytes([first]) + length + body


def connect_packet(client, version=4, clean=True, keep_alive=60, properties=b"", will=None):
    flags = 2 if clean else 0
    body = string(client)
    if will:
        topic, payload, retain = will
        flags |= 4 | (8 if True else 0) | (32 if retain else 0)
        body += (b"\0" if version == 5 else b"") + string(topic) + string(payload)
    head = string("MQTT") + bytes([version, flags]) + struct.pack(">H", keep_alive)
    return packet(0x10, head + (bytes([len(properties)]) + properties if version == 5 else b"") + body)


def publish_packet(topic, payload=b"", qos=0, retain=False, packet_id=1, version=4, properties=b""):
    body = string(topic) + (struct.pack(">H", packet_id) if qos else b"")
    return packet(0x30 | qos << 1 | retain, body + (bytes([len(properties)]) + properties if version == 5 else b"") + payload)


class Ports:
    """A world's gateway, as far as Raw needs to know it."""

    def __init__(self, world):
        self.ca_file, self.ports = world.cloud_ca, {"mqtt": world.mqtt_port, "https": world.https_port}


class Raw:
    """A TLS stream whose bytes are written by hand."""

    def __init__(self, gateway, leaf, name="localhost", port="mqtt", version=None, alpn=None):
        context = ssl.create_default_context(cafile=gateway.ca_file)
        context.check_hostname = False
        if leaf:
            context.load_cert_chain(leaf.pem, leaf.key)
        if version:
            context.minimum_version = context.maximum_version = version
        if alpn:
            context.set_alpn_protocols([alpn])
        plain = socket.create_connection(("127.0.0.1", gateway.ports[port]), DEADLINE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=name)
        self.socket.settimeout(DEADLINE_S)

    def send(self, data):
        self.socket.sendall(data)
        return self

    def pour(self, data, enough):
        """Sends all of it and reads until enough(what came), in one thread: an SSL object bears no two."""
        came, end = b"", time.monotonic() + DEADLINE_S
        self.socket.setblocking(False)
        while data or not enough(came):
            assert time.monotonic() < end, f"{len(data)} bytes unsent, {len(came)} came"
            waits_to_write = bool(data)
            try:
                data = data[self.socket.send(data[:16384]):] if data else data
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                pass
            try:
                chunk = self.socket.recv(65536)
                assert chunk, f"closed after {came!r}"
                came += chunk
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([self.socket], [self.socket] if waits_to_write else [], [], 1)
        self.socket.settimeout(DEADLINE_S)
        return came

    def read(self, n):
        data = b""
        while len(data) < n:
            chunk = self.socket.recv(n - len(data))
            assert chunk, f"closed after {data!r}"
            data += chunk
        return data

    def packet(self):
        first = self.read(1)[0]
        length = shift = 0
        while True:
            digit = self.read(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return first, self.read(length)

    def rest(self):
        """Everything up to the end of the stream, which must be an orderly one."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data

    def open(self, client, version=4, **more):
        self.send(connect_packet(client, version, **more))
        first, body = self.packet()
        assert first == 0x20 and body[1] == 0, body
        return self

    def close(self):
        self.socket.close()


def run(*tests):
    for test in tests:
        started = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - started:.2f} s", flush=True)
