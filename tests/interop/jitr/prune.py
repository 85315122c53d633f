"""zerotouch certificates prune against the local AWS, looked at through boto3; and the sweeper's rights in the role."""
import json

from certificates import Authority, device_id
from world import World

ENDED = {"age_s": 86400, "life_s": 3600}


class Account:
    def __init__(self, world):
        self.world, self.iot = world, world.client("iot")
        self.authority = Authority()
        self.ca_file = world.folder / "ca.pem"
        self.ca_file.write_text(self.authority.pem)
        self.setup()

    def setup(self, *more):
        self.world.run("zerotouch", "setup", "--ca-file", self.ca_file, "--mode", "sni-only", "--yes", *more)

    def prune(self, *more, status=0):
        done = self.world.run("zerotouch", "certificates", "prune", "--older-than", "0", *more, check=False)
        assert done.returncode == status, done
        return done

    def prune_json(self, *more, status=0):
        return json.loads(self.prune("--json", *more, status=status).stdout)

    def add(self, status="ACTIVE", *, device=None, thing=None, authority=None, **how):
        certificate = (authority or self.authority).issue(device or device_id(), **how)
        arn = self.iot.register_certificate(certificatePem=certificate.pem, caCertificatePem=(authority or self.authority).pem,
                                            status=status)["certificateArn"]
        if thing:
            self.iot.attach_thing_principal(thingName=thing, principal=arn)
        return certificate

    def ids(self):
        return sorted(c["certificateId"] for c in self.iot.list_certificates(pageSize=250)["certificates"])


def moved_on(account):
    device = device_id()
    account.iot.create_thing(thingName="lamp")
    first, second = (account.add(device=device, thing="lamp", age_s=age_s) for age_s in (2000, 1000))
    account.iot.update_thing(thingName="lamp", attributePayload={"merge": True, "attributes": {
        "deviceId": device, "certificateId": second.id, "notBefore": str(int(second.validity["notBefore"]))}})
    return first, second


def test_nothing_to_do(account):
    assert account.prune_json("--exit-code") == {"dryRun": True, "looked": 0, "complete": True, "certificates": []}


def test_shows_and_removes(account):
    ended = account.add(**ENDED), account.add("INACTIVE", **ENDED)
    first, second = moved_on(account)
    unattached = account.add()
    revoked = account.add("INACTIVE")
    account.iot.update_certificate(certificateId=revoked.id, newStatus="REVOKED")
    everything = account.ids()
    expected = {ended[0].id: "expired", ended[1].id: "expired", first.id: "its thing moved on"}

    shown = account.prune_json("--exit-code", status=20)
    assert {row["certificateId"]: row["reason"] for row in shown["certificates"]} == expected and shown["dryRun"], shown
    assert account.prune_json("--dry-run") == shown and account.ids() == everything
    assert b"--yes" in account.prune().stderr and account.ids() == everything

    done = account.prune_json("--yes")
    assert {row["certificateId"]: row["reason"] for row in done["certificates"]} == expected and not done["dryRun"], done
    assert account.ids() == sorted([second.id, unattached.id, revoked.id])
    thing = account.iot.list_thing_principals(thingName="lamp")["principals"]
    assert [arn.rpartition("/")[2] for arn in thing] == [second.id]
    assert account.prune_json("--yes")["certificates"] == []


def test_young_ones_and_those_of_others_stay(account):
    account.add(**ENDED)
    other = Authority("99999999-1234-1234-1234-123456789abc")
    account.iot.register_ca_certificate(caCertificate=other.pem, certificateMode="SNI_ONLY", setAsActive=True)
    foreign = account.add(authority=other, **ENDED)
    young = account.world.run_json("zerotouch", "certificates", "prune", "--yes")
    assert young["looked"] == 0, young
    account.prune("--yes")
    assert foreign.id in account.ids()


def test_wrong_usage(account):
    account.prune("--yes", "--dry-run", status=2)


def test_the_role_may_sweep_only_when_that_is_wanted(account):
    def actions():
        iam = account.world.client("iam")
        policy = iam.get_role_policy(RoleName="zerotouch-jitr-us-east-1", PolicyName="zerotouch-jitr")["PolicyDocument"]
        return json.dumps(policy)

    assert "ListCertificatesByCA" not in actions()
    account.setup("--sweeper")
    assert "iot:ListCertificatesByCA" in actions() and "iot:ListPrincipalThings" in actions()
    functions = account.world.client("lambda")
    expired = account.add(**ENDED)
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    answer = functions.invoke(FunctionName="zerotouch-jitr", Payload=json.dumps(event).encode())
    assert json.loads(answer["Payload"].read()) == {"decision": "swept", "looked": 0, "retired": 0, "complete": True}
    assert expired.id in account.ids(), "it is too young for the sweeper"
    account.setup()
    assert "ListCertificatesByCA" not in actions()


def main():
    with World(attest=False) as world:
        account = Account(world)
        for test in (test_nothing_to_do, test_shows_and_removes, test_young_ones_and_those_of_others_stay, test_wrong_usage,
                     test_the_role_may_sweep_only_when_that_is_wanted):
            test(account)
            print("ok", test.__name__)


main()
