#include "unit/device/session_bench.h"

/* What a server may not do, and what it may take too long for. */

#define assert_refused(expected, ...)            \
	do {                                     \
		(void)connected(NULL);           \
		SERVER_SAYS(__VA_ARGS__);        \
		assert_status(next(), expected); \
	} while (0)

static void the_first_packet_must_be_connack(void **state)
{
	(void)state;
	begin();
	SERVER_SAYS(0x30, 0x04, 0x00, 0x01, 'a', 'x');
	assert_status(next(), ZT_E_PROTOCOL);
}

static void there_is_one_connack(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, CONNACK_OK);
}

static void packets_of_clients_are_refused(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, 0x10, 0x0d, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x04, 0x02, 0x00, 0x3c, 0x00, 0x01,
		       'x');
	assert_refused(ZT_E_PROTOCOL, 0x82, 0x06, 0x00, 0x01, 0x00, 0x01, 'a', 0x00);
	assert_refused(ZT_E_PROTOCOL, 0xc0, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0xe0, 0x00);
}

static void packets_of_qos_2_are_refused(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, 0x34, 0x06, 0x00, 0x01, 'a', 0x00, 0x01, 'x');
	assert_refused(ZT_E_PROTOCOL, 0x50, 0x02, 0x00, 0x01);
	assert_refused(ZT_E_PROTOCOL, 0x62, 0x02, 0x00, 0x01);
}

static void packets_of_version_5_are_refused(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, 0xf0, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0xe0, 0x02, 0x8b, 0x00);
}

static void malformed_packets_are_refused(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, 0x00, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0x30, 0xff, 0xff, 0xff, 0xff, 0x01);
	assert_refused(ZT_E_PROTOCOL, 0x30, 0x02, 0x00, 0x05);
	assert_refused(ZT_E_PROTOCOL, 0x32, 0x05, 0x00, 0x01, 'a', 0x00, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0x40, 0x03, 0x00, 0x01, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0xd0, 0x01, 0x00);
	assert_refused(ZT_E_PROTOCOL, 0x41, 0x02, 0x00, 0x01);
}

static void a_suback_that_nobody_waits_for_is_refused(void **state)
{
	(void)state;
	assert_refused(ZT_E_PROTOCOL, 0x90, 0x03, 0x00, 0x01, 0x01);
}

static void a_suback_has_one_code_for_one_filter(void **state)
{
	(void)state;
	uint16_t id;
	(void)connected(NULL);
	assert_ok(zt_session_subscribe(&session, ZT_LIT("a"), 1, &id));
	SERVER_SAYS(0x90, 0x04, 0x00, 0x01, 0x01, 0x01);
	assert_status(next(), ZT_E_PROTOCOL);
}

/* The memory holds 256 bytes: a packet of 257 is refused as soon as its length is known. */
static void a_packet_larger_than_the_memory_is_over_the_limit(void **state)
{
	(void)state;
	assert_refused(ZT_E_LIMIT, 0x30, 0xfe, 0x01);
	(void)connected(NULL);
	SERVER_SAYS(0x30, 0xfd, 0x01);
	assert_next(ZT_SESSION_NONE);
}

static void each_answer_has_a_deadline(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("x"), 1, false };
	uint16_t id;
	begin();
	now_ms += ZT_SESSION_ANSWER_MS - 1;
	assert_next(ZT_SESSION_NONE);
	now_ms += 1;
	assert_status(next(), ZT_E_TIMEOUT);
	(void)connected(NULL);
	assert_ok(zt_session_publish(&session, &message, false));
	now_ms += ZT_SESSION_ANSWER_MS;
	assert_status(next(), ZT_E_TIMEOUT);
	(void)connected(NULL);
	assert_ok(zt_session_subscribe(&session, ZT_LIT("a"), 0, &id));
	now_ms += ZT_SESSION_ANSWER_MS;
	assert_status(next(), ZT_E_TIMEOUT);
}

static void a_ping_without_an_answer_ends_it(void **state)
{
	(void)state;
	(void)connected(NULL);
	now_ms += 60000;
	assert_next(ZT_SESSION_NONE);
	now_ms += ZT_SESSION_ANSWER_MS;
	assert_status(next(), ZT_E_TIMEOUT);
}

