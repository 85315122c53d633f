"""Certificates made by openssl: CAs, proofs of possession, devices."""
import pathlib
import subprocess
import tempfile


def openssl(*argv, input=None):
    done = subprocess.run(["openssl", *argv], input=input, capture_output=True)
    assert done.returncode == 0, (argv, done.stderr.decode())
    return done.stdout


class Authority:
    """A CA with its key. `ca` False makes one that may not sign."""

    def __init__(self, name="Test CA", ca=True, days="30"):
        self.kept = tempfile.TemporaryDirectory(prefix="zt-pki-")
        self.folder = pathlib.Path(self.kept.name)
        self.key, self.pem_path = self.folder / "ca.key", self.folder / "ca.pem"
        openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", str(self.key))
        constraint = "critical,CA:TRUE" if ca else "critical,CA:FALSE"
        openssl("req", "-x509", "-new", "-key", str(self.key), "-sha384", "-days", days, "-subj", f"/CN={name}",
                "-addext", f"basicConstraints={constraint}", "-out", str(self.pem_path))
        self.pem = self.pem_path.read_text()

    def issue(self, name, days="7", key=None):
        """PEM of a certificate with that common name, and of its key."""
        leaf_key, request = self.folder / "leaf.key", self.folder / "leaf.csr"
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(leaf_key))
        openssl("req", "-new", "-key", str(leaf_key), "-subj", f"/CN={name}", "-out", str(request))
        pem = openssl("x509", "-req", "-in", str(request), "-CA", str(self.pem_path), "-CAkey", str(key or self.key),
                      "-CAcreateserial", "-days", days, "-sha256")
        return pem.decode(), leaf_key.read_text()


def signing_request(name="device"):
    with tempfile.TemporaryDirectory(prefix="zt-pki-") as folder:
        return openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/key", "-subj", f"/CN={name}").decode()


def fingerprint(pem):
    text = openssl("x509", "-fingerprint", "-sha256", "-noout", input=pem.encode()).decode()
    return text.split("=")[1].strip().replace(":", "").lower()
