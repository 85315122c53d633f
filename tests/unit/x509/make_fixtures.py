#!/usr/bin/env python3
"""Makes fixtures/*.pem anew: certificates that the readers of src/x509 are held to.

Every byte of a certificate is laid down here from RFC 5280 and signed by the openssl command line, so nothing of the
code under test has a part in them. Keys are fresh at each run: what test_read.c expects of a device id or a
certificate id (openssl x509 -fingerprint -sha256) is then to be copied there again.
"""
import base64
import os
import subprocess
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
UTF8, PRINTABLE, TELETEX, IA5, UNIVERSAL, BMP = 12, 19, 20, 22, 28, 30
COUNTRY, ORGANIZATION, UNIT, COMMON, STATE, LOCALITY = "2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.3", "2.5.4.8", "2.5.4.7"
TENANT = "Microsoft Azure Sphere 8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(size)]) + size + body


def sequence(*parts):
    return tlv(0x30, *parts)


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    body = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        digits = [arc & 127]
        while arc := arc >> 7:
            digits.append(arc & 127 | 128)
        body += bytes(reversed(digits))
    return tlv(6, body)


def name(*rdns):
    return sequence(*[tlv(0x31, sequence(oid(kind), tlv(tag, text if isinstance(text, bytes) else text.encode())))
                      for kind, tag, text in rdns])


def time(text):
    return tlv(24 if len(text) == 15 else 23, text.encode())


def extension(dotted, value, critical=False):
    return sequence(oid(dotted), tlv(1, b"\xff") if critical else b"", tlv(4, value))


BASIC_CA = extension("2.5.29.19", bytes.fromhex("30030101ff"), True)
USAGE_CA = extension("2.5.29.15", bytes.fromhex("03020186"), True)
USAGE_SIGN = extension("2.5.29.15", bytes.fromhex("03020780"), True)
PROOF = [extension("2.5.29.15", bytes.fromhex("03020001"), True), extension("2.5.29.37", bytes.fromhex("3000"), True)]
MEASURED = extension("1.3.6.1.4.1.311.21.99", sequence(tlv(4, b"measurements")), True)


def openssl(*args, stdin=b""):
    return subprocess.run(["openssl", *args], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


class Key:
    def __init__(self, *options):
        self.pem = openssl("genpkey", *options)
        self.spki = openssl("pkey", "-pubout", "-outform", "DER", stdin=self.pem)

    def sign(self, digest, bytes_):
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.pem)
            file.flush()
            return openssl("dgst", "-" + digest, "-sign", file.name, stdin=bytes_)


