"""run, against a stock mosquitto: lines in, messages out, reconnecting, an orderly end."""
import json
import signal
import socket
import subprocess
import unittest
import unittest.mock

from broker import BrokerTest
from world import DEADLINE_S, wait_for


class Run(BrokerTest):
    def test_what_is_published_is_printed(self):
        agent = self.start("--subscribe", "in/#", "--subscribe", "other")
        self.assertEqual(self.expect(agent, "subscribed"), {"event": "subscribed", "filter": "in/#"})
        self.expect(agent, "subscribed")
        self.mosquitto("mosquitto_pub", "-q", "1", "-t", "in/a", "-s", input=b"hello")
        event = self.expect(agent, "received")
        self.assertEqual((event["topic"], event["payload"]), ("in/a", "hello"))
        self.mosquitto("mosquitto_pub", "-q", "1", "-t", "other", "-s", input=b"\xff\x00")
        self.assertEqual(self.expect(agent, "received")["payloadBase64"], "/wA=")

    def test_lines_are_published_in_order_to_the_end(self):
        agent = self.start("--topic", "out", "--until-eof", "--subscribe", "out")
        self.expect(agent, "subscribed")
        out, _ = agent.communicate(b"one\ntwo\n\nfour", timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([e["payload"] for e in told if e["event"] == "published"], ["one", "two", "", "four"])
        self.assertEqual(agent.returncode, 0)

    def test_input_that_can_never_be_published_is_refused_at_the_start(self):
        words = ("run", "--endpoint", "localhost", "--ca-file", self.folder / "root.pem", "--until-eof", "--topic")
        self.assert_exit(self.agent.run(*words, "a/+"), 2, "--topic a/+: ")
        self.assert_exit(self.agent.run(*words, "out", "--file", self.folder), 2, "is a folder")
        self.assert_exit(self.agent.run(*words, "out", "--file", self.folder / "none"), 5, "cannot open")

    def test_a_line_over_the_limit_is_left_out(self):
        agent = self.start("--topic", "out", "--until-eof")
        out, _ = agent.communicate(b"a\n" + b"x" * 131073 + b"\n" + b"y" * 400000 + b"\nb\n", timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([e["payload"] for e in told if e["event"] == "published"], ["a", "b"])
        self.assertEqual([e["status"] for e in told if e["event"] == "trouble"], ["ZT_E_LIMIT", "ZT_E_LIMIT"])

    def test_it_ends_in_order_when_told(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            agent = self.start("--subscribe", "in/#")
            self.expect(agent, "subscribed")
            agent.send_signal(how)
            self.assertEqual(agent.wait(DEADLINE_S), 0)

    def test_a_broker_that_comes_back_is_found_and_the_line_not_lost(self):
        agent = self.start("--topic", "out", "--until-eof")
        self.expect(agent, "accepted")
        self.stop_broker()
        self.expect(agent, "lost")
        agent.stdin.write(b"later\n")
        agent.stdin.flush()
        self.start_broker()
        self.assertFalse(self.expect(agent, "accepted")["first"])
        self.assertEqual(self.expect(agent, "published")["payload"], "later")

    def stored(self):
        return len([p for p in (self.agent.state / "outbox").iterdir() if "." not in p.name])

    def test_lines_taken_offline_survive_kill_9_and_go_out_in_order(self):
        self.stop_broker()
        try:
            agent = self.start("--topic", "out")
            agent.stdin.write(b"".join(b"%d\n" % i for i in range(20)))
            agent.stdin.flush()
            wait_for(lambda: (self.agent.state / "outbox").exists() and self.stored() == 20, "all lines are in the outbox")
            agent.kill()
            agent.communicate()
        finally:
            self.start_broker()
        again = self.start("--topic", "out", "--until-eof", "--mqtt5")
        out, _ = again.communicate(b"last\n", timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(told[0], {"event": "outbox", "waiting": 20, "damaged": 0})
        self.assertEqual([e["payload"] for e in told if e["event"] == "published"], [str(i) for i in range(20)] + ["last"])
        self.assertEqual(self.stored(), 0)

    def test_another_number_of_slots_over_a_filled_outbox_is_refused(self):
        self.stop_broker()
        try:
            agent = self.start("--topic", "out", "--outbox-slots", "5")
            agent.stdin.write(b"1\n2\n3\n")
            agent.stdin.flush()
            wait_for(lambda: (self.agent.state / "outbox").exists() and self.stored() == 3, "all lines are in the outbox")
            agent.kill()
            agent.communicate()
        finally:
            self.start_broker()
        done = self.agent.run("run", "--endpoint", "localhost", "--ca-file", self.folder / "root.pem", "--topic", "out", "--outbox-slots", "2")
        self.assert_exit(done, 3, "kept with another --outbox-slots than 2: run with that until they are published")
        self.assertEqual(self.stored(), 3)
        again = self.start("--topic", "out", "--outbox-slots", "5", "--until-eof")
        out, _ = again.communicate(timeout=DEADLINE_S)
        self.assertEqual([e["payload"] for e in map(json.loads, out.splitlines()) if e["event"] == "published"], ["1", "2", "3"])
        empty = self.start("--topic", "out", "--outbox-slots", "2", "--until-eof")
        empty.communicate(timeout=DEADLINE_S)
        self.assertEqual(empty.returncode, 0)

    def test_a_damaged_message_is_counted(self):
        self.stop_broker()
        try:
            agent = self.start("--topic", "out")
            agent.stdin.write(b"1\n2\n")
            agent.stdin.flush()
            wait_for(lambda: (self.agent.state / "outbox").exists() and self.stored() == 2, "all lines are in the outbox")
            agent.kill()
            agent.communicate()
        finally:
            self.start_broker()
        slot = self.agent.state / "outbox/0"
        data = bytearray(slot.read_bytes())
        data[-1] ^= 1
        slot.write_bytes(data)
        again = self.start("--topic", "out", "--until-eof")
        out, _ = again.communicate(timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(told[0], {"event": "outbox", "waiting": 1, "damaged": 1})
        self.assertEqual([e["payload"] for e in told if e["event"] == "published"], ["2"])

    def test_a_full_outbox_lets_the_input_wait(self):
        agent = self.start("--topic", "out", "--until-eof", "--outbox-slots", "2")
        out, _ = agent.communicate(b"1\n2\n3\n4\n5\n", timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([e["payload"] for e in told if e["event"] == "published"], ["1", "2", "3", "4", "5"])
        self.assertIn("the outbox is full, and keeps the oldest messages", [e.get("text") for e in told])

    def test_or_drops_the_oldest_and_says_so(self):
        agent = self.start("--topic", "out", "--until-eof", "--outbox-slots", "2", "--keep", "newest")
        out, _ = agent.communicate(b"1\n2\n3\n4\n5\n", timeout=DEADLINE_S)
        told = [json.loads(line) for line in out.splitlines()]
        published = [e["payload"] for e in told if e["event"] == "published"]
        dropped = [e for e in told if "dropped" in e.get("text", "")]
        self.assertEqual(len(published) + len(dropped), 5)
        self.assertEqual(published, sorted(published))
        self.assertEqual(published[-2:], ["4", "5"])

    def test_a_file_and_a_sensor_are_inputs_too(self):
        lines = self.agent.state / "lines"
        lines.write_bytes(b"a\nb")
        agent = self.start("--topic", "out", "--file", lines, "--until-eof", "--no-outbox")
        self.assertEqual([self.expect(agent, "published")["payload"] for _ in range(2)], ["a", "b"])
        self.assertEqual(agent.wait(DEADLINE_S), 0)
        agent = self.start("--topic", "out", "--sensor", "echo 21.5", "--every", "1")
        self.assertEqual([self.expect(agent, "published")["payload"] for _ in range(2)], ["21.5", "21.5"])

    def test_a_will_is_sent_when_the_device_vanishes(self):
        watcher = subprocess.Popen(["stdbuf", "-oL", "mosquitto_sub", "-d", "-h", "localhost", "-p", str(self.port), "--cafile",
                                    self.folder / "root.pem", "--cert", self.folder / "client-2.pem", "--key",
                                    self.folder / "client-2.key", "-t", "gone/1", "-C", "1"], stdout=subprocess.PIPE)
        self.addCleanup(watcher.communicate)
        self.addCleanup(watcher.kill)
        while not watcher.stdout.readline().startswith(b"Subscribed"):
            pass
        agent = self.start("--will", "gone/1=bye", "--no-outbox")
        self.expect(agent, "accepted")
        agent.kill()
        self.assertIn(b"bye\n", list(watcher.stdout))

    def test_systemd_hears_of_it(self):
        path = str(self.agent.state / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(DEADLINE_S)
            with unittest.mock.patch.dict("os.environ", {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"}):
                agent = self.start("--topic", "out")
            said = []
            while "READY=1\nSTATUS=connected" not in said or "WATCHDOG=1" not in said:
                said.append(listener.recv(4096).decode())
            agent.send_signal(signal.SIGTERM)
            while said[-1] != "STOPPING=1":
                said.append(listener.recv(4096).decode())
            self.assertEqual(agent.wait(DEADLINE_S), 0)

    def test_a_replaced_certificate_is_taken_into_use(self):
        agent = self.start("--subscribe", "in/#")
        self.expect(agent, "subscribed")
        self.agent.identity(self.folder / "client-2.pem", self.folder / "client-2.key")
        self.assertEqual(self.expect(agent, "lost")["reason"], "new-identity")
        self.assertTrue(self.expect(agent, "accepted")["first"])
        self.expect(agent, "subscribed")


if __name__ == "__main__":
    unittest.main()
