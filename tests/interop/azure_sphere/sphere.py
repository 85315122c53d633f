"""Azure Sphere apps on this machine: built with the host's SDK, run by `zerotouch azure-sphere run`."""
import json
import os
import pathlib
import shutil
import subprocess

from world import BIN, DEADLINE_S, Child

SDK = BIN.parent / "azure-sphere"
APPS = pathlib.Path(__file__).resolve().parent / "apps"
COMPONENT = "25025d2c-66da-4448-bae1-ac26fcdd3627"


def build(source, folder, *more):
    """An app of one file, as a package: folder/bin/app. The flags are those of Microsoft's toolchain file."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-std=c11", "-funsigned-char", "-D_POSIX_C_SOURCE", "-Wall", "-Wstrict-prototypes", "-Wconversion", "-Wno-nonnull", "-Wno-format",
                    "-Werror=implicit-function-declaration", "-g", "-I", APPS, "-isystem", SDK / "include", "-o",
                    folder / "bin/app", APPS / source, *more, "-L", SDK / "lib", "-lapplibs", "-lpthread", "-lgcc_s", "-lc",
                    "-lcurl", "-lwolfssl", "-ltlsutils", "-lm", "-lresolv"], check=True, timeout=DEADLINE_S)
    return folder


def manifest(folder, args=(), **capabilities):
    path = folder / "app_manifest.json"
    path.write_text(json.dumps({
        "SchemaVersion": 1, "Name": folder.name, "ComponentId": COMPONENT, "EntryPoint": "/bin/app",
        "CmdArgs": [str(arg) for arg in args], "Capabilities": capabilities, "ApplicationType": "Default"}))
    return path


def command(folder, state, *more):
    return [str(word) for word in (BIN / "zerotouch", "azure-sphere", "run", "--manifest", folder / "app_manifest.json",
                                   "--state", state, *more)]


def run(folder, state, *more, env=None):
    return subprocess.run(command(folder, state, *more), env=env, capture_output=True, timeout=DEADLINE_S, check=False, text=True)


def start(folder, state, *more):
    return Child(command(folder, state, *more))


def authority(world):
    e = world.attest.endpoints
    return ["--attest", e["attest"], "--attest-ca-file", e["ca"]]


class App:
    """A device of its own in a world: claimed, with a state folder and one package at a time."""

    def __init__(self, world, tenant, name):
        self.world, self.tenant = world, tenant
        self.device = world.device(tenant)
        self.state = self.device.state
        self.folder = world.folder / name
        self.folder.mkdir(exist_ok=True)
        (self.folder / "certs").mkdir(exist_ok=True)
        (self.folder / "certs/roots.pem").write_text(pathlib.Path(world.cloud_ca).read_text())

    def manifest(self, args=(), **capabilities):
        return manifest(self.folder, args, **{"AllowedConnections": ["localhost"], "DeviceAuthentication": self.tenant,
                                              **capabilities})

    def run(self, *more):
        return run(self.folder, self.state, *authority(self.world), *more)

    def start(self, *more):
        child = start(self.folder, self.state, *authority(self.world), *more)
        self.world.children.append(child)
        return child

    @property
    def url(self):
        return f"https://localhost:{self.world.https_port}/topics/myhome/myroom?qos=1"


def clean_env():
    return {k: v for k, v in os.environ.items() if not k.startswith("ZT_ATTEST")}


class Zerotouch(App):
    """The project's own app, as it was built with the SDK."""

    def __init__(self, world, tenant, name):
        super().__init__(world, tenant, name)
        shutil.copytree(SDK / "app/ZerotouchAzureSphere.image/bin", self.folder / "bin")

    def configure(self, via, *more):
        self.manifest(["--endpoint", "localhost", "--topic", "myhome/myroom", "--via", via, "--mqtt-port",
                       self.world.mqtt_port, "--https-port", self.world.https_port, "--period", "1", *more])

    def start(self, *more):
        return super().start("--exit-codes", APPS.parents[3] / "apps/azure-sphere/exit_codes.h", *more)


def until(child, *words):
    """Reads lines until one holds each of the words, in that order; returns what was read."""
    seen = []
    for word in words:
        while not seen or word not in seen[-1]:
            seen.append(child.line().decode(errors="replace"))
    return seen
