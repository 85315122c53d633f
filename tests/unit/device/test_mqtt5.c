#include "unit/device/session_bench.h"

/* MQTT 5 on the session: bytes by hand from the OASIS specification. */

#define CONNACK5_OK 0x20, 0x03, 0x00, 0x00, 0x00

static const zt_message message = { ZT_LIT_INIT("a/b"), ZT_LIT_INIT("hi"), 1, false };

static void connect_with(zt_session_options options)
{
	options.client_id = ZT_LIT("d");
	options.keep_alive_s = 60;
	options.protocol = &zt_mqtt5;
	zt_session_init(&session, out_memory, sizeof out_memory, in_memory, sizeof in_memory);
	now_ms = 1000;
	assert_ok(zt_session_connect(&session, &options));
}

static int connected5(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(CONNACK5_OK);
	assert_next(ZT_SESSION_CONNECTED);
	return 0;
}

static void connect_tells_how_much_fits(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	/* Maximum Packet Size (0x27) 256. */
	assert_bytes(take_output(SIZE_MAX), 0x10, 0x13, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x02, 0x00, 0x3c, 0x05,
		     0x27, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 'd');
}

static void a_session_that_stays_has_an_expiry(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .expiry_s = 0 });
	/* Session Expiry Interval (0x11) 3600. */
	assert_bytes(take_output(SIZE_MAX), 0x10, 0x18, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x00, 0x00, 0x3c, 0x0a,
		     0x11, 0x00, 0x00, 0x0e, 0x10, 0x27, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 'd');
	connect_with((zt_session_options){ .expiry_s = 7 });
	assert_int_equal(take_output(SIZE_MAX).p[17], 7);
}

static void a_will_has_its_own_empty_properties(void **state)
{
	(void)state;
	static const zt_message will = { ZT_LIT_INIT("w"), ZT_LIT_INIT("x"), 1, true };
	connect_with((zt_session_options){ .clean = true, .will = &will });
	assert_bytes(take_output(SIZE_MAX), 0x10, 0x1a, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x2e, 0x00, 0x3c, 0x05,
		     0x27, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 'd', 0x00, 0x00, 0x01, 'w', 0x00, 0x01, 'x');
}

static void a_refusal_has_its_reason_code(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(0x20, 0x03, 0x00, 0x87, 0x00);
	assert_next(ZT_SESSION_REFUSED);
	assert_int_equal(event.code, 0x87);
}

static void the_server_s_keep_alive_counts(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(0x20, 0x06, 0x00, 0x00, 0x03, 0x13, 0x00, 0x1e);
	assert_next(ZT_SESSION_CONNECTED);
	now_ms += 29999;
	assert_next(ZT_SESSION_NONE);
	assert_int_equal(take_output(SIZE_MAX).n, 0);
	now_ms += 1;
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(SIZE_MAX), 0xc0, 0x00);
}

static void what_the_server_does_not_take_is_not_sent(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	(void)take_output(SIZE_MAX);
	/* Maximum Packet Size 16, Retain Available 0. */
	SERVER_SAYS(0x20, 0x0a, 0x00, 0x00, 0x07, 0x27, 0x00, 0x00, 0x00, 0x10, 0x25, 0x00);
	assert_next(ZT_SESSION_CONNECTED);
	const zt_message large = { ZT_LIT("a"), ZT_LIT("0123456789"), 1, false };
	assert_status(zt_session_publish(&session, &large, false), ZT_E_LIMIT);
	const zt_message kept = { ZT_LIT("a"), ZT_LIT("0"), 1, true };
	assert_status(zt_session_publish(&session, &kept, false), ZT_E_UNSUPPORTED);
	assert_int_equal(take_output(SIZE_MAX).n, 0);
}

static void a_publish_has_an_empty_property_block(void **state)
{
	(void)state;
	assert_ok(zt_session_publish(&session, &message, false));
	assert_bytes(take_output(SIZE_MAX), 0x32, 0x0a, 0x00, 0x03, 'a', '/', 'b', 0x00, 0x01, 0x00, 'h', 'i');
	SERVER_SAYS(0x40, 0x02, 0x00, 0x01);
	assert_next(ZT_SESSION_PUBLISHED);
}

static void no_matching_subscribers_is_no_failure(void **state)
{
	(void)state;
	assert_ok(zt_session_publish(&session, &message, false));
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(0x40, 0x03, 0x00, 0x01, 0x10);
	assert_next(ZT_SESSION_PUBLISHED);
}

static void a_message_can_be_refused_and_the_session_lives(void **state)
{
	(void)state;
	assert_ok(zt_session_publish(&session, &message, false));
	(void)take_output(SIZE_MAX);
	/* Not authorized, with a Reason String (0x1f). */
	SERVER_SAYS(0x40, 0x09, 0x00, 0x01, 0x87, 0x05, 0x1f, 0x00, 0x02, 'n', 'o');
	assert_next(ZT_SESSION_REJECTED);
	assert_int_equal(event.code, 0x87);
	assert_ok(zt_session_publish(&session, &message, false));
}

