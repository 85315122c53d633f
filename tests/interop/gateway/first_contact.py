"""First contact over both ports: mute refusals, registration once, events, states (AWS IoT, "just-in-time registration")."""
import concurrent.futures
import json
import ssl
import subprocess

from gw import DEADLINE_S, Authority, Gateway, Raw, connect_packet, curl, run, wait_for


def mute_by_mqtt(gateway, leaf, client="x", version=4):
    raw = gateway.connect(leaf).send(connect_packet(client, version))
    assert raw.rest() == b"", "AWS closes without a CONNACK"
    raw.close()


def mute_by_https(gateway, leaf):
    status, code, body = curl(gateway, leaf, "/topics/a?qos=1")
    assert (status, code, body) == (52, 0, b""), (status, code, body)


def unknown_by_https_then_by_mqtt():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        leaf = ca.leaf("dev1")
        mute_by_https(gateway, leaf)
        event = gateway.event()
        assert event["topic"] == f"$aws/events/certificates/registered/{ca.id}"
        first = json.loads(event["payload"])
        assert list(first) == ["certificateId", "caCertificateId", "timestamp", "certificateStatus", "awsAccountId",
                               "certificateRegistrationTimestamp"]
        assert first["certificateId"] == leaf.id and first["caCertificateId"] == ca.id
        assert first["certificateStatus"] == "PENDING_ACTIVATION" and first["awsAccountId"] == "000000000000"
        assert isinstance(first["timestamp"], int) and first["certificateRegistrationTimestamp"] is None
        assert event["client"] == "" and event["principal"] == leaf.id and not event["retain"]
        assert gateway.refusal()["rule"] == "Registered"
        assert gateway.status_of(leaf) == "PENDING_ACTIVATION"

        mute_by_mqtt(gateway, leaf, "dev1")
        event = gateway.event()
        again = json.loads(event["payload"])
        assert event["client"] == "dev1"
        assert isinstance(again["certificateRegistrationTimestamp"], str)
        assert abs(int(again["certificateRegistrationTimestamp"]) - first["timestamp"]) < 5000
        assert gateway.refusal()["rule"] == "PendingActivation"
        assert gateway.count("registered") == 1


def unknown_by_mqtt_5_is_mute_too():
    with Gateway() as gateway:
        leaf = gateway.ca("one").leaf("dev1")
        mute_by_mqtt(gateway, leaf, "dev1", version=5)
        assert gateway.event()["client"] == "dev1"


def subscribers_see_the_event():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        watcher = gateway.device(ca, "watcher")
        sub = gateway.sub(watcher, "watcher", "-q", "1", "-t", "$aws/events/certificates/registered/+").ready()
        leaf = ca.leaf("dev1")
        mute_by_https(gateway, leaf)
        topic, _, payload = sub.message().split(" ", 2)
        assert topic.endswith(ca.id) and json.loads(payload)["certificateId"] == leaf.id


def a_bare_handshake_registers_nothing():
    with Gateway() as gateway:
        leaf = gateway.ca("one").leaf("dev1")
        for port in ("mqtt", "https"):
            raw = gateway.connect(leaf, port=port)
            raw.close()
        wait_for(lambda: gateway.count("open") == 0, "the connection is gone")
        assert gateway.status_of(leaf) is None and gateway.count("registered") == 0 and gateway.accepted.empty()


def many_at_once_register_once():
    with Gateway() as gateway:
        leaf = gateway.ca("one").leaf("dev1")
        raws = [gateway.connect(leaf) for _ in range(16)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda i: raws[i].send(connect_packet(f"c{i}")), range(16)))
            assert list(pool.map(lambda raw: raw.rest(), raws)) == [b""] * 16
        assert gateway.count("registered") == 1
        assert json.loads(gateway.event()["payload"])["certificateRegistrationTimestamp"] is None
        while not gateway.accepted.empty():
            assert json.loads(gateway.event()["payload"])["certificateRegistrationTimestamp"] is not None


def states():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        leaf = gateway.device(ca, "dev1")
        assert curl(gateway, leaf, "/topics/a")[1] == 200
        gateway.event()
        for value, rule in (("INACTIVE", "CertificateInactive"), ("REVOKED", "CertificateRevoked")):
            gateway.change("set", certificate=leaf.id, value=value)
            mute_by_mqtt(gateway, leaf)
            assert gateway.refusal()["rule"] == rule
            mute_by_https(gateway, leaf)
            refusal = gateway.refusal()
            assert refusal["rule"] == rule and refusal["device"] == "dev1" and refusal["certificate"] == leaf.id
            assert refusal["attempted"] == "POST /topics/a"
        assert gateway.accepted.empty()


