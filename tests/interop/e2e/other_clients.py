"""Clients that we did not write go through just-in-time registration: curl on 8443, mosquitto_pub and _sub on 8883."""
import json
import re
import subprocess

from world import DEMO_MESSAGE, World, wait_for

HEADERS = ["content-type", "content-length", "date", "x-amzn-RequestId", "connection"]


def curl(world, device, *more):
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--http1.1",
         "--cert", device.certificate, "--key", device.key, "--cacert", world.cloud_ca, "--data-binary", DEMO_MESSAGE,
         *more, f"https://localhost:{world.https_port}/topics/myhome%2Fmyroom?qos=1"],
        capture_output=True, timeout=60)


def mosquitto_pub(world, device):
    return subprocess.run(
        ["mosquitto_pub", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca,
         "--cert", device.certificate, "--key", device.key, "-i", device.id, "-q", "1",
         "-t", "myhome/myroom", "-m", DEMO_MESSAGE], capture_output=True, timeout=60)


def status_of(world, certificate_id):
    return {c["certificateId"]: c["status"] for c in world.certificates()}.get(certificate_id)


def certificate_id(device):
    der = subprocess.run(["openssl", "x509", "-in", device.certificate, "-outform", "DER"], capture_output=True, check=True)
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=der.stdout, capture_output=True, check=True)
    return digest.stdout.decode().split()[0]


with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    watch = world.watch()

    by_https = world.device(tenant)
    by_https.attest()
    first = curl(world, by_https)
    # AWS: the handshake succeeds and the connection ends without a byte of an answer; curl's exit status 52.
    assert first.returncode == 52, first
    wait_for(lambda: status_of(world, certificate_id(by_https)) == "ACTIVE", "the certificate is active")
    second = curl(world, by_https)
    assert second.returncode == 0, second
    head, body = second.stdout.decode().split("\r\n\r\n", 1)
    assert head.startswith("HTTP/1.1 200 OK\r\n"), head
    assert [line.split(":")[0] for line in head.split("\r\n")[1:]] == HEADERS, head
    answer = json.loads(body)
    assert re.fullmatch(r'\{"message":"OK","traceId":"[0-9a-f-]{36}"\}', body), body
    assert f"x-amzn-RequestId: {answer['traceId']}" in head, head
    assert watch.event()["payload"] == DEMO_MESSAGE

    by_mqtt = world.device(tenant)
    by_mqtt.attest()
    first = mosquitto_pub(world, by_mqtt)
    assert first.returncode != 0, first
    # Without a CONNACK the client can only say that the connection was lost.
    assert b"Connection Refused" not in first.stderr, first.stderr
    wait_for(lambda: status_of(world, certificate_id(by_mqtt)) == "ACTIVE", "the certificate is active")
    second = mosquitto_pub(world, by_mqtt)
    assert second.returncode == 0, second
    assert watch.event()["payload"] == DEMO_MESSAGE

    # The device reads its Thing's name with mosquitto_sub: the retained identity message.
    identity = subprocess.run(
        ["mosquitto_sub", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca,
         "--cert", by_mqtt.certificate, "--key", by_mqtt.key, "-i", by_mqtt.id, "-q", "1", "-C", "1", "-W", "20",
         "-t", f"zerotouch/{by_mqtt.id}/identity"], capture_output=True, timeout=60)
    assert identity.returncode == 0, identity
    assert json.loads(identity.stdout) == {"thingName": "Azure-Sphere-" + by_mqtt.id[:5]}, identity.stdout

    # Not another device's, though.
    foreign = subprocess.run(
        ["mosquitto_sub", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca,
         "--cert", by_mqtt.certificate, "--key", by_mqtt.key, "-i", by_mqtt.id, "-q", "1", "-C", "1", "-W", "5",
         "-t", f"zerotouch/{by_https.id}/identity"], capture_output=True, timeout=60)
    assert foreign.stdout == b"" and b"denied" in foreign.stderr, foreign

    # A forbidden topic by HTTPS: 403 as AWS writes it.
    forbidden = subprocess.run(
        ["curl", "--silent", "--include", "--max-time", "20", "--http1.1", "--cert", by_https.certificate,
         "--key", by_https.key, "--cacert", world.cloud_ca, "--data-binary", "x",
         f"https://localhost:{world.https_port}/topics/somebody%2Felse?qos=1"], capture_output=True, timeout=60)
    head, body = forbidden.stdout.decode().split("\r\n\r\n", 1)
    assert head.startswith("HTTP/1.1 403 Forbidden\r\n"), head
    assert "x-amzn-ErrorType: ForbiddenException:" in head, head
    assert re.fullmatch(r'\{"message":null,"traceId":"[0-9a-f-]{36}"\}', body), body
