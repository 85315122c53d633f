"""zerotouch-device as a command, and certificates for it of openssl's making."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from world import BIN, DEADLINE_S

MAKE_CERTIFICATES = pathlib.Path(__file__).resolve().parents[2] / "unit/port/make_certificates"


class Agent:
    def __init__(self, state):
        self.state = state

    @property
    def env(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ZT_")}
        return {**kept, "ZT_STATE": str(self.state)}

    def run(self, *argv, input=b""):
        return subprocess.run([BIN / "zerotouch-device", *map(str, argv)], input=input, capture_output=True, env=self.env,
                              timeout=DEADLINE_S)

    def start(self, *argv):
        return subprocess.Popen([BIN / "zerotouch-device", *map(str, argv)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.env)

    def identity(self, certificate, key):
        folder = self.state / "identity"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(certificate, folder / "certificate.pem")
        shutil.copy(key, folder / "tls-key.pem")


def events(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class AgentTest(unittest.TestCase):
    """A folder with openssl's certificates and a fresh agent for each test."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="zt-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([MAKE_CERTIFICATES, cls.folder], check=True)

    def setUp(self):
        self.agent = Agent(pathlib.Path(tempfile.mkdtemp(dir=self.folder)))
        self.agent.identity(self.folder / "client.pem", self.folder / "client.key")

    def assert_exit(self, done, status, words=""):
        self.assertEqual(done.returncode, status, done.stderr.decode())
        self.assertIn(words, done.stderr.decode())
