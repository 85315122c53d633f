"""A teardown goes in pages, is killed (SIGKILL) after the first, and the next one goes on. `paged.py 10000` removes that many."""
import sys

from setup.seeded import GROWTH_MAX_KIB, Account
from world import World

PAGED = int(sys.argv[1]) if len(sys.argv) > 1 else 300


def test_teardown_goes_in_pages_and_goes_on():
    with World() as world:
        account = Account(world)
        _, _, before = account.measure("teardown", "--dry-run")
        account.seed(PAGED)
        account.killed("250 certificates removed")
        left = account.certificates()
        assert 0 < left <= PAGED - 250, left
        _, talk, after = account.measure("teardown", "--yes")
        assert "certificates removed" in talk, talk
        iot = world.client("iot")
        assert account.certificates() == 0 and iot.list_things()["things"] == []
        assert iot.list_ca_certificates()["certificates"] == [] and iot.list_topic_rules()["rules"] == []
        print(f"teardown of {PAGED}: {after} KiB, an empty account's dry run {before} KiB")
        assert after < before + GROWTH_MAX_KIB


test_teardown_goes_in_pages_and_goes_on()
