#include "unit/zt_cmocka.h"
#include "zerotouch/shadow.h"

/* Topics and documents as AWS's guide prints them ("Device Shadow MQTT topics", "Device Shadow service documents"). */

static zt_shadow shadow;
static char memory[1024];
static zt_buf out;
static zt_message message;
static zt_shadow_event event;

static int classic(void **state)
{
	(void)state;
	out = ZT_BUF(memory);
	assert_ok(zt_shadow_init(&shadow, ZT_LIT("lamp"), ZT_VIEW_EMPTY, NULL));
	return 0;
}

static zt_status take(const char *topic, const char *payload)
{
	const zt_message received = { zt_view_of(topic), zt_view_of(payload), 1, false };
	return zt_shadow_take(&shadow, &received, &event);
}

static void a_classic_shadow_has_these_filters(void **state)
{
	(void)state;
	zt_subscription s[ZT_SHADOW_SUBSCRIPTIONS];
	zt_shadow_subscriptions(&shadow, s);
	assert_view(s[0].filter, "$aws/things/lamp/shadow/+/accepted");
	assert_view(s[1].filter, "$aws/things/lamp/shadow/+/rejected");
	assert_view(s[2].filter, "$aws/things/lamp/shadow/update/delta");
}

static void a_named_one_has_its_name_in_them(void **state)
{
	(void)state;
	zt_subscription s[ZT_SHADOW_SUBSCRIPTIONS];
	assert_ok(zt_shadow_init(&shadow, ZT_LIT("lamp"), ZT_LIT("night"), NULL));
	zt_shadow_subscriptions(&shadow, s);
	assert_view(s[2].filter, "$aws/things/lamp/shadow/name/night/update/delta");
	assert_ok(zt_shadow_get(&shadow, ZT_VIEW_EMPTY, &out, &message));
	assert_view(message.topic, "$aws/things/lamp/shadow/name/night/get");
	assert_int_equal(message.payload.n, 0);
	assert_status(take("$aws/things/lamp/shadow/update/delta", "{\"version\":1,\"state\":{}}"), ZT_E_NOT_FOUND);
}

static void the_longest_names_fit(void **state)
{
	(void)state;
	char name[128];
	memset(name, 'n', sizeof name);
	assert_ok(zt_shadow_init(&shadow, zt_view_make(name, 128), zt_view_make(name, 64), NULL));
	assert_status(zt_shadow_init(&shadow, zt_view_make(name, 128), zt_view_make(name, 65), NULL), ZT_E_INVALID);
	const char *why = NULL;
	assert_status(zt_shadow_init(&shadow, ZT_LIT("a/b"), ZT_VIEW_EMPTY, &why), ZT_E_INVALID);
	assert_string_equal(why, "a shadow's name has at most 64, a Thing's 128 characters: a-z A-Z 0-9 : _ -");
}

static void get_and_delete_carry_their_token(void **state)
{
	(void)state;
	assert_ok(zt_shadow_get(&shadow, ZT_LIT("t-1"), &out, &message));
	assert_view(message.topic, "$aws/things/lamp/shadow/get");
	assert_view(message.payload, "{\"clientToken\":\"t-1\"}");
	assert_int_equal(message.qos, 1);
	assert_ok(zt_shadow_delete(&shadow, ZT_VIEW_EMPTY, &out, &message));
	assert_view(message.topic, "$aws/things/lamp/shadow/delete");
	assert_int_equal(message.payload.n, 0);
}

static void an_update_has_its_sections_version_and_token(void **state)
{
	(void)state;
	const zt_shadow_change change = {
		.desired = ZT_LIT("null"), .reported = ZT_LIT("{\"on\":true}"), .version = 7, .token = ZT_LIT("t")
	};
	assert_ok(zt_shadow_update(&shadow, &change, &out, &message, NULL));
	assert_view(message.topic, "$aws/things/lamp/shadow/update");
	assert_view(message.payload,
		    "{\"state\":{\"desired\":null,\"reported\":{\"on\":true}},\"version\":7,\"clientToken\":\"t\"}");
	const zt_shadow_change small = { .reported = ZT_LIT("{}") };
	assert_ok(zt_shadow_update(&shadow, &small, &out, &message, NULL));
	assert_view(message.payload, "{\"state\":{\"reported\":{}}}");
}

