/* Bytes by hand from MQTT 5 §3.3.2.3: Content Type "t" and Message Expiry. */
#include "cloud/broker/kept.h"

#include "../../zt_cmocka.h"

enum { PUBLISHED_MS = 1000000 };

static uint8_t a_minute[] = { 0x03, 0, 1, 't', 0x02, 0, 0, 0, 60 };
static uint8_t no_expiry[] = { 0x03, 0, 1, 't' };
static const zt_retained expiring = { .properties = a_minute,
				      .properties_n = sizeof a_minute,
				      .modified_ms = PUBLISHED_MS };
static const zt_retained lasting = { .properties = no_expiry,
				     .properties_n = sizeof no_expiry,
				     .modified_ms = PUBLISHED_MS };

static void the_expiry_counts_down(void **state)
{
	uint8_t room[sizeof a_minute];
	zt_buf out = ZT_BUF(room);
	(void)state;
	zt_kept_put_properties(&expiring, PUBLISHED_MS + 58500, &out);
	assert_ok(zt_buf_finish(&out));
	assert_bytes(zt_buf_view(&out), 0x03, 0, 1, 't', 0x02, 0, 0, 0, 2);
}

static void it_is_gone_when_nothing_is_left(void **state)
{
	(void)state;
	assert_false(zt_kept_has_expired(&expiring, PUBLISHED_MS + 59999));
	assert_true(zt_kept_has_expired(&expiring, PUBLISHED_MS + 60000));
}

static void without_an_expiry_it_stays_as_it_is(void **state)
{
	uint8_t room[sizeof no_expiry];
	zt_buf out = ZT_BUF(room);
	(void)state;
	assert_false(zt_kept_has_expired(&lasting, INT64_MAX));
	zt_kept_put_properties(&lasting, INT64_MAX, &out);
	assert_bytes(zt_buf_view(&out), 0x03, 0, 1, 't');
	assert_false(zt_kept_has_expired(&(zt_retained){ .modified_ms = PUBLISHED_MS }, INT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_expiry_counts_down),
		cmocka_unit_test(it_is_gone_when_nothing_is_left),
		cmocka_unit_test(without_an_expiry_it_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
