#include "cloud/shadow/document.h"

#include "zt_cmocka.h"

enum { NOW = 1488565234 };

static zt_shadow shadow;

static void assert_json(json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	json_t *want = json_loads(expected, 0, NULL);
	if (!want)
		fail_msg("the test's own JSON: %s", expected);
	if (!json_equal(json, want))
		fail_msg("%s is not %s", text, expected);
	free(text);
	json_decref(want);
	json_decref(json);
}

static zt_status update(const char *payload, int64_t now_s, json_t **ret_answer, zt_error *ret_error)
{
	zt_shadow_request request;
	zt_shadow after;
	zt_status status = zt_shadow_request_update(zt_view_of(payload), &request, ret_error);
	if (status == ZT_OK)
		status = zt_shadow_update(&shadow, &request, now_s, &after, ret_error);
	if (status == ZT_OK && ret_answer)
		*ret_answer = zt_shadow_show_update(&after, &request, now_s);
	zt_shadow_request_free(&request);
	if (status == ZT_OK) {
		zt_shadow_clear(&shadow);
		shadow = after;
	}
	return status;
}

static void change(const char *payload, int64_t now_s)
{
	zt_error error = { 0 };
	if (update(payload, now_s, NULL, &error) != ZT_OK)
		fail_msg("%s: %s", payload, error.text);
}

static void refused(const char *payload, int http, const char *text)
{
	zt_error error = { 0 };
	uint64_t version = shadow.version;
	assert_int_not_equal(update(payload, NOW, NULL, &error), ZT_OK);
	assert_int_equal(error.http, http);
	assert_string_equal(error.text, text);
	assert_int_equal(shadow.version, version);
}

/* Captured from AWS (an ESP8266's log of 2019): an empty section that was sent is echoed, and disappears. */
static void the_captured_exchange(void **state)
{
	(void)state;
	json_t *answer = NULL;
	zt_error error = { 0 };
	shadow.version = 4;
	shadow.exists = true;
	assert_ok(update("{\"state\":{\"desired\":{\"prop1\":\"12\"},\"reported\":{}}}", 1566483958, &answer, &error));
	assert_json(answer,
		    "{\"state\":{\"desired\":{\"prop1\":\"12\"},\"reported\":{}},\"metadata\":{\"desired\":{\"prop1\":"
		    "{\"timestamp\":1566483958}},\"reported\":{}},\"version\":5,\"timestamp\":1566483958}");
	assert_json(zt_shadow_show(&shadow, 1566549521, ""),
		    "{\"state\":{\"desired\":{\"prop1\":\"12\"},\"delta\":{\"prop1\":\"12\"}},\"metadata\":{"
		    "\"desired\":{\"prop1\":"
		    "{\"timestamp\":1566483958}}},\"version\":5,\"timestamp\":1566549521}");
}

/* AWS IoT Developer Guide, "Device shadow service documents": the delta of the example of three colours. */
static void the_delta_names_what_differs_alone(void **state)
{
	(void)state;
	json_t *delta = NULL;
	change("{\"state\":{\"desired\":{\"color\":\"RED\",\"sequence\":[\"RED\",\"GREEN\",\"BLUE\"]},"
	       "\"reported\":{\"color\":\"GREEN\",\"sequence\":[\"RED\",\"GREEN\",\"BLUE\"]}}}",
	       NOW);
	assert_ok(zt_shadow_show_delta(&shadow, NOW, "t", &delta));
	assert_json(delta, "{\"version\":1,\"timestamp\":1488565234,\"state\":{\"color\":\"RED\"},"
			   "\"metadata\":{\"color\":{\"timestamp\":1488565234}},\"clientToken\":\"t\"}");
	change("{\"state\":{\"reported\":{\"color\":\"RED\"}}}", NOW);
	assert_ok(zt_shadow_show_delta(&shadow, NOW, "", &delta));
	assert_null(delta);
}

