"""--azure-sphere through each generation of Microsoft's command lines, of which each understands its own words alone."""
import json
import pathlib
import uuid

from world import World

FAKE = pathlib.Path(__file__).with_name("fake_azure.py")


class Tools:
    """A PATH with the programs that a case has installed."""

    def __init__(self, world, tenant, **programs):
        self.world, self.tenant = world, tenant
        self.folder = world.folder / f"path-{uuid.uuid4().hex[:8]}"
        self.folder.mkdir()
        self.log = self.folder / "log"
        for name, generation in programs.items():
            self.install(name, f'exec /usr/bin/python3 {FAKE} {generation} "$@"')

    def install(self, name, script):
        path = self.folder / name.replace("_", ".")
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def windows(self, generation):
        """What WSL 2 shows of Windows: the command prompt for az.cmd, a program for azsphere, and wslpath."""
        fake = f"FAKE_WINDOWS=1 exec /usr/bin/python3 {FAKE} {generation}"
        if generation == "az":
            self.install("cmd.exe", f'[ "$1" = /c ] && [ "$2" = az.cmd ] || exit 9\nshift 2\n{fake} "$@"')
        else:
            self.install("azsphere.exe", f'{fake} "$@"')
        self.install("wslpath", '[ "$1" = -w ] && [ -e "$2" ] || exit 1\nprintf "W:%s\\n" "$2" | tr / "\\\\\\\\"')
        return self

    def run(self, verb, *more, trouble="", wsl=False, tenant=None):
        env = {**self.world.env, "PATH": f"{self.folder}:/usr/bin:/bin", "FAKE_SOCKET": self.world.attest.endpoints["operator"],
               "FAKE_TENANT": tenant or self.tenant, "FAKE_LOG": str(self.log), "FAKE_TROUBLE": trouble}
        env.pop("WSL_DISTRO_NAME", None)
        env.pop("WSL_INTEROP", None)
        if wsl:
            env["WSL_DISTRO_NAME"] = "Debian"
        whose = ("--azure-sphere",) if verb in ("plan", "setup") else ()
        return self.world.run("zerotouch", verb, *whose, *more, check=False, env=env)

    def calls(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [words for words in map(json.loads, lines) if "--help" not in words]


def cas(world):
    return world.client("iot").list_ca_certificates()["certificates"]


def whole_life(tools, name, *more, **options):
    tools.log.unlink(missing_ok=True)
    done = tools.run("setup", "--yes", "--name", name, *more, **options)
    assert done.returncode == 0, (name, done.stderr)
    (ca,) = cas(tools.world)
    described = tools.world.client("iot").describe_ca_certificate(certificateId=ca["certificateId"])["certificateDescription"]
    assert described["certificateMode"] == "DEFAULT" and described["autoRegistrationStatus"] == "ENABLE"
    calls = tools.calls()
    assert sum("proof" in " ".join(words) or "validation" in " ".join(words) for words in calls) == 1, calls
    again = tools.run("plan", "--exit-code", "--name", name, *more, **options)
    assert again.returncode == 0, (name, again.stdout, again.stderr)
    assert tools.run("teardown", "--yes", "--name", name, **options).returncode == 10
    assert cas(tools.world) == []
    files = [pathlib.Path(word) for words in calls for word in words if word.startswith("/tmp/")]
    assert not any(path.parent.exists() for path in files), files
    return calls


def test_every_generation(world, tenant):
    for number, (program, generation) in enumerate((("azsphere", "classic-20.07"), ("azsphere", "classic-20.10"), ("azsphere", "v2"),
                                                    ("az", "az"))):
        # Some print help as an error, and some write PEM.
        trouble = ("help is an error", "pem", "", "")[number]
        whole_life(Tools(world, tenant, **{program: generation}), f"linux{number}", trouble=trouble)


def test_windows_programs_under_wsl(world, tenant):
    for number, generation in enumerate(("classic-20.10", "v2", "az")):
        tools = Tools(world, tenant).windows(generation)
        calls = whole_life(tools, f"wsl{number}", wsl=True)
        assert any(word.startswith("W:\\tmp\\") for words in calls for word in words), calls
        without = tools.run("plan")
        assert without.returncode == 5 and b"neither az nor azsphere" in without.stderr, without


def test_tenants(world, tenant):
    v2 = Tools(world, tenant, azsphere="v2")
    calls = whole_life(v2, "t1", "--azure-sphere-tenant", tenant, tenant=world.tenant())
    assert all(words[words.index("--tenant") + 1] == tenant for words in calls), calls
    az = Tools(world, tenant, az="az", azsphere="v2")
    for name in ("home/Lamps", "lamps", tenant.upper()):
        done = az.run("plan", "--azure-sphere-tenant", name, trouble="two catalogs")
        assert done.returncode == 0 and az.calls()[-1][-4:] == ["--resource-group", "home", "--catalog", "Lamps"], done
    done = az.run("plan", trouble="two catalogs")
    assert done.returncode == 2 and b"home/Lamps, home/Doors" in done.stderr, done
    done = az.run("plan", "--azure-sphere-tenant", "nobody")
    assert done.returncode == 5 and b"az account set" in done.stderr, done
    # A classic one knows only the selected tenant: another one's CA is not taken for it.
    classic = Tools(world, tenant, azsphere="classic-20.10")
    done = classic.run("plan", "--azure-sphere-tenant", str(uuid.uuid4()))
    assert done.returncode == 6 and b"azsphere tenant select" in done.stderr, done
    done = classic.run("plan", "--azure-sphere-tenant", "Lamps")
    assert done.returncode == 2 and b"by its GUID" in done.stderr, done


def test_trouble_is_told_with_its_remedy(world, tenant):
    for trouble, status, word in (("signed out", 1, b"nobody is signed in; sign in with 'azsphere login'"),
                                  ("nothing written", 1, b"left no certificate"), ("garbage", 1, b"no certificate in PEM or DER")):
        done = Tools(world, tenant, azsphere="v2").run("setup", "--yes", "--name", "bad", trouble=trouble)
        assert done.returncode == status and word in done.stderr, (trouble, done)
    done = Tools(world, tenant, az="az-bare").run("plan")
    assert done.returncode == 5 and b"az extension add --name azure-sphere" in done.stderr, done
    done = Tools(world, tenant).run("plan")
    assert done.returncode == 5 and b"neither az nor azsphere" in done.stderr, done
    assert whole_life(Tools(world, tenant, az="az-bare", azsphere="v2"), "second")
    done = Tools(world, tenant, azsphere="v2").run("setup", "--yes", "--name", "bad", trouble="another code")
    assert done.returncode == 1 and b"registration code" in done.stderr and cas(world) == [], done
    assert Tools(world, tenant, azsphere="v2").run("teardown", "--yes", "--name", "bad").returncode == 10


def test_names_are_names(world, tenant):
    """Nothing that Windows' command prompt would act upon reaches it."""
    tools = Tools(world, tenant).windows("az")
    for name in ("home/Lamps&calc", "home/%PATH%", "a|b/c", "-x/Lamps", "home/La^mps", "home/"):
        done = tools.run("plan", "--azure-sphere-tenant", name, wsl=True)
        assert done.returncode == 2 and b"no RESOURCE-GROUP/CATALOG" in done.stderr, (name, done)
    assert tools.calls() == []
    done = Tools(world, tenant, azsphere="v2").run("plan", "--azure-sphere-tenant", "--help")
    assert done.returncode == 2, done
    assert tools.run("plan", "--ca-file", "x").returncode == 2


def main():
    with World() as world:
        tenant = world.tenant()
        for name, test in sorted(globals().copy().items()):
            if name.startswith("test_"):
                test(world, tenant)
                print("ok", name)


main()
