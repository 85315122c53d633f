"""The gateway beside stock mosquitto with a TLS listener of its own: connects, publishes, memory, fan-out; and one decision
of a policy."""
import json
import os
import pathlib
import pwd
import re
import resource
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop/gateway"))
from gw import Authority, allow  # noqa: E402
from world import World, wait_for  # noqa: E402

CONNECTS, AT_ONCE = 200, 4
PAIRS = 5
IDLE = 10000
SPARE_FILES = 500
SUBSCRIBERS, FAN_OUTS = 1000, 20
MESSAGES = {(1, 1): 3000, (1, 20): 20000, (16, 1): 10000, (16, 20): 20000, (256, 1): 20000, (256, 20): 40000}


def cpu_s(pids):
    """Of all threads, as the scheduler counts it: to the nanosecond, not in ticks."""
    return sum(int(path.read_text().split()[0]) for pid in pids for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def pss_kib(pids):
    return sum(int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{p}/smaps_rollup").read_text(), re.M).group(1)) for p in pids)


class Side:
    """What answers on `port`, and the processes that do it."""

    def __init__(self, build, port, ca, identities, pids):
        self.build, self.port, self.ca, self.identities, self.pids = build, port, ca, identities, pids

    def argv(self, mode, *numbers):
        return [str(a) for a in (self.build / "bench/bench_load", mode, self.port, self.ca, self.identities, *numbers)]

    def run(self, mode, *numbers):
        before = cpu_s(self.pids)
        done = subprocess.run(self.argv(mode, *numbers), capture_output=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr.decode())
        return {**json.loads(done.stdout), "cpuS": cpu_s(self.pids) - before}


def gateway_side(world, build, certificates):
    """An account whose certificates may do what the load does, by a policy with variables."""
    iot = world.client("iot")
    iot.create_policy(policyName="bench", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/bench-*"), allow(["iot:Publish", "iot:Receive"], "topic/bench/room", "topic/${iot:ClientId}/*"),
        allow("iot:Subscribe", "topicfilter/bench/room")]}))
    ca = Authority(world.folder, "bench")
    lines = []
    for i in range(certificates):
        leaf = ca.leaf(f"b{i}")
        arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
        iot.attach_policy(policyName="bench", target=arn)
        lines.append(f"{leaf.pem} {leaf.key}\n")
    identities = world.folder / "identities"
    identities.write_text("".join(lines))
    broker = int(re.search(r"mosquitto started pid=(\d+)", world.cloud.log_text()).group(1))
    return Side(build, world.mqtt_port, world.cloud_ca, identities, [world.cloud.endpoints["pid"], broker]), ca


class Mosquitto:
    """Debian's, with the server certificate of the gateway and its clients' CA."""

    def __init__(self, folder, identity, ca):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        conf = folder / "mosquitto.conf"
        conf.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n"
                        f"certfile {identity}\nkeyfile {identity}\ncafile {ca}\nrequire_certificate true\n"
                        f"user {pwd.getpwuid(os.getuid()).pw_name}\n")
        self.process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def accepts():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0

        wait_for(accepts, "mosquitto accepts")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def bare_handshakes_us(build, world, identities, ca):
    """Without a socket, and by TCP."""
    certificate, key = identities.read_text().split()[:2]
    done = subprocess.run([build / "bench/bench_handshake", world.cloud.data / "server-identity.pem", certificate, key, ca.pem, "500"],
                          capture_output=True, check=True)
    return tuple(float(us) for us in done.stdout.split())


def connects(show, ours, stock, bare_us, by_tcp_us):
    mine, theirs = ours.run("connect", AT_ONCE), stock.run("connect", AT_ONCE)
    one = Side(ours.build, ours.port, ours.ca, ours.identities, ours.pids[:1]).run("connect", AT_ONCE)
    show(f"connects by mutual TLS a second, {AT_ONCE} at once", f"{mine['perSecond']:.0f}", f"mosquitto {theirs['perSecond']:.0f}")
    spent_us = one["cpuS"] * 1e6 / CONNECTS
    show("  the gateway's CPU µs a connect", f"{spent_us:.0f}", f"bare OpenSSL {by_tcp_us:.0f} by TCP, {bare_us:.0f} without a socket")
    show("  gateway / bare handshake by TCP", f"{spent_us / by_tcp_us:.2f}", "at most 1.25")
    show("  gateway / bare handshake without a socket", f"{spent_us / bare_us:.2f}", "at most 1.25")
    show("  gateway and broker / mosquitto, CPU", f"{mine['cpuS'] / theirs['cpuS']:.2f}", "at most 0.8")


def median(values):
    return sorted(values)[len(values) // 2]


def publishes(show, ours, stock):
    """Each figure is the median of runs in turn."""
    for count in (1, 16, 256):
        for size in (64, 4096):
            for in_flight in (1, 20):
                numbers = (count, size, in_flight, MESSAGES[count, in_flight])
                pairs = [(ours.run("publish", *numbers), stock.run("publish", *numbers)) for _ in range(PAIRS)]
                rates = [median([pair[side]["perSecond"] for pair in pairs]) for side in (0, 1)]
                ratios = [median([mine[key] / theirs[key] for mine, theirs in pairs]) for key in ("perSecond", "p50Us")]
                show(f"QoS 1, {count} connections, {size} B, {in_flight} in flight: messages/s", f"{rates[0]:.0f}", f"mosquitto {rates[1]:.0f}")
                show("  rate / mosquitto's", f"{ratios[0]:.2f}", "at least 1.0" if in_flight == 20 else "at least 0.6")
                if in_flight == 1:
                    show("  p50 / mosquitto's", f"{ratios[1]:.2f}", "at most 1.4")


def idle(show, ours, stock):
    count = min(IDLE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_FILES) // 2)
    for name, side in (("gateway and broker", ours), ("mosquitto", stock)):
        before = pss_kib(side.pids)
        with subprocess.Popen(side.argv("idle", count), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            if not child.stdout.readline():
                raise SystemExit(f"{name} does not hold {count} connections")
            held = (pss_kib(side.pids) - before) / count
            child.stdin.close()
        show(f"{count} idle connections: KiB each, {name}", f"{held:.1f}", "at most 40" if side is ours else "")


def fan_out(show, ours, stock):
    theirs, mine = stock.run("fan-out", SUBSCRIBERS, FAN_OUTS), ours.run("fan-out", SUBSCRIBERS, FAN_OUTS)
    show(f"one message to {SUBSCRIBERS} subscribers, p50 ms to the last", f"{mine['p50Us'] / 1000:.1f}",
         f"mosquitto {theirs['p50Us'] / 1000:.1f}")
    show("  gateway / mosquitto", f"{mine['p50Us'] / theirs['p50Us']:.2f}")


def policy(show, build):
    result = json.loads(subprocess.run([build / "bench/bench_policy"], capture_output=True, check=True).stdout)
    show(f"a decision by a policy of {result['chars']} characters, µs: allowed, refused",
         f"{result['allowedNs'] / 1000:.2f}, {result['refusedNs'] / 1000:.2f}", "under 2")


def main(show, build):
    policy(show, build)
    with World(attest=False, cloud_options=["--log", "warning,broker=info"]) as world:
        ours, ca = gateway_side(world, build, CONNECTS)
        identity = world.cloud.data / "server-identity.pem"
        with Mosquitto(world.folder, identity, ca.pem) as mosquitto:
            stock = Side(build, mosquitto.port, world.cloud_ca, ours.identities, [mosquitto.process.pid])
            connects(show, ours, stock, *bare_handshakes_us(build, world, ours.identities, ca))
            publishes(show, ours, stock)
            idle(show, ours, stock)
            fan_out(show, ours, stock)
