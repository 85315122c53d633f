"""The app verifies its server, by libcurl and by wolfSSL: both shapes of ATS's chain, and everything that must be refused.

    server_trust.py [SDK-FOLDER]    another SDK's libraries, such as a wolfSSL that is built otherwise
"""
import datetime
import pathlib
import shutil
import sys
import tempfile
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import sphere
from sphere import until
from verification_server import Hierarchy, Server

TENANT = "0f4f5ee3-9c38-4fb7-a9f3-1ff1b8a9d3ac"
SDK = None
PEM = serialization.Encoding.PEM
NOT_TRUSTED = "the server could not be verified"


def make_identity(state):
    """A certificate of the tenant's CA, where the runner keeps it."""
    tenant_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ab" * 32)]))
                   .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Microsoft Azure Sphere {TENANT}")]))
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + datetime.timedelta(hours=24))
                   .sign(tenant_key, hashes.SHA256()))
    folder = state / "identity"
    folder.mkdir(parents=True)
    state.chmod(0o700)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(PEM))
    (folder / "tls-key.pem").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    for path in folder.iterdir():
        path.chmod(0o600)


class ServerTrust(unittest.TestCase):
    behind = b""  # roots that stand before those that are trusted

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="zt-trust-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.hierarchy = Hierarchy(cls.folder)
        cls.state = cls.folder / "state"
        make_identity(cls.state)
        cls.package = cls.folder / "package"
        shutil.copytree(sphere.SDK / "app/ZerotouchAzureSphere.image/bin", cls.package / "bin")
        (cls.package / "certs").mkdir()
        h = cls.hierarchy
        cls.all = [h.a, h.b, h.c]

    def start(self, via, server, trusted):
        roots = self.hierarchy.bundle("package/certs/roots.pem", *trusted)
        if self.behind:
            roots.write_bytes(self.behind + roots.read_bytes())
        sphere.manifest(self.package, ["--endpoint", "localhost", "--via", via, "--https-port", server.port, "--mqtt-port",
                                       server.port], AllowedConnections=["localhost"], DeviceAuthentication=TENANT)
        child = sphere.start(self.package, self.state, *(["--sdk", SDK] if SDK else []))
        self.addCleanup(child.stop)
        return child

    def accepted(self, trusted, **server):
        for via in ("https", "mqtt"):
            with self.subTest(via=via, **server):
                listener = Server(self.hierarchy.context(**server))
                self.addCleanup(listener.close)
                child = self.start(via, listener, trusted)
                self.assertTrue(listener.asked.wait(20), "the request has come")
                child.stop()

    def refused(self, trusted, **server):
        for via in ("https", "mqtt"):
            with self.subTest(via=via):
                listener = Server(self.hierarchy.context(**server))
                self.addCleanup(listener.close)
                child = self.start(via, listener, trusted)
                until(child, NOT_TRUSTED)
                self.assertFalse(listener.asked.is_set())
                child.stop()

    def test_the_bundle_verifies_both_shapes(self):
        self.accepted(self.all, shape="short")
        self.accepted(self.all, shape="long")
        self.accepted(self.all, shape="bare")

    def test_roots_stand_behind_those_of_aws(self):
        """A library that stumbled over one of Amazon's or Starfield's (its serial number is 0) would not see the others."""
        self.behind = (sphere.SDK / "app/ZerotouchAzureSphere.image/certs/roots.pem").read_bytes()
        self.assertEqual(self.behind.count(b"BEGIN CERTIFICATE"), 4)
        self.accepted(self.all, shape="short")

    def test_a_wrong_name(self):
        self.refused(self.all, host="elsewhere.example.com")

    def test_an_expired_server(self):
        self.refused(self.all, days=-1)

    def test_an_unknown_root(self):
        self.refused([self.hierarchy.stranger], shape="long")
        self.refused(self.all, shape="bare", signer=self.hierarchy.stranger)

    def test_an_empty_bundle(self):
        self.refused([])

    def test_a_bundle_that_is_not_packaged(self):
        listener = Server(self.hierarchy.context())
        self.addCleanup(listener.close)
        for via in ("https", "mqtt"):
            self.start(via, listener, []).stop()
            (self.package / "certs/roots.pem").unlink()
            self.assertEqual(sphere.run(self.package, self.state).returncode, 5)
            self.assertFalse(listener.asked.is_set())


class WithoutAltCertChains(ServerTrust):
    """What the origin met: with wolfSSL as it is built by default, a root on the path is not enough."""

    def test_the_origins_fault(self):
        h = self.hierarchy
        listener = Server(h.context(shape="long"))
        self.addCleanup(listener.close)
        for trusted in ([h.a], [h.b], [h.a, h.b]):
            seen = until(self.start("mqtt", listener, trusted), NOT_TRUSTED)
            self.assertIn("wolfSSL -188", seen[-1])
        self.start("mqtt", listener, [h.c])
        self.assertTrue(listener.asked.wait(20))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        SDK = sys.argv.pop(1)
    unittest.main(defaultTest="WithoutAltCertChains" if SDK else "ServerTrust")
