#include "cloud/gateway/mqtt_connect.h"
#include "zt_cmocka.h"

typedef struct {
	uint8_t bytes[2048];
	zt_mqtt_connect connect;
	zt_connect_plan plan;
	zt_connect_refusal refusal;
	zt_status status;
} reading;

static reading *read_packet(const zt_mqtt_connect *packet)
{
	static reading r;
	memset(&r, 0, sizeof r);
	zt_buf out = ZT_BUF(r.bytes);
	zt_mqtt_frame frame;
	zt_mqtt_write_connect(&out, packet);
	assert_ok(zt_buf_finish(&out));
	zt_view in = zt_buf_view(&out);
	assert_ok(zt_mqtt_frame_next(&in, sizeof r.bytes, &frame));
	r.status = zt_connect_read(&frame, &r.connect, &r.plan, &r.refusal);
	return &r;
}

#define V3(...) (&(zt_mqtt_connect){ .version = ZT_MQTT_V311, __VA_ARGS__ })
#define V5(...) (&(zt_mqtt_connect){ .version = ZT_MQTT_V5, __VA_ARGS__ })

static void keep_alive_is_between_30_and_1200_seconds(void **state)
{
	(void)state;
	static const uint16_t cases[][2] = { { 0, 1200 }, { 1, 30 },      { 29, 30 },    { 30, 30 },
					     { 60, 60 },  { 1200, 1200 }, { 1201, 1200 } };
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		assert_int_equal(read_packet(V3(.clean = true, .client_id = ZT_LIT("d"), .keep_alive_s = cases[i][0]))
				     ->plan.keep_alive_s,
				 cases[i][1]);
}

static void a_session_of_3_1_1_lives_an_hour_unless_it_is_clean(void **state)
{
	(void)state;
	assert_int_equal(read_packet(V3(.client_id = ZT_LIT("d")))->plan.session_expiry_s, 3600);
	assert_int_equal(read_packet(V3(.client_id = ZT_LIT("d"), .clean = true))->plan.session_expiry_s, 0);
}

static void a_session_of_5_lives_as_long_as_asked_but_an_hour_at_most(void **state)
{
	(void)state;
	const zt_connect_plan *plan =
	    &read_packet(V5(.client_id = ZT_LIT("d"), .properties = ZT_LIT("\x11\0\0\0\x3c")))->plan;
	assert_int_equal(plan->session_expiry_s, 60);
	assert_false(plan->expiry_lowered);
	plan = &read_packet(V5(.client_id = ZT_LIT("d"), .properties = ZT_LIT("\x11\xff\xff\xff\xff")))->plan;
	assert_int_equal(plan->session_expiry_s, 3600);
	assert_true(plan->expiry_lowered);
}

static void an_empty_client_id_gets_one(void **state)
{
	(void)state;
	const reading *r = read_packet(V5(.clean = true));
	assert_ok(r->status);
	assert_true(r->plan.assigned);
	assert_int_equal(strlen(r->plan.client_id), 36);
	assert_ok(read_packet(V3(.clean = true))->status);
	assert_status(read_packet(V3(.clean = false))->status, ZT_E_DENIED);
}

static void a_client_id_has_128_bytes_at_most(void **state)
{
	(void)state;
	char id[129];
	memset(id, 'a', sizeof id);
	assert_ok(read_packet(V5(.client_id = zt_view_make(id, 128)))->status);
	const reading *r = read_packet(V5(.client_id = zt_view_make(id, 129)));
	assert_status(r->status, ZT_E_DENIED);
	assert_int_equal(r->refusal.rule, ZT_REFUSED_CLIENT_ID);
	assert_int_equal(r->refusal.code, 0x85);
}

static void wills_are_checked(void **state)
{
	(void)state;
	const reading *r =
	    read_packet(V5(.client_id = ZT_LIT("d"), .has_will = true, .will_qos = 2, .will_topic = ZT_LIT("w")));
	assert_int_equal(r->refusal.code, 0x9b);
	r = read_packet(V5(.client_id = ZT_LIT("d"), .has_will = true, .will_topic = ZT_LIT("w/#")));
	assert_int_equal(r->refusal.code, 0x90);
	r = read_packet(V5(.client_id = ZT_LIT("d"), .has_will = true, .will_topic = ZT_LIT("$aws/events/x")));
	assert_int_equal(r->refusal.code, 0x87);
	r = read_packet(
	    V5(.client_id = ZT_LIT("d"), .has_will = true, .will_topic = ZT_LIT("$aws/certificates/create/json")));
	assert_int_equal(r->refusal.code, 0x87);
	/* Content Type of 257 bytes. */
	uint8_t long_type[3 + 257] = { 0x03, 0x01, 0x01 };
	memset(long_type + 3, 'x', 257);
	r = read_packet(V5(.client_id = ZT_LIT("d"), .has_will = true, .will_topic = ZT_LIT("w"),
			   .will_properties = zt_view_make(long_type, sizeof long_type)));
	assert_int_equal(r->refusal.rule, ZT_REFUSED_PROPERTIES);
	assert_int_equal(r->refusal.code, 0x97);
	assert_ok(read_packet(V5(.client_id = ZT_LIT("d"), .has_will = true, .will_qos = 1, .will_topic = ZT_LIT("w")))
		      ->status);
}