static void nested_members_differ_by_their_path(void **state)
{
	(void)state;
	json_t *delta = NULL;
	change("{\"state\":{\"desired\":{\"lights\":{\"color\":{\"r\":255,\"g\":255},\"on\":true},\"x\":1},"
	       "\"reported\":{\"lights\":{\"color\":{\"r\":255,\"g\":0},\"on\":true},\"only\":1}}}",
	       5);
	assert_ok(zt_shadow_show_delta(&shadow, 6, "", &delta));
	assert_json(delta, "{\"version\":1,\"timestamp\":6,\"state\":{\"lights\":{\"color\":{\"g\":255}},\"x\":1},"
			   "\"metadata\":{\"lights\":{\"color\":{\"g\":{\"timestamp\":5}}},\"x\":{\"timestamp\":5}}}");
}

static void an_update_changes_what_it_names(void **state)
{
	(void)state;
	change("{\"state\":{\"reported\":{\"a\":1,\"b\":{\"c\":2,\"d\":{}},\"l\":[1,{\"x\":2}]}}}", 10);
	change("{\"state\":{\"reported\":{\"b\":{\"c\":3,\"e\":null},\"n\":{\"gone\":null,\"kept\":0}}}}", 20);
	assert_json(
	    zt_shadow_show(&shadow, 30, ""),
	    "{\"state\":{\"reported\":{\"a\":1,\"b\":{\"c\":3,\"d\":{}},\"l\":[1,{\"x\":2}],\"n\":{\"kept\":0}}},"
	    "\"metadata\":{\"reported\":{\"a\":{\"timestamp\":10},\"b\":{\"c\":{\"timestamp\":20},\"d\":{}},"
	    "\"l\":[{\"timestamp\":10},{\"x\":{\"timestamp\":10}}],\"n\":{\"kept\":{\"timestamp\":20}}}},"
	    "\"version\":2,\"timestamp\":30}");
	change("{\"state\":{\"reported\":{\"a\":null,\"b\":null,\"l\":[],\"n\":7}}}", 40);
	assert_json(zt_shadow_show(&shadow, 50, ""), "{\"state\":{\"reported\":{\"l\":[],\"n\":7}},\"metadata\":{"
						     "\"reported\":{\"l\":[],\"n\":{\"timestamp\":40}}},"
						     "\"version\":3,\"timestamp\":50}");
}

static void null_removes_a_section_and_an_empty_one_disappears(void **state)
{
	(void)state;
	change("{\"state\":{\"desired\":{\"a\":1},\"reported\":{\"a\":1}}}", NOW);
	change("{\"state\":{\"desired\":null}}", NOW);
	assert_null(shadow.desired.state);
	change("{\"state\":{\"reported\":{\"a\":null}}}", NOW);
	assert_null(shadow.reported.state);
	assert_json(zt_shadow_show(&shadow, NOW, ""),
		    "{\"state\":{},\"metadata\":{},\"version\":3,\"timestamp\":1488565234}");
}

/* As AWS answered when it was asked (AWS IoT, "Device Shadow service"). */
static void a_state_of_null_is_accepted(void **state)
{
	(void)state;
	json_t *answer = NULL;
	zt_error error = { 0 };
	assert_ok(update("{\"state\":null}", 7, &answer, &error));
	assert_json(answer, "{\"state\":null,\"metadata\":{\"timestamp\":7},\"version\":1,\"timestamp\":7}");
	assert_json(zt_shadow_show(&shadow, 8, "c"),
		    "{\"state\":{},\"metadata\":{},\"version\":1,\"timestamp\":8,\"clientToken\":\"c\"}");
}

