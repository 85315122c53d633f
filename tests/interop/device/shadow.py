"""run and shadow against the local cloud: the Thing's name is learnt, deltas are applied, the session outlives renewals."""
import json
import subprocess
import unittest

from world import DEADLINE_S, World, closed_port, wait_for


class Shadow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        tenant = cls.world.tenant()
        cls.world.setup(tenant)
        cls.device = cls.world.device(tenant)
        cls.device.attest()
        cls.device.publish()
        cls.thing = cls.world.things()[0]["thingName"]
        cls.data = cls.world.client("iot-data")

    def options(self):
        return ["--state", self.device.state, "--endpoint", "localhost", "--mqtt-port", self.world.mqtt_port, "--https-port",
                self.world.https_port, "--ca-file", self.world.cloud_ca]

    def shadow(self, verb, *more, check=True):
        return self.world.run("zerotouch-device", "shadow", verb, *self.options(), *more, check=check)

    def run_agent(self, *more):
        agent = self.world.start("zerotouch-device", "run", *self.options(), "--json", *more)
        self.addCleanup(agent.stop)
        return agent

    def expect(self, agent, name):
        while True:
            event = agent.event()
            if event["event"] == name:
                return event

    def document(self, name=None):
        extra = {"shadowName": name} if name else {}
        return json.loads(self.data.get_thing_shadow(thingName=self.thing, **extra)["payload"].read())

    def test_get_update_and_delete(self):
        missing = self.shadow("get", "--name", "cli", check=False)
        self.assertEqual(missing.returncode, 5)
        self.assertIn(b"404", missing.stderr)
        answer = json.loads(self.shadow("update", "--name", "cli", "--reported", '{"LED":"ON"}').stdout)
        self.assertEqual((answer["state"], answer["version"]), ({"reported": {"LED": "ON"}}, 1))
        self.assertEqual(self.document("cli")["state"], {"reported": {"LED": "ON"}})
        conflict = self.shadow("update", "--name", "cli", "--desired", '{"LED":"OFF"}', "--version", "7", check=False)
        self.assertEqual(conflict.returncode, 6)
        self.shadow("update", "--name", "cli", "--desired", '{"LED":"OFF"}', "--version", "1", "--mqtt5")
        answer = json.loads(self.shadow("get", "--name", "cli", "--thing", self.thing).stdout)
        self.assertEqual(answer["state"]["delta"], {"LED": "OFF"})
        self.shadow("delete", "--name", "cli")
        self.assertEqual(self.shadow("get", "--name", "cli", check=False).returncode, 5)

    def test_what_aws_would_not_take_is_told_before_anything_is_sent(self):
        for more, words in ((["--reported", "[1]"], b"JSON object"), ([], b"needs a desired"),
                            (["--reported", json.dumps({"a": "x" * 8192})], b"8192 bytes"),
                            (["--reported", "{}", "--name", "a/b"], b"shadow's name")):
            done = self.shadow("update", "--endpoint", "nowhere.invalid", *more, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)

    def test_it_ends_as_publish_does(self):
        closed = self.enterContext(closed_port())
        stranger = self.world.folder / "stranger.pem"
        stranger.write_bytes(self.device.certificate.read_bytes())
        other = self.world.device(self.world.tenant())
        other.attest()
        for words, status, more in (("the server cannot be reached", 7, ["--mqtt-port", closed, "--https-port", closed, "--timeout", "2"]),
                                    ("could not be verified", 7, ["--ca-file", stranger]),
                                    ("do not belong together", 4, ["--certificate", self.device.certificate, "--key", other.key])):
            for verb in (("shadow", "get"), ("publish", "--via", "mqtt")):
                with self.subTest(words, verb=verb[0]):
                    text = [] if verb[0] == "shadow" else ["t", "x"]
                    done = self.world.run("zerotouch-device", *verb, *self.options(), *more, *text, check=False)
                    self.assertEqual(done.returncode, status, done.stderr)
                    self.assertIn(words, done.stderr.decode())

    def test_deltas_are_applied_by_a_command_and_reported(self):
        out = self.world.folder / "applied"
        agent = self.run_agent("--shadow-name", "lamp", "--shadow-command", f"cat >>{out}; echo >>{out}")
        self.assertEqual(self.expect(agent, "shadow-rejected")["code"], 404)
        self.data.update_thing_shadow(thingName=self.thing, shadowName="lamp", payload=b'{"state":{"desired":{"on":true}}}')
        self.assertEqual(self.expect(agent, "shadow-delta")["state"], {"on": True})
        self.assertEqual(self.expect(agent, "shadow-accepted")["state"], {"reported": {"on": True}})
        self.assertNotIn("delta", self.document("lamp")["state"])
        self.assertEqual(out.read_text(), '{"on":true}\n')
        agent.stop()
        # What changes while the agent is away is seen when it is back.
        self.data.update_thing_shadow(thingName=self.thing, shadowName="lamp", payload=b'{"state":{"desired":{"on":false}}}')
        agent = self.run_agent("--shadow-name", "lamp", "--shadow-command", "echo '{\"on\":false,\"lux\":3}'")
        wait_for(lambda: self.document("lamp")["state"].get("reported") == {"on": False, "lux": 3}, "the state is reported")

    def test_a_command_that_fails_reports_nothing(self):
        self.data.update_thing_shadow(thingName=self.thing, shadowName="bad", payload=b'{"state":{"desired":{"on":true}}}')
        agent = self.run_agent("--shadow-name", "bad", "--shadow-command", "exit 3")
        self.assertEqual(self.expect(agent, "trouble")["text"], "the command ended with 3")
        self.assertNotIn("reported", self.document("bad")["state"])

    def test_where_the_usual_ports_are_closed_one_with_alpn_serves_both(self):
        closed = self.enterContext(closed_port())
        ports = ["--mqtt-port", closed, "--https-port", closed, "--alpn-port", self.world.cloud.endpoints["allPort"]]
        agent = self.run_agent(*ports, "--topic", "myhome/myroom", "--sensor", "echo 1")
        self.expect(agent, "published")
        agent.stop()
        self.device.attest("--renew")
        agent = self.run_agent(*ports, "--topic", "myhome/myroom", "--sensor", "echo 1")
        self.assertEqual(self.expect(agent, "connecting")["via"], "https")
        self.assertTrue(self.expect(agent, "accepted")["first"])
        self.expect(agent, "published")
        self.world.run("zerotouch-device", "publish", *self.options(), *ports, "myhome/myroom", "x")

    def test_mqtt_5_says_who_took_the_session(self):
        agent = self.run_agent("--mqtt5", "--no-outbox")
        self.expect(agent, "accepted")
        subprocess.run(["mosquitto_pub", "-V", "5", "-h", "localhost", "-p", str(self.world.mqtt_port), "--cafile",
                        self.world.cloud_ca, "--cert", self.device.certificate, "--key", self.device.key, "-i", self.device.id,
                        "-t", "myhome/myroom", "-m", "x"], check=True, timeout=DEADLINE_S)
        event = self.expect(agent, "lost")
        self.assertEqual((event["reason"], event.get("reasonCode")), ("taken-over", 0x8e), event)

    def test_a_certificate_is_renewed_beside_the_session(self):
        agent = self.run_agent("--topic", "myhome/myroom", "--sensor", "date +%s.%N", "--every", "1")
        self.expect(agent, "published")
        self.device.attest("--renew")
        story = []
        while True:
            event = agent.event()
            story.append(event)
            if event["event"] == "lost":
                break
        self.assertEqual(event["reason"], "new-identity")
        # The handler retires the predecessor as soon as the new one is active, so the session may end before we leave it.
        self.assertEqual([e["event"] for e in story if e.get("beside")][0], "connecting")
        self.assertEqual([e for e in story if e["event"] == "refused" and not e.get("beside")], [])
        self.assertTrue(self.expect(agent, "accepted")["first"])
        self.expect(agent, "published")


if __name__ == "__main__":
    unittest.main()
