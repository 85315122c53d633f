"""The native handler beside one in Python with boto3: the same events, the same registry, in the same run.

tests/bench/run calls it; ZT_BIN_DIR says where the programs are.
"""
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop" / "jitr"))

from bench import DEADLINE_S, PACKAGE, Bench  # noqa: E402  (needs the line above)

EVENTS = 300
WARM = 20
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Python(Bench):
    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["/usr/bin/python3", HERE / "boto3_handler.py"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log,
                                            env={**self.environment, "AWS_DEFAULT_REGION": "us-east-1"})
        return self


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def resident_kib(pid):
    return int(re.search(r"^VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


def start_ms(bench, times):
    """From exec to the first poll, each in a process of its own."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        bench.start()
        assert bench.api.idle.acquire(timeout=DEADLINE_S), bench.log()
        found.append((time.perf_counter() - began) * 1000)
        bench.kill()
    return statistics.median(found)


def measure(kind, starts):
    with kind() as bench:
        first = start_ms(bench, starts)
        devices = [bench.device() for _ in range(WARM + EVENTS)]
        for device in devices[:WARM]:
            assert bench.deliver(device) == "created", bench.log()
        before = cpu_s(bench.process.pid)
        for device in devices[WARM:]:
            bench.deliver(device)
        return {"start": first, "cpu": (cpu_s(bench.process.pid) - before) * 1000 / EVENTS,
                "resident": resident_kib(bench.process.pid) / 1024}


def main(show):
    native, python = measure(Bench, 21), measure(Python, 3)
    for key, what, aim in (("start", "exec to the first poll, median ms", 2), ("cpu", "CPU ms an event", 1),
                           ("resident", "resident memory, MiB", 4)):
        show(f"handler: {what}", f"{native[key]:.2f}", f"at most {aim}")
        show("  the same in Python with boto3", f"{python[key]:.1f}", f"{python[key] / max(native[key], 0.001):.0f} times as much")
    for package in (PACKAGE, PACKAGE.parent / "arm64" / "bootstrap.zip"):
        if package.exists():
            show(f"handler: {package.relative_to(PACKAGE.parent)}, MB", f"{package.stat().st_size / 1e6:.2f}", "at most 0.5")


if __name__ == "__main__":
    main(lambda what, value, aim="": print(f"{what:58} {value:>14}   {aim}", flush=True))
