"""Brokers that cannot be used, or do not let us in, or are not who they should be: each is refused, the reason named."""
import socket
import threading

from brokers import Broker, Mosquitto
from refusal import CONFIG, CREDENTIALS, NETWORK, USAGE, check, refusal
from tls import Ca
from world import free_port

# Debian's NATS speaks MQTT 3.1.1 alone.
nats = Broker("nats-server", "-c", "nats.conf")
(nats.folder / "nats.conf").write_text(
    f'host: 127.0.0.1\nport: {free_port()}\nserver_name: n\njetstream {{ store_dir: "js" }}\n'
    f"mqtt {{ host: 127.0.0.1, port: {nats.port} }}\n")
with nats:
    check(refusal(CONFIG, "--broker", f"mqtt://127.0.0.1:{nats.port}"), f"127.0.0.1:{nats.port}", "lacks MQTT 5")

# What a mosquitto can be configured not to do.
with Mosquitto(more="retain_available false") as broker:
    check(refusal(CONFIG, *broker.options), "lacks retained messages")
with Mosquitto(more="max_packet_size 20000") as broker:
    check(refusal(CONFIG, *broker.options), "lacks packets of 146 KiB")
with Mosquitto(more="max_keepalive 60") as broker:
    check(refusal(CONFIG, *broker.options), "lacks keep-alives")
acl = Mosquitto()
(acl.folder / "acl").write_text("topic readwrite #\n")
with open(acl.folder / "mosquitto.conf", "a") as config:
    config.write(f"acl_file {acl.folder}/acl\n")
with acl:
    check(refusal(CONFIG, *acl.options), "lacks topics that begin with '$'")

# Logins and certificates.
with Mosquitto(tls=True, login=("gateway", "right")) as broker:
    where = broker.options[:4]
    check(refusal(CREDENTIALS, *where), "--broker-credentials")
    wrong = broker.private_file("wrong", "gateway:wrong\n")
    check(refusal(CREDENTIALS, *where, "--broker-credentials", wrong), "--broker-credentials")
    wrong.chmod(0o644)
    check(refusal(CREDENTIALS, *where, "--broker-credentials", wrong), "chmod 600")
    unsigned = broker.private_file("none", "no colon here\n")
    check(refusal(CREDENTIALS, *where, "--broker-credentials", unsigned), "USER:PASSWORD")
    stranger = Ca()
    check(refusal(NETWORK, *where[:2], "--broker-ca-file", stranger.bundle), "certificate is not accepted")
    check(refusal(NETWORK, *where[:2]), "certificate is not accepted")
    other_name = f"mqtts://127.0.0.1:{broker.port}"
    check(refusal(NETWORK, "--broker", other_name, *where[2:]), "certificate is not accepted", "mismatch")
    check(refusal(CONFIG, *where[:2], "--broker-ca-file", broker.folder / "nothing"), "trusted certificates")
    check(refusal(CONFIG, "--broker", f"mqtt://localhost:{broker.port}"), "lacks MQTT 5")

# Not there, not a broker, not allowed.
check(refusal(NETWORK, "--broker", f"mqtt://localhost:{free_port()}"), "is not reached", "Connection refused")
check(refusal(USAGE, "--broker", "mqtt://broker.example"), "without TLS", "mqtts://broker.example")
check(refusal(USAGE, "--broker", "mqtts://me:secret@localhost"), "--broker-credentials")
check(refusal(USAGE, "--broker", "http://localhost"), "mqtts://HOST")
check(refusal(USAGE, "--broker-credentials", "/dev/null"), "without --broker")

# What brokers may say, byte by byte (MQTT 5 §3.2, §3.9): a CONNACK's promises, then the answer to SUBSCRIBE.
FINE = b"\x20\x03\x00\x00\x00"


def scripted(*answers):
    """A broker that answers each packet with the next of these bytes, and closes behind the last."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        peer, _ = listener.accept()
        with peer:
            for answer in answers:
                if not peer.recv(4096):
                    return
                peer.sendall(answer)
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return "--broker", f"mqtt://127.0.0.1:{listener.getsockname()[1]}"


check(refusal(CONFIG, *scripted(b"\x20\x05\x00\x00\x02\x24\x00")), "lacks QoS 1")
check(refusal(CONFIG, *scripted(b"\x20\x05\x00\x00\x02\x28\x00")), "lacks wildcard subscriptions")
check(refusal(CONFIG, *scripted(b"\x20\x05\x00\x00\x02\x2a\x00")), "lacks shared subscriptions")
check(refusal(CONFIG, *scripted(b"\x20\x08\x00\x00\x05\x11\x00\x00\x0e\x0f")), "lacks sessions that are kept for an hour")
check(refusal(CONFIG, *scripted(b"\x20\x03\x00\x84\x00")), "lacks MQTT 5", "0x84")
check(refusal(CREDENTIALS, *scripted(b"\x20\x03\x00\x86\x00")), "--broker-credentials", "0x86")
check(refusal(CREDENTIALS, *scripted(b"\x20\x02\x00\x05")), "--broker-credentials")
check(refusal(NETWORK, *scripted(b"\x20\x03\x00\x97\x00")), "refuses the connection", "0x97")
check(refusal(CONFIG, *scripted(FINE, b"\x90\x04\x00\x01\x00\x87")), "lacks topics that begin with '$'", "0x87")
check(refusal(CONFIG, *scripted(FINE, b"\x90\x04\x00\x01\x00\x01", b"\x40\x03\x00\x02\x87")), "lacks topics that begin with '$'", "0x87")
check(refusal(CONFIG, *scripted(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "lacks MQTT 5")
check(refusal(CONFIG, *scripted(b"\x00" * 64)), "lacks MQTT 5")
check(refusal(CONFIG, *scripted(b"")), "lacks MQTT 5", "closed the connection")