static void versions_go_on_behind_a_deletion_and_are_checked(void **state)
{
	(void)state;
	change("{\"state\":{\"reported\":{\"a\":1}}}", NOW);
	refused("{\"state\":{\"reported\":{\"a\":2}},\"version\":2}", 409, "Version conflict");
	change("{\"state\":{\"reported\":{\"a\":2}},\"version\":1}", NOW);
	assert_ok(zt_shadow_delete(&shadow, NOW));
	assert_json(zt_shadow_show_delete(&shadow, NOW, ""), "{\"version\":2,\"timestamp\":1488565234}");
	assert_int_equal(zt_shadow_delete(&shadow, NOW), ZT_E_NOT_FOUND);
	change("{\"state\":{\"reported\":{\"b\":1}}}", NOW + 48 * 3600 - 1);
	assert_int_equal(shadow.version, 3);
	assert_ok(zt_shadow_delete(&shadow, NOW));
	change("{\"state\":{\"reported\":{\"b\":1}}}", NOW + 48 * 3600);
	assert_int_equal(shadow.version, 1);
}

static void documents_show_both_sides(void **state)
{
	(void)state;
	zt_shadow before = { 0 };
	change("{\"state\":{\"reported\":{\"a\":1}}}", 5);
	assert_json(zt_shadow_show_documents(&before, &shadow, 6, "t"),
		    "{\"previous\":{\"state\":{},\"metadata\":{},\"version\":0},\"current\":{\"state\":{\"reported\":{"
		    "\"a\":1}},"
		    "\"metadata\":{\"reported\":{\"a\":{\"timestamp\":5}}},\"version\":1},\"timestamp\":6,"
		    "\"clientToken\":\"t\"}");
}

/* They share what the update does not touch, and the request's values. */
static void the_document_before_stays_as_it_was(void **state)
{
	(void)state;
	zt_shadow_request request;
	zt_shadow after;
	zt_error error = { 0 };
	change("{\"state\":{\"desired\":{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":[1]},\"reported\":{\"f\":1}}}", 5);
	assert_ok(zt_shadow_request_update(
	    ZT_LIT("{\"state\":{\"desired\":{\"a\":{\"b\":null,\"c\":{\"d\":[3]}},\"e\":{\"g\":null}}}}"), &request,
	    &error));
	assert_ok(zt_shadow_update(&shadow, &request, 6, &after, &error));
	zt_shadow_request_free(&request);
	assert_json(
	    zt_shadow_show(&shadow, 7, ""),
	    "{\"state\":{\"desired\":{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":[1]},\"reported\":{\"f\":1},"
	    "\"delta\":{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":[1]}},"
	    "\"metadata\":{\"desired\":{\"a\":{\"b\":{\"timestamp\":5},\"c\":{\"d\":{\"timestamp\":5}}},"
	    "\"e\":[{\"timestamp\":5}]},\"reported\":{\"f\":{\"timestamp\":5}}},\"version\":1,\"timestamp\":7}");
	zt_shadow_clear(&shadow);
	shadow = after;
	assert_json(zt_shadow_show(&shadow, 7, ""),
		    "{\"state\":{\"desired\":{\"a\":{\"c\":{\"d\":[3]}},\"e\":{}},\"reported\":{\"f\":1},"
		    "\"delta\":{\"a\":{\"c\":{\"d\":[3]}},\"e\":{}}},"
		    "\"metadata\":{\"desired\":{\"a\":{\"c\":{\"d\":[{\"timestamp\":6}]}},\"e\":{}},"
		    "\"reported\":{\"f\":{\"timestamp\":5}}},\"version\":2,\"timestamp\":7}");
}

/* A refusal does not begin the version anew. */
static void a_version_is_not_forgotten_by_a_refused_update(void **state)
{
	(void)state;
	change("{\"state\":{\"reported\":{\"a\":1}}}", NOW);
	assert_ok(zt_shadow_delete(&shadow, NOW - 48 * 3600));
	refused("{\"state\":{\"reported\":{\"a\":2}},\"version\":1}", 409, "Version conflict");
	change("{\"state\":{\"reported\":{\"a\":2}},\"version\":0}", NOW);
	assert_int_equal(shadow.version, 1);
}

