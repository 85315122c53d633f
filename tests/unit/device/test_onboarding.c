#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/onboarding.h"

static void nothing(void *context, uint8_t *bytes, size_t n)
{
	(void)context;
	memset(bytes, 0, n);
}

static const zt_entropy entropy = { nothing, NULL };
static int64_t now_ms = 5000;

static bool feed(zt_onboarding *o, zt_onboarding_event event, zt_reason reason)
{
	return zt_onboarding_handle(o, event, reason, now_ms, &entropy);
}

static void connect_first(zt_onboarding *o, zt_route route)
{
	zt_onboarding_init(o, route);
	assert_true(feed(o, ZT_ONBOARDING_READY, ZT_REASON_NONE));
	zt_onboarding_identify(o, 1);
	assert_true(feed(o, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE));
	assert_int_equal(o->state, ZT_ONBOARDING_CONNECTING);
}

static void connect_again(zt_onboarding *o)
{
	now_ms = o->wait_until_ms;
	assert_true(feed(o, ZT_ONBOARDING_TIMER, ZT_REASON_NONE));
	assert_true(feed(o, ZT_ONBOARDING_READY, ZT_REASON_NONE));
	assert_true(feed(o, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE));
}

/* Every pair of state and event: where it leads, or that it means nothing. Written down from the picture in the header.
 */
static void the_table_is_the_picture(void **state)
{
	(void)state;
	enum {
		OFF = ZT_ONBOARDING_OFFLINE,
		UNI = ZT_ONBOARDING_UNIDENTIFIED,
		CON = ZT_ONBOARDING_CONNECTING,
		WAI = ZT_ONBOARDING_WAITING,
		ACC = ZT_ONBOARDING_ACCEPTED,
		NON = -1
	};
	static const int expected[ZT_ONBOARDING_STATES][ZT_ONBOARDING_EVENTS] = {
		/*          not ready, ready, no id, id,  silence, refused, answered, lost, timer, replaced */
		[OFF] = { OFF, UNI, NON, NON, NON, NON, NON, NON, NON, NON },
		[UNI] = { OFF, NON, OFF, CON, NON, NON, NON, NON, NON, NON },
		[CON] = { NON, NON, NON, NON, WAI, WAI, ACC, NON, NON, NON },
		[WAI] = { NON, NON, NON, NON, NON, NON, NON, NON, OFF, OFF },
		[ACC] = { NON, NON, NON, NON, NON, NON, NON, WAI, NON, OFF },
	};
	for (int from = 0; from < ZT_ONBOARDING_STATES; from++)
		for (int event = 0; event < ZT_ONBOARDING_EVENTS; event++) {
			zt_onboarding o;
			zt_onboarding_init(&o, ZT_ROUTE_HTTPS);
			o.state = (zt_onboarding_state)from;
			bool moved = feed(&o, (zt_onboarding_event)event, ZT_REASON_NETWORK);
			assert_int_equal(moved ? (int)o.state : NON, expected[from][event]);
			if (!moved)
				assert_int_equal(o.state, from);
		}
}

static void the_first_silence_is_expected_and_the_second_means_not_active(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_HTTPS);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_int_equal(o.reason, ZT_REASON_BEING_REGISTERED);
	connect_again(&o);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_int_equal(o.reason, ZT_REASON_NOT_ACTIVE);
}

static void attempts_and_time_count_from_the_first_connect(void **state)
{
	(void)state;
	zt_onboarding o;
	now_ms = 7000;
	connect_first(&o, ZT_ROUTE_HTTPS);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	connect_again(&o);
	now_ms = 7041;
	feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
	assert_int_equal(o.attempts, 2);
	assert_int_equal(zt_onboarding_elapsed_ms(&o), 41);
	assert_int_equal(o.reason, ZT_REASON_NONE);
}

static void first_contact_is_quick_by_https(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_HTTPS);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_int_equal(o.wait_ms, zt_backoff_first_https.floor_ms);
}

static void first_contact_by_mqtt_keeps_a_second_between_connects(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_MQTT);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_true(o.wait_ms >= 1000);
}

