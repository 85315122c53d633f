"""The certificates are AS3's, as the openssl command line reads them."""
import datetime
import pathlib
import unittest

from authority import AuthorityTest, openssl


def text(pem, *more):
    return openssl("x509", "-noout", *more, stdin=pem.encode()).decode()


def dates(pem):
    lines = dict(line.split("=", 1) for line in text(pem, "-dates").splitlines())
    return [datetime.datetime.strptime(lines[key], "%b %d %H:%M:%S %Y GMT") for key in ("notBefore", "notAfter")]


def near(moment, offset):
    return abs(moment - (datetime.datetime.utcnow() + offset)) < datetime.timedelta(seconds=30)


class Certificates(AuthorityTest):
    def ca(self):
        return self.authority.operator("GET", f"/tenants/{self.tenant}")[1]["caCertificates"][0]["certificate"]

    def verify(self, ca, leaf, *options):
        folder = pathlib.Path(self.authority.folder)
        (folder / "ca-to-verify.pem").write_text(ca)
        return openssl("verify", "-partial_chain", *options, "-trusted", folder / "ca-to-verify.pem", stdin=leaf.encode(),
                       check=False).decode().strip()

    def test_the_tenant_ca(self):
        ca = self.ca()
        begin, end = dates(ca)
        self.assertEqual(end - begin, datetime.timedelta(days=730))
        self.assertTrue(near(begin, datetime.timedelta()))
        self.assertEqual(text(ca, "-subject", "-nameopt", "RFC2253,-dn_rev"),
                         "subject=C=US,ST=Washington,L=Redmond,O=Microsoft Corporation,"
                         f"CN=Microsoft Azure Sphere {self.tenant}\n")
        self.assertEqual(text(ca, "-issuer", "-nameopt", "RFC2253,-dn_rev"),
                         "issuer=C=US,O=Microsoft Corporation,CN=Azure Sphere Policy CA 2022\n")
        self.assertNotIn("Key Identifier", text(ca, "-text"))

    def test_a_device_certificate(self):
        answer = self.certificate()
        leaf = answer["certificate"]
        begin, end = dates(leaf)
        self.assertEqual(end - begin, datetime.timedelta(hours=24))
        self.assertTrue(near(begin, datetime.timedelta(minutes=-5)))
        self.assertEqual(end.strftime("%Y-%m-%dT%H:%M:%SZ"), answer["notAfter"])
        self.assertEqual(text(leaf, "-subject", "-nameopt", "RFC2253"), f"subject=CN={self.root.device_id}\n")
        self.assertEqual(text(leaf, "-pubkey"), openssl("pkey", "-in", self.tls.file, "-pubout").decode())
        self.assertEqual(text(leaf, "-ext", "keyUsage,extendedKeyUsage,basicConstraints,subjectKeyIdentifier"),
                         "X509v3 Key Usage: critical\n    Digital Signature\n"
                         "X509v3 Extended Key Usage: \n    TLS Web Client Authentication\n")

    def test_the_chain_verifies_the_leaf_as_a_tls_client(self):
        answer = self.certificate()
        self.assertEqual(answer["chain"], [self.ca()])
        self.assertEqual(self.verify(self.ca(), answer["certificate"], "-purpose", "sslclient"), "stdin: OK")

    def test_the_proof_of_possession(self):
        code = "94bd028892859c06078f160befe328e7692f406c1a86d8571f3e445e7bd4aecd"
        status, answer = self.authority.operator("POST", f"/tenants/{self.tenant}/proof", {"verificationCode": code})
        self.assertEqual(status, 200)
        proof = answer["certificate"]
        begin, end = dates(proof)
        self.assertEqual(end - begin, datetime.timedelta(minutes=65))
        self.assertTrue(near(begin, datetime.timedelta(minutes=-5)))
        self.assertEqual(text(proof, "-subject", "-nameopt", "RFC2253"), f"subject=CN={code}\n")
        der = openssl("x509", "-outform", "DER", stdin=proof.encode())
        self.assertIn(bytes.fromhex("0603551d0f0101ff040403020001"), der)  # key usage, critical, 03 02 00 01
        self.assertIn(bytes.fromhex("0603551d250101ff04023000"), der)      # extended key usage, critical, 30 00
        self.assertEqual(self.verify(self.ca(), proof), "stdin: OK")

    def test_the_server_is_verified_by_name_and_address(self):
        pem = pathlib.Path(self.authority.data, "server-identity.pem").read_text()
        self.assertEqual(text(pem, "-ext", "subjectAltName").splitlines()[1].strip(),
                         "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1")


class KeyIdentifiers(AuthorityTest):
    options = ("--key-identifiers",)

    def test_leaf_and_ca_are_linked(self):
        answer = self.certificate()
        leaf_says = text(answer["certificate"], "-ext", "authorityKeyIdentifier").splitlines()[1].strip()
        ca_is = text(answer["chain"][0], "-ext", "subjectKeyIdentifier").splitlines()[1].strip()
        self.assertEqual(leaf_says, ca_is)


if __name__ == "__main__":
    unittest.main(verbosity=2)