static void a_subscription_is_answered_by_code(void **state)
{
	(void)state;
	uint16_t id;
	assert_ok(zt_session_subscribe(&session, ZT_LIT("c"), 1, &id));
	assert_bytes(take_output(SIZE_MAX), 0x82, 0x07, 0x00, 0x01, 0x00, 0x00, 0x01, 'c', 0x01);
	SERVER_SAYS(0x90, 0x04, 0x00, 0x01, 0x00, 0x87);
	assert_next(ZT_SESSION_SUBSCRIBED);
	assert_int_equal(event.code, 0x87);
}

static void a_message_with_properties_is_received(void **state)
{
	(void)state;
	/* Content Type (0x03) "t". */
	SERVER_SAYS(0x32, 0x0b, 0x00, 0x01, 'c', 0x00, 0x09, 0x04, 0x03, 0x00, 0x01, 't', 'y');
	assert_next(ZT_SESSION_RECEIVED);
	assert_view(event.message.payload, "y");
	assert_next(ZT_SESSION_NONE);
	assert_bytes(take_output(SIZE_MAX), 0x40, 0x02, 0x00, 0x09);
}

static void the_server_says_why_it_leaves(void **state)
{
	(void)state;
	SERVER_SAYS(0xe0, 0x02, 0x8e, 0x00);
	assert_next(ZT_SESSION_ENDED);
	assert_int_equal(event.code, 0x8e);
}

static void we_can_say_that_the_will_is_to_be_sent(void **state)
{
	(void)state;
	assert_ok(zt_session_disconnect_because(&session, 0x04));
	assert_bytes(take_output(SIZE_MAX), 0xe0, 0x01, 0x04);
}

static void a_plain_goodbye_is_short(void **state)
{
	(void)state;
	assert_ok(zt_session_disconnect(&session));
	assert_bytes(take_output(SIZE_MAX), 0xe0, 0x00);
}

static void breaks(zt_view bytes)
{
	connected5(NULL);
	server_says(bytes.p, bytes.n);
	assert_status(next(), ZT_E_PROTOCOL);
}
#define BREAKS(...) breaks(zt_view_make((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })))

static void what_breaks_mqtt_5_is_a_protocol_error(void **state)
{
	(void)state;
	BREAKS(0x30, 0x07, 0x00, 0x00, 0x03, 0x23, 0x00, 0x01, 'x');       /* a topic alias that we did not allow */
	BREAKS(0x30, 0x06, 0x00, 0x01, 'c', 0x02, 0x01, 0x02);             /* payload format 2 */
	BREAKS(0x30, 0x08, 0x00, 0x01, 'c', 0x04, 0x01, 0x01, 0x01, 0x01); /* the same property twice */
	BREAKS(0x30, 0x05, 0x00, 0x01, 'c', 0x05, 0x01);                   /* properties longer than the packet */
	BREAKS(0x30, 0x06, 0x00, 0x01, 'c', 0x02, 0x7f, 0x00);             /* no such property */
	BREAKS(0xe0, 0x03, 0x00, 0x01, 0x00);                              /* DISCONNECT with a broken block */
	BREAKS(0x90, 0x03, 0x00, 0x01, 0x00);                              /* SUBACK without a code */
	BREAKS(0xf0, 0x00);                                                /* AUTH was not asked for */
	BREAKS(CONNACK5_OK);                                               /* a second CONNACK */
}

static void a_connack_of_3_1_1_is_none_of_5(void **state)
{
	(void)state;
	connect_with((zt_session_options){ .clean = true });
	(void)take_output(SIZE_MAX);
	SERVER_SAYS(0x20, 0x02, 0x00, 0x00);
	assert_status(next(), ZT_E_PROTOCOL);
}

static void in_3_1_1_no_server_says_goodbye(void **state)
{
	(void)connected(state);
	SERVER_SAYS(0xe0, 0x00);
	assert_status(next(), ZT_E_PROTOCOL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_tells_how_much_fits),
		cmocka_unit_test(a_session_that_stays_has_an_expiry),
		cmocka_unit_test(a_will_has_its_own_empty_properties),
		cmocka_unit_test(a_refusal_has_its_reason_code),
		cmocka_unit_test(the_server_s_keep_alive_counts),
		cmocka_unit_test(what_the_server_does_not_take_is_not_sent),
		cmocka_unit_test_setup(a_publish_has_an_empty_property_block, connected5),
		cmocka_unit_test_setup(no_matching_subscribers_is_no_failure, connected5),
		cmocka_unit_test_setup(a_message_can_be_refused_and_the_session_lives, connected5),
		cmocka_unit_test_setup(a_subscription_is_answered_by_code, connected5),
		cmocka_unit_test_setup(a_message_with_properties_is_received, connected5),
		cmocka_unit_test_setup(the_server_says_why_it_leaves, connected5),
		cmocka_unit_test_setup(we_can_say_that_the_will_is_to_be_sent, connected5),
		cmocka_unit_test_setup(a_plain_goodbye_is_short, connected5),
		cmocka_unit_test(what_breaks_mqtt_5_is_a_protocol_error),
		cmocka_unit_test(a_connack_of_3_1_1_is_none_of_5),
		cmocka_unit_test(in_3_1_1_no_server_says_goodbye),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
