"""Devices of a CA of the tests' own, before the whole local cloud: the gateway, the rule, the real bootstrap in the real Lambda.

    with Fleet() as fleet:
        device = fleet.device()
        fleet.onboard(device)
"""
import asyncio
import http.client
import json
import random
import signal
import ssl
import time

from certificates import Authority, device_id
from world import World, wait_for


class Device:
    def __init__(self, fleet, prefix=""):
        self.fleet, self.id = fleet, device_id(prefix)
        self.certificate, self.tries = None, 0

    def renew(self, age_s):
        """A certificate whose notBefore is age_s ago."""
        self.certificate = self.fleet.authority.issue(self.id, age_s=age_s)
        folder = self.fleet.world.folder / self.id[:16]
        folder.mkdir(exist_ok=True)
        pem = folder / f"{self.certificate.id[:16]}.pem"
        pem.write_text(self.certificate.pem + self.certificate.key_pem)
        self.context = ssl.create_default_context(cafile=self.fleet.world.cloud_ca)
        self.context.load_cert_chain(pem)
        return self.certificate

    def publish(self):
        """The status of one try, or None when the gateway hangs up."""
        self.tries += 1
        connection = http.client.HTTPSConnection("localhost", self.fleet.world.https_port, context=self.context, timeout=30)
        try:
            connection.request("POST", "/topics/myhome/myroom?qos=1", b"{}")
            return connection.getresponse().status
        except (http.client.HTTPException, OSError):
            return None
        finally:
            connection.close()

    async def publish_soon(self):
        """The same on an event loop, for crowds."""
        self.tries += 1
        try:
            reader, writer = await asyncio.open_connection("localhost", self.fleet.world.https_port, ssl=self.context)
        except OSError:
            return None
        try:
            writer.write(b"POST /topics/myhome/myroom?qos=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            line = await reader.readline()
            return int(line.split()[1]) if line else None
        except OSError:
            return None
        finally:
            writer.close()


class Fleet:
    def __init__(self, faults=None, cloud_options=(), template=None):
        self.template = template
        self.world = World(attest=False, cloud_options=["--log", "warning,cloud=info,lambda=info,faults=info,gateway=warning", *cloud_options])
        self.faults_file = self.world.folder / "faults.json"
        if faults is not None:
            self.faults_file.write_text(json.dumps(faults))
            self.world.cloud.options += ("--faults", self.faults_file)
        self.authority = Authority()

    def __enter__(self):
        self.world.__enter__()
        try:
            ca = self.world.folder / "ca.pem"
            ca.write_text(self.authority.pem)
            self.world.run("zerotouch", "setup", "--endpoint-url", self.world.control, "--ca-file", ca, "--mode", "sni-only",
                           "--topic", "myhome/myroom", "--yes", *(["--thing-template", self.template] if self.template else []))
            self.iot = self.world.client("iot", retries=20)  # quotas are for everybody
            self.function = next(f["FunctionName"] for f in self.world.client("lambda").list_functions()["Functions"])
        except BaseException:
            self.world.__exit__(True, None, None)
            raise
        return self

    def __exit__(self, *why):
        self.world.__exit__(*why)

    def device(self, prefix="", age_s=3600):
        device = Device(self, prefix)
        device.renew(age_s)
        return device

    def onboard(self, device):
        """What a device does: it comes again until it is let in."""
        wait_for(lambda: device.publish() == 200, f"{device.id[:8]} is let in")

    def go_wrong(self, faults):
        """From now on."""
        before = self.world.cloud.log_text().count("cloud: reloaded")
        self.faults_file.write_text(json.dumps(faults))
        self.world.cloud.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.world.cloud.log_text().count("cloud: reloaded") > before, "the faults are read again")

    def kills(self):
        return self.world.cloud.log_text().count("a function is killed")

    def ends(self, certificate):
        """How many events of the certificate the handler has seen to their end: a line each."""
        lines = self.world.cloud.log_text().splitlines()
        return sum(certificate.id in line for line in lines if "the function says" in line)

    def invoke(self, certificate):
        """Hands the certificate's event to the function once more, as a rule does."""
        self.world.client("lambda").invoke(FunctionName=self.function, InvocationType="Event", Payload=json.dumps(certificate.event()))

    # ---- what it comes to

    def things(self):
        things, token = [], {}
        while True:
            page = self.iot.list_things(maxResults=250, **token)
            things += page["things"]
            if not page.get("nextToken"):
                return things
            token = {"nextToken": page["nextToken"]}

    def certificates(self):
        """id -> status, of those that the CA signed."""
        found, token = {}, {}
        while True:
            page = self.iot.list_certificates_by_ca(caCertificateId=self.authority.id, pageSize=250, **token)
            found.update({c["certificateId"]: c["status"] for c in page["certificates"]})
            if not page.get("nextMarker"):
                return found
            token = {"marker": page["nextMarker"]}

    def is_whole(self, devices):
        """One Thing a device, and one certificate, ACTIVE, attached to it alone."""
        found = self.things()
        things = {t["attributes"].get("deviceId"): t for t in found}
        if set(things) != {d.id for d in devices} or len(found) != len(devices):
            return False
        if self.certificates() != {d.certificate.id: "ACTIVE" for d in devices}:
            return False
        return all(things[d.id]["attributes"]["certificateId"] == d.certificate.id for d in devices)

    def assert_whole(self, devices):
        """At once, or after what still runs has ended."""
        try:
            wait_for(lambda: self.is_whole(devices), "everything is whole")
        except AssertionError:
            raise AssertionError(f"{self.things()}\n{self.certificates()}") from None
        for device in devices[-2:]:
            thing = next(t["thingName"] for t in self.things() if t["attributes"]["deviceId"] == device.id)
            arns = self.iot.list_thing_principals(thingName=thing)["principals"]
            assert [arn.rpartition("/")[2] for arn in arns] == [device.certificate.id], arns
            policies = self.iot.list_attached_policies(target=arns[0])["policies"]
            assert len(policies) == 1, policies
            message = self.world.client("iot-data").get_retained_message(topic=f"zerotouch/{device.id}/identity")
            assert json.loads(message["payload"]) == {"thingName": thing}
            assert device.publish() == 200

    def crowd(self, devices, first_s=0.2, longest_s=30.0):
        """All at once, each with full jitter between tries as AWS asks for; seconds until the last one is in."""
        async def arrive(device):
            ceiling = first_s
            while await device.publish_soon() != 200:
                await asyncio.sleep(random.uniform(0, ceiling))
                ceiling = min(longest_s, ceiling * 2)

        async def all_of_them():
            await asyncio.gather(*(arrive(device) for device in devices))

        began = time.monotonic()
        asyncio.run(all_of_them())
        return time.monotonic() - began
