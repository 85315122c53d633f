"""setup and teardown killed (SIGKILL) after each of their API calls in turn: AWS has done it, and the tool never hears of it.
The next run completes what was begun, and a teardown leaves nothing."""
import signal

from setup.tool import PARTLY, Killer, Tool
from world import World


class Account(Tool):
    def __init__(self, world):
        super().__init__(world)
        self.killer = Killer(world.control)
        self.device = world.device(self.tenant)
        self.device.attest()

    def finish(self, verb, name):
        self.run(verb, "--name", name, "--yes", status=PARTLY if verb == "teardown" else 0)

    def is_killed(self, verb, name, last):
        """Whether it was; otherwise it ended, as it shall."""
        status = self.killer.run(self.argv(verb, "--name", name, "--yes", url=self.killer.url), self.world.env, last)
        assert status in (-signal.SIGKILL, PARTLY if verb == "teardown" else 0), (name, verb, status)
        return status == -signal.SIGKILL

    def device_came_in(self, name):
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        pem = self.iot.describe_ca_certificate(certificateId=ca["certificateId"])["certificateDescription"]["certificatePem"]
        certificate = self.iot.register_certificate(certificatePem=self.device.certificate.read_text(), caCertificatePem=pem,
                                                    status="ACTIVE")["certificateArn"]
        self.iot.create_thing(thingName=name, thingTypeName=f"{name}-device", attributePayload={"attributes": {"deviceId": "d1"}})
        self.iot.attach_thing_principal(thingName=name, principal=certificate)
        self.iot.attach_policy(policyName=f"{name}-device", target=certificate)


def test_setup(account):
    """Each call in turn; the first run that is not killed any more ends it."""
    killed, name = 0, "s1"
    while account.is_killed("setup", name, killed + 1):
        account.finish("setup", name)
        account.device_came_in(name)
        account.finish("teardown", name)
        account.assert_nothing_left()
        killed += 1
        name = f"s{killed + 1}"
    account.finish("teardown", name)
    account.assert_nothing_left()
    # Nine looks, eight makings and what belongs to them: fewer would mean that the run did not go through the killer.
    assert killed > 17, killed
    print(f"  killed after each of {killed} calls")


def prepared(account, name):
    account.finish("setup", name)
    account.device_came_in(name)
    return name


def test_teardown(account):
    killed, name = 0, prepared(account, "t1")
    while account.is_killed("teardown", name, killed + 1):
        account.finish("teardown", name)
        account.assert_nothing_left()
        killed += 1
        name = prepared(account, f"t{killed + 1}")
    account.assert_nothing_left()
    assert killed > 25, killed
    print(f"  killed after each of {killed} calls")


def main():
    with World() as world:
        account = Account(world)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(account)


main()
