#include "relay.h"

static void goes_up_rewritten_and_comes_back(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0x82, 8, 0, 1, 0, 3, 'a', '/', '#', 1)));
	assert_to_broker(r, 0x82, 11, 0, 1, 0, 0, 5, 'a', '/', '+', '/', '#', 0x21);
	assert_ok(broker_sends(r, BYTES(0x90, 4, 0, 1, 0, 1)));
	assert_to_client(r, 0x90, 3, 0, 1, 1);
	relay_free(r);
}

/* a (allowed), b (denied), c (allowed): the broker sees a and c, the client three codes in its own order. */
#define THREE_3 0x82, 14, 0, 7, 0, 1, 'a', 1, 0, 1, 'b', 1, 0, 1, 'c', 0
#define THREE_5 0x82, 15, 0, 7, 0, 0, 1, 'a', 1, 0, 1, 'b', 1, 0, 1, 'c', 0

static void the_answer_is_merged_by_position(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "b";
	r->denied_right = ZT_MAY_SUBSCRIBE;
	assert_ok(client_sends(r, BYTES(THREE_3)));
	assert_to_broker(r, 0x82, 11, 0, 7, 0, 0, 1, 'a', 1, 0, 1, 'c', 0);
	assert_ok(broker_sends(r, BYTES(0x90, 5, 0, 7, 0, 1, 0)));
	assert_to_client(r, 0x90, 5, 0, 7, 1, 0x80, 0);
	assert_int_equal(r->refused_rule, ZT_REFUSED_SUBSCRIBE);
	relay_free(r);
}

static void version_5_is_told_why(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	r->denied = "b";
	r->denied_right = ZT_MAY_SUBSCRIBE;
	assert_ok(client_sends(r, BYTES(THREE_5)));
	r->to_broker.n = 0;
	assert_ok(broker_sends(r, BYTES(0x90, 5, 0, 7, 0, 1, 0x80)));
	assert_to_client(r, 0x90, 6, 0, 7, 0, 1, 0x87, 0x80);
	relay_free(r);
}

static void nothing_permitted_is_answered_at_once(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "a";
	r->denied_right = ZT_MAY_SUBSCRIBE;
	assert_ok(client_sends(r, BYTES(0x82, 6, 0, 1, 0, 1, 'a', 0)));
	assert_to_client(r, 0x90, 3, 0, 1, 0x80);
	assert_int_equal(r->to_broker.n, 0);
	relay_free(r);
}

static void policies_see_the_filter_as_it_was_written(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "$share/g/a";
	r->denied_right = ZT_MAY_SUBSCRIBE;
	assert_ok(client_sends(r, BYTES(0x82, 15, 0, 1, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'g', '/', 'a', 0)));
	assert_to_client(r, 0x90, 3, 0, 1, 0x80);
	relay_free(r);
}

static void malformed_filters_fail_alone(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0x82, 12, 0, 1, 0, 0, 2, 'a', '#', 0, 0, 1, 'b', 0)));
	assert_to_broker(r, 0x82, 7, 0, 1, 0, 0, 1, 'b', 0);
	assert_ok(broker_sends(r, BYTES(0x90, 4, 0, 1, 0, 0)));
	assert_to_client(r, 0x90, 5, 0, 1, 0, 0x8f, 0);
	relay_free(r);
}

static void reserved_filters_end_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_status(client_sends(r, BYTES(0x82, 11, 0, 1, 0, 6, '$', 'S', 'Y', 'S', '/', '#', 0)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_RESERVED, 0x8f);
	assert_silent(r);
	relay_free(r);
}

static void subscribe_to(relay *r, uint16_t packet_id, size_t count, zt_status expected)
{
	uint8_t bytes[512];
	char names[16][8];
	zt_buf out = ZT_BUF(bytes);
	zt_mqtt_subscribe s = { .packet_id = packet_id, .count = count };
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(names[i], sizeof names[i], "t%u", (unsigned)(packet_id * 16 + i));
		s.items[i].filter = zt_view_of(names[i]);
	}
	zt_mqtt_write_subscribe(&out, r->session.version, &s);
	assert_status(client_sends(r, zt_buf_view(&out)), expected);
}

static void nine_filters_end_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	subscribe_to(r, 1, 8, ZT_OK);
	subscribe_to(r, 2, 9, ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_FILTERS, 0x97);
	relay_free(r);
}

