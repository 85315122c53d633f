"""Each port verifies its server: both shapes of ATS's chain with one bundle, and everything that must be refused.

Here OpenSSL (zerotouch-device) and mbedTLS (zerotouch-mbedtls); azure_sphere/server_trust.py asks the same of wolfSSL and
libcurl.
"""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from verification_server import Hierarchy, Server
from world import BIN, Child, World

MAKE_CERTIFICATES = pathlib.Path(__file__).resolve().parents[2] / "unit/port/make_certificates"
DEBIAN = pathlib.Path("/usr/share/ca-certificates/mozilla")
AWS = [DEBIAN / f"{name}.crt" for name in ("Amazon_Root_CA_1", "Amazon_Root_CA_3",
                                           "Starfield_Services_Root_Certificate_Authority_-_G2", "Starfield_Class_2_CA")]
NOT_TRUSTED = "server-not-trusted"


class OpenSsl:
    def __init__(self, folder):
        self.state = folder / "openssl"
        (self.state / "identity").mkdir(parents=True)
        shutil.copy(folder / "client.pem", self.state / "identity/certificate.pem")
        shutil.copy(folder / "client.key", self.state / "identity/tls-key.pem")

    def argv(self, via, port, roots):
        return [BIN / "zerotouch-device", "publish", "--state", self.state, "--endpoint", "localhost", "--via", via, "--mqtt-port",
                port, "--https-port", port, "--ca-file", roots, "--json", "t", "x"]


class MbedTls:
    def __init__(self, folder):
        self.folder = folder

    def argv(self, via, port, roots):
        return [BIN / "zerotouch-mbedtls", via, "localhost", port, roots, self.folder / "client.pem", self.folder / "client.key",
                "t", "x"]


class ServerTrust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([MAKE_CERTIFICATES, cls.folder], check=True)
        cls.hierarchy = h = Hierarchy(cls.folder)
        cls.all = h.bundle("all.pem", h.a, h.b, h.c)
        cls.ports = [OpenSsl(cls.folder), MbedTls(cls.folder)]

    def each(self, roots):
        """Every port by every route, towards a fresh server; yields what it is and the program."""
        for port in self.ports:
            for via in ("https", "mqtt"):
                with self.subTest(port=type(port).__name__, via=via):
                    listener = Server(self.context)
                    child = Child(port.argv(via, listener.port, roots))
                    try:
                        yield listener, child
                    finally:
                        child.stop()
                        listener.close()

    def accepted(self, roots, **server):
        self.context = self.hierarchy.context(**server)
        for listener, _ in self.each(roots):
            self.assertTrue(listener.asked.wait(20), "the request has come")

    def refused(self, roots, **server):
        self.context = self.hierarchy.context(**server)
        for listener, child in self.each(roots):
            while NOT_TRUSTED not in child.line().decode():
                pass
            self.assertFalse(listener.asked.is_set())

    def test_the_bundle_verifies_both_shapes(self):
        for shape in ("short", "long", "bare"):
            self.accepted(self.all, shape=shape)

    def test_each_root_alone_verifies_the_chain_that_ends_with_it(self):
        h = self.hierarchy
        for root in (h.a, h.b, h.c):
            self.accepted(h.bundle("one.pem", root), shape="long")

    def test_roots_stand_behind_those_of_aws(self):
        """A port that stumbled over one of Amazon's or Starfield's would not see the last."""
        bundle = self.folder / "with-aws.pem"
        bundle.write_bytes(b"".join(path.read_bytes() for path in AWS) + self.hierarchy.bundle("a.pem", self.hierarchy.a).read_bytes())
        self.accepted(bundle, shape="short")

    def test_a_wrong_name(self):
        self.refused(self.all, host="elsewhere.example.com")

    def test_an_expired_server(self):
        self.refused(self.all, days=-1)

    def test_an_unknown_root(self):
        self.refused(self.hierarchy.bundle("stranger.pem", self.hierarchy.stranger), shape="long")
        self.refused(self.all, shape="bare", signer=self.hierarchy.stranger)

    def test_a_missing_bundle_is_told_before_anything_is_sent(self):
        empty = self.folder / "empty.pem"
        empty.write_bytes(b"no certificate\n")
        for roots in (self.folder / "nowhere.pem", empty):
            self.context = self.hierarchy.context()
            for listener, child in self.each(roots):
                self.assertEqual(child.process.wait(20), 3)
                self.assertFalse(listener.asked.is_set())


class Gateway(unittest.TestCase):
    """The local cloud sends the chain that is asked for; each of the roots that it hands out verifies it alone."""

    def test_both_shapes(self):
        for form, certificates, leads_to in (("plain", 2, 1), ("ats", 3, 2), ("ats-2023", 4, 3)):
            with self.subTest(form), World(attest=False, cloud_options=("--server-chain", form)) as world:
                sent = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{world.https_port}", "-servername", "localhost",
                                       "-showcerts"], input=b"", capture_output=True, timeout=60, check=False).stdout
                self.assertEqual(sent.count(b"BEGIN CERTIFICATE"), certificates)
                for root in self.roots(world)[:leads_to]:
                    self.assertIn(b"Verify return code: 0", subprocess.run(
                        ["openssl", "s_client", "-connect", f"localhost:{world.https_port}", "-servername", "localhost",
                         "-no-CApath", "-no-CAstore", "-CAfile", root], input=b"", capture_output=True, timeout=60,
                        check=False).stdout)

    @staticmethod
    def roots(world):
        begin = "-----BEGIN CERTIFICATE-----"
        paths = []
        for root in pathlib.Path(world.cloud_ca).read_text().split(begin)[1:]:
            paths.append(world.folder / f"root-{len(paths)}.pem")
            paths[-1].write_text(begin + root)
        return paths

    def test_an_unknown_form_is_refused(self):
        done = subprocess.run([BIN / "zerotouch-cloud", "--data", "/nowhere", "--server-chain", "long"], capture_output=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"ats-2023", done.stderr)


if __name__ == "__main__":
    unittest.main()
