"""What a gateway costs, seen from outside: memory, processor, descriptors; and whether it still serves."""
import os
import pathlib
import time

from gw import Authority, curl


def resident_kb(gateway):
    text = pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")))


def descriptors(gateway):
    return len(os.listdir(f"/proc/{gateway.process.pid}/fd"))


def cpu_s(gateway):
    fields = pathlib.Path(f"/proc/{gateway.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_at_rest(gateway):
    """Whether it does next to nothing while openssl makes keys."""
    cpu, wall = cpu_s(gateway), time.monotonic()
    for i in range(20):
        Authority(gateway.folder, f"idle{gateway.names}-{i}")
    gateway.names += 1
    cpu, wall = cpu_s(gateway) - cpu, time.monotonic() - wall
    return cpu < wall / 4


def still_serves(gateway, leaf):
    assert curl(gateway, leaf, "/topics/alive?qos=1")[1] == 200
    gateway.event()
    assert gateway.pub(leaf, "alive", "-q", "1", "-t", "alive", "-m", "x")[0] == 0
    gateway.event()