def what_no_ca_vouches_for():
    with Gateway() as gateway:
        cases = [
            (gateway.ca("stranger", register=False).leaf("a"), "CaKey"),  # all CAs of these tests have one name
            (Authority(gateway.folder, "other", "/CN=Another CA").leaf("n"), "CertificateUnknown"),
            (gateway.ca("inactive", active=False).leaf("b"), "CaInactive"),
            (gateway.ca("closed", auto=False).leaf("c"), "AutoRegistrationOff"),
        ]
        ca = gateway.ca("one")
        cases.append((ca.leaf("old", start="20200101000000Z", end="20200102000000Z"), "CertificateExpired"))
        cases.append((ca.leaf("new", start="20990101000000Z", end="20990102000000Z"), "CertificateNotYetValid"))
        cases.append((ca.leaf("ed25519", key=("-newkey", "ed25519")), "CertificateAlgorithm"))
        for leaf, rule in cases:
            mute_by_mqtt(gateway, leaf)
            assert gateway.refusal()["rule"] == rule, gateway.refusal()
            mute_by_https(gateway, leaf)
            assert gateway.refusal()["rule"] == rule
            assert gateway.status_of(leaf) is None
        assert gateway.accepted.empty() and gateway.count("registered") == 0
        log = gateway.log_text()
        assert "reason=" in log and "remedy=" in log


def two_cas_of_one_name():
    """A rollover: the CA is found by trying the signature."""
    with Gateway() as gateway:
        old, new = gateway.ca("old"), gateway.ca("new")
        for ca in (old, new):
            mute_by_https(gateway, ca.leaf("dev"))
            assert json.loads(gateway.event()["payload"])["caCertificateId"] == ca.id


def active_without_policy():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", policy=None)
        mute_by_mqtt(gateway, leaf)
        assert gateway.refusal()["rule"] == "NoPolicy"
        raw = gateway.connect(leaf).send(connect_packet("x", 5))
        assert raw.rest() == b"\x20\x03\x00\x87\x00"
        status, code, body = curl(gateway, leaf, "/topics/a")
        assert (status, code) == (0, 403) and json.loads(body)["message"] is None


def server_name():
    with Gateway() as gateway:
        leaf = gateway.ca("one").leaf("dev1")
        for name in ("elsewhere.example", None):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                try:
                    raw = Raw(gateway, leaf, name, "mqtt", version)
                    raw.send(connect_packet("x"))
                    assert raw.rest() == b""
                except (ssl.SSLError, ConnectionError):
                    pass
                else:
                    raise AssertionError(f"{name} is served")
                gateway.wait_refused("ServerName")
        assert curl(gateway, leaf, "/topics/a", name="127.0.0.1")[0] == 35
        Raw(gateway, leaf, "LOCALHOST").close()
        assert gateway.status_of(leaf) is None


def handshakes():
    with Gateway() as gateway:
        leaf = gateway.ca("one").leaf("dev1")
        shown = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{gateway.ports['mqtt']}", "-servername", "localhost",
                                "-CAfile", gateway.ca_file, "-cert", leaf.pem, "-key", leaf.key, "-tls1_2"], input=b"Q\n",
                               capture_output=True, timeout=DEADLINE_S).stdout.decode()
        assert "No client certificate CA names sent" in shown and "Verify return code: 0" in shown
        for version in ("-tls1_2", "-tls1_3"):
            bare = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{gateway.ports['mqtt']}", "-servername",
                                   "localhost", version, "-ign_eof"], stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=DEADLINE_S)
            assert b"alert" in bare.stderr, "a client certificate is required"
        gateway.wait_refused("Handshake")
        old = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{gateway.ports['mqtt']}", "-servername", "localhost",
                              "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True,
                             timeout=DEADLINE_S)
        assert old.returncode != 0
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            gateway.connect(leaf, version=version).close()


def a_chain_with_its_ca_is_fine():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        leaf = ca.leaf("dev1")
        with open(leaf.pem, "a") as chain:
            chain.write(ca.pem.read_text())
        mute_by_mqtt(gateway, leaf)
        assert gateway.event()["principal"] == leaf.id


run(unknown_by_https_then_by_mqtt, unknown_by_mqtt_5_is_mute_too, subscribers_see_the_event, a_bare_handshake_registers_nothing,
    many_at_once_register_once, states, what_no_ca_vouches_for, two_cas_of_one_name, active_without_policy, server_name, handshakes,
    a_chain_with_its_ca_is_fine)
