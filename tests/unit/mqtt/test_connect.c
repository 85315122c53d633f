#include "packets.h"

static zt_status read_connect(zt_view bytes, zt_mqtt_connect *ret)
{
	zt_mqtt_frame frame = frame_of(bytes);
	return zt_mqtt_read_connect(&frame, ret);
}

/* 3.1.1 §3.1: clean session, keep-alive 60 s, client id "dev". */
#define SMALLEST 0x10, 0x0f, 0, 4, 'M', 'Q', 'T', 'T', 4, 0x02, 0, 60, 0, 3, 'd', 'e', 'v'
/* Will (QoS 1, retained), user name and password. */
#define FULLEST                                                                                                    \
	0x10, 0x1e, 0, 4, 'M', 'Q', 'T', 'T', 4, 0xec, 0, 10, 0, 1, 'd', 0, 3, 'w', '/', 't', 0, 2, 0xff, 0, 0, 1, \
	    'u', 0, 3, 'p', 0, 'w'
/* v5 §3.1: Receive Maximum 20 and a will with delay 5. */
#define FIVE                                                                                                       \
	0x10, 0x20, 0, 4, 'M', 'Q', 'T', 'T', 5, 0x06, 0, 0, 3, 0x21, 0, 20, 0, 1, 'd', 5, 0x18, 0, 0, 0, 5, 0, 3, \
	    'w', '/', 't', 0, 2, 'h', 'i'

static void reads_the_smallest(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_ok(read_connect(BYTES(SMALLEST), &c));
	assert_int_equal(c.version, ZT_MQTT_V311);
	assert_true(c.clean);
	assert_int_equal(c.keep_alive_s, 60);
	assert_view(c.client_id, "dev");
	assert_false(c.has_will || c.has_username || c.has_password);
}

static void reads_will_name_and_password(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_ok(read_connect(BYTES(FULLEST), &c));
	assert_false(c.clean);
	assert_true(c.has_will && c.will_retain && c.has_username && c.has_password);
	assert_int_equal(c.will_qos, 1);
	assert_view(c.will_topic, "w/t");
	assert_bytes(c.will_payload, 0xff, 0);
	assert_view(c.username, "u");
	assert_bytes(c.password, 'p', 0, 'w');
}

static void reads_version_5_with_properties(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_ok(read_connect(BYTES(FIVE), &c));
	assert_int_equal(c.version, ZT_MQTT_V5);
	assert_bytes(c.properties, 0x21, 0, 20);
	assert_bytes(c.will_properties, 0x18, 0, 0, 0, 5);
	assert_view(c.will_payload, "hi");
}

static void refuses_other_protocols(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_status(read_connect(BYTES(0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 3, 2, 0, 0, 0, 0), &c),
		      ZT_E_UNSUPPORTED);
	assert_status(read_connect(BYTES(0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 6, 2, 0, 0, 0, 0), &c),
		      ZT_E_UNSUPPORTED);
	assert_status(read_connect(BYTES(0x10, 0x0e, 0, 6, 'M', 'Q', 'I', 's', 'd', 'p', 3, 2, 0, 0, 0, 0), &c),
		      ZT_E_UNSUPPORTED);
	assert_status(read_connect(BYTES(0x10, 0x0c, 0, 4, 'm', 'q', 't', 't', 4, 2, 0, 0, 0, 0), &c), ZT_E_PROTOCOL);
}

static zt_status with_flags(uint8_t version, uint8_t flags)
{
	uint8_t bytes[] = { 0x10, 0x10, 0, 4, 'M', 'Q', 'T', 'T', version, flags, 0, 0, 0, 0, 0, 0, 0, 0 };
	zt_mqtt_connect c;
	return read_connect((zt_view){ bytes, sizeof bytes }, &c);
}

static void refuses_flags_that_contradict(void **state)
{
	(void)state;
	assert_status(with_flags(4, 0x03), ZT_E_PROTOCOL); /* reserved bit */
	assert_status(with_flags(4, 0x0a), ZT_E_PROTOCOL); /* will QoS without will */
	assert_status(with_flags(4, 0x22), ZT_E_PROTOCOL); /* will retain without will */
	assert_status(with_flags(4, 0x1e), ZT_E_PROTOCOL); /* will QoS 3 */
	assert_status(with_flags(4, 0x42), ZT_E_PROTOCOL); /* password without name */
	assert_ok(with_flags(4, 0x06));
}

static void version_5_allows_a_password_alone(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_ok(read_connect(BYTES(0x10, 0x10, 0, 4, 'M', 'Q', 'T', 'T', 5, 0x42, 0, 0, 0, 0, 0, 0, 1, 'p'), &c));
	assert_false(c.has_username);
	assert_view(c.password, "p");
}

