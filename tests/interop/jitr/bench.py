"""A registry, a Runtime API and the real bootstrap out of the real package between them.

run_all runs every function of a module whose name begins with "test_".
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback
import zipfile

from certificates import Authority, device_id
from registry import Server, Registry
from runtime_api import DEADLINE_S, RuntimeApi

PACKAGE = pathlib.Path(os.environ["ZT_BIN_DIR"]).parent / "lambda" / "bootstrap.zip"


class Bench:
    def __init__(self, template="Azure-Sphere-{device_id:5}", package=PACKAGE, **environment):
        self.folder = tempfile.TemporaryDirectory(prefix="zt-jitr-")
        self.log_path = pathlib.Path(self.folder.name) / "log"
        with zipfile.ZipFile(package) as files:
            files.extractall(self.folder.name)
            mode = files.getinfo("bootstrap").external_attr >> 16
        self.program = pathlib.Path(self.folder.name) / "bootstrap"
        self.program.chmod(mode)
        self.registry = Registry()
        self.server = Server(self.registry)
        self.api = RuntimeApi()
        self.authority = Authority()
        self.process = None
        self.environment = {
            "AWS_LAMBDA_RUNTIME_API": self.api.address, "AWS_ENDPOINT_URL": self.server.url, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key",
            "AWS_SESSION_TOKEN": "session-token", "LAMBDA_TASK_ROOT": self.folder.name,
            "ZT_CA_IDS": self.authority.id, "ZT_TENANTS": self.authority.tenant, "ZT_POLICY_NAME": "device-policy",
            "ZT_THING_TEMPLATE": template, "ZT_THING_TYPE": "AzureSphere", "ZT_DATA_ENDPOINT": "localhost",
        }
        self.environment.update(environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.api.close()
        self.server.close()
        self.folder.cleanup()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.program], env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder.name)
        return self

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(DEADLINE_S)
            self.process = None

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def device(self, common_name=None, status="PENDING_ACTIVATION", registered_ago_s=0, **how):
        """A certificate of a (new) device, known to the registry."""
        certificate = self.authority.issue(common_name or device_id(), **how)
        self.registry.add_certificate(certificate, status, registered_ago_s)
        return certificate

    def deliver(self, event):
        """The decision for one event; a failed invocation is an AssertionError."""
        kind, body = self.try_deliver(event)
        assert kind == "response", body
        return body["decision"]

    def try_deliver(self, event):
        if not self.process:
            self.start()
        self.api.send(event.event() if hasattr(event, "event") else event)
        request_id, kind, _, body = self.api.outcome()
        assert request_id == f"request-{self.api.number}", request_id
        return kind, body

    def sanitized(self):
        """Whether the program was built with AddressSanitizer, whose memory and libraries say nothing of the real one's."""
        return b"__asan_init" in self.program.read_bytes()


def run_all(module):
    failed = 0
    for name, test in sorted(module.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"ok      {name}")
        except Exception:
            failed += 1
            print(f"FAILED  {name}")
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failed else 0)
