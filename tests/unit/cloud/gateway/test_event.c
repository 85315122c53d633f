#include "cloud/gateway/event.h"
#include "zt_cmocka.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static zt_registered_event event_with(int64_t registered_ms)
{
	return (zt_registered_event){ .certificate_id = ZT_LIT(A64),
				      .ca_id = ZT_LIT(B64),
				      .account = ZT_LIT("123456789012"),
				      .now_ms = 1552061705285,
				      .registered_ms = registered_ms };
}

/* The form of the AWS IoT developer guide, "auto-register-device-cert"; the first presentation as measured. */
static void the_first_presentation_has_no_time_of_registration(void **state)
{
	(void)state;
	zt_str out = ZT_STR(1024);
	zt_registered_event event = event_with(-1);
	assert_ok(zt_event_payload(&event, &out));
	assert_view(zt_str_view(&out), "{\"certificateId\":\"" A64 "\",\"caCertificateId\":\"" B64
				       "\",\"timestamp\":1552061705285,\"certificateStatus\":\"PENDING_ACTIVATION\","
				       "\"awsAccountId\":\"123456789012\",\"certificateRegistrationTimestamp\":null}");
	zt_str_free(&out);
}

static void later_ones_tell_it_as_a_string(void **state)
{
	(void)state;
	zt_str out = ZT_STR(1024);
	zt_registered_event event = event_with(1552061705277);
	assert_ok(zt_event_payload(&event, &out));
	assert_true(zt_view_ends(zt_str_view(&out), ZT_LIT("\"certificateRegistrationTimestamp\":\"1552061705277\"}")));
	zt_str_free(&out);
}

static void the_topic_names_the_ca(void **state)
{
	(void)state;
	zt_str out = ZT_STR(1024);
	zt_registered_event event = event_with(-1);
	assert_ok(zt_event_topic(&event, &out));
	assert_view(zt_str_view(&out), "$aws/events/certificates/registered/" B64);
	zt_str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_presentation_has_no_time_of_registration),
		cmocka_unit_test(later_ones_tell_it_as_a_string),
		cmocka_unit_test(the_topic_names_the_ca),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
