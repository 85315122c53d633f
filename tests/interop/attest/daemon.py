"""What the process promises: nothing acknowledged is lost, nobody else looks in, clear words when it cannot start."""
import contextlib
import pathlib
import socket
import ssl
import stat
import subprocess
import unittest
from urllib.parse import urlsplit

from authority import Authority, Key
from world import BIN, DEADLINE_S

PROGRAM = BIN / "zerotouch-attest"


def run(*options):
    return subprocess.run([PROGRAM, *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE_S, text=True)


class Daemon(unittest.TestCase):
    def setUp(self):
        self.authority = Authority()
        self.addCleanup(self.authority.close)

    def certify(self, tenant, root, tls):
        nonce = self.authority.nonce(tenant, root.device_id)
        status, answer = self.authority.certify(tenant, self.authority.request(tenant, root, nonce, tls))
        self.assertEqual(status, 200, answer)
        return answer

    def test_what_was_acknowledged_outlives_a_kill(self):
        self.authority.start()
        tenant = self.authority.tenant()
        root, tls = Key(self.authority.folder, "root"), Key(self.authority.folder, "tls")
        self.authority.claim(tenant, root.device_id)
        rolled = self.authority.operator("POST", f"/tenants/{tenant}/rollover", {"activate": True})[1]["caCertificate"]
        self.certify(tenant, root, tls)
        before = self.authority.operator("GET", "/tenants")
        self.authority.daemon.kill()
        self.authority.start()
        self.assertEqual(self.authority.operator("GET", "/tenants"), before)
        self.assertEqual(self.certify(tenant, root, tls)["chain"], [rolled])

    def test_a_server_identity_outlives_a_restart(self):
        self.authority.start()
        ca = pathlib.Path(self.authority.data, "server-ca.pem").read_text()
        self.authority.daemon.stop()
        self.authority.start()
        self.assertEqual(pathlib.Path(self.authority.data, "server-ca.pem").read_text(), ca)

    def test_a_challenge_does_not_outlive_a_restart(self):
        self.authority.start()
        tenant = self.authority.tenant()
        root, tls = Key(self.authority.folder, "root"), Key(self.authority.folder, "tls")
        self.authority.claim(tenant, root.device_id)
        request = self.authority.request(tenant, root, self.authority.nonce(tenant, root.device_id), tls)
        self.authority.daemon.kill()
        self.authority.start()
        status, answer = self.authority.certify(tenant, request)
        self.assertEqual((status, answer["code"]), (403, "InvalidNonce"))

    def test_nobody_else_can_read_the_keys(self):
        self.authority.start()
        self.authority.tenant()
        self.assertEqual(stat.S_IMODE(self.authority.data.stat().st_mode), 0o700)
        for name in ("attest.db", "attest.db-wal", "server-identity.pem", "server-root-key.pem", "operator.sock"):
            self.assertEqual(stat.S_IMODE((self.authority.data / name).stat().st_mode), 0o600, name)

    def test_an_open_data_folder_is_closed(self):
        self.authority.data.mkdir(mode=0o755)
        self.authority.data.chmod(0o755)
        self.authority.start()
        self.assertEqual(stat.S_IMODE(self.authority.data.stat().st_mode), 0o700)

    def test_a_second_process_on_the_same_data_is_refused(self):
        self.authority.start()
        second = run("--data", self.authority.data, "--pick-ports")
        self.assertEqual(second.returncode, 3, second.stderr)
        self.assertIn(f"process {self.authority.daemon.endpoints['pid']}", second.stderr)
        self.assertIn(str(self.authority.data), second.stderr)
        self.assertEqual(self.authority.operator("GET", "/tenants")[0], 200)
        self.assertTrue((self.authority.data / "endpoints.json").exists())

    def test_a_taken_port_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            refused = run("--data", self.authority.data, "--port", port)
            self.assertEqual(refused.returncode, 3, refused.stderr)
            self.assertIn(str(port), refused.stderr)
            self.assertFalse((self.authority.data / "endpoints.json").exists())
            self.authority.daemon.start("--port", str(port))
            self.assertNotEqual(urlsplit(self.authority.daemon.endpoints["attest"]).port, port)

    def test_the_endpoint_is_where_a_device_can_connect(self):
        for listen, host in (("127.0.0.1", "localhost"), ("0.0.0.0", "localhost"), ("127.0.0.2", "127.0.0.2")):
            with self.subTest(listen=listen):
                self.authority.daemon.start("--listen", listen)
                self.assertEqual(urlsplit(self.authority.daemon.endpoints["attest"]).hostname, host)
                self.assertEqual(self.authority.device("GET", "/")[0], 404)
                self.authority.daemon.stop()
        self.authority.daemon.start("--server-name", "authority.example")
        self.assertEqual(urlsplit(self.authority.daemon.endpoints["attest"]).hostname, "authority.example")

    def test_a_database_that_is_none_is_refused(self):
        self.authority.data.mkdir(mode=0o700)
        (self.authority.data / "attest.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
        refused = run("--data", self.authority.data, "--pick-ports")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("database", refused.stderr)

    def test_a_socket_path_over_the_limit_is_refused(self):
        deep = self.authority.folder / ("d" * 100)
        refused = run("--data", deep, "--pick-ports")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("operator.sock", refused.stderr)

    def test_the_endpoints_file_goes_at_an_orderly_end(self):
        self.authority.start()
        self.assertEqual(self.authority.daemon.stop(), 0)
        self.assertFalse((self.authority.data / "endpoints.json").exists())
        self.assertFalse((self.authority.data / "operator.sock").exists())

    def test_wrong_options_are_named(self):
        for options, word in (((), "--data"), (("--data", "x", "--port", "99999"), "--port"), (("--data", "x", "--wrong"), "--wrong"),
                              (("--data", "x", "--log", "loud"), "loud"), (("--data", "x", "y"), "y")):
            with self.subTest(options=options):
                refused = run(*options)
                self.assertEqual((refused.returncode, refused.stdout), (2, ""))
                self.assertIn(word, refused.stderr)

    def test_help_and_version_go_to_standard_output(self):
        shown = run("--help")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertIn("--key-identifiers", shown.stdout)
        self.assertRegex(run("--version").stdout, r"^zerotouch-attest \d+\.\d+\.\d+\n$")

    def test_noise_on_the_device_port_does_no_harm(self):
        self.authority.start()
        port = urlsplit(self.authority.daemon.endpoints["attest"]).port
        for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 64, b"\xff" * 4096):
            with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as plain:
                with contextlib.suppress(ConnectionError):  # it may have had enough before the end
                    plain.sendall(noise)
        self.assertEqual(self.authority.device("GET", "/")[0], 404)

    def test_old_tls_is_refused(self):
        self.authority.start()
        port = urlsplit(self.authority.daemon.endpoints["attest"]).port
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE_S)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"alert protocol version", done.stdout)

    def test_the_server_is_not_trusted_without_its_root(self):
        self.authority.start()
        url = urlsplit(self.authority.daemon.endpoints["attest"])
        with socket.create_connection(("127.0.0.1", url.port), DEADLINE_S) as plain:
            with self.assertRaises(ssl.SSLCertVerificationError):
                ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


if __name__ == "__main__":
    unittest.main(verbosity=2)
