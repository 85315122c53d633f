"""An identity that somebody breaks while it is in use: the pair of before stays, why is said once, and a whole one is taken."""
import unittest

from agent import events
from broker import BrokerTest
from publish import OK
from scripted import Server


class BrokenFiles(BrokerTest):
    def setUp(self):
        super().setUp()
        self.identity = self.agent.state / "identity"
        self.pairs = {name: [(self.folder / f"{name}.{kind}").read_bytes() for kind in ("pem", "key")] for name in ("client", "client-2")}

    def put(self, name, data):
        fresh = self.identity / "fresh"
        fresh.write_bytes(data)
        fresh.rename(self.identity / name)

    def put_pair(self, name):
        for file, data in zip(("certificate.pem", "tls-key.pem"), self.pairs[name]):
            self.put(file, data)

    def expect_trouble(self, agent, words):
        event = self.expect(agent, "trouble")
        self.assertIn(words, event["text"])
        self.assertIn("the certificate of before stays in use", event["text"])

    def running(self):
        agent = self.start("--subscribe", "in/#")
        self.expect(agent, "subscribed")
        return agent

    def test_the_old_pair_connects_while_the_new_one_is_half_there(self):
        agent = self.running()
        self.put("certificate.pem", self.pairs["client-2"][0])
        self.expect_trouble(agent, "certificate and key do not belong together")
        self.stop_broker()
        self.assertEqual(self.expect(agent, "lost")["reason"], "closed")
        self.start_broker()
        self.assertFalse(self.expect(agent, "accepted")["first"])
        self.expect(agent, "subscribed")
        self.put("tls-key.pem", self.pairs["client-2"][1])
        self.assertEqual(self.expect(agent, "lost")["reason"], "new-identity")
        self.assertTrue(self.expect(agent, "accepted")["first"])

    def test_each_way_to_break_it_is_told_in_words(self):
        agent = self.running()
        certificate, key = self.pairs["client-2"]
        # No two in a row are told alike.
        ways = (("certificate.pem", b"", "certificate.pem cannot be used"),
                ("tls-key.pem", key, "do not belong together"),
                ("certificate.pem", certificate[:300], "cut off"),
                ("tls-key.pem", key[:100], "no whole private key"),
                ("certificate.pem", certificate + b"\n" * 100000, "larger than 65536 bytes"))
        for file, data, words in ways:
            with self.subTest(file=file, size=len(data)):
                self.put_pair("client")
                self.put(file, data)
                self.expect_trouble(agent, words)
        (self.identity / "certificate.pem").unlink()
        self.expect_trouble(agent, "No such file")
        (self.identity / "certificate.pem").mkdir()
        self.expect_trouble(agent, "is no file")
        (self.identity / "certificate.pem").rmdir()
        self.put_pair("client-2")
        # The connection has not been touched until now.
        self.assertEqual(self.expect(agent, "lost")["reason"], "new-identity")
        self.assertTrue(self.expect(agent, "accepted")["first"])

    def test_without_a_pair_of_before_nothing_is_sent(self):
        server = Server(self.folder, (OK,))
        self.addCleanup(server.close)
        self.put("tls-key.pem", self.pairs["client-2"][1])
        done = self.agent.run("publish", "--endpoint", "localhost", "--https-port", server.port, "--ca-file", self.folder / "root.pem",
                              "--certificate", self.identity / "certificate.pem", "--key", self.identity / "tls-key.pem", "--json",
                              "t", "x")
        self.assert_exit(done, 4, "certificate and key do not belong together")
        self.assertEqual([event["event"] for event in events(done)], ["waiting"])
        self.assertEqual(server.requests, [])

    def test_run_waits_for_a_whole_pair(self):
        self.put("tls-key.pem", b"")
        agent = self.start("--certificate", self.identity / "certificate.pem", "--key", self.identity / "tls-key.pem")
        event = self.expect(agent, "waiting")
        self.assertEqual(event["reason"], "identity-unreadable")
        self.assertIn("no whole private key", event["detail"])
        self.put_pair("client")
        self.expect(agent, "accepted")


if __name__ == "__main__":
    unittest.main()
