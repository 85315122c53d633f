#include "cloud/accept/accept.h"
#include "zt_cmocka.h"

static zt_publish message(const char *topic)
{
	return (zt_publish){ .topic = zt_view_of(topic), .payload = ZT_LIT("x"), .qos = 1 };
}

static void refused(const zt_publish *m, int http, const char *code)
{
	zt_error error = { 0 };
	assert_int_not_equal(zt_accept_check(m, &error), ZT_OK);
	assert_int_equal(error.http, http);
	assert_string_equal(error.code, code);
}

/* AWS IoT, "reserved topics". */
static void dollar_topics_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(zt_topic_kind_of(ZT_LIT("a/$aws")), ZT_TOPIC_ORDINARY);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/rules/r/a")), ZT_TOPIC_INGEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/things/t/shadow/update")), ZT_TOPIC_SERVICE);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/things/t/shadow/name/delta/get")), ZT_TOPIC_SERVICE);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/rules/r")), ZT_TOPIC_INGEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/rules//a")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/rules/r/")), ZT_TOPIC_INGEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/certificates/create/json")), ZT_TOPIC_REQUEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/certificates/create-from-csr/cbor")), ZT_TOPIC_REQUEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/certificates/create/json/accepted")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/certificates/create")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/provisioning-templates/t/provision/json")), ZT_TOPIC_REQUEST);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/provisioning-templates//provision/json")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/provisioning-templates/a/b/provision/json")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/provisioning-templates/t/provision/json/rejected")),
			 ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$aws/events/presence/connected/x")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$SYS/broker/uptime")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$zerotouch/refusals")), ZT_TOPIC_RESERVED);
	assert_int_equal(zt_topic_kind_of(ZT_LIT("$")), ZT_TOPIC_RESERVED);
}

static void what_services_answer_is_forged_by_nobody(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"$aws/things/t/shadow/update/accepted",
		"$aws/things/t/shadow/update/rejected",
		"$aws/things/t/shadow/update/delta",
		"$aws/things/t/shadow/update/documents",
		"$aws/things/t/jobs/notify",
		"$aws/things/t/jobs/notify-next",
		"$aws/things/t/shadow/name/n/get/accepted",
	};
	for (size_t i = 0; i < ZT_COUNT(answers); i++) {
		zt_publish m = message(answers[i]);
		refused(&m, 403, "ForbiddenException");
	}
}

static void ordinary_messages_pass(void **state)
{
	(void)state;
	zt_publish m = message("myhome/myroom");
	assert_ok(zt_accept_check(&m, NULL));
	m.retain = true;
	assert_ok(zt_accept_check(&m, NULL));
	m = message("$aws/rules/r/1/2/3/4/5/6/7/8");
	assert_ok(zt_accept_check(&m, NULL));
}

static void bad_topics_are_invalid_requests(void **state)
{
	(void)state;
	static const char *topics[] = { "", "a/+", "#", "\xff", "1/2/3/4/5/6/7/8/9" };
	for (size_t i = 0; i < ZT_COUNT(topics); i++) {
		zt_publish m = message(topics[i]);
		refused(&m, 400, "InvalidRequestException");
	}
}

static void a_payload_has_128_kb_at_most(void **state)
{
	(void)state;
	static uint8_t bytes[128 * 1024 + 1];
	zt_publish m = message("a");
	m.payload = (zt_view){ bytes, sizeof bytes };
	refused(&m, 400, "InvalidRequestException");
	m.payload.n--;
	assert_ok(zt_accept_check(&m, NULL));
}

static void reserved_topics_are_forbidden_and_retain_nothing(void **state)
{
	(void)state;
	zt_publish m = message("$aws/events/certificates/registered/x");
	refused(&m, 403, "ForbiddenException");
	m = message("$aws/things/t/shadow/update");
	m.retain = true;
	refused(&m, 400, "InvalidRequestException");
}

static void qos_2_is_refused(void **state)
{
	(void)state;
	zt_publish m = message("a");
	m.qos = 2;
	refused(&m, 400, "InvalidRequestException");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dollar_topics_are_told_apart),
		cmocka_unit_test(what_services_answer_is_forged_by_nobody),
		cmocka_unit_test(ordinary_messages_pass),
		cmocka_unit_test(bad_topics_are_invalid_requests),
		cmocka_unit_test(a_payload_has_128_kb_at_most),
		cmocka_unit_test(reserved_topics_are_forbidden_and_retain_nothing),
		cmocka_unit_test(qos_2_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
