"""A full disk: changes are refused in AWS's own form, nothing half-made is seen, the daemon lives on and recovers."""
import pathlib
import subprocess
import sys
import tempfile

from botocore.exceptions import ClientError

from world import World

# The small disk is a tmpfs in a mount namespace of our own, which needs no privileges.
if len(sys.argv) == 1:
    with tempfile.TemporaryDirectory(prefix="zt-disk-") as folder:
        sys.exit(subprocess.run(["unshare", "--user", "--map-root-user", "--mount", sys.executable, __file__, folder]).returncode)

disk = sys.argv[1]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "small", disk], check=True)
tempfile.tempdir = disk

with World(attest=False) as world:
    iot = world.client("iot")
    iot.create_thing(thingName="before")
    ballast = pathlib.Path(disk, "ballast")
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass

    made, refused = ["before"], None
    for number in range(2000):
        name = f"thing-{number}"
        try:
            iot.create_thing(thingName=name, attributePayload={"attributes": {"a": "x" * 800}})
            made.append(name)
        except ClientError as error:
            refused = error
            break
    assert refused is not None, "the disk never filled"
    assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 503, refused
    assert refused.response["Error"]["Code"] == "ServiceUnavailableException", refused
    seen = [thing["thingName"] for page in iot.get_paginator("list_things").paginate() for thing in page["things"]]
    assert sorted(seen) == sorted(made), (len(seen), len(made))

    ballast.unlink()
    iot.create_thing(thingName="after")
    world.cloud.kill()
    world.cloud.start()
    iot = world.client("iot")
    seen = [thing["thingName"] for page in iot.get_paginator("list_things").paginate() for thing in page["things"]]
    assert sorted(seen) == sorted([*made, "after"]), (len(seen), len(made))
