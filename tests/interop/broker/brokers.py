"""Brokers that nobody of ours started, and devices in front of them that nobody has to onboard."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import paho.mqtt.client as mqtt

from tls import Ca
from world import DEADLINE_S, free_port, wait_for


def accepts(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Broker:
    """A program that listens on `port` once it is up, in a folder of its own; it keeps its port over restarts."""

    def __init__(self, *argv, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-broker-"))
        self.port = free_port()
        self.argv, self.env, self.process = argv, env, None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        self.end(signal.SIGTERM)
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            print(f"--- {self.folder}/log\n{(self.folder / 'log').read_text(errors='replace')[-4000:]}")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*map(str, self.argv)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, env=self.env, start_new_session=True)

        def up():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            return accepts(self.port)

        wait_for(up, f"{self.argv[0]} accepts")
        return self

    def end(self, how):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)  # some are scripts in front of the broker
            self.process.wait(DEADLINE_S)
        self.process = None

    def private_file(self, name, text):
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
        return path


class Mosquitto(Broker):
    """Debian's, with its defaults but for what is given; TLS for `localhost` and a login where wanted."""

    def __init__(self, tls=False, login=None, more=""):
        super().__init__("/usr/sbin/mosquitto", "-c", "mosquitto.conf")
        lines = [f"listener {self.port} 127.0.0.1", "user root", f"allow_anonymous {'false' if login else 'true'}", more]
        self.options = ["--broker", f"mqtt{'s' if tls else ''}://localhost:{self.port}"]
        if tls:
            self.ca = Ca()
            self.ca.context()
            pem = pathlib.Path(self.ca.folder.name) / "localhost1.pem"
            lines += [f"certfile {pem}", f"keyfile {pem}"]
            self.options += ["--broker-ca-file", str(self.ca.bundle)]
        if login:
            subprocess.run(["mosquitto_passwd", "-b", "-c", self.folder / "passwords", *login], check=True, timeout=DEADLINE_S)
            lines.append(f"password_file {self.folder}/passwords")
            self.options += ["--broker-credentials", str(self.private_file("login", ":".join(login) + "\n"))]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")


EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}


def certificate(world, folder):
    """An active certificate that may do anything; its files are in `folder`."""
    iot = world.client("iot")
    made = iot.create_keys_and_certificate(setAsActive=True)
    iot.create_policy(policyName="everything", policyDocument=json.dumps(EVERYTHING))
    iot.attach_policy(policyName="everything", target=made["certificateArn"])
    (folder / "device.pem").write_text(made["certificatePem"])
    (folder / "device.key").write_text(made["keyPair"]["PrivateKey"])
    return folder


class Client:
    """paho on a gateway: comes back by itself, subscribes again, keeps what it got."""

    def __init__(self, port, ca, files, name, filters=(), clean=True):
        self.got, self.changed, self.connects, self.acknowledged = [], threading.Condition(), 0, set()
        self.filters = filters
        self.paho = mqtt.Client(client_id=name, clean_session=clean)
        self.paho.tls_set(ca_certs=ca, certfile=str(files / "device.pem"), keyfile=str(files / "device.key"))
        self.paho.on_connect, self.paho.on_message = self._connected, self._message
        self.paho.on_subscribe, self.paho.on_publish = self._subscribed, self._published
        self.paho.on_disconnect = self._disconnected
        self.ready, self.losses = False, 0
        self.paho.connect("localhost", port, keepalive=60)
        self.paho.loop_start()
        self.until(lambda: self.ready, f"{name} is subscribed")

    def until(self, condition, what):
        with self.changed:
            assert self.changed.wait_for(condition, DEADLINE_S), f"not within {DEADLINE_S} s: {what}"

    def _tell(self, change):
        with self.changed:
            change()
            self.changed.notify_all()

    def _connected(self, client, _, flags, code):
        if code == 0 and self.filters:
            client.subscribe([(f, 1) for f in self.filters])
        elif code == 0:
            self._tell(lambda: setattr(self, "ready", True))

    def _subscribed(self, *_):
        self._tell(lambda: setattr(self, "ready", True))

    def _disconnected(self, *_):
        def lose():
            self.ready, self.losses = False, self.losses + 1
        self._tell(lose)

    def _message(self, _, __, message):
        self._tell(lambda: self.got.append((message.topic, message.payload.decode(), message.retain)))

    def _published(self, _, __, mid):
        self._tell(lambda: self.acknowledged.add(mid))

    def publish(self, topic, payload, retain=False):
        return self.paho.publish(topic, payload, qos=1, retain=retain).mid

    def stop(self):
        self.paho.disconnect()
        self.paho.loop_stop()
