"""First contact as the control plane shapes it: what CAs and certificates become in between, by boto3."""
import json
import pathlib
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import ALLOW_ALL, Authority, Ports, Raw, connect_packet, openssl, packet, string  # noqa: E402
from world import DEADLINE_S, World  # noqa: E402


class Watcher:
    """Subscribed to what is registered."""

    def __init__(self, ports, leaf):
        self.raw = Raw(ports, leaf).open("watcher")
        self.raw.send(packet(0x82, b"\x00\x01" + string("$aws/events/certificates/registered/+") + b"\x00"))
        assert self.raw.packet() == (0x90, b"\x00\x01\x00")

    def event(self):
        first, body = self.raw.packet()
        assert first == 0x30, (first, body)
        return json.loads(body[2 + int.from_bytes(body[:2], "big"):])


def refusal(world):
    return json.loads(world.run("zerotouch", "why", "--endpoint-url", world.control, "--json").stdout.splitlines()[-1])["rule"]


def signed_by(ca, name):
    """A CA below this one."""
    below = Authority(ca.folder, name)
    (below.folder / "extensions").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
    openssl("req", "-new", "-key", below.key, "-subj", f"/CN={name}", "-out", below.folder / "csr")
    openssl("x509", "-req", "-in", below.folder / "csr", "-CA", ca.pem, "-CAkey", ca.key, "-out", below.pem, "-days", "1", "-set_serial", "7",
            "-extfile", below.folder / "extensions")
    return below


with World(attest=False) as world:
    iot, ca, ports = world.client("iot"), Authority(world.folder, "maker"), Ports(world)
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    watching = ca.leaf("watcher")
    iot.attach_policy(policyName="all", target=iot.register_certificate_without_ca(
        certificatePem=watching.pem.read_text(), status="ACTIVE")["certificateArn"])
    watcher = Watcher(ports, watching)
    ca_id = iot.register_ca_certificate(caCertificate=ca.pem.read_text(), certificateMode="SNI_ONLY", setAsActive=True,
                                        allowAutoRegistration=True)["certificateId"]

    def hangs_up_on(leaf, rule, version=4):
        assert Raw(ports, leaf).send(connect_packet(leaf.name, version)).rest() == b""
        assert refusal(world) == rule, refusal(world)

    # RegisterCertificate makes no event: the next one that comes is of another certificate.
    iot.register_certificate(certificatePem=ca.leaf("by-hand").pem.read_text(), status="INACTIVE")
    lamp = ca.leaf("lamp")
    hangs_up_on(lamp, "Registered")
    event = watcher.event()
    assert (event["certificateId"], event["caCertificateId"], event["certificateRegistrationTimestamp"]) == (lamp.id, ca_id, None), event
    # MQTT 5 is as mute while it waits, and each presentation is told, with the time of the first one.
    hangs_up_on(lamp, "PendingActivation")
    hangs_up_on(lamp, "PendingActivation", version=5)
    times = {watcher.event()["certificateRegistrationTimestamp"] for _ in range(2)}
    assert len(times) == 1 and isinstance(times.pop(), str)

    # A CA that is switched off registers nobody, and whom it registered stays.
    iot.attach_policy(policyName="all", target=iot.describe_certificate(certificateId=lamp.id)["certificateDescription"]["certificateArn"])
    iot.update_certificate(certificateId=lamp.id, newStatus="ACTIVE")
    iot.update_ca_certificate(certificateId=ca_id, newStatus="INACTIVE")
    Raw(ports, lamp).open("lamp").close()
    late = ca.leaf("late")
    hangs_up_on(late, "CaInactive")
    iot.update_ca_certificate(certificateId=ca_id, newStatus="ACTIVE", newAutoRegistrationStatus="DISABLE")
    Raw(ports, lamp).open("lamp").close()
    hangs_up_on(late, "AutoRegistrationOff")
    iot.update_ca_certificate(certificateId=ca_id, newAutoRegistrationStatus="ENABLE")
    hangs_up_on(late, "Registered")
    assert watcher.event()["certificateId"] == late.id

    # The registered CA is the direct issuer: a chain through another one vouches for nobody.
    below = signed_by(ca, "below")
    deep = below.leaf("deep")
    deep.pem.write_text(deep.pem.read_text() + below.pem.read_text())
    hangs_up_on(deep, "CertificateUnknown")

    # On the port of all the same, by ALPN, whatever is asked for.
    for name, alpn, request in (("by-mqtt", "x-amzn-mqtt-ca", connect_packet("x")),
                                ("by-https", "x-amzn-http-ca", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")):
        leaf = ca.leaf(name)
        context = ssl.create_default_context(cafile=world.cloud_ca)
        context.load_cert_chain(leaf.pem, leaf.key)
        context.set_alpn_protocols([alpn])
        plain = socket.create_connection(("127.0.0.1", world.cloud.endpoints["allPort"]), DEADLINE_S)
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            stream.sendall(request)
            assert stream.recv(1) == b"" and refusal(world) == "Registered"
        assert watcher.event()["certificateId"] == leaf.id

    # A certificate that was deleted is a new one.
    iot.update_certificate(certificateId=lamp.id, newStatus="INACTIVE")
    iot.delete_certificate(certificateId=lamp.id, forceDelete=True)
    hangs_up_on(lamp, "Registered")
    again = watcher.event()
    assert again["certificateId"] == lamp.id and again["certificateRegistrationTimestamp"] is None, again