def ec(curve):
    return Key("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve)


ALGORITHMS = {
    ("ec", "sha256"): sequence(oid("1.2.840.10045.4.3.2")),
    ("ec", "sha384"): sequence(oid("1.2.840.10045.4.3.3")),
    ("ec", "sha1"): sequence(oid("1.2.840.10045.4.1")),
    ("rsa", "sha256"): sequence(oid("1.2.840.113549.1.1.11"), b"\x05\x00"),
}


def certificate(file, subject, issuer, key, signer, *, kind="ec", digest="sha384", serial=b"\x01", version=2,
                begin="230516145500Z", end="250515145500Z", extensions=()):
    algorithm = ALGORITHMS[kind, digest]
    tbs = sequence(tlv(0xA0, tlv(2, bytes([version]))) if version else b"", tlv(2, serial), algorithm, issuer,
                   sequence(time(begin), time(end)), subject, key.spki,
                   tlv(0xA3, sequence(*extensions)) if extensions else b"")
    der = sequence(tbs, algorithm, tlv(3, b"\x00", signer.sign(digest, tbs)))
    body = base64.b64encode(der).decode()
    with open(os.path.join(HERE, file + ".pem"), "w") as out:
        lines = [body[i:i + 64] for i in range(0, len(body), 64)]
        out.write("\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]))


def common(text, tag=PRINTABLE):
    return name((COMMON, tag, text))


def tenant_name():
    return name((COUNTRY, PRINTABLE, "US"), (STATE, PRINTABLE, "Washington"), (LOCALITY, PRINTABLE, "Redmond"),
                (ORGANIZATION, PRINTABLE, "Microsoft Corporation"), (COMMON, PRINTABLE, TENANT))


def alternatives(number, dns, address, uri, mail, directory):
    """GeneralNames of RFC 5280 §4.2.1.6."""
    names = [tlv(0x82, text) for text in dns] + [tlv(0x87, address), tlv(0x86, uri), tlv(0x81, mail), tlv(0xA4, directory)]
    return extension(f"2.5.29.{number}", sequence(*names))


def variables():
    """The attributes of the examples in AWS IoT, "X.509 certificate policy variables"; beside them a NUL and a sixth name."""
    key = ec("P-256")
    of_subject = name((COUNTRY, PRINTABLE, "US"), (ORGANIZATION, PRINTABLE, "IoT"), (UNIT, PRINTABLE, "SmartHome"),
                      (COMMON, PRINTABLE, "LightBulbCert"))
    of_issuer = name((COUNTRY, PRINTABLE, "US"), (ORGANIZATION, PRINTABLE, "Issuer"), (UNIT, PRINTABLE, "IoT Devices"),
                     (COMMON, PRINTABLE, "Primary Issuer CA"))
    dns = [b"example.com", b"bank\0.example", *(f"{i}.example.com".encode() for i in range(2, 7))]
    certificate("variables", name((ORGANIZATION, UTF8, "Amazon Web Services O=Amazon.com Inc."), (COMMON, UTF8, "a,b")),
                common("ca"), key, key, digest="sha256", serial=bytes.fromhex("00921285cbb7a5e086"), extensions=[
                    alternatives(17, dns, bytes([1, 2, 3, 4]), b"ResourceIdentifier001", b"device1@example.com", of_subject),
                    alternatives(18, [b"issuer.com"], bytes([5, 6, 7, 8]), b"PrimarySignerCA", b"primary@issuer.com", of_issuer)])


def main():
    policy, tenant, rolled, device = ec("P-384"), ec("P-384"), ec("P-384"), ec("P-256")
    policy_name = name((COUNTRY, PRINTABLE, "US"), (ORGANIZATION, PRINTABLE, "Microsoft Corporation"),
                       (COMMON, PRINTABLE, "Azure Sphere Policy CA 2022"))
    locations = [extension("2.5.29.31", sequence(sequence(tlv(0xA0, tlv(0xA0, tlv(
        0x86, b"http://crl.sphere.azure.net/Microsoft Azure Sphere Policy2022.crl")))))),
                 extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.2"), tlv(
                     0x86, b"http://pki.sphere.azure.net/certificates/MicrosoftAzureSpherePolicy2022.cer"))))]
    ca = [USAGE_CA, BASIC_CA, *locations]
    top_bit = bytes.fromhex("00f1c2a3b4d5e6f708192a3b4c5d6e7f80")
    certificate("tenant-ca", tenant_name(), policy_name, tenant, policy, serial=top_bit, extensions=ca)
    certificate("tenant-ca-next", tenant_name(), policy_name, rolled, policy, serial=b"\x02", extensions=ca)

    device_id = device.spki[-64:].hex()
    day = {"begin": "250131115500Z", "end": "250201120000Z"}
    client = [USAGE_SIGN, extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")))]
    certificate("device", common(device_id), tenant_name(), ec("P-256"), tenant, **day, extensions=client)
    certificate("device-next", common(device_id), tenant_name(), ec("P-256"), rolled, **day, extensions=client)
    certificate("device-measured", common(device_id), tenant_name(), ec("P-256"), tenant, **day,
                extensions=[*client, MEASURED])
    certificate("proof", common("ab" * 32), tenant_name(), ec("P-384"), tenant, begin="250131083935Z",
                end="250131094435Z", extensions=PROOF)

    key = ec("P-256")
    plain = {"digest": "sha256", "extensions": [USAGE_SIGN]}
    certificate("names", name(
        (COMMON, UTF8, "Gerät Nr. 1"), ("2.5.4.4", TELETEX, "Muñoz".encode("latin-1")), ("2.5.4.5", PRINTABLE, "SN-17"),
        (COUNTRY, PRINTABLE, "DE"), (LOCALITY, UTF8, "Köln"), (STATE, BMP, "Österreich".encode("utf-16-be")),
        (ORGANIZATION, UNIVERSAL, "日本 🚀".encode("utf-32-be")), (UNIT, UTF8, "first"), (UNIT, UTF8, "second"),
        ("1.2.840.113549.1.9.1", IA5, "a@example.com"), ("2.5.4.12", UTF8, "Dr"), ("2.5.4.42", UTF8, "Ana"),
        ("2.5.4.43", UTF8, "AM"), ("2.5.4.44", UTF8, "III"), ("2.5.4.46", PRINTABLE, "Q"),
        ("2.5.4.65", UTF8, "anon")), common("other CA", UTF8), key, key, **plain)
    certificate("two-common-names", name((COMMON, UTF8, "one"), (COMMON, UTF8, "two")), common("ca"), key, key, **plain)
    certificate("no-subject", name(), common("ca"), key, key, **plain)
    certificate("version-1", common("old"), common("old"), key, key, digest="sha256", version=0)
    certificate("ca-may-not-sign", common("ca"), common("ca"), key, key, digest="sha256",
                extensions=[BASIC_CA, USAGE_SIGN])
    certificate("ca-without-usage", common("ca"), common("ca"), key, key, digest="sha256", extensions=[BASIC_CA])
    certificate("far-dates", common("late"), common("ca"), key, key, begin="491231235959Z", end="99991231235959Z",
                **plain)
    certificate("before-1970", common("early"), common("ca"), key, key, begin="500101000000Z", **plain)

    certificate("bad-nul-in-name", common("bank.example\0.evil.example", UTF8), common("ca"), key, key, **plain)
    certificate("bad-utf8-in-name", common(b"caf\xe9", UTF8), common("ca"), key, key, **plain)
    certificate("bad-bmp-half-character", common(b"\x00a\x00", BMP), common("ca"), key, key, **plain)
    certificate("bad-date", common("x"), common("ca"), key, key, begin="230230000000Z", **plain)
    certificate("bad-date-without-seconds", common("x"), common("ca"), key, key, begin="2305161455Z", **plain)
    certificate("bad-date-with-offset", common("x"), common("ca"), key, key, begin="230516145500+0000", **plain)
    certificate("bad-serial", common("x"), common("ca"), key, key, serial=b"\x01" * 22, **plain)
    certificate("bad-name-of-25-parts", name(*[(UNIT, UTF8, str(i)) for i in range(25)]), common("ca"), key, key,
                **plain)

    variables()
    rsa, weak = [Key("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits) for bits in ("2048", "1024")]
    usual = {"digest": "sha256", "extensions": [BASIC_CA, USAGE_CA]}
    certificate("ca-rsa-2048", common("rsa"), common("rsa"), rsa, rsa, kind="rsa", **usual)
    certificate("ca-rsa-1024", common("weak"), common("weak"), weak, weak, kind="rsa", **usual)
    for curve in ("P-521", "secp256k1"):
        other = ec(curve)
        certificate("ca-" + curve.lower(), common(curve), common(curve), other, other, **usual)
    certificate("leaf-sha1", common("leaf"), common("ca"), key, key, digest="sha1", extensions=[USAGE_SIGN])
    with tempfile.NamedTemporaryFile() as file:
        file.write(rsa.pem)
        file.flush()
        pem = openssl("req", "-new", "-x509", "-key", file.name, "-subj", "/CN=pss", "-sha256", "-sigopt",
                      "rsa_padding_mode:pss", "-days", "3650")
        with open(os.path.join(HERE, "leaf-rsa-pss.pem"), "wb") as out:
            out.write(pem)


if __name__ == "__main__":
    main()
