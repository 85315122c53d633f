"""MQTT 3.1.1 with mosquitto's clients and by hand: what AWS does, and where it differs from the specification."""
from gw import ARN, Gateway, allow, connect_packet, packet, policy, publish_packet, run, string, wait_for


def publish_and_subscribe():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        leaf = gateway.device(ca, "dev1")
        for version in ("311", "5"):
            sub = gateway.sub(leaf, f"sub{version}", "-q", "1", "-t", "a/b", "-V", version).ready()
            for qos in ("0", "1"):
                status, text = gateway.pub(leaf, "pub", "-q", qos, "-t", "a/b", "-m", f"m{version}{qos}", "-V", version)
                assert status == 0, text
                assert sub.message() == f"a/b 0 m{version}{qos}"
                event = gateway.event()
                assert event["topic"] == "a/b" and event["client"] == "pub" and event["principal"] == leaf.id
            sub.stop()


def the_hundredth_packet():
    """A client whose hundredth packet publishes to a forbidden topic is closed, and the broker never saw that packet."""
    allowed = policy(allow("iot:Connect", "client/*"), allow("iot:Publish", "topic/ok/*"))
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", allowed)
        for version in (4, 5):
            tap = gateway.tap("#").ready()
            raw = gateway.connect(leaf).open("dev1", version)
            ninety_eight = b"".join(publish_packet(f"ok/{i}", b"x", version=version) for i in range(98))
            raw.send(ninety_eight + publish_packet("forbidden", b"secret", version=version) + publish_packet("ok/after", version=version))
            assert raw.rest() == (b"" if version == 4 else b"\xe0\x01\x87")
            assert [tap.message() for _ in range(98)] == [f"ok/{i} x" for i in range(98)]
            refusal = gateway.refusal()
            assert refusal["rule"] == "PublishDenied" and refusal["attempted"] == "PUBLISH forbidden"
            assert [gateway.event()["topic"] for _ in range(98)] == [f"ok/{i}" for i in range(98)]
            other = gateway.connect(leaf).open("other", version)
            other.send(publish_packet("ok/end", b"x", version=version))
            assert tap.message() == "ok/end x", "the tap saw nothing between"
            assert gateway.event()["topic"] == "ok/end" and gateway.accepted.empty()
            tap.stop()


def connect_is_a_matter_of_policy():
    allowed = policy(allow("iot:Connect", "client/${iot:Certificate.Subject.CommonName}"))
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", allowed)
        gateway.connect(leaf).open("dev1")
        assert gateway.connect(leaf).send(connect_packet("dev2")).rest() == b""
        refusal = gateway.refusal()
        assert refusal["rule"] == "ConnectDenied" and refusal["attempted"] == "CONNECT as dev2"
        assert gateway.connect(leaf).send(connect_packet("dev2", 5)).rest() == b"\x20\x03\x00\x87\x00"


