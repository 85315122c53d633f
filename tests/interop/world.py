"""The local world for tests: both daemons in a temporary folder, and the commands run against them.

    with World() as world:
        tenant = world.tenant()
        device = world.device(tenant)

Nothing here knows more than what docs/contracts.md and --help say. Everything that is started is ended.
"""
import contextlib
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ.get("ZT_BIN_DIR", "build/default/bin")).resolve()
DEADLINE_S = float(os.environ.get("ZT_TEST_DEADLINE_S", "60"))
DEMO_MESSAGE = '{"state":{"reported":{"LED":"ON"}}}'


def wait_for(condition, what, deadline_s=DEADLINE_S):
    """Looks again until condition() is true; the deadline is there to fail, not to pace."""
    end = time.monotonic() + deadline_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(0.01)


def free_port():
    """That was free a moment ago, for programs that cannot pick one themselves."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def closed_port():
    """Bound, so that nobody else takes it, and never listened at."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


class Daemon:
    """zerotouch-cloud or zerotouch-attest; start() returns when its endpoints file is there."""

    def __init__(self, name, folder, *options):
        self.name = name
        self.data = folder / name
        self.log = folder / f"{name}.log"
        self.options = options
        self.process = None
        self.endpoints = None

    def start(self, *more):
        path = self.data / "endpoints.json"
        path.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BIN / f"zerotouch-{self.name}", "--data", self.data, "--pick-ports", *self.options, *more],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"zerotouch-{self.name} ended: {self.log.read_text()[-2000:]}")
            return path.exists()

        wait_for(ready, f"zerotouch-{self.name} is ready")
        self.endpoints = json.loads(path.read_text())
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(DEADLINE_S)
        status = self.process.returncode if self.process else 0
        self.process = None
        return status

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE_S)
        self.process = None

    def log_text(self):
        return self.log.read_text(errors="replace")


