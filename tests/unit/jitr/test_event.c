#include "zt_cmocka.h"

#include "jitr/event.h"

#define CERTIFICATE "2e1eb273792174ec2b9bf4e9b37e6c6c692345499506002a35159767055278e8"
#define CA "1111111111111111111111111111111111111111111111111111111111111111"

/* AWS IoT Developer Guide, "Register a client certificate automatically". */
static void reads_the_documented_event(void **state)
{
	(void)state;
	zt_jitr_event event;
	assert_ok(
	    zt_jitr_event_read(ZT_LIT("{\"certificateId\":\"" CERTIFICATE "\",\"caCertificateId\":\"" CA "\","
				      "\"timestamp\":1552061705285,\"certificateStatus\":\"PENDING_ACTIVATION\","
				      "\"awsAccountId\":\"123456789012\","
				      "\"certificateRegistrationTimestamp\":\"1552061705277\",\"clientid\":\"x\"}"),
			       &event, NULL));
	assert_string_equal(event.certificate_id, CERTIFICATE);
	assert_string_equal(event.ca_id, CA);
}

static void refuses_what_is_no_such_event(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"x",
		"[]",
		"null",
		"\"\"",
		"{}",
		"{\"certificateId\":\"" CERTIFICATE "\",\"certificateStatus\":\"PENDING_ACTIVATION\"}",
		"{\"caCertificateId\":\"" CA "\",\"certificateStatus\":\"PENDING_ACTIVATION\"}",
		"{\"certificateId\":\"" CERTIFICATE "\",\"caCertificateId\":\"" CA "\"}",
		"{\"certificateId\":\"" CERTIFICATE "\",\"caCertificateId\":\"" CA
		"\",\"certificateStatus\":\"ACTIVE\"}",
		"{\"certificateId\":7,\"caCertificateId\":\"" CA "\",\"certificateStatus\":\"PENDING_ACTIVATION\"}",
		"{\"certificateId\":\"../" CA "\",\"caCertificateId\":\"" CA
		"\",\"certificateStatus\":\"PENDING_ACTIVATION\"}",
		"{\"certificateId\":\"" CERTIFICATE "\",\"certificateId\":\"" CERTIFICATE "\",\"caCertificateId\":\"" CA
		"\",\"certificateStatus\":\"PENDING_ACTIVATION\"}",
	};
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		zt_jitr_event event;
		zt_error error = { 0 };
		assert_status(zt_jitr_event_read(zt_view_of(wrong[i]), &event, &error), ZT_E_INVALID);
		assert_true(error.text[0] != 0);
	}
}

static void refuses_an_event_over_its_limit(void **state)
{
	(void)state;
	static uint8_t large[ZT_JITR_EVENT_MAX + 1];
	memset(large, ' ', sizeof large);
	zt_jitr_event event;
	assert_status(zt_jitr_event_read((zt_view){ large, sizeof large }, &event, NULL), ZT_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_documented_event),
		cmocka_unit_test(refuses_what_is_no_such_event),
		cmocka_unit_test(refuses_an_event_over_its_limit),
	};
	return cmocka_run_group_tests_name("jitr/event", tests, NULL, NULL);
}
