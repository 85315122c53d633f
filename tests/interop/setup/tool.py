"""The set-up tool against a world's local AWS: how it is run, how it is killed, and what it has left there."""
import json
import os
import signal
import subprocess
import threading

from between import Between
from world import BIN, DEADLINE_S

PARTLY = 10  # teardown's exit status: a thing type goes five minutes after it was deprecated


class Tool:
    """`zerotouch VERB` for a tenant: plan and setup are told of it, every other verb needs the account alone."""

    def __init__(self, world, *always, tenant=None, url=None):
        """`always`: further options of plan and setup; `url`: of somebody in between."""
        self.world, self.tenant, self.always = world, tenant or world.tenant(), always
        self.url = url
        self.iot, self.iam, self.functions, self.logs = (world.client(name) for name in ("iot", "iam", "lambda", "logs"))

    def argv(self, verb, *more, url=None):
        of_tenant = ("--socket", self.world.attest.endpoints["operator"], "--tenant", self.tenant, *self.always)
        whose = of_tenant if verb in ("plan", "setup") else ()
        return [BIN / "zerotouch", verb, *map(str, more), "--endpoint-url", url or self.url or self.world.control, *whose]

    def run(self, verb, *more, status=0, env=None):
        """`status`: what it must end with; None: whatever it is."""
        done = self.world.run(*self.argv(verb, *more), check=False, env=env)
        assert status is None or done.returncode == status, (verb, more, done)
        return done

    def plan(self, *more):
        return json.loads(self.run("plan", "--json", *more).stdout)

    def changes(self, *more):
        return [(item["kind"], item["change"]) for item in self.plan(*more) if item["change"] != "right"]

    def assert_nothing_left(self, *roles):
        """Nothing but thing types on their way out, and these roles of the test's own."""
        iot = self.iot
        left = (iot.list_policies()["policies"], iot.list_things()["things"], iot.list_ca_certificates()["certificates"],
                iot.list_certificates()["certificates"], iot.list_topic_rules()["rules"], iot.list_provisioning_templates()["templates"],
                self.functions.list_functions()["Functions"], self.logs.describe_log_groups()["logGroups"],
                [role for role in self.iam.list_roles()["Roles"] if role["RoleName"] not in roles])
        assert left == ([],) * len(left), left
        types = iot.list_thing_types()["thingTypes"]
        assert all(t["thingTypeMetadata"]["deprecated"] for t in types), types


class Killer(Between):
    """Kills (SIGKILL) the run that talks through it when a call was answered: AWS has done it, and the tool never hears of it."""

    def run(self, argv, env, last):
        """The exit status of a run that is killed at its `last` call, -SIGKILL; its own when it has fewer."""
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
        assert child.returncode == -signal.SIGKILL or calls < last, (argv, child.returncode, output)
        return child.returncode
