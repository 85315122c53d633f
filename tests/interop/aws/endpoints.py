"""AWS's own hosts in each partition, and the Region in each signature: as botocore has them."""
import os
import subprocess
import sys

import botocore.session

PROGRAM = sys.argv[1]
SERVICES = ("iot", "lambda", "iam", "sts", "logs")
REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-2", "sa-east-1", "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1")


def theirs(session, service, region):
    client = session.create_client(service, region_name=region)
    return client.meta.endpoint_url, client._request_signer.region_name  # nothing public tells it


def main():
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_STS_REGIONAL_ENDPOINTS="regional")
    session = botocore.session.get_session()
    clean = {k: v for k, v in os.environ.items() if "ENDPOINT" not in k}
    for region in REGIONS:
        lines = subprocess.run([PROGRAM, region], capture_output=True, text=True, check=True, env=clean).stdout.splitlines()
        ours = {name: (origin, signed) for name, signed, origin in (line.split(" ") for line in lines)}
        for service in SERVICES:
            assert ours[service] == theirs(session, service, region), (service, region, ours[service], theirs(session, service, region))
    print(f"ok {len(SERVICES)} services in {len(REGIONS)} Regions")


main()
