"""setup and teardown killed (SIGKILL) after each of their API calls in turn: AWS has done it, and the tool never hears of it.
The next run completes what was begun, and a teardown leaves nothing."""
import os
import signal
import subprocess
import threading

from between import Between
from world import BIN, DEADLINE_S, World


class Proxy(Between):
    def run(self, argv, env, last):
        """The exit status of a run that is killed when its `last` call was answered; 0 calls: never."""
        running, calls = threading.Event(), 0

        def act(exchange):
            nonlocal calls
            exchange.forward()
            calls += 1
            if calls == last:
                assert running.wait(DEADLINE_S)
                os.kill(self.pid, signal.SIGKILL)
                exchange.close()
            else:
                exchange.reply()

        self.act = act
        self.exchanges.clear()
        with subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
            self.pid = child.pid
            running.set()
            output, _ = child.communicate(timeout=DEADLINE_S)
            return child.returncode, output


class Account:
    def __init__(self, world):
        self.world, self.proxy = world, Proxy(world.control)
        self.tenant = world.tenant()
        self.device = world.device(self.tenant)
        self.device.attest()
        self.iot, self.iam, self.functions, self.logs = (world.client(name) for name in ("iot", "iam", "lambda", "logs"))

    def argv(self, verb, name, endpoint):
        return [str(word) for word in (BIN / "zerotouch", verb, "--endpoint-url", endpoint, "--socket",
                                       self.world.attest.endpoints["operator"], "--tenant", self.tenant, "--name", name, "--yes")]

    def killed(self, verb, name, last):
        return self.proxy.run(self.argv(verb, name, self.proxy.url), self.world.env, last)

    def run(self, verb, name):
        done = subprocess.run(self.argv(verb, name, self.world.control), env=self.world.env, capture_output=True, timeout=DEADLINE_S)
        # A thing type goes five minutes after it was deprecated.
        assert done.returncode == (10 if verb == "teardown" else 0), (name, verb, done)

    def device_came_in(self, name):
        (ca,) = self.iot.list_ca_certificates()["certificates"]
        pem = self.iot.describe_ca_certificate(certificateId=ca["certificateId"])["certificateDescription"]["certificatePem"]
        certificate = self.iot.register_certificate(certificatePem=self.device.certificate.read_text(), caCertificatePem=pem,
                                                    status="ACTIVE")["certificateArn"]
        self.iot.create_thing(thingName=name, thingTypeName=f"{name}-device", attributePayload={"attributes": {"deviceId": "d1"}})
        self.iot.attach_thing_principal(thingName=name, principal=certificate)
        self.iot.attach_policy(policyName=f"{name}-device", target=certificate)

    def assert_nothing_left(self, name):
        iot = self.iot
        left = (iot.list_policies()["policies"], iot.list_things()["things"], iot.list_ca_certificates()["certificates"],
                iot.list_certificates()["certificates"], iot.list_topic_rules()["rules"],
                self.functions.list_functions()["Functions"], self.logs.describe_log_groups()["logGroups"], self.iam.list_roles()["Roles"])
        assert left == ([],) * len(left), (name, left)
        types = iot.list_thing_types()["thingTypes"]
        assert all(t["thingTypeMetadata"]["deprecated"] for t in types), types


def test_setup(account):
    """Each call in turn; the first run that is not killed any more ends it."""
    killed = 0
    while True:
        name = f"s{killed + 1}"
        status, output = account.killed("setup", name, killed + 1)
        if status == 0:
            break
        assert status == -signal.SIGKILL, (name, status, output)
        killed += 1
        account.run("setup", name)
        account.device_came_in(name)
        account.run("teardown", name)
        account.assert_nothing_left(name)
    account.run("teardown", name)
    account.assert_nothing_left(name)
    # Nine looks, eight makings and what belongs to them: fewer would mean that the run did not go through the proxy.
    assert killed > 17, killed
    print(f"  killed after each of {killed} calls")


def test_teardown(account):
    killed = 0
    while True:
        name = f"t{killed + 1}"
        account.run("setup", name)
        account.device_came_in(name)
        status, output = account.killed("teardown", name, killed + 1)
        if status == 10:
            break
        assert status == -signal.SIGKILL, (name, status, output)
        killed += 1
        account.run("teardown", name)
        account.assert_nothing_left(name)
    account.assert_nothing_left(name)
    assert killed > 25, killed
    print(f"  killed after each of {killed} calls")


def main():
    with World() as world:
        account = Account(world)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(account)


if __name__ == "__main__":
    main()