def variables():
    allowed = policy(allow("iot:Connect", "client/*"),
                     allow("iot:Publish", "topic/c/${iot:ClientId}", "topic/t/${iot:Connection.Thing.ThingName}",
                           "topic/a/${iot:Connection.Thing.Attributes[room]}", "topic/n/${iot:Certificate.Subject.CommonName}",
                           "topic/i/${iot:Certificate.Issuer.CommonName}"),
                     {"Effect": "Deny", "Action": "iot:Publish", "Resource": f"{ARN}:topic/ip",
                      "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}},
                     allow("iot:Publish", "topic/ip"))
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", allowed)
        gateway.change("thing", name="lamp", target=leaf.arn, attributes={"room": "kitchen"})

        def may(client, topic):
            raw = gateway.connect(leaf).open(client)
            raw.send(publish_packet(topic, qos=1))
            first = raw.socket.recv(1)
            return first == b"\x40"

        assert may("lamp", "c/lamp") and not may("lamp", "c/other")
        assert may("lamp", "t/lamp") and not may("other", "t/lamp"), "bound to the thing by its client id alone"
        assert may("lamp", "a/kitchen") and not may("lamp", "a/cellar")
        assert may("x", "n/dev1") and may("x", "i/Test CA")
        assert not may("x", "ip")


def subscribe_and_receive_are_checked():
    allowed = policy(allow("iot:Connect", "client/*"), allow("iot:Publish", "topic/*"),
                     allow("iot:Subscribe", "topicfilter/a/*"), allow("iot:Receive", "topic/a/open"))
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", allowed)
        raw = gateway.connect(leaf).open("s")
        raw.send(packet(0x82, b"\x00\x01" + string("b/x") + b"\x01" + string("a/+") + b"\x01" + string("b/#") + b"\x00"))
        assert raw.packet() == (0x90, b"\x00\x01\x80\x01\x80")
        gateway.pub(leaf, "p", "-q", "1", "-t", "a/closed", "-m", "secret")
        gateway.pub(leaf, "p", "-q", "1", "-t", "a/open", "-m", "hi")
        first, body = raw.packet()
        assert first == 0x32 and body[2:8] == b"a/open" and body[10:] == b"hi"
        raw.send(packet(0x40, body[8:10]))
        gateway.wait_refused("ReceiveDenied")


def a_tree_is_without_its_root():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        sub = gateway.sub(leaf, "s", "-q", "1", "-t", "sensor/#").ready()
        for topic in ("sensor", "sensor/", "sensor/a/b"):
            gateway.pub(leaf, "p", "-q", "1", "-t", topic, "-m", "x")
        assert sub.message() == "sensor/ 0 x" and sub.message() == "sensor/a/b 0 x"


def retained_on_exact_filters_alone():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        status, text = gateway.pub(leaf, "p", "-q", "1", "-r", "-t", "r/a", "-m", "kept")
        assert status == 0, text
        assert gateway.ask("retained", topic="r/a")["payload"] == "a2VwdA=="
        for version in ("311", "5"):
            wild = gateway.sub(leaf, "wild", "-V", version, "-q", "1", "-t", "r/+").ready()
            exact = gateway.sub(leaf, "exact", "-V", version, "-q", "1", "-t", "r/a").ready()
            assert exact.message() == "r/a 1 kept"
            gateway.pub(leaf, "p", "-q", "1", "-t", "r/b", "-m", "live")
            assert wild.message() == "r/b 0 live", "nothing retained came before"
            wild.stop()
            exact.stop()
        gateway.pub(leaf, "p", "-q", "1", "-r", "-n", "-t", "r/a")
        assert gateway.ask("retained", topic="r/a")["payload"] is None


def a_client_id_is_taken_over():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        old3 = gateway.connect(leaf).open("same", 4)
        old5 = gateway.connect(leaf).open("same", 5)
        assert old3.rest() == b""
        new = gateway.connect(leaf).open("same", 4)
        assert old5.rest() == b"\xe0\x01\x8e"
        assert gateway.refusal()["rule"] == "TakenOver"
        new.send(b"\xc0\x00")
        assert new.packet() == (0xd0, b"")
        assert wait_for(lambda: gateway.count("open") == 1, "only the new one is left")


def deactivation_closes_open_connections():
    with Gateway() as gateway:
        ca = gateway.ca("one")
        first, second = gateway.device(ca, "dev1"), gateway.device(ca, "dev2")
        raws = [gateway.connect(first).open("a", 4), gateway.connect(first).open("b", 5), gateway.connect(second).open("c", 4)]
        gateway.change("set", certificate=first.id, value="INACTIVE")
        assert raws[0].rest() == b"" and raws[1].rest() == b"\xe0\x01\x87"
        assert gateway.refusal()["rule"] == "CertificateInactive"
        raws[2].send(b"\xc0\x00")
        assert raws[2].packet() == (0xd0, b"")


def a_policy_change_reaches_open_connections():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf).open("a")
        raw.send(publish_packet("t", qos=1))
        assert raw.packet()[0] == 0x40
        gateway.change("detach", name="policy1", target=leaf.arn)
        raw.send(publish_packet("t", qos=1))
        assert raw.rest() == b""


