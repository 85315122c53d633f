"""The proof of possession from a CA that openssl holds: by hand in two steps, by a command, as PEM and as DER."""
import pathlib
import shlex
import subprocess

from world import World

SIGN = """#!/bin/sh -eu
# sign CA_FOLDER FORM CODE
cd "$1"
openssl req -new -newkey rsa:2048 -nodes -keyout proof.key -subj "/CN=$3" -out proof.csr 2>/dev/null
openssl x509 -req -in proof.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -outform "$2" 2>/dev/null
"""


class Holder:
    """Somebody with the CA's key, in a folder whose name a careless shell would trip over."""

    def __init__(self, folder, name="it's $(touch pwned) a CA"):
        self.folder = folder / name
        self.folder.mkdir()
        self.ca, self.der = self.folder / "ca.pem", self.folder / "ca.der"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "ca.key", "-subj", "/CN=A CA",
                     "-addext", "keyUsage=critical,keyCertSign", "-days", "2", "-out", self.ca)
        self.openssl("x509", "-in", self.ca, "-outform", "DER", "-out", self.der)
        self.sign = folder / "sign"
        self.sign.write_text(SIGN)
        self.sign.chmod(0o755)

    def openssl(self, *argv):
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)

    def proof(self, code, form):
        path = self.folder / f"proof.{form}"
        path.write_bytes(subprocess.run([self.sign, self.folder, form, code], check=True, capture_output=True).stdout)
        return path

    def command(self, form):
        return shlex.join(map(str, [self.sign, self.folder, form]))


class Setup:
    def __init__(self, world, holder):
        self.world, self.holder, self.iot = world, holder, world.client("iot")

    def run(self, *more, verb="setup", ca=None):
        whose = ("--ca-file", ca or self.holder.ca) if verb in ("plan", "setup") else ()
        return self.world.run("zerotouch", verb, *whose, *more, check=False)

    def cas(self):
        return self.iot.list_ca_certificates()["certificates"]

    def clear(self):
        done = self.run("--yes", verb="teardown")
        assert done.returncode == 10, done
        assert self.cas() == []


def test_two_steps_by_hand(setup):
    first = setup.run()
    code = first.stdout.decode().strip()
    assert first.returncode == 10 and code == setup.iot.get_registration_code()["registrationCode"], first
    assert b"--proof" in first.stderr and code.encode() in first.stderr, first
    assert setup.cas() == [] and len(setup.iot.list_topic_rules()["rules"]) == 1
    for form, ca in (("PEM", setup.holder.ca), ("DER", setup.holder.der)):
        second = setup.run("--yes", "--proof", setup.holder.proof(code, form), ca=ca)
        assert second.returncode == 0, second
        assert [ca["status"] for ca in setup.cas()] == ["ACTIVE"]
        assert setup.run("--exit-code", verb="plan").returncode == 0
        setup.clear()


def test_proof_of_another_code_is_refused_before_it_is_sent(setup):
    done = setup.run("--yes", "--proof", setup.holder.proof("0" * 64, "PEM"))
    code = setup.iot.get_registration_code()["registrationCode"]
    assert done.returncode == 1 and code.encode() in done.stderr and b"000000" in done.stderr, done
    assert setup.cas() == []


def test_no_certificate_at_all(setup):
    junk = setup.holder.folder / "junk"
    junk.write_text("hello")
    assert b"no certificate in PEM or DER" in setup.run("--yes", "--proof", junk).stderr
    assert b"no certificate in PEM or DER" in setup.run("--yes", ca=junk).stderr
    missing = setup.run("--yes", "--proof", setup.holder.folder / "missing")
    assert missing.returncode == 5 and b"missing" in missing.stderr, missing


def test_command(setup):
    for form in ("PEM", "DER"):
        done = setup.run("--yes", "--proof-command", setup.holder.command(form))
        assert done.returncode == 0, done
        assert [ca["status"] for ca in setup.cas()] == ["ACTIVE"]
        setup.clear()
    assert not list(setup.world.folder.rglob("pwned")) and not pathlib.Path("pwned").exists()


def test_command_that_fails(setup):
    for command, status, text in (("false", 1, b"false ended with status 1"), ("no-such-program-here x", 5, b"no-such-program"),
                                  ("echo", 1, b"no certificate"), ("'open", 2, b"quote"), ("sh -c 'kill -9 $$'", 1, b"137")):
        done = setup.run("--yes", "--proof-command", command)
        assert done.returncode == status and text in done.stderr, (command, done)
        assert setup.cas() == []


def test_sni_only_needs_no_proof(setup):
    done = setup.run("--yes", "--mode", "sni-only")
    assert done.returncode == 0, done
    (ca,) = setup.cas()
    description = setup.iot.describe_ca_certificate(certificateId=ca["certificateId"])["certificateDescription"]
    assert (description["certificateMode"], description["status"]) == ("SNI_ONLY", "ACTIVE")
    # Without --mode it stays as it is; another mode is a difference that cannot be made.
    assert setup.run("--exit-code", verb="plan").returncode == 0
    assert setup.run("--exit-code", "--mode", "default", verb="plan").returncode == 20
    refused = setup.run("--yes", "--mode", "default")
    assert refused.returncode == 6 and b"another mode" in refused.stderr, refused
    assert setup.run("--mode", "jits").returncode == 2
    setup.clear()


def test_what_does_not_go_together(setup):
    assert setup.run("--socket", "/nowhere").returncode == 2
    done = setup.world.run("zerotouch", "setup", "--socket", setup.world.attest.endpoints["operator"], "--proof-command", "x",
                           check=False)
    assert done.returncode == 2 and b"--ca-file" in done.stderr, done


def main():
    with World() as world:
        setup = Setup(world, Holder(world.folder))
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(setup)


main()
