"""A device certificate that is not whole, or not the key's: the app connects with none, says why, and does when it is."""
import pathlib
import select
import shutil
import socket
import tempfile
import unittest

import sphere
from server_trust import TENANT, make_identity
from sphere import until
from world import DEADLINE_S

MISSING = "there is no device certificate yet"


class BrokenIdentity(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="zt-broken-")))
        self.state, self.package, other = (self.folder / name for name in ("state", "package", "other"))
        make_identity(self.state)
        make_identity(other)
        self.identity, self.other = self.state / "identity", other / "identity"
        shutil.copytree(sphere.SDK / "app/ZerotouchAzureSphere.image/bin", self.package / "bin")
        (self.package / "certs").mkdir()
        shutil.copy(self.identity / "certificate.pem", self.package / "certs/roots.pem")
        self.listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))

    def connects(self, timeout=0):
        return bool(select.select([self.listener], [], [], timeout)[0])

    def through(self, break_it, mend):
        for via in ("https", "mqtt"):
            with self.subTest(via=via):
                port = self.listener.getsockname()[1]
                sphere.manifest(self.package, ["--endpoint", "localhost", "--via", via, "--https-port", port, "--mqtt-port", port],
                                AllowedConnections=["localhost"], DeviceAuthentication=TENANT)
                break_it()
                child = sphere.start(self.package, self.state)
                self.addCleanup(child.stop)
                until(child, MISSING)
                self.assertFalse(self.connects())
                mend()
                self.assertTrue(self.connects(DEADLINE_S), "connects as soon as the pair is whole")
                child.stop()
                while self.connects():
                    self.listener.accept()[0].close()

    def replace(self, name, data):
        fresh = self.identity / "fresh"
        fresh.write_bytes(data)
        fresh.rename(self.identity / name)

    def test_the_key_is_anothers(self):
        old = (self.identity / "tls-key.pem").read_bytes()
        self.through(lambda: self.replace("tls-key.pem", (self.other / "tls-key.pem").read_bytes()),
                     lambda: self.replace("tls-key.pem", old))

    def test_the_certificate_is_anothers(self):
        old = (self.identity / "certificate.pem").read_bytes()
        self.through(lambda: self.replace("certificate.pem", (self.other / "certificate.pem").read_bytes()),
                     lambda: self.replace("certificate.pem", old))

    def test_the_certificate_is_cut(self):
        whole = (self.identity / "certificate.pem").read_bytes()
        self.replace("certificate.pem", whole[:len(whole) // 2])
        sphere.manifest(self.package, DeviceAuthentication=TENANT)
        done = sphere.run(self.package, self.state)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the PEM certificate is cut off or damaged", done.stderr)

    def test_the_key_is_empty(self):
        whole = (self.identity / "tls-key.pem").read_bytes()
        self.through(lambda: self.replace("tls-key.pem", b""), lambda: self.replace("tls-key.pem", whole))


if __name__ == "__main__":
    unittest.main()