static void a_client_that_takes_less_than_512_bytes_is_refused(void **state)
{
	(void)state;
	assert_status(read_packet(V5(.client_id = ZT_LIT("d"), .properties = ZT_LIT("\x27\0\0\x01\xff")))->status,
		      ZT_E_DENIED);
	assert_int_equal(
	    read_packet(V5(.client_id = ZT_LIT("d"), .properties = ZT_LIT("\x27\0\0\x02\0")))->plan.packet_max, 512);
}

static void other_versions_and_noise_are_refused(void **state)
{
	(void)state;
	reading r;
	static const uint8_t v31[] = { 0x10, 0x0e, 0, 6, 'M', 'Q', 'I', 's', 'd', 'p', 3, 2, 0, 0, 0, 0 };
	zt_mqtt_frame frame = { .type = ZT_MQTT_CONNECT, .body = { v31 + 2, sizeof v31 - 2 } };
	assert_status(zt_connect_read(&frame, &r.connect, &r.plan, &r.refusal), ZT_E_DENIED);
	assert_int_equal(r.refusal.rule, ZT_REFUSED_VERSION);
	frame.body.n = 3;
	assert_status(zt_connect_read(&frame, &r.connect, &r.plan, &r.refusal), ZT_E_DENIED);
	assert_int_equal(r.refusal.rule, ZT_REFUSED_MALFORMED);
}

/* Version 5, clean start, no keep-alive; session expiry 3600, Receive Maximum 100, client id "d/dev". */
static void the_upstream_connect_is_version_5_with_a_class_prefix(void **state)
{
	(void)state;
	uint8_t room[256];
	zt_buf out = ZT_BUF(room);
	const zt_connect_plan plan = {
		.version = ZT_MQTT_V311, .client_id = "dev", .session_expiry_s = 3600, .receive_max = 100
	};
	zt_connect_put_upstream(&plan, (zt_broker_login){ 0 }, &out);
	assert_bytes(zt_buf_view(&out), 0x10, 0x1a, 0, 4, 'M', 'Q', 'T', 'T', 5, 0, 0, 0, 8, 0x11, 0, 0, 0x0e, 0x10,
		     0x21, 0, 100, 0, 5, 'd', '/', 'd', 'e', 'v');
}

static void the_connack_of_5_tells_what_aws_tells(void **state)
{
	(void)state;
	uint8_t room[256];
	zt_buf out = ZT_BUF(room);
	const zt_connect_plan plan = { .version = ZT_MQTT_V5,
				       .client_id = "x",
				       .keep_alive_s = 60,
				       .session_expiry_s = 3600,
				       .expiry_lowered = true };
	zt_connect_put_connack(&plan, true, &out);
	/* 146 KB are 149,504 = 0x00024800 bytes. */
	assert_bytes(zt_buf_view(&out), 0x20, 0x20, 1, 0, 0x1d, 0x11, 0, 0, 0x0e, 0x10, 0x21, 0, 100, 0x24, 1, 0x25, 1,
		     0x27, 0, 2, 0x48, 0, 0x22, 0, 8, 0x28, 1, 0x29, 0, 0x2a, 1, 0x13, 0, 60);
}

static void the_connack_of_3_1_1_is_bare(void **state)
{
	(void)state;
	uint8_t room[256];
	zt_buf out = ZT_BUF(room);
	const zt_connect_plan plan = { .version = ZT_MQTT_V311, .client_id = "x" };
	zt_connect_put_connack(&plan, false, &out);
	assert_bytes(zt_buf_view(&out), 0x20, 2, 0, 0);
}

static void a_refusal_is_told_in_5_alone(void **state)
{
	(void)state;
	uint8_t room[16];
	zt_buf out = ZT_BUF(room);
	zt_connect_put_refusal(ZT_MQTT_V311, 0x87, &out);
	assert_int_equal(out.n, 0);
	zt_connect_put_refusal(ZT_MQTT_V5, 0x87, &out);
	assert_bytes(zt_buf_view(&out), 0x20, 3, 0, 0x87, 0);
}

static void a_will_is_copied_without_its_delay(void **state)
{
	(void)state;
	zt_will will;
	const zt_mqtt_connect connect = { .has_will = true,
					  .will_qos = 1,
					  .will_retain = true,
					  .will_topic = ZT_LIT("w/t"),
					  .will_payload = ZT_LIT("bye"),
					  .will_properties = ZT_LIT("\x18\0\0\0\x05\x01\x01") };
	assert_ok(zt_will_copy(&connect, &will));
	assert_view(will.message.topic, "w/t");
	assert_view(will.message.payload, "bye");
	assert_bytes(will.message.properties, 1, 1);
	assert_true(will.message.retain);
	zt_will_free(&will);
	zt_will_free(&will);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keep_alive_is_between_30_and_1200_seconds),
		cmocka_unit_test(a_session_of_3_1_1_lives_an_hour_unless_it_is_clean),
		cmocka_unit_test(a_session_of_5_lives_as_long_as_asked_but_an_hour_at_most),
		cmocka_unit_test(an_empty_client_id_gets_one),
		cmocka_unit_test(a_client_id_has_128_bytes_at_most),
		cmocka_unit_test(wills_are_checked),
		cmocka_unit_test(a_client_that_takes_less_than_512_bytes_is_refused),
		cmocka_unit_test(other_versions_and_noise_are_refused),
		cmocka_unit_test(the_upstream_connect_is_version_5_with_a_class_prefix),
		cmocka_unit_test(the_connack_of_5_tells_what_aws_tells),
		cmocka_unit_test(the_connack_of_3_1_1_is_bare),
		cmocka_unit_test(a_refusal_is_told_in_5_alone),
		cmocka_unit_test(a_will_is_copied_without_its_delay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