static void refuses_every_truncation_and_more_bytes(void **state)
{
	(void)state;
	static const uint8_t whole[] = { FULLEST };
	static const uint8_t five[] = { FIVE };
	zt_mqtt_connect c;
	for (size_t n = 0; n < sizeof whole - 2; n++) {
		zt_mqtt_frame f = { .type = ZT_MQTT_CONNECT, .body = { whole + 2, n } };
		assert_status(zt_mqtt_read_connect(&f, &c), ZT_E_PROTOCOL);
	}
	for (size_t n = 0; n < sizeof five - 2; n++) {
		zt_mqtt_frame f = { .type = ZT_MQTT_CONNECT, .body = { five + 2, n } };
		assert_status(zt_mqtt_read_connect(&f, &c), ZT_E_PROTOCOL);
	}
	assert_status(read_connect(BYTES(0x10, 0x0d, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0, 0), &c),
		      ZT_E_PROTOCOL);
}

static void refuses_a_client_id_that_is_no_text(void **state)
{
	(void)state;
	zt_mqtt_connect c;
	assert_status(read_connect(BYTES(0x10, 0x0d, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 0), &c),
		      ZT_E_PROTOCOL);
	assert_status(read_connect(BYTES(0x10, 0x0d, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 0xff), &c),
		      ZT_E_PROTOCOL);
}

static void writes_the_same_bytes(void **state)
{
	(void)state;
	uint8_t room[128];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_connect(
	    &out, &(zt_mqtt_connect){
		      .version = ZT_MQTT_V311, .clean = true, .keep_alive_s = 60, .client_id = ZT_LIT("dev") });
	assert_bytes(zt_buf_view(&out), SMALLEST);
	out.n = 0;
	zt_mqtt_write_connect(&out, &(zt_mqtt_connect){ .version = ZT_MQTT_V311,
							.keep_alive_s = 10,
							.client_id = ZT_LIT("d"),
							.has_will = true,
							.will_qos = 1,
							.will_retain = true,
							.will_topic = ZT_LIT("w/t"),
							.will_payload = ZT_LIT("\xff\0"),
							.has_username = true,
							.username = ZT_LIT("u"),
							.has_password = true,
							.password = ZT_LIT("p\0w") });
	assert_bytes(zt_buf_view(&out), FULLEST);
	out.n = 0;
	zt_mqtt_write_connect(&out, &(zt_mqtt_connect){ .version = ZT_MQTT_V5,
							.clean = true,
							.properties = ZT_LIT("\x21\0\x14"),
							.client_id = ZT_LIT("d"),
							.has_will = true,
							.will_properties = ZT_LIT("\x18\0\0\0\x05"),
							.will_topic = ZT_LIT("w/t"),
							.will_payload = ZT_LIT("hi") });
	assert_bytes(zt_buf_view(&out), FIVE);
}

static void reads_and_writes_connack(void **state)
{
	(void)state;
	zt_mqtt_connack a;
	assert_ok(READS(zt_mqtt_read_connack, ZT_MQTT_V311, BYTES(0x20, 2, 1, 0), &a));
	assert_true(a.session_present);
	assert_ok(READS(zt_mqtt_read_connack, ZT_MQTT_V311, BYTES(0x20, 2, 0, 5), &a));
	assert_int_equal(a.code, 5);
	assert_ok(READS(zt_mqtt_read_connack, ZT_MQTT_V5, BYTES(0x20, 6, 0, 0, 3, 0x21, 0, 100), &a));
	assert_bytes(a.properties, 0x21, 0, 100);
	assert_status(READS(zt_mqtt_read_connack, ZT_MQTT_V311, BYTES(0x20, 2, 2, 0), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_connack, ZT_MQTT_V311, BYTES(0x20, 2, 1, 5), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_connack, ZT_MQTT_V311, BYTES(0x20, 3, 0, 0, 0), &a), ZT_E_PROTOCOL);
	assert_status(READS(zt_mqtt_read_connack, ZT_MQTT_V5, BYTES(0x20, 2, 0, 0), &a), ZT_E_PROTOCOL);

	uint8_t room[32];
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_connack(&out, ZT_MQTT_V311, &(zt_mqtt_connack){ .session_present = true });
	zt_mqtt_write_connack(&out, ZT_MQTT_V5, &(zt_mqtt_connack){ .code = 0x87 });
	assert_bytes(zt_buf_view(&out), 0x20, 2, 1, 0, 0x20, 3, 0, 0x87, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_smallest),
		cmocka_unit_test(reads_will_name_and_password),
		cmocka_unit_test(reads_version_5_with_properties),
		cmocka_unit_test(refuses_other_protocols),
		cmocka_unit_test(refuses_flags_that_contradict),
		cmocka_unit_test(version_5_allows_a_password_alone),
		cmocka_unit_test(refuses_every_truncation_and_more_bytes),
		cmocka_unit_test(refuses_a_client_id_that_is_no_text),
		cmocka_unit_test(writes_the_same_bytes),
		cmocka_unit_test(reads_and_writes_connack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