static void a_first_contact_that_lasts_becomes_patient(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_HTTPS);
	now_ms += ZT_FIRST_CONTACT_MS;
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_ptr_equal(o.backoff.policy, &zt_backoff_patient);
}

static void a_policy_that_is_missing_at_first_contact_is_waited_for_quickly(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_HTTPS);
	feed(&o, ZT_ONBOARDING_REFUSED, ZT_REASON_NO_POLICY);
	assert_int_equal(o.reason, ZT_REASON_NO_POLICY);
	assert_ptr_equal(o.backoff.policy, &zt_backoff_first_https);
}

static void network_and_trust_are_tried_patiently(void **state)
{
	(void)state;
	static const zt_reason reasons[] = { ZT_REASON_NETWORK, ZT_REASON_SERVER_NOT_TRUSTED, ZT_REASON_BUSY };
	for (size_t i = 0; i < ZT_COUNT(reasons); i++) {
		zt_onboarding o;
		connect_first(&o, ZT_ROUTE_HTTPS);
		feed(&o, ZT_ONBOARDING_REFUSED, reasons[i]);
		assert_int_equal(o.reason, reasons[i]);
		assert_ptr_equal(o.backoff.policy, &zt_backoff_patient);
	}
}

static void silence_towards_a_proven_certificate_is_a_closed_connection(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_MQTT);
	feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
	feed(&o, ZT_ONBOARDING_LOST, ZT_REASON_CLOSED);
	connect_again(&o);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_int_equal(o.reason, ZT_REASON_CLOSED);
	assert_ptr_equal(o.backoff.policy, &zt_backoff_patient);
}

static void a_policy_that_a_proven_certificate_misses_is_waited_for_patiently(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_MQTT);
	feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
	feed(&o, ZT_ONBOARDING_LOST, ZT_REASON_CLOSED);
	connect_again(&o);
	feed(&o, ZT_ONBOARDING_REFUSED, ZT_REASON_NO_POLICY);
	assert_ptr_equal(o.backoff.policy, &zt_backoff_patient);
}

static void a_short_lived_connection_does_not_start_the_waits_over(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_MQTT);
	for (uint32_t i = 1; i <= 4; i++) {
		feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
		now_ms += ZT_STABLE_MS - 1;
		feed(&o, ZT_ONBOARDING_LOST, ZT_REASON_CLOSED);
		assert_int_equal(o.backoff.attempt, i);
		connect_again(&o);
	}
	feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
	now_ms += ZT_STABLE_MS;
	feed(&o, ZT_ONBOARDING_LOST, ZT_REASON_CLOSED);
	assert_int_equal(o.backoff.attempt, 1);
}

static void another_certificate_has_its_own_first_contact(void **state)
{
	(void)state;
	zt_onboarding o;
	connect_first(&o, ZT_ROUTE_HTTPS);
	feed(&o, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE);
	feed(&o, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY);
	feed(&o, ZT_ONBOARDING_READY, ZT_REASON_NONE);
	zt_onboarding_identify(&o, 2);
	feed(&o, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE);
	assert_int_equal(o.attempts, 1);
	feed(&o, ZT_ONBOARDING_SILENCE, ZT_REASON_NONE);
	assert_int_equal(o.reason, ZT_REASON_BEING_REGISTERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_the_picture),
		cmocka_unit_test(the_first_silence_is_expected_and_the_second_means_not_active),
		cmocka_unit_test(attempts_and_time_count_from_the_first_connect),
		cmocka_unit_test(first_contact_is_quick_by_https),
		cmocka_unit_test(first_contact_by_mqtt_keeps_a_second_between_connects),
		cmocka_unit_test(a_first_contact_that_lasts_becomes_patient),
		cmocka_unit_test(a_policy_that_is_missing_at_first_contact_is_waited_for_quickly),
		cmocka_unit_test(network_and_trust_are_tried_patiently),
		cmocka_unit_test(silence_towards_a_proven_certificate_is_a_closed_connection),
		cmocka_unit_test(a_policy_that_a_proven_certificate_misses_is_waited_for_patiently),
		cmocka_unit_test(a_short_lived_connection_does_not_start_the_waits_over),
		cmocka_unit_test(another_certificate_has_its_own_first_contact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
