"""China and GovCloud: every ARN that goes out or is printed is of the account's own partition."""
import re

from between import Between
from setup.tool import PARTLY, Tool
from world import World

PARTITIONS = {"cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov"}


def partitions_in(text):
    return set(re.findall(r"arn:(aws[a-z-]*):", text))


def test_whole_life(world, partition):
    with Between(world.control) as between:
        tool = Tool(world, "--topic", "myhome/myroom", url=between.url)
        printed = b"".join(tool.run(*words).stdout for words in (("setup",), ("plan", "--json"), ("status", "--json"))).decode()
        device = world.device(tool.tenant)
        device.attest()
        assert device.events()[-1]["event"] == "published"
        (thing,) = world.things()
        assert thing["thingName"].startswith("Azure-Sphere-"), thing
        policy = tool.run("setup", "--print-operator-policy").stdout.decode()
        tool.run("teardown", "--yes", status=PARTLY)
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
