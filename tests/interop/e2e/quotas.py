"""--quotas aws, as a device meets them: one CONNECT of a client id a second, a hundred messages a second from a connection."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import ALLOW_ALL, Authority, Ports, Raw, connect_packet, publish_packet  # noqa: E402
from world import World, wait_for  # noqa: E402


def rules(world):
    done = world.run("zerotouch", "why", "--endpoint-url", world.control, "--json")
    return [json.loads(line)["rule"] for line in done.stdout.splitlines()]


with World(attest=False, cloud_options=("--quotas", "aws")) as world:
    iot, ca = world.client("iot"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_policy(policyName="all", policyDocument=json.dumps(ALLOW_ALL))
    iot.attach_policy(policyName="all", target=arn)
    ports = Ports(world)

    # All of them are connected before the first one says who it is, so that there is no second between their CONNECTs.
    raws = [Raw(ports, leaf) for _ in range(8)]
    for i, raw in enumerate(raws):
        raw.send(connect_packet("same", 4 + i % 2))
    # Which of them is the first is not for us to say.
    answers = [raw.socket.recv(5) for raw in raws]
    assert b"" in answers[0::2] and b"\x20\x03\x00\x97\x00" in answers[1::2], answers
    assert any(a.startswith(b"\x20") and a[3] == 0 for a in answers), answers
    assert rules(world).count("TooManyConnects") >= 2
    other = Raw(ports, leaf).open("other")

    # In one write: what is over the quota has no PUBACK, and the connection goes on.
    other.send(b"".join(publish_packet("a", b"x", 1, packet_id=i) for i in range(1, 1001)))
    wait_for(lambda: "TooManyPublishes" in rules(world), "the excess is told")
    other.send(b"\xc0\x00")
    acknowledged = 0
    while (first := other.packet()[0]) == 0x40:
        acknowledged += 1
    assert first == 0xd0 and 100 <= acknowledged < 1000, acknowledged
