#include "story/server.h"
#include "unit/device/fake_storage.h"
#include "zerotouch/outbox.h"

/* Thirty days of a device: a message a minute through an outbox, a new certificate a day, and all that can go wrong.
 * Each message that the outbox took arrives at least once and in order; none that was acknowledged arrives again. */

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
	DAYS = 30,
	/* How long a message waits at most while nothing is wrong but the certificate's age: the reconnect. */
	CALM_WAIT_MS = 3000,
};

static server s;
static fake_storage disk;
static zt_outbox outbox;
static zt_source source;
static uint8_t records[2 * FAKE_SLOT_BYTES], out[ZT_DEVICE_OUT_MIN], in[ZT_DEVICE_IN_MIN], aside[ZT_DEVICE_ASIDE_MIN];
static zt_device device;
static uint32_t next_number, refused;
static bool taken[SERVER_MESSAGES_MAX];
static int64_t begun_ms, taken_ms, worst_wait_ms;
static bool due;

static int64_t wall_ms(void *context)
{
	return ((server *)context)->wall_ms;
}

static int64_t mono_ms(void *context)
{
	return ((server *)context)->mono_ms;
}

static void fill(void *context, uint8_t *bytes, size_t n)
{
	memset(bytes, (int)server_chance(context, 255), n);
}

static zt_status current(void *context, zt_identity_info *ret)
{
	*ret = ((server *)context)->identity;
	return ZT_OK;
}

/* Power on: nothing is remembered but what storage holds. */
static void power_on(void)
{
	const zt_storage storage = fake_storage_seam(&disk);
	assert_ok(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, records, sizeof records));
	source = zt_outbox_source(&outbox);
	const zt_device_config config = {
		.route = ZT_ROUTE_MQTT,
		.transport = server_transport(&s, &s.main),
		.beside = server_transport(&s, &s.beside),
		.clock = { wall_ms, mono_ms, &s },
		.entropy = { fill, &s },
		.identity = { current, &s },
		.host = { ZT_LIT("localhost"), 8443 },
		.mqtt.keep_alive_s = 60,
		.first_by_https = true,
		.source = &source,
		.out = out,
		.in = in,
		.aside = aside,
		.out_cap = sizeof out,
		.in_cap = sizeof in,
		.aside_cap = sizeof aside,
	};
	assert_ok(zt_device_init(&device, &config, NULL));
}

static void take_message(void)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%u", next_number);
	const zt_message message = { ZT_LIT("dt/device-1/t"), zt_view_make(text, (size_t)n), 1, false };
	zt_status status = zt_outbox_put(&outbox, &message, NULL);
	assert_true(status == ZT_OK || status == ZT_E_SPACE);
	if (status == ZT_E_SPACE) {
		refused++;
		return;
	}
	taken_ms = s.mono_ms;
	taken[next_number++] = true;
}

static void step(void)
{
	for (int steps = 0;; steps++) {
		zt_event event;
		assert_true(steps < 10000);
		zt_device_step(&device, &event);
		assert_int_not_equal(event.kind, ZT_EVENT_NOT_PUBLISHED);
		due = due || event.kind == ZT_EVENT_RENEWAL_DUE;
		if (event.kind == ZT_EVENT_PUBLISHED && zt_outbox_count(&outbox) == 0 &&
		    s.mono_ms - taken_ms > worst_wait_ms)
			worst_wait_ms = s.mono_ms - taken_ms;
		if (event.kind != ZT_EVENT_NONE || event.wait_ms == 0)
			continue;
		uint32_t wait_ms = server_wait_ms(&s, event.wait_ms);
		s.mono_ms += wait_ms;
		s.wall_ms += wait_ms;
		return;
	}
}

/* One minute: a message, and what the device makes of the time. A renewal that is due happens at once. */
static void minute(void)
{
	int64_t until_ms = s.mono_ms + MINUTE_MS;
	take_message();
	while (s.mono_ms < until_ms) {
		step();
		if (due)
			server_renew(&s);
		due = false;
	}
}

