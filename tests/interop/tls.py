"""A TLS server of Python's for tests: certificates made on the spot, and a way to put them in front of an http.server."""
import datetime
import pathlib
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Ca:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="zt-tls-")
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(_name("test root"), self.key.public_key(), [(x509.BasicConstraints(True, None), True)])
        self.bundle = pathlib.Path(self.folder.name) / "ca.pem"
        self.bundle.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(self, subject, public_key, extensions, days=1):
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(_name("test root")).public_key(public_key)
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=2))
                   .not_valid_after(now + datetime.timedelta(days=days)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())

    def context(self, host="localhost", days=1, maximum=None):
        """A server's context with a certificate for `host`, good for so many days (negative: expired)."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(_name(host), key.public_key(), [(x509.SubjectAlternativeName([x509.DNSName(host)]), False)], days)
        path = pathlib.Path(self.folder.name) / f"{host}{days}.pem"
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption())
                         + leaf.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if maximum:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = maximum
            context.set_ciphers("ALL:@SECLEVEL=0")
        return context


def wrap(server, context):
    """Puts TLS in front of a socketserver; each handshake runs in its handler's thread."""
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
