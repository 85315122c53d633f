"""init, id and attest, against the real authority; openssl says what keys and certificates are."""
import datetime
import json
import pathlib
import stat
import subprocess
import tempfile
import unittest

from agent import MAKE_CERTIFICATES, Agent, events
from attest.authority import AuthorityTest, openssl


class Identity(AuthorityTest):
    def setUp(self):
        self.agent = Agent(pathlib.Path(tempfile.mkdtemp(dir=self.authority.folder)) / "state")
        self.id = self.agent.run("init").stdout.decode().strip()

    def attest(self, *more, tenant=None, url=None, ca=None):
        endpoints = self.authority.daemon.endpoints
        return self.agent.run("attest", "--attest", url or endpoints["attest"], "--attest-ca-file", ca or endpoints["ca"],
                              "--tenant", tenant or self.tenant, *more)

    def claimed(self):
        self.authority.claim(self.tenant, self.id)

    def file(self, name):
        return self.agent.state / name

    def assert_exit(self, done, status, words=""):
        self.assertEqual(done.returncode, status, done.stderr.decode())
        self.assertIn(words, done.stderr.decode())

    def test_the_device_id_is_the_public_key(self):
        spki = openssl("pkey", "-in", self.file("root-key.pem"), "-pubout", "-outform", "DER")
        self.assertEqual(self.id, spki[-64:].hex())
        self.assertEqual(self.agent.run("id").stdout.decode().strip(), self.id)
        self.assertEqual(self.agent.run("init").stdout.decode().strip(), self.id)

    def test_state_and_keys_are_closed_to_others(self):
        self.claimed()
        self.assert_exit(self.attest(), 0)
        for name, mode in ((".", 0o700), ("root-key.pem", 0o600), ("identity", 0o700), ("identity/tls-key.pem", 0o600)):
            self.assertEqual(stat.S_IMODE(self.file(name).stat().st_mode), mode, name)

    def test_a_claimed_device_gets_a_certificate_over_a_fresh_key(self):
        self.claimed()
        done = self.attest("--json")
        self.assert_exit(done, 0)
        certificate = self.file("certificate.pem").read_bytes()
        self.assertEqual(certificate.count(b"BEGIN CERTIFICATE"), 2)
        subject = openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253", stdin=certificate).decode()
        self.assertEqual(subject.strip(), f"subject=CN={self.id}")
        of_certificate = openssl("x509", "-noout", "-pubkey", stdin=certificate)
        self.assertEqual(openssl("pkey", "-in", self.file("tls-key.pem"), "-pubout"), of_certificate)
        self.assertNotEqual(openssl("pkey", "-in", self.file("root-key.pem"), "-pubout"), of_certificate)
        event = events(done)[0]
        self.assertEqual((event["event"], event["deviceId"]), ("certificate", self.id))

    def test_a_good_certificate_is_kept_and_renew_replaces_it(self):
        self.claimed()
        self.assert_exit(self.attest(), 0)
        first = self.file("certificate.pem").read_bytes(), self.file("tls-key.pem").read_bytes()
        self.assert_exit(self.attest(), 0)
        self.assertEqual((self.file("certificate.pem").read_bytes(), self.file("tls-key.pem").read_bytes()), first)
        self.assert_exit(self.attest("--renew"), 0)
        self.assertNotEqual(self.file("certificate.pem").read_bytes(), first[0])
        self.assertNotEqual(self.file("tls-key.pem").read_bytes(), first[1])
        self.assertEqual(sorted(p.name for p in self.agent.state.iterdir()),
                         ["certificate.pem", "identity", "root-key.pem", "tls-key.pem"])

    def test_the_tenant_may_be_written_in_capitals(self):
        self.claimed()
        self.assert_exit(self.attest(tenant=self.tenant.upper()), 0)

    def short_lived(self, seconds_old, seconds_left):
        """A certificate of openssl's making, put in the agent's place."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.authority.folder))
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp = [(now + datetime.timedelta(seconds=s)).strftime("%Y%m%d%H%M%SZ") for s in (-seconds_old, seconds_left)]
        subprocess.run([MAKE_CERTIFICATES, folder], check=True)
        openssl("req", "-new", "-key", folder / "client.key", "-subj", "/CN=device-1", "-out", folder / "request")
        subprocess.run(["openssl", "ca", "-batch", "-config", "ca.conf", "-cert", "root.pem", "-keyfile", "root.key", "-in", "request",
                        "-out", "short.pem", "-notext", "-rand_serial", "-startdate", stamp[0], "-enddate", stamp[1]], cwd=folder,
                       check=True, capture_output=True)
        self.agent.identity(folder / "short.pem", folder / "client.key")

    def test_run_renews_when_two_thirds_have_passed(self):
        self.claimed()
        self.short_lived(seconds_old=34, seconds_left=26)
        endpoints = self.authority.daemon.endpoints
        agent = self.agent.start("run", "--json", "--endpoint", "localhost", "--mqtt-port", "1", "--attest", endpoints["attest"],
                                 "--attest-ca-file", endpoints["ca"], "--tenant", self.tenant)
        try:
            told = []
            while not told or told[-1]["event"] != "certificate":
                told.append(json.loads(agent.stdout.readline()))
            self.assertEqual(told[0]["event"], "connecting")
            self.assertEqual(told[-1]["deviceId"], self.id)
        finally:
            agent.terminate()
            agent.communicate()
        self.assertEqual(agent.returncode, 0)

    def test_an_unclaimed_device_is_denied(self):
        self.assert_exit(self.attest(), 9, "UnclaimedDevice")
        self.assertFalse(self.file("identity").exists())

    def test_an_unknown_tenant_is_not_found(self):
        self.assert_exit(self.attest(tenant="00000000-0000-4000-8000-000000000000"), 5, "UnknownTenant")

    def test_a_failed_renewal_leaves_the_old_certificate(self):
        self.claimed()
        self.assert_exit(self.attest(), 0)
        before = self.file("certificate.pem").read_bytes()
        self.authority.operator("DELETE", f"/tenants/{self.tenant}/devices/{self.id}")
        self.assert_exit(self.attest("--renew"), 9)
        self.assertEqual(self.file("certificate.pem").read_bytes(), before)

    def test_another_root_does_not_verify_the_authority(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                        "/CN=other", "-keyout", self.agent.state / "x.key", "-out", self.agent.state / "x.pem"], check=True,
                       capture_output=True)
        self.claimed()
        self.assert_exit(self.attest(ca=self.agent.state / "x.pem"), 7, "refused")

    def test_configuration_that_cannot_work(self):
        self.assert_exit(self.attest(ca="/nowhere.pem"), 3, "/nowhere.pem")
        self.assert_exit(self.attest(url="http://localhost:1"), 2, "https://")
        self.assert_exit(self.attest(tenant="no-guid"), 2, "GUID")
        self.assert_exit(self.attest(url="https://localhost:1"), 7, "refused")
        self.assert_exit(self.agent.run("attest"), 3, "--attest")
        url = self.authority.daemon.endpoints["attest"]
        self.assert_exit(self.agent.run("attest", "--attest", url, "--tenant", self.tenant), 3, "--attest-ca-file")

    def test_a_root_key_that_others_can_read_is_not_used(self):
        self.file("root-key.pem").chmod(0o644)
        self.assert_exit(self.attest(), 4, "chmod 600")


if __name__ == "__main__":
    unittest.main()