static void the_51st_subscription_fails_in_the_suback(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	for (uint16_t id = 1; id <= 10; id++)
		subscribe_to(r, id, 5, ZT_OK);
	assert_int_equal(r->session.subscription_count, 50);
	subscribe_to(r, 11, 1, ZT_OK);
	assert_to_client(r, 0x90, 4, 0, 11, 0, 0x97);
	/* One that is there already may be asked for again; one that goes makes room. */
	assert_ok(client_sends(r, BYTES(0x82, 9, 0, 12, 0, 0, 3, 't', '1', '6', 0)));
	assert_int_equal(r->to_client.n, 0);
	assert_ok(client_sends(r, BYTES(0xa2, 8, 0, 13, 0, 0, 3, 't', '1', '6')));
	assert_int_equal(r->session.subscription_count, 49);
	relay_free(r);
}

static void too_many_unanswered_subscribes_wait(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	for (uint16_t id = 1; id <= ZT_PENDING_SUBSCRIBES; id++)
		subscribe_to(r, id, 1, ZT_OK);
	subscribe_to(r, 100, 1, ZT_E_AGAIN);
	assert_ok(broker_sends(r, BYTES(0x90, 4, 0, 3, 0, 0)));
	subscribe_to(r, 100, 1, ZT_OK);
	relay_free(r);
}

static void a_packet_id_in_use_ends_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	subscribe_to(r, 1, 1, ZT_OK);
	subscribe_to(r, 1, 1, ZT_E_DENIED);
	relay_free(r);
}

static void subscription_identifiers_end_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_status(client_sends(r, BYTES(0x82, 9, 0, 1, 2, 0x0b, 1, 0, 1, 'a', 0)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_SUBSCRIPTION_ID, 0xa1);
	relay_free(r);
}

static void qos_2_is_not_answered_in_3_1_1_and_granted_as_1_in_5(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0x82, 6, 0, 1, 0, 1, 'a', 2)));
	assert_silent(r);
	relay_free(r);
	r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0x82, 7, 0, 1, 0, 0, 1, 'a', 2)));
	assert_to_broker(r, 0x82, 7, 0, 1, 0, 0, 1, 'a', 1);
	relay_free(r);
}

static void unsubscribe_goes_the_same_way(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0xa2, 7, 0, 2, 0, 3, 'a', '/', '#')));
	assert_to_broker(r, 0xa2, 10, 0, 2, 0, 0, 5, 'a', '/', '+', '/', '#');
	assert_ok(broker_sends(r, BYTES(0xb0, 4, 0, 2, 0, 0x11)));
	assert_to_client(r, 0xb0, 2, 0, 2);
	relay_free(r);
	r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0xa2, 6, 0, 2, 0, 0, 1, 'a')));
	assert_ok(broker_sends(r, BYTES(0xb0, 4, 0, 2, 0, 0x11)));
	assert_to_client(r, 0xb0, 4, 0, 2, 0, 0);
	relay_free(r);
}

static void an_answer_of_another_length_or_kind_ends_it(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	subscribe_to(r, 1, 2, ZT_OK);
	assert_status(broker_sends(r, BYTES(0x90, 4, 0, 1, 0, 0)), ZT_E_DENIED);
	subscribe_to(r, 2, 1, ZT_OK);
	assert_status(broker_sends(r, BYTES(0x90, 5, 0, 2, 0, 0, 0)), ZT_E_DENIED);
	subscribe_to(r, 3, 1, ZT_OK);
	assert_status(broker_sends(r, BYTES(0xb0, 4, 0, 3, 0, 0)), ZT_E_DENIED);
	relay_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_up_rewritten_and_comes_back),
		cmocka_unit_test(the_answer_is_merged_by_position),
		cmocka_unit_test(version_5_is_told_why),
		cmocka_unit_test(nothing_permitted_is_answered_at_once),
		cmocka_unit_test(policies_see_the_filter_as_it_was_written),
		cmocka_unit_test(malformed_filters_fail_alone),
		cmocka_unit_test(reserved_filters_end_the_connection),
		cmocka_unit_test(nine_filters_end_the_connection),
		cmocka_unit_test(the_51st_subscription_fails_in_the_suback),
		cmocka_unit_test(too_many_unanswered_subscribes_wait),
		cmocka_unit_test(a_packet_id_in_use_ends_the_connection),
		cmocka_unit_test(subscription_identifiers_end_the_connection),
		cmocka_unit_test(qos_2_is_not_answered_in_3_1_1_and_granted_as_1_in_5),
		cmocka_unit_test(unsubscribe_goes_the_same_way),
		cmocka_unit_test(an_answer_of_another_length_or_kind_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
