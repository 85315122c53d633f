"""A set-up whose devices were put into its local AWS while that was down, and runs of the command with their greatest memory."""
import os
import signal
import subprocess
import sys

from setup.tool import PARTLY, Tool
from world import BIN

GROWTH_MAX_KIB = 8 * 1024  # beyond the same command's need in an empty account; all of the certificates' JSON is larger
# A child's greatest memory counts from its fork: a small parent measures, not this program with all of boto3 in it.
MEASURE = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
SEED = BIN.parent / "tests" / "setup_seed"


class Account(Tool):
    def __init__(self, world):
        super().__init__(world)
        world.setup(self.tenant)
        self.leaf = world.device(self.tenant)
        self.leaf.attest()

    def seed(self, count):
        world = self.world
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        world.cloud.stop()
        subprocess.run([SEED, world.cloud.data / "registry.db", ca["certificateId"], "zerotouch-device", str(count),
                        self.leaf.certificate], check=True)
        world.cloud.start()

    @property
    def env(self):
        # Freed memory that a sanitizer keeps aside is no need of ours.
        return {**self.world.env, "ASAN_OPTIONS": "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")}

    def measure(self, verb, *more):
        """Output, talk and the greatest memory of a run, KiB."""
        figure = self.world.folder / "memory"
        done = subprocess.run([sys.executable, "-I", "-c", MEASURE, figure, *self.argv(verb, *more)], env=self.env,
                              capture_output=True)
        assert done.returncode in (0, PARTLY), done
        return done.stdout, done.stderr.decode(), int(figure.read_text())

    def killed(self, at):
        """Teardown, until it says how many it has removed; then SIGKILL."""
        process = subprocess.Popen(self.argv("teardown", "--yes"), env=self.env, stderr=subprocess.PIPE)
        for line in process.stderr:
            if at in line.decode():
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.close()
        assert process.wait() == -signal.SIGKILL, "it ended before it was killed"

    def certificates(self):
        pages = self.world.client("iot").get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 250})
        return sum(len(page["certificates"]) for page in pages)