/* Each byte that still goes out on a slow link gives the answer its time anew. */
static void a_long_payload_on_a_slow_link_is_no_timeout(void **state)
{
	(void)state;
	const zt_message message = { ZT_LIT("a"), ZT_LIT("hello"), 1, false };
	(void)connected(NULL);
	assert_ok(zt_session_publish(&session, &message, false));
	for (int i = 0; i < 12; i++) {
		now_ms += ZT_SESSION_ANSWER_MS - 1;
		assert_next(ZT_SESSION_NONE);
		zt_session_sent(&session, 1);
	}
}

/* A server that sends and never reads: no acknowledgement is lost, and nothing more is taken in. */
static void a_server_that_does_not_read_is_not_listened_to(void **state)
{
	(void)state;
	(void)connected(NULL);
	size_t taken = 0;
	for (;; taken++) {
		SERVER_SAYS(0x32, 0x06, 0x00, 0x01, 'a', 0x00, 0x01, 'x');
		assert_ok(next());
		if (event.kind != ZT_SESSION_RECEIVED)
			break;
	}
	assert_int_equal(taken, ZT_SESSION_OUT_MIN / 4 + 1);
	assert_int_equal(take_output(SIZE_MAX).n, ZT_SESSION_OUT_MIN);
	assert_next(ZT_SESSION_RECEIVED);
}

/* It is not waited for in a circle, and not for ever. */
static void a_server_that_does_not_read_is_given_up(void **state)
{
	(void)state;
	(void)connected(NULL);
	do {
		SERVER_SAYS(0x32, 0x06, 0x00, 0x01, 'a', 0x00, 0x01, 'x');
		assert_ok(next());
	} while (event.kind == ZT_SESSION_RECEIVED);
	now_ms += 60000;
	assert_next(ZT_SESSION_NONE);
	assert_int_equal(zt_session_due_ms(&session), now_ms + ZT_SESSION_ANSWER_MS);
	now_ms += ZT_SESSION_ANSWER_MS;
	assert_status(next(), ZT_E_TIMEOUT);
}

static void a_client_id_over_the_limit_is_refused(void **state)
{
	(void)state;
	char id[129];
	memset(id, 'x', sizeof id);
	const zt_session_options options = { .client_id = zt_view_make(id, sizeof id), .keep_alive_s = 60 };
	zt_session_init(&session, out_memory, sizeof out_memory, in_memory, sizeof in_memory);
	assert_status(zt_session_connect(&session, &options), ZT_E_LIMIT);
}

static void a_connect_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	static uint8_t payload[ZT_SESSION_OUT_MIN];
	const zt_message will = { ZT_LIT("w"), zt_view_make(payload, sizeof payload), 0, false };
	const zt_session_options options = { .client_id = ZT_LIT("d"), .keep_alive_s = 60, .will = &will };
	zt_session_init(&session, out_memory, sizeof out_memory, in_memory, sizeof in_memory);
	assert_status(zt_session_connect(&session, &options), ZT_E_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_packet_must_be_connack),
		cmocka_unit_test(there_is_one_connack),
		cmocka_unit_test(packets_of_clients_are_refused),
		cmocka_unit_test(packets_of_qos_2_are_refused),
		cmocka_unit_test(packets_of_version_5_are_refused),
		cmocka_unit_test(malformed_packets_are_refused),
		cmocka_unit_test(a_suback_that_nobody_waits_for_is_refused),
		cmocka_unit_test(a_suback_has_one_code_for_one_filter),
		cmocka_unit_test(a_packet_larger_than_the_memory_is_over_the_limit),
		cmocka_unit_test(each_answer_has_a_deadline),
		cmocka_unit_test(a_ping_without_an_answer_ends_it),
		cmocka_unit_test(a_long_payload_on_a_slow_link_is_no_timeout),
		cmocka_unit_test(a_server_that_does_not_read_is_not_listened_to),
		cmocka_unit_test(a_server_that_does_not_read_is_given_up),
		cmocka_unit_test(a_client_id_over_the_limit_is_refused),
		cmocka_unit_test(a_connect_that_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