static void refused(const zt_shadow_change *change, zt_status status, const char *why)
{
	const char *told = "";
	assert_status(zt_shadow_update(&shadow, change, &out, &message, &told), status);
	assert_string_equal(told, why);
}

static void an_update_that_cannot_be_names_its_limit(void **state)
{
	(void)state;
	static char big[ZT_SHADOW_DOCUMENT_MAX + 3];
	memset(big, ' ', sizeof big);
	big[0] = '{';
	big[sizeof big - 1] = '}';
	refused(&(zt_shadow_change){ .reported = zt_view_make(big, sizeof big) }, ZT_E_LIMIT,
		"AWS IoT Core takes shadows of at most 8192 bytes (8 KB)");
	refused(&(zt_shadow_change){ .reported = zt_view_make(big, 2) }, ZT_E_INVALID,
		"a section of a shadow is a JSON object, or null to remove it");
	refused(&(zt_shadow_change){ .reported = ZT_LIT("[1]") }, ZT_E_INVALID,
		"a section of a shadow is a JSON object, or null to remove it");
	refused(&(zt_shadow_change){ .version = 1 }, ZT_E_INVALID,
		"an update of a shadow needs a desired or a reported section");
	memset(big, 't', sizeof big);
	refused(&(zt_shadow_change){ .reported = ZT_LIT("{}"), .token = zt_view_make(big, 65) }, ZT_E_LIMIT,
		"AWS IoT Core takes client tokens of at most 64 bytes");
	refused(&(zt_shadow_change){ .reported = ZT_LIT("{}"), .token = zt_view_make(big, 64) }, ZT_OK, "");
	out = zt_buf_make(memory, 40);
	refused(&(zt_shadow_change){ .reported = ZT_LIT("{}") }, ZT_E_SPACE, "the memory is too small");
}

static void a_get_is_answered_with_its_sections(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/get/accepted",
		       "{\"state\":{\"desired\":{\"on\":true},\"reported\":{\"on\":false},\"delta\":{\"on\":true}},"
		       "\"metadata\":{},\"version\":9,\"timestamp\":1,\"clientToken\":\"t-1\"}"));
	assert_int_equal(event.kind, ZT_SHADOW_ACCEPTED);
	assert_int_equal(event.operation, ZT_SHADOW_OP_GET);
	assert_int_equal(event.version, 9);
	assert_view(event.desired, "{\"on\":true}");
	assert_view(event.reported, "{\"on\":false}");
	assert_view(event.delta, "{\"on\":true}");
	assert_view(event.token, "t-1");
}

static void a_delta_is_its_state(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":10,\"timestamp\":1,\"state\":{\"color\":"
							       "\"red\"},\"metadata\":{\"color\":{\"timestamp\":1}}}"));
	assert_int_equal(event.kind, ZT_SHADOW_DELTA);
	assert_view(event.state, "{\"color\":\"red\"}");
	assert_int_equal(event.version, 10);
	assert_false(event.stale);
}

static void a_delta_that_was_overtaken_is_stale(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":10,\"state\":{\"a\":1}}"));
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":9,\"state\":{\"a\":2}}"));
	assert_true(event.stale);
	assert_int_equal(shadow.version, 10);
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":10,\"state\":{\"a\":1}}"));
	assert_false(event.stale);
}

static void a_shadow_that_began_anew_is_not_stale(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":10,\"state\":{\"a\":1}}"));
	assert_ok(take("$aws/things/lamp/shadow/get/rejected",
		       "{\"code\":404,\"message\":\"No shadow exists with name: 'lamp'\"}"));
	assert_ok(take("$aws/things/lamp/shadow/update/delta", "{\"version\":1,\"state\":{\"a\":1}}"));
	assert_false(event.stale);
}

