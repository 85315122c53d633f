"""The device's key in a TPM (swtpm), behind a provider that is neither ours nor OpenSSL's: Debian's tpm2-openssl."""
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from agent import events
from broker import BrokerTest
from publish import OK
from scripted import Server
from world import DEADLINE_S, wait_for

HANDLE = "0x81000001"
CONFIGURATION = """openssl_conf = all
[all]
providers = providers
[providers]
default = on
tpm2 = on
[on]
activate = 1
"""


def two_ports():
    """The control channel's is the next one (tss2-tcti-swtpm)."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
                return port
            except OSError:
                continue


class Tpm:
    def __init__(self, folder):
        self.folder = folder
        self.port = two_ports()
        tcti = f"swtpm:host=127.0.0.1,port={self.port}"
        (folder / "openssl.cnf").write_text(CONFIGURATION)
        self.env = {"OPENSSL_CONF": str(folder / "openssl.cnf"), "TPM2OPENSSL_TCTI": tcti, "TPM2TOOLS_TCTI": tcti, "TSS2_LOG": "all+NONE"}
        (folder / "state").mkdir()
        address = "type=tcp,bindaddr=127.0.0.1,port="
        self.process = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}/state", "--server", f"{address}{self.port}",
                                         "--ctrl", f"{address}{self.port + 1}", "--flags", "not-need-init,startup-clear"])
        wait_for(self.answers, "the TPM answers")

    def answers(self):
        return subprocess.run(["tpm2_getrandom", "8"], env={**os.environ, **self.env}, capture_output=True, check=False).returncode == 0

    def tool(self, *argv):
        return subprocess.run(list(map(str, argv)), env={**os.environ, **self.env}, check=True, capture_output=True, timeout=DEADLINE_S).stdout

    def make_persistent_key(self):
        at = self.folder / "key"
        self.tool("tpm2_createprimary", "-C", "o", "-G", "ecc", "-c", f"{at}.parent")
        self.tool("tpm2_create", "-C", f"{at}.parent", "-G", "ecc256:ecdsa", "-u", f"{at}.pub", "-r", f"{at}.priv")
        self.tool("tpm2_flushcontext", "-t")
        self.tool("tpm2_load", "-C", f"{at}.parent", "-u", f"{at}.pub", "-r", f"{at}.priv", "-c", f"{at}.ctx")
        self.tool("tpm2_evictcontrol", "-C", "o", "-c", f"{at}.ctx", HANDLE)
        self.tool("tpm2_flushcontext", "-t")
        return f"handle:{HANDLE}"

    def make_wrapped_key(self):
        path = self.folder / "wrapped.pem"
        self.tool("openssl", "genpkey", "-propquery", "provider=tpm2", "-algorithm", "EC", "-pkeyopt", "group:P-256", "-out", path)
        assert b"TSS2 PRIVATE KEY" in path.read_bytes()
        return path

    def stop(self):
        self.process.kill()
        self.process.wait(DEADLINE_S)


class TpmTest(BrokerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-tpm-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.tpm = Tpm(folder)
        cls.addClassCleanup(cls.tpm.stop)
        cls.persistent, cls.wrapped = cls.tpm.make_persistent_key(), cls.tpm.make_wrapped_key()
        cls.certificates = {key: cls.certify(key) for key in (cls.persistent, cls.wrapped)}

    @classmethod
    def certify(cls, key):
        public, certificate = (cls.tpm.folder / f"{pathlib.Path(key).name}.{kind}" for kind in ("pub.pem", "crt.pem"))
        cls.tpm.tool("openssl", "pkey", "-in", key, "-pubout", "-out", public)
        subprocess.run(["openssl", "x509", "-new", "-CA", cls.folder / "root.pem", "-CAkey", cls.folder / "root.key", "-force_pubkey",
                        public, "-subj", "/CN=device-tpm", "-days", "2", "-out", certificate], check=True, capture_output=True)
        return certificate

    def setUp(self):
        super().setUp()
        before = {name: os.environ.get(name) for name in self.tpm.env}
        os.environ.update(self.tpm.env)
        self.addCleanup(lambda: [os.environ.pop(name) if old is None else os.environ.update({name: old}) for name, old in before.items()])
        shutil.rmtree(self.agent.state / "identity")


class KeyInTpm(TpmTest):
    def publish(self, key, certificate=None, version=ssl.TLSVersion.TLSv1_3):
        server = Server(self.folder, (OK,))
        server.context.maximum_version = version
        self.addCleanup(server.close)
        done = self.agent.run("publish", "--endpoint", "localhost", "--https-port", server.port, "--ca-file", self.folder / "root.pem",
                              "--certificate", certificate or self.certificates[key], "--key", key, "--json", "t", "x")
        return done, server

    def test_the_tpm_signs(self):
        for key in (self.persistent, self.wrapped):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(key=str(key), version=version.name):
                    done, server = self.publish(key, version=version)
                    self.assert_exit(done, 0)
                    self.assertEqual(events(done)[-1]["event"], "published")
                    self.assertEqual(server.peers[0]["subject"], ((("commonName", "device-tpm"),),))

    def test_mqtt_to_a_stock_broker(self):
        agent = self.start("--certificate", self.certificates[self.persistent], "--key", self.persistent, "--topic", "out", "--until-eof")
        out, _ = agent.communicate(b"from the TPM\n", timeout=DEADLINE_S)
        self.assertIn(b'"event":"published","topic":"out","payload":"from the TPM"', out)
        self.assertEqual(agent.returncode, 0)

    def test_another_certificates_key(self):
        done, server = self.publish(self.persistent, self.certificates[self.wrapped])
        self.assert_exit(done, 4, "certificate and key do not belong together")
        self.assertEqual(server.requests, [])

    def test_no_such_handle(self):
        done, _ = self.publish("handle:0x81000099", self.certificates[self.wrapped])
        self.assert_exit(done, 4, "the device's key cannot be reached")

    def test_without_the_provider(self):
        os.environ["OPENSSL_CONF"] = "/dev/null"
        done, _ = self.publish(self.persistent)
        self.assert_exit(done, 4, "the device's key cannot be reached")


class TpmThatGoesAway(TpmTest):
    def test_the_server_is_not_blamed(self):
        agent = self.start("--certificate", self.certificates[self.persistent], "--key", self.persistent)
        self.expect(agent, "accepted")
        self.tpm.stop()
        self.stop_broker()
        self.start_broker()
        while (event := self.expect(agent, "refused"))["reason"] == "network":
            pass
        self.assertEqual(event["reason"], "identity-unreadable")
        self.assertIn("the device's key does not sign", event["detail"])


if __name__ == "__main__":
    unittest.main()