static void hours(int count)
{
	for (int i = 0; i < count * 60; i++)
		minute();
}

static int begin(void **state)
{
	(void)state;
	server_init(&s);
	memset(&disk, 0, sizeof disk);
	memset(taken, 0, sizeof taken);
	next_number = refused = 0;
	worst_wait_ms = 0;
	due = false;
	begun_ms = s.mono_ms;
	power_on();
	return 0;
}

static void assert_all_arrived(void)
{
	for (int i = 0; i < 10 && zt_outbox_count(&outbox); i++)
		minute();
	assert_int_equal(zt_outbox_count(&outbox), 0);
	for (uint32_t number = 0; number < next_number; number++)
		if (taken[number] && !s.seen[number])
			fail_msg("message %u was taken and never arrived", number);
}

static void calm_days_have_no_gap(void **state)
{
	(void)state;
	/* The first contact's two refusals apart. */
	hours(1);
	worst_wait_ms = 0;
	hours((DAYS - 1) * 24);
	assert_all_arrived();
	assert_int_equal(refused, 0);
	assert_int_equal(s.received, next_number);
	/* Sixteen hours are two thirds of a day. */
	assert_in_range(s.renewals, DAYS * 24 / 16 - 2, DAYS * 24 / 16 + 2);
	assert_in_range(worst_wait_ms, 0, CALM_WAIT_MS);
	assert_int_equal(s.connects, s.renewals);
}

static void without_https_it_takes_a_moment_longer(void **state)
{
	(void)state;
	s.https_closed = true;
	hours(5 * 24);
	assert_all_arrived();
	assert_int_equal(refused, 0);
	assert_true(s.connects > s.renewals);
}

static void an_hour_without_network(void)
{
	s.network = false;
	server_break(&s);
	hours(1);
	s.network = true;
}

/* The beginning of something that is going to be cut off, on a line that may be dead already. */
static void send_some(void)
{
	zt_event event;
	s.deaf = server_chance(&s, 1) == 0;
	take_message();
	for (uint32_t steps = server_chance(&s, 6); steps; steps--)
		zt_device_step(&device, &event);
}

static void restarts_and_breaks(int count)
{
	for (int i = 0; i < count; i++) {
		for (uint32_t minutes = server_chance(&s, 30); minutes; minutes--)
			minute();
		send_some();
		if (!s.deaf && server_chance(&s, 1))
			server_restart(&s);
		else
			server_break(&s);
	}
}

static void crash(void)
{
	send_some();
	server_break(&s);
	s.mono_ms += 5000;
	s.wall_ms += 5000;
	power_on();
}

static void jump(int64_t by_ms)
{
	s.wall_ms += by_ms;
	minute();
}

static void thirty_days_with_all_that_can_go_wrong(void **state)
{
	(void)state;
	for (int day = 0; day < DAYS; day++) {
		hours((int)server_chance(&s, 8));
		switch (day % 6) {
		case 0:
			an_hour_without_network();
			break;
		case 1:
			restarts_and_breaks(12);
			break;
		case 2:
			jump(6 * HOUR_MS);
			jump(-6 * HOUR_MS);
			break;
		case 3:
			for (int i = 0; i < 20; i++)
				crash();
			break;
		case 4:
			s.https_closed = !s.https_closed;
			break;
		default:
			server_renew(&s);
			restarts_and_breaks(3);
		}
		while (s.mono_ms < begun_ms + (int64_t)(day + 1) * DAY_MS)
			minute();
	}
	assert_all_arrived();
	/* The outbox has few slots: in an hour without network it was full, and said so. */
	assert_true(refused > 0);
	assert_true(s.repeated > 0);
	assert_int_equal(outbox.dropped, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(calm_days_have_no_gap, begin),
		cmocka_unit_test_setup(without_https_it_takes_a_moment_longer, begin),
		cmocka_unit_test_setup(thirty_days_with_all_that_can_go_wrong, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
