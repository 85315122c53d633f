"""The real bootstrap against the control plane of zerotouch-cloud: the same calls, the same end state, as in registry.py.

The gateway registers the certificates, as it does for a device; the events are handed over by the Runtime API of the tests.
"""
import json
import pathlib
import subprocess

from bench import Bench, run_all
from certificates import device_id
from world import World

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}]}


class Local(Bench):
    """A bench whose registry is the local AWS."""

    def __init__(self, world):
        super().__init__()
        self.world, self.iot = world, world.client("iot")
        keys = world.keys()
        del self.environment["AWS_SESSION_TOKEN"]
        self.environment.update({
            "AWS_ENDPOINT_URL": world.control, "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"], "AWS_REGION": world.cloud.endpoints["region"]})
        self.iot.register_ca_certificate(caCertificate=self.authority.pem, certificateMode="SNI_ONLY", setAsActive=True,
                                         allowAutoRegistration=True)
        self.iot.create_policy(policyName="device-policy", policyDocument=json.dumps(POLICY))
        self.iot.create_thing_type(thingTypeName="AzureSphere")

    def publish(self, certificate):
        """What curl ends with: 52 is "empty reply", as AWS refuses a certificate that it does not let in."""
        folder = pathlib.Path(self.folder.name)
        (folder / "cert.pem").write_text(certificate.pem)
        (folder / "key.pem").write_text(certificate.key_pem)
        return subprocess.run(
            ["curl", "-s", "-f", "--cert", folder / "cert.pem", "--key", folder / "key.pem", "--cacert", self.world.cloud_ca,
             "-d", "{}", f"https://localhost:{self.world.https_port}/topics/t?qos=1"], capture_output=True).returncode

    def device(self, common_name=None, **how):
        certificate = self.authority.issue(common_name or device_id(), **how)
        assert self.publish(certificate) == 52
        assert self.status(certificate) == "PENDING_ACTIVATION"
        return certificate

    def status(self, certificate):
        return self.iot.describe_certificate(certificateId=certificate.id)["certificateDescription"]["status"]

    def line(self):
        return json.loads(self.log().strip().splitlines()[-1])

    def assert_onboarded(self, device, certificate, name):
        thing = self.iot.describe_thing(thingName=name)
        assert thing["attributes"]["deviceId"] == device and thing["attributes"]["certificateId"] == certificate.id
        assert thing["thingTypeName"] == "AzureSphere"
        principals = self.iot.list_thing_principals(thingName=name)["principals"]
        assert [arn.rpartition("/")[2] for arn in principals] == [certificate.id], principals
        assert self.status(certificate) == "ACTIVE"
        assert self.publish(certificate) == 0
        retained = self.world.client("iot-data").get_retained_message(topic=f"zerotouch/{device}/identity")
        assert json.loads(retained["payload"]) == {"thingName": name}


def local():
    class Both:
        def __enter__(self):
            self.world = World(attest=False).__enter__()
            self.bench = Local(self.world)
            return self.bench

        def __exit__(self, *why):
            self.bench.__exit__(*why)
            self.world.__exit__(*why)
    return Both()


def test_the_whole_life_of_a_device():
    with local() as bench:
        device = device_id()
        name = f"Azure-Sphere-{device[:5]}"
        first = bench.device(device, age_s=200)
        assert bench.deliver(first) == "created"
        assert bench.line()["calls"] == 5 and "path" not in bench.line(), bench.line()
        bench.assert_onboarded(device, first, name)
        assert bench.deliver(first) == "current"
        second = bench.device(device, age_s=100)
        assert bench.deliver(second) == "renewed"
        assert bench.line()["calls"] == 8 and "path" not in bench.line(), bench.line()
        bench.assert_onboarded(device, second, name)
        # The old one is gone; presented again, it is registered anew, and stale.
        assert bench.publish(first) == 52
        assert bench.deliver(first) == "stale"
        bench.assert_onboarded(device, second, name)


def test_collision():
    with local() as bench:
        devices = [device_id("abcde1"), device_id("abcde2")]
        certificates = [bench.device(device) for device in devices]
        for certificate in certificates:
            assert bench.deliver(certificate) == "created"
        bench.assert_onboarded(devices[0], certificates[0], "Azure-Sphere-abcde")
        bench.assert_onboarded(devices[1], certificates[1], "Azure-Sphere-abcde2")


def test_attached_exclusively():
    with local() as bench:
        device = device_id()
        for age_s, decision in ((200, "created"), (100, "renewed")):
            certificate = bench.device(device, age_s=age_s)
            assert bench.deliver(certificate) == decision
            other = f"other-{age_s}"
            bench.iot.create_thing(thingName=other)
            arn = bench.iot.describe_certificate(certificateId=certificate.id)["certificateDescription"]["certificateArn"]
            try:
                bench.iot.attach_thing_principal(thingName=other, principal=arn)
            except bench.iot.exceptions.ClientError:
                continue
            raise AssertionError("attached to two things")


run_all(globals())