class Child:
    """A program whose standard output is read line by line, with a deadline."""

    def __init__(self, argv, env=None):
        self.argv = [str(word) for word in argv]
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=env)
        self.buffer = b""

    def line(self, deadline_s=DEADLINE_S):
        end = time.monotonic() + deadline_s
        fd = self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"no line within {deadline_s} s from {self.argv}")
            chunk = os.read(fd, 65536)
            if not chunk:
                raise AssertionError(f"{self.argv} ended: {self.process.stderr.read()[-2000:]!r}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def event(self, deadline_s=DEADLINE_S):
        return json.loads(self.line(deadline_s))

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode


def ports_of_its_own():
    """For a cloud that comes back where its devices look for it: others take AWS's ports, where they are free."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    options = [word for name, s in zip(("mqtt", "https", "control"), sockets) for word in (f"--{name}-port", str(s.getsockname()[1]))]
    for s in sockets:
        s.close()
    return options


class World:
    def __init__(self, attest=True, cloud_options=(), attest_options=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-"))
        self.attest = Daemon("attest", self.folder, *attest_options) if attest else None
        self.cloud = Daemon("cloud", self.folder, *cloud_options)
        self.children = []
        self.devices = 0

    def __enter__(self):
        try:
            if self.attest:
                self.attest.start()
            self.cloud.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        for child in self.children:
            if child.process.poll() is None:
                child.stop(signal.SIGKILL)
        for daemon in (self.cloud, self.attest):
            if daemon:
                daemon.stop()
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            print(f"kept for a look: {self.folder}")
            for daemon in (self.attest, self.cloud):
                if daemon and daemon.log.exists():
                    print(f"--- {daemon.log}\n{daemon.log_text()[-6000:]}")

    # ---- where things are

    @property
    def env(self):
        """The environment that `zerotouch local env` gives a shell, without what the caller's shell had."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        e = self.cloud.endpoints
        return {**kept, "AWS_SHARED_CREDENTIALS_FILE": e["credentials"], "AWS_CONFIG_FILE": "/dev/null",
                "AWS_REGION": e["region"], "AWS_DEFAULT_REGION": e["region"], "AWS_ENDPOINT_URL": e["control"],
                "AWS_EC2_METADATA_DISABLED": "true"}

    @property
    def control(self):
        return self.cloud.endpoints["control"]

    @property
    def mqtt_port(self):
        return self.cloud.endpoints["mqttPort"]

    @property
    def https_port(self):
        return self.cloud.endpoints["httpsPort"]

    @property
    def cloud_ca(self):
        return self.cloud.endpoints["ca"]

    def client(self, service, retries=0):
        """A boto3 client (imported here: not every test needs it)."""
        import boto3
        from botocore.config import Config
        session = boto3.session.Session(**self.keys(), region_name=self.cloud.endpoints["region"])
        return session.client(service, endpoint_url=self.control, config=Config(retries={"max_attempts": retries}))

    def keys(self):
        pairs = dict(line.split(" = ", 1) for line in
                     pathlib.Path(self.cloud.endpoints["credentials"]).read_text().splitlines() if " = " in line)
        return {"aws_access_key_id": pairs["aws_access_key_id"], "aws_secret_access_key": pairs["aws_secret_access_key"]}

    # ---- commands

    def run(self, program, *argv, check=True, input=None, env=None):
        done = subprocess.run([BIN / program, *map(str, argv)], capture_output=True, input=input,
                              env=env or self.env, timeout=DEADLINE_S * 2)
        if check and done.returncode != 0:
            raise AssertionError(f"{program} {argv}: exit status {done.returncode}\n{done.stderr.decode()[-3000:]}")
        return done

    def run_json(self, program, *argv):
        return json.loads(self.run(program, *argv, "--json").stdout)

    def start(self, program, *argv):
        child = Child([BIN / program, *argv], env=self.env)
        self.children.append(child)
        return child

    # ---- the nouns of a story

    def tenant(self):
        return self.run_json("zerotouch", "tenant", "create", "--socket", self.attest.endpoints["operator"])["tenant"]

    def setup(self, tenant, *more):
        return self.run("zerotouch", "setup", "--endpoint-url", self.control, "--socket", self.attest.endpoints["operator"],
                        "--tenant", tenant, "--topic", "myhome/myroom", "--yes", *more)

    def device(self, tenant, claim=True):
        self.devices += 1
        device = Device(self, tenant, self.folder / f"device-{self.devices}")
        if claim:
            device.claim()
        return device

    def things(self):
        return self.run_json("zerotouch", "things", "--endpoint-url", self.control)

    def certificates(self):
        return self.run_json("zerotouch", "certificates", "--endpoint-url", self.control)

    def watch(self, topic="myhome/myroom"):
        child = self.start("zerotouch", "watch", "--endpoint-url", self.control, "--port", self.cloud.endpoints["allPort"],
                           "--ca-file", self.cloud_ca, "--json", topic)
        event = child.event()
        assert event["event"] == "subscribed", event
        return child


class Device:
    """zerotouch-device with a state folder."""

    def __init__(self, world, tenant, state):
        self.world, self.tenant, self.state = world, tenant, state
        self.id = world.run("zerotouch-device", "init", "--state", state).stdout.decode().strip()

    def claim(self):
        self.world.run("zerotouch", "tenant", "claim", "--socket", self.world.attest.endpoints["operator"],
                       "--tenant", self.tenant, self.id)

    def attest(self, *more, check=True):
        e = self.world.attest.endpoints
        return self.world.run("zerotouch-device", "attest", "--state", self.state, "--attest", e["attest"],
                              "--attest-ca-file", e["ca"], "--tenant", self.tenant, *more, check=check)

    def publish(self, via="https", topic="myhome/myroom", message=DEMO_MESSAGE, *more, check=True):
        return self.world.run("zerotouch-device", "publish", "--state", self.state, "--endpoint", "localhost",
                              "--via", via, "--mqtt-port", self.world.mqtt_port, "--https-port", self.world.https_port,
                              "--ca-file", self.world.cloud_ca, *more, "--json", topic, message, check=check)

    def events(self, *argv, **options):
        return [json.loads(line) for line in self.publish(*argv, **options).stdout.splitlines()]

    @property
    def certificate(self):
        return self.state / "certificate.pem"

    @property
    def key(self):
        return self.state / "tls-key.pem"
