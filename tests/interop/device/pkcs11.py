"""The device's key in a PKCS#11 token (SoftHSM), or wherever else OpenSSL finds it: never in a file that we read."""
import os
import shutil
import subprocess
import unittest

from agent import AgentTest, events
from scripted import Server
from publish import OK

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, LABEL = "648219", "zt"


class Pkcs11(AgentTest):
    def setUp(self):
        super().setUp()
        state = self.agent.state
        (state / "tokens").mkdir()
        (state / "softhsm2.conf").write_text(f"directories.tokendir = {state}/tokens\nlog.level = ERROR\n")
        self.pin = state / "pin"
        self.pin.write_text(PIN)
        self.environment = {"SOFTHSM2_CONF": str(state / "softhsm2.conf"), "PKCS11_MODULE_PATH": MODULE}
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        self.addCleanup(lambda: [os.environ.pop(name) if old is None else os.environ.update({name: old}) for name, old in before.items()])
        self.tool("--init-token", "--free", "--so-pin", PIN)
        key = state / "pkcs8.pem"
        subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", self.folder / "client.key", "-out", key], check=True)
        self.tool("--import", key, "--token", LABEL, "--id", "01")
        key.unlink()
        shutil.rmtree(state / "identity")
        self.certificate = self.folder / "client.pem"

    def tool(self, *argv):
        subprocess.run(["softhsm2-util", *map(str, argv), "--label", LABEL, "--pin", PIN], check=True, capture_output=True)

    def uri(self, pin=None):
        return f"pkcs11:token={LABEL};object={LABEL};type=private?pin-source=file:{pin or self.pin}"

    def publish(self, server, key, *more):
        return self.agent.run("publish", "--endpoint", "localhost", "--https-port", server.port, "--mqtt-port", server.port, "--ca-file",
                              self.folder / "root.pem", "--certificate", self.certificate, "--key", key, *more, "--json", "t", "x")

    def serve(self):
        server = Server(self.folder, (OK,))
        self.addCleanup(server.close)
        return server

    def test_the_token_signs(self):
        server = self.serve()
        done = self.publish(server, self.uri())
        self.assert_exit(done, 0)
        self.assertEqual(events(done)[-1]["event"], "published")
        self.assertEqual(server.peers[0]["subject"], ((("commonName", "device-1"),),))

    def test_any_key_that_openssl_finds(self):
        self.assert_exit(self.publish(self.serve(), f"file:{self.folder / 'client.key'}"), 0)

    def test_a_plain_file(self):
        self.assert_exit(self.publish(self.serve(), self.folder / "client.key"), 0)

    def test_a_wrong_pin_is_tried_once(self):
        wrong = self.agent.state / "wrong"
        wrong.write_text("1111")
        done = self.publish(self.serve(), self.uri(wrong))
        self.assert_exit(done, 4, "the device's key cannot be reached")
        self.assertEqual(done.stdout, b"")

    def test_no_such_token(self):
        self.assert_exit(self.publish(self.serve(), f"pkcs11:token=other?pin-source=file:{self.pin}"), 4, "cannot be reached")

    def test_a_scheme_that_nobody_knows(self):
        self.assert_exit(self.publish(self.serve(), "handle:0x81000000"), 4, "cannot be reached")

    def test_another_certificates_key(self):
        self.certificate = self.folder / "client-2.pem"
        done = self.publish(self.serve(), self.uri(), "--timeout", "1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cannot be used", done.stdout.decode() + done.stderr.decode())

    def test_a_pin_in_the_address_is_refused(self):
        self.assert_exit(self.publish(self.serve(), f"pkcs11:token={LABEL}?pin-value={PIN}"), 3, "pin-source")

    def test_certificate_and_key_go_together(self):
        done = self.agent.run("publish", "--endpoint", "localhost", "--certificate", self.certificate, "t", "x")
        self.assert_exit(done, 2, "go together")


if __name__ == "__main__":
    unittest.main()