def wills():
    allowed = policy(allow("iot:Connect", "client/*"), allow("iot:Publish", "topic/w/*"), allow("iot:RetainPublish", "topic/w/r"))
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1", allowed)
        tap = gateway.tap("#").ready()
        gateway.connect(leaf).open("a", will=("w/a", "gone", False)).close()
        assert tap.message() == "w/a gone"
        event = gateway.event()
        assert event["topic"] == "w/a" and event["client"] == "a" and event["principal"] == leaf.id
        polite = gateway.connect(leaf).open("b", will=("w/b", "gone", False))
        polite.send(b"\xe0\x00")
        assert polite.rest() == b""
        older = gateway.connect(leaf).open("c", will=("w/r", "taken", True))
        gateway.connect(leaf).open("c")
        assert older.rest() == b"" and tap.message() == "w/r taken", "a take-over is no goodbye; b's will was not sent"
        wait_for(lambda: gateway.ask("retained", topic="w/r")["payload"], "the retained will is a row")
        assert gateway.connect(leaf).send(connect_packet("d", will=("forbidden", "x", False))).rest() == b""
        assert gateway.refusal()["rule"] == "PublishDenied"
        assert gateway.connect(leaf).send(connect_packet("d", will=("w/a", "x", True))).rest() == b""
        assert gateway.refusal()["rule"] == "RetainPublishDenied"


def a_session_survives_its_connection():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf).open("dev1", clean=False)
        raw.send(packet(0x82, b"\x00\x01" + string("q/#") + b"\x01"))
        assert raw.packet() == (0x90, b"\x00\x01\x01")
        raw.send(b"\xe0\x00").rest()
        gateway.pub(leaf, "p", "-q", "1", "-t", "q/1", "-m", "while away")
        back = gateway.connect(leaf).send(connect_packet("dev1", clean=False))
        assert back.packet() == (0x20, b"\x01\x00")
        first, body = back.packet()
        assert body.endswith(b"while away")
        clean = gateway.connect(leaf).send(connect_packet("dev1", clean=True))
        assert clean.packet() == (0x20, b"\x00\x00")


def shared_subscriptions():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        subs = [gateway.sub(leaf, f"s{i}", "-q", "1", "-t", "$share/g/jobs/#").ready() for i in range(2)]
        for i in range(4):
            gateway.pub(leaf, "p", "-q", "1", "-t", f"jobs/{i}", "-m", "x")
        wait_for(lambda: sum(s.messages.qsize() for s in subs) == 4, "four messages in all")
        assert all(s.messages.qsize() == 2 for s in subs)


def dollar_topics_end_here():
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        for filter_ in ("$SYS/#", "$CONTROL/#", "$aws/rules/r/x"):
            raw = gateway.connect(leaf).open("x")
            raw.send(packet(0x82, b"\x00\x01" + string(filter_) + b"\x00"))
            assert raw.rest() == b""
            assert gateway.refusal()["rule"] == "ReservedTopic"
        for topic in ("$aws/events/certificates/registered/x", "$SYS/broker"):
            raw = gateway.connect(leaf).open("x")
            raw.send(publish_packet(topic, b"forged"))
            assert raw.rest() == b""
        sub = gateway.sub(leaf, "s", "-t", "#").ready()
        gateway.pub(leaf, "p", "-t", "plain", "-m", "x")
        assert sub.message() == "plain 0 x"


def keep_alive():
    """1 to 29 seconds become 30, and MQTT 5 is told; what silence brings is in lifecycle.py."""
    with Gateway() as gateway:
        leaf = gateway.device(gateway.ca("one"), "dev1")
        raw = gateway.connect(leaf).send(connect_packet("x", 5, keep_alive=5))
        first, body = raw.packet()
        assert first == 0x20 and body.endswith(b"\x13\x00\x1e")


run(publish_and_subscribe, the_hundredth_packet, connect_is_a_matter_of_policy, variables, subscribe_and_receive_are_checked,
    a_tree_is_without_its_root, retained_on_exact_filters_alone, a_client_id_is_taken_over, deactivation_closes_open_connections,
    a_policy_change_reaches_open_connections, wills, a_session_survives_its_connection, shared_subscriptions, dollar_topics_end_here,
    keep_alive)
