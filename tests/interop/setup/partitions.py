"""China and GovCloud: every ARN that goes out or is printed is of the account's own partition."""
import re

from between import Between
from world import World

PARTITIONS = {"cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov"}


def partitions_in(text):
    return set(re.findall(r"arn:(aws[a-z-]*):", text))


def test_whole_life(world, partition):
    tenant = world.tenant()
    with Between(world.control) as between:
        def run(verb, *more, status=0):
            done = world.run("zerotouch", verb, "--endpoint-url", between.url, *more, check=False)
            assert done.returncode == status, (verb, done)
            return done.stdout.decode()

        of_tenant = ("--socket", world.attest.endpoints["operator"], "--tenant", tenant, "--topic", "myhome/myroom")
        printed = run("setup", *of_tenant) + run("plan", "--json", *of_tenant) + run("status", "--json")
        device = world.device(tenant)
        device.attest()
        assert device.events()[-1]["event"] == "published"
        (thing,) = world.things()
        assert thing["thingName"].startswith("Azure-Sphere-"), thing
        policy = run("setup", "--print-operator-policy")
        run("teardown", "--yes", *of_tenant, status=10)
        sent = "".join(f"{e.target} {e.body.decode(errors='replace')}" for e in between.exchanges)
    assert partitions_in(policy) == {partition}, partitions_in(policy)
    for text in (sent.replace("%3A", ":"), printed):
        assert partitions_in(text) <= {partition}, partitions_in(text)
    assert partitions_in(sent.replace("%3A", ":")) == {partition}


def main():
    for region, partition in PARTITIONS.items():
        with World(cloud_options=("--region", region)) as world:
            test_whole_life(world, partition)
            print("ok", region, partition)


main()
