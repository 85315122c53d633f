"""500 devices at once under AWS's default quotas: all onboarded, none twice, and how long it takes."""
from bench import run_all
from fleet import Fleet

DEVICES = 500


def test_five_hundred_devices_at_once():
    with Fleet(cloud_options=["--quotas", "aws"]) as fleet:
        devices = [fleet.device() for _ in range(DEVICES)]
        seconds = fleet.crowd(devices)
        # 10 RegisterThing a second, and a second's worth at once.
        print(f"{DEVICES} devices under AWS's quotas: {seconds:.1f} s (at best {DEVICES / 10 - 1:.0f}), "
              f"{sum(d.tries for d in devices) / DEVICES:.1f} tries each")
        assert seconds > DEVICES / 10 - 5, "the quotas were there"
        fleet.assert_whole(devices)


run_all(globals())
