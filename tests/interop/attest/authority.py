"""A zerotouch-attest of its own for a test, and the two ends that talk to it: an operator and a device.

Both speak HTTP with Python's own client; keys, requests and signatures come from the openssl command line.
"""
import base64
import hashlib
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest
from urllib.parse import urlsplit

from world import DEADLINE_S, Daemon


def openssl(*args, stdin=b"", check=True):
    done = subprocess.run(["openssl", *map(str, args)], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and done.returncode != 0:
        raise AssertionError(f"openssl {args}: {done.stderr.decode()}")
    return done.stdout


class Key:
    """A private key in a file."""

    def __init__(self, folder, name, *options):
        self.file = pathlib.Path(folder) / f"{name}.pem"
        self.file.write_bytes(openssl("genpkey", *(options or ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))))

    @property
    def spki(self):
        return openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")

    @property
    def device_id(self):
        return self.spki[-64:].hex()

    def csr(self, subject="/CN=ignored"):
        return openssl("req", "-new", "-key", self.file, "-subj", subject).decode()

    def sign(self, message):
        return openssl("dgst", "-sha256", "-sign", self.file, stdin=message)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=DEADLINE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE_S)
        self.sock.connect(self.path)


def exchange(connection, method, path, body):
    """Status and JSON of one exchange. `body` is JSON to be, or bytes as they are."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


class Authority:
    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-"))
        self.daemon = Daemon("attest", self.folder, *options)

    def start(self):
        self.daemon.start()
        return self

    def close(self):
        status = self.daemon.stop()
        words = self.daemon.log_text() if self.daemon.log.exists() else ""
        shutil.rmtree(self.folder)
        assert status == 0, words  # a sanitizer's findings come at the end

    @property
    def data(self):
        return self.daemon.data

    def operator(self, method, path, body=None):
        return exchange(UnixConnection(self.daemon.endpoints["operator"]), method, path, body)

    def device(self, method, path, body=None):
        url = urlsplit(self.daemon.endpoints["attest"])
        context = ssl.create_default_context(cafile=self.daemon.endpoints["ca"])
        return exchange(http.client.HTTPSConnection(url.hostname, url.port, timeout=DEADLINE_S, context=context), method, path, body)

    def tenant(self):
        status, answer = self.operator("POST", "/tenants", {})
        assert status == 201, answer
        return answer["tenant"]

    def claim(self, tenant, *ids):
        status, answer = self.operator("POST", f"/tenants/{tenant}/devices", {"deviceIds": list(ids)})
        assert status == 200, answer
        return answer

    def nonce(self, tenant, device_id):
        status, answer = self.device("POST", f"/tenants/{tenant}/challenge", {"deviceId": device_id})
        assert status == 200, answer
        return answer["nonce"]

    def request(self, tenant, root, nonce, tls, *, csr=None, signed_nonce=None, signed_tenant=None, signed_spki=None):
        """A device's whole request; the names with signed_ change what the root key vouches for."""
        message = (b"zerotouch-attest-v1" + (signed_tenant or tenant).encode() + base64.b64decode(signed_nonce or nonce) +
                   hashlib.sha256(signed_spki or tls.spki).digest())
        return {"format": "p256", "nonce": nonce, "csr": csr or tls.csr(),
                "signature": base64.b64encode(root.sign(message)).decode()}

    def certify(self, tenant, request):
        return self.device("POST", f"/tenants/{tenant}/certificates", request)


class AuthorityTest(unittest.TestCase):
    """One authority for a class of tests, with a tenant and a claimed device."""
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.authority = Authority(*cls.options).start()
        cls.addClassCleanup(cls.authority.close)
        cls.tenant = cls.authority.tenant()
        cls.root = Key(cls.authority.folder, "root")
        cls.tls = Key(cls.authority.folder, "tls")
        cls.authority.claim(cls.tenant, cls.root.device_id)

    def nonce(self):
        return self.authority.nonce(self.tenant, self.root.device_id)

    def certificate(self):
        status, answer = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, self.nonce(), self.tls))
        self.assertEqual(status, 200, answer)
        return answer

    def assert_refused(self, got, http, code):
        status, answer = got
        self.assertEqual((status, answer.get("code")), (http, code), answer)
        self.assertEqual(set(answer), {"code", "message"})
        self.assertTrue(answer["message"])