static void refusals_in_aws_s_words(void **state)
{
	(void)state;
	refused("", 400, "Invalid JSON");
	refused("[]", 400, "Invalid JSON");
	refused("{\"a\":1,\"a\":2}", 400, "Invalid JSON");
	refused("{}", 400, "Missing required node: state");
	refused("{\"state\":1}", 400, "State node must be an object");
	refused("{\"state\":{\"desired\":1}}", 400, "Desired node must be an object");
	refused("{\"state\":{\"reported\":[]}}", 400, "Reported node must be an object");
	refused("{\"state\":{\"delta\":{}}}", 400, "State contains an invalid node");
	refused("{\"state\":{\"desired\":{\"a\":[1,null]}}}", 400, "State contains an invalid node");
	refused("{\"state\":{},\"version\":\"1\"}", 400, "Invalid version");
	refused("{\"state\":{},\"version\":1.5}", 400, "Invalid version");
	refused("{\"state\":{},\"clientToken\":5}", 400, "Invalid clientToken");
	refused("{\"state\":{},\"clientToken\":\"12345678901234567890123456789012345678901234567890123456789012345\"}",
		400, "Invalid clientToken");
	refused("{\"state\":{\"desired\":{\"1\":{\"2\":{\"3\":{\"4\":{\"5\":{\"6\":{}}}}}}}}}", 400,
		"JSON contains too many levels of nesting; maximum is 6");
	refused("{\"state\":{\"desired\":{\"a\":\"\xff\"}}}", 415,
		"Unsupported documented encoding; supported encoding is UTF-8");
	change("{\"state\":{\"desired\":{\"1\":{\"2\":{\"3\":{\"4\":{\"5\":{}}}}}}}}", NOW);
}

static void eight_kilobytes_of_state_and_no_more(void **state)
{
	(void)state;
	char payload[12 * 1024];
	/* {"a":"…"} has 8 bytes around its text. */
	(void)snprintf(payload, sizeof payload, "{\"state\":{\"desired\":{\"a\":\"%0*d\"}}}", 8 * 1024 - 8, 0);
	change(payload, NOW);
	refused("{\"state\":{\"reported\":{\"b\":1}}}", 413, "The payload exceeds the maximum size allowed");
	(void)snprintf(payload, sizeof payload, "{\"state\":{\"desired\":{\"a\":\"%0*d\"}}}", 8 * 1024 - 7, 0);
	refused(payload, 413, "The payload exceeds the maximum size allowed");
}

static void what_is_stored_comes_back(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(4096);
	zt_shadow again = { 0 };
	change("{\"state\":{\"desired\":{\"a\":{\"b\":[1,2.5,\"x\"]}}}}", NOW);
	assert_ok(zt_shadow_write(&shadow, &text));
	assert_ok(zt_shadow_read(zt_str_view(&text), &again, NULL));
	assert_true(json_equal(again.desired.state, shadow.desired.state) && again.reported.state == NULL);
	assert_true(json_equal(again.desired.metadata, shadow.desired.metadata));
	assert_int_equal(again.version, 1);
	assert_true(again.exists);
	zt_shadow_clear(&again);
	assert_int_equal(zt_shadow_read(ZT_LIT("{}"), &again, NULL), ZT_E_INVALID);
	assert_ok(zt_shadow_read(ZT_VIEW_EMPTY, &again, NULL));
	assert_false(again.exists);
}

static int tear_down(void **state)
{
	(void)state;
	zt_shadow_clear(&shadow);
	return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_captured_exchange),
		TEST(the_delta_names_what_differs_alone),
		TEST(nested_members_differ_by_their_path),
		TEST(an_update_changes_what_it_names),
		TEST(null_removes_a_section_and_an_empty_one_disappears),
		TEST(a_state_of_null_is_accepted),
		TEST(versions_go_on_behind_a_deletion_and_are_checked),
		TEST(documents_show_both_sides),
		TEST(the_document_before_stays_as_it_was),
		TEST(a_version_is_not_forgotten_by_a_refused_update),
		TEST(refusals_in_aws_s_words),
		TEST(eight_kilobytes_of_state_and_no_more),
		TEST(what_is_stored_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
