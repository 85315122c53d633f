"""Three days of a device through real TLS and the real daemons, whose clock is the seam: the file that ZT_CLOCK_SHIFT_FILE names.

A message every few milliseconds, a new certificate whenever two thirds of a day have passed, once a cloud that is killed and once
a device. Each message that the outbox took arrives at least once and in order.
"""
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import threading
import unittest

from world import BIN, World, ports_of_its_own, wait_for

TWO_THIRDS_MS = 16 * 3600 * 1000 + 60000
RENEWALS = 5  # more than three days


class Feeder:
    """Numbers, one a line, as fast as the agent takes them but no faster than every `every_s`."""

    def __init__(self, every_s):
        self.every_s, self.next, self.stream, self.ended = every_s, 0, None, threading.Event()
        self.thread = threading.Thread(target=self.feed, daemon=True)

    def feed(self):
        while not self.ended.wait(self.every_s):
            try:
                self.stream.write(b"%d\n" % self.next)
                self.stream.flush()
                self.next += 1
            except (OSError, ValueError, AttributeError):
                continue


class ThreeDays(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.clock = pathlib.Path(folder.name) / "shift"
        self.shift_ms = 0
        self.set_clock()
        os.environ["ZT_CLOCK_SHIFT_FILE"] = str(self.clock)
        self.addCleanup(os.environ.pop, "ZT_CLOCK_SHIFT_FILE")
        self.world = World(cloud_options=ports_of_its_own())
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.told = []
        self.told_by = threading.Condition()

    def set_clock(self):
        # In place: the programs have it mapped.
        with open(self.clock, "r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("=q", self.shift_ms))

    def pass_two_thirds(self):
        self.shift_ms += TWO_THIRDS_MS
        self.set_clock()

    def start_agent(self, feeder):
        e = self.world.attest.endpoints
        agent = subprocess.Popen(
            [BIN / "zerotouch-device", "run", "--state", self.device.state, "--endpoint", "localhost", "--mqtt-port",
             str(self.world.mqtt_port), "--https-port", str(self.world.https_port), "--ca-file", self.world.cloud_ca, "--attest",
             e["attest"], "--attest-ca-file", e["ca"], "--tenant", self.device.tenant, "--topic", "myhome/myroom", "--json",
             "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self.listen, args=(agent.stdout,), daemon=True).start()
        feeder.stream = agent.stdin
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)
        return agent

    def listen(self, stream):
        for line in stream:
            with self.told_by:
                self.told.append(json.loads(line))

    def count(self, name, **members):
        with self.told_by:
            return sum(1 for e in self.told if e["event"] == name and all(e.get(k) == v for k, v in members.items()))

    def renew(self):
        certificates, accepted = self.count("certificate"), self.count("accepted", via="mqtt", first=True)
        self.pass_two_thirds()
        wait_for(lambda: self.count("certificate") > certificates, "the next certificate is there")
        wait_for(lambda: self.count("accepted", via="mqtt", first=True) > accepted, "it is accepted")
        published = self.count("published")
        wait_for(lambda: self.count("published") > published + 5, "messages flow again")

    def test_three_days(self):
        tenant = self.world.tenant()
        self.world.setup(tenant)
        self.device = self.world.device(tenant)
        self.device.attest()
        feeder = Feeder(0.02)
        agent = self.start_agent(feeder)
        feeder.thread.start()
        wait_for(lambda: self.count("published") > 0, "the first message is published")
        for day in range(RENEWALS):
            self.renew()
            if day == 1:
                self.world.cloud.kill()
                self.world.cloud.start()
            if day == 3:
                feeder.stream = None
                agent.kill()
                agent.wait(120)
                agent = self.start_agent(feeder)
        feeder.ended.set()
        feeder.thread.join()
        feeder.stream.close()
        self.assertEqual(agent.wait(120), 0)
        self.assertEqual(len(self.world.things()), 1)
        self.check(feeder.next)

    def check(self, count):
        with self.told_by:
            published = [int(e["payload"]) for e in self.told if e["event"] == "published"]
        first = list(dict.fromkeys(published))
        self.assertEqual(first, sorted(first))
        # What was in the pipe of the device that was killed, and not taken yet, is the only thing that may lack.
        missing = sorted(set(range(count)) - set(first))
        self.assertEqual(missing, list(range(missing[0], missing[-1] + 1)) if missing else [])
        self.assertLess(len(published) - len(first), 3, "what was acknowledged is not sent again")
        self.assertEqual(self.count("not-published"), 0)


if __name__ == "__main__":
    unittest.main()
