"""An account with 10,000 certificates and Things: plan and the counting of a teardown answer in pages and stay small."""
import json

from setup.seeded import GROWTH_MAX_KIB, Account
from world import World

MANY = 10000


def test_plan_and_dry_run_stay_small():
    with World() as world:
        account = Account(world)
        _, _, plan_before = account.measure("plan", "--topic", "myhome/myroom", "--json")
        _, _, count_before = account.measure("teardown", "--dry-run")
        account.seed(MANY)
        plan, _, plan_after = account.measure("plan", "--topic", "myhome/myroom", "--json")
        assert {item["change"] for item in json.loads(plan)} == {"right"}
        counted, talk, count_after = account.measure("teardown", "--dry-run")
        assert f"{MANY} certificates of these CAs, {MANY} Things of this type" in counted.decode(), counted
        assert "250 certificates" in talk and f"{MANY} certificates" in talk and f"{MANY} Things" in talk, talk
        counted, talk, _ = account.measure("teardown", "--dry-run", "--json")
        counted = json.loads(counted)
        assert (counted["certificates"], counted["things"], talk) == (MANY, MANY, ""), (counted, talk)
        assert account.certificates() == MANY, "a dry run removes nothing"
        print(f"plan: {plan_before} KiB, with {MANY} devices {plan_after} KiB; dry run: {count_before}, {count_after} KiB")
        assert plan_after < plan_before + GROWTH_MAX_KIB and count_after < count_before + GROWTH_MAX_KIB


test_plan_and_dry_run_stay_small()
