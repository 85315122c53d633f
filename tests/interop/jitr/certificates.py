"""Certificates in the form of the security service's, made with python3-cryptography."""
import datetime
import hashlib
import secrets
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TENANT = "12345678-1234-1234-1234-123456789abc"
NOW = datetime.datetime.utcnow().replace(microsecond=0)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _id(certificate):
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


class Certificate:
    def __init__(self, certificate, key, ca_id):
        self.id = _id(certificate)
        self.pem = _pem(certificate)
        self.key_pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()).decode()
        self.ca_id = ca_id
        self.validity = {edge: time.replace(tzinfo=datetime.timezone.utc).timestamp() for edge, time in (
            ("notBefore", certificate.not_valid_before), ("notAfter", certificate.not_valid_after))}

    def event(self, **changes):
        event = {"certificateId": self.id, "caCertificateId": self.ca_id, "timestamp": int(time.time() * 1000),
                 "certificateStatus": "PENDING_ACTIVATION", "awsAccountId": "123456789012",
                 "certificateRegistrationTimestamp": None}
        event.update(changes)
        return {name: value for name, value in event.items() if value != "absent"}


class Authority:
    def __init__(self, tenant=TENANT):
        self.tenant = tenant
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Microsoft Azure Sphere {tenant}")])
        own = (self._builder(self.name, self.key, 864000, 8640000)
               .add_extension(x509.BasicConstraints(True, None), critical=True).sign(self.key, hashes.SHA256()))
        self.id, self.pem = _id(own), _pem(own)

    def _builder(self, subject, key, age_s, life_s):
        begin = NOW - datetime.timedelta(seconds=age_s)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(begin)
                .not_valid_after(begin + datetime.timedelta(seconds=life_s)))

    def issue(self, common_name, age_s=3600, life_s=86400):
        """`age_s`: how long ago notBefore is."""
        subject = [] if common_name is None else [x509.NameAttribute(NameOID.COMMON_NAME, common_name, _validate=False)]
        key = ec.generate_private_key(ec.SECP256R1())
        return Certificate(self._builder(x509.Name(subject), key, age_s, life_s).sign(self.key, hashes.SHA256()), key,
                           self.id)


def device_id(prefix=""):
    return prefix + secrets.token_hex(64)[len(prefix):]
