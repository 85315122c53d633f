"""A server with a chain of the form that AWS's ATS endpoints send, for ports that must verify it.

A hierarchy like Amazon's: C (Starfield Class 2) signed a cross certificate for B (Starfield Services G2), B one for A
(Amazon Root CA 1), A the issuing CA, which signed the server. A, B and C are roots too.
"""
import datetime
import pathlib
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.utcnow()
PEM = serialization.Encoding.PEM


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ATS of a test"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    def __init__(self, text):
        self.name, self.key = name(text), ec.generate_private_key(ec.SECP256R1())
        self.root = self.sign(self.name, self.key.public_key(), ca=True)

    def sign(self, subject, public_key, ca=False, host=None, days=30, serial=None):
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                   .serial_number(serial or x509.random_serial_number())
                   .not_valid_before(NOW - datetime.timedelta(days=60)).not_valid_after(NOW + datetime.timedelta(days=days))
                   .add_extension(x509.BasicConstraints(ca, None), True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False))
        if ca:
            builder = builder.add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        return builder.sign(self.key, hashes.SHA256())

    def cross(self, other):
        return self.sign(other.name, other.key.public_key(), ca=True)


class Hierarchy:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.a, self.b, self.c, self.issuing = (Authority(text) for text in ("Root A", "Root B", "Root C", "Issuing"))
        self.stranger = Authority("Root of a stranger")
        issuing = self.a.cross(self.issuing)
        a_by_b, b_by_c = self.b.cross(self.a), self.c.cross(self.b)
        # What ATS has sent, by Region and year: up to the cross certificate of Amazon Root CA 1, or that of Starfield's too.
        self.shapes = {"short": [issuing, a_by_b], "long": [issuing, a_by_b, b_by_c], "bare": [issuing]}

    def bundle(self, filename, *authorities):
        path = self.folder / filename
        path.write_bytes(b"".join(authority.root.public_bytes(PEM) for authority in authorities))
        return path

    def context(self, shape="short", host="localhost", days=30, signer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = (signer or self.issuing).sign(name("server"), key.public_key(), host=host, days=days)
        path = self.folder / f"server-{shape}-{host}-{days}-{signer is None}.pem"
        path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
                         + b"".join(c.public_bytes(PEM) for c in [leaf, *self.shapes[shape]]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


class Server:
    """Answers 200 to each request; counts those that got as far."""

    ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}'

    def __init__(self, context):
        self.context, self.asked = context, threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                plain.settimeout(10)
                with self.context.wrap_socket(plain, server_side=True) as secure:
                    if secure.recv(4096):
                        self.asked.set()
                        secure.sendall(self.ANSWER)
            except OSError:
                plain.close()

    def close(self):
        self.socket.close()