static void a_rejection_has_its_code_and_sentence(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/update/rejected",
		       "{\"code\":409,\"message\":\"Version conflict\",\"timestamp\":1,\"clientToken\":\"t\"}"));
	assert_int_equal(event.kind, ZT_SHADOW_REJECTED);
	assert_int_equal(event.operation, ZT_SHADOW_OP_UPDATE);
	assert_int_equal(event.code, 409);
	assert_view(event.message, "Version conflict");
	assert_view(event.token, "t");
}

static void an_accepted_null_state_and_a_deletion_are_taken(void **state)
{
	(void)state;
	assert_ok(take("$aws/things/lamp/shadow/update/accepted", "{\"state\":null,\"metadata\":{},\"version\":3}"));
	assert_int_equal(event.version, 3);
	assert_ok(take("$aws/things/lamp/shadow/delete/accepted", "{\"version\":4,\"timestamp\":1}"));
	assert_int_equal(event.operation, ZT_SHADOW_OP_DELETE);
}

static void other_topics_are_not_its_own(void **state)
{
	(void)state;
	static const char *const topics[] = {
		"$aws/things/lamp2/shadow/update/delta",
		"$aws/things/lamp/shadow/update/documents",
		"$aws/things/lamp/shadow/update",
		"$aws/things/lamp/shadow/name/night/update/delta",
		"$aws/things/lamp/shadow/getx/accepted",
		"myhome/myroom",
		"$aws/things/lamp/shadow/get/accepted/more",
	};
	for (size_t i = 0; i < ZT_COUNT(topics); i++)
		assert_status(take(topics[i], "{\"version\":1,\"state\":{}}"), ZT_E_NOT_FOUND);
}

static void broken_documents_are_refused(void **state)
{
	(void)state;
	static const char *const payloads[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"version\":1}",
		"{\"version\":-1,\"state\":{}}",
		"{\"version\":\"1\",\"state\":{}}",
		"{\"version\":1,\"state\":null}",
		"{\"version\":1,\"state\":[]}",
		"{\"version\":1,\"state\":{}",
		"null",
	};
	for (size_t i = 0; i < ZT_COUNT(payloads); i++)
		assert_status(take("$aws/things/lamp/shadow/update/delta", payloads[i]), ZT_E_PROTOCOL);
	assert_status(take("$aws/things/lamp/shadow/get/rejected", "{\"message\":\"x\"}"), ZT_E_PROTOCOL);
	assert_status(take("$aws/things/lamp/shadow/get/rejected", "{\"code\":70000}"), ZT_E_PROTOCOL);
	assert_int_equal(shadow.version, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_classic_shadow_has_these_filters, classic),
		cmocka_unit_test_setup(a_named_one_has_its_name_in_them, classic),
		cmocka_unit_test_setup(the_longest_names_fit, classic),
		cmocka_unit_test_setup(get_and_delete_carry_their_token, classic),
		cmocka_unit_test_setup(an_update_has_its_sections_version_and_token, classic),
		cmocka_unit_test_setup(an_update_that_cannot_be_names_its_limit, classic),
		cmocka_unit_test_setup(a_get_is_answered_with_its_sections, classic),
		cmocka_unit_test_setup(a_delta_is_its_state, classic),
		cmocka_unit_test_setup(a_delta_that_was_overtaken_is_stale, classic),
		cmocka_unit_test_setup(a_shadow_that_began_anew_is_not_stale, classic),
		cmocka_unit_test_setup(a_rejection_has_its_code_and_sentence, classic),
		cmocka_unit_test_setup(an_accepted_null_state_and_a_deletion_are_taken, classic),
		cmocka_unit_test_setup(other_topics_are_not_its_own, classic),
		cmocka_unit_test_setup(broken_documents_are_refused, classic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
