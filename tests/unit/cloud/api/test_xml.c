/* The XML of the Query protocol, against the samples of the IAM API reference and XML 1.0 §2.2, §2.4. */
#include "zt_cmocka.h"

#include "cloud/api/xml.h"

static const zt_operation operation = { .name = "GetThing" };
static const zt_service service = { .xmlns = "https://example.com/doc/" };

static void what_markup_would_change_is_escaped(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(256);
	assert_ok(zt_xml_text(&out, "A", ZT_LIT("<a b=\"c\"> & 'd'\r\n")));
	assert_string_equal(zt_str_text(&out), "<A>&lt;a b=&quot;c&quot;&gt; &amp; 'd'&#13;\n</A>");
}

static void what_xml_cannot_hold_is_replaced(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(256);
	assert_ok(zt_xml_text(&out, "A", zt_view_make("x\x01\0y", 4)));
	assert_string_equal(zt_str_text(&out), "<A>x\xEF\xBF\xBD\xEF\xBF\xBDy</A>");
}

static void numbers_truths_and_times_have_one_form(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(256);
	assert_ok(zt_xml_number(&out, "N", 3600));
	assert_ok(zt_xml_bool(&out, "B", false));
	assert_ok(zt_xml_time(&out, "T", 1769860800999));
	assert_string_equal(zt_str_text(&out), "<N>3600</N><B>false</B><T>2026-01-31T12:00:00Z</T>");
}

static void an_answer_wraps_its_result(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(1024);
	zt_call call = { .operation = &operation, .service = &service, .request_id = "id", .xml = ZT_STR(256) };
	assert_ok(zt_xml_text(&call.xml, "Name", ZT_LIT("n")));
	assert_ok(zt_xml_response(&call, &out));
	assert_string_equal(zt_str_text(&out), "<GetThingResponse xmlns=\"https://example.com/doc/\">\n"
					       "<GetThingResult><Name>n</Name></GetThingResult>\n"
					       "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\n"
					       "</GetThingResponse>\n");
	zt_str_free(&call.xml);
}

static void an_operation_without_output_has_no_result(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(1024);
	const zt_call call = { .operation = &operation, .service = &service, .request_id = "id" };
	assert_ok(zt_xml_response(&call, &out));
	assert_string_equal(zt_str_text(&out), "<GetThingResponse xmlns=\"https://example.com/doc/\">\n"
					       "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\n"
					       "</GetThingResponse>\n");
}

static void an_error_says_whose_fault_it_is(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(1024);
	const zt_call call = { .service = &service, .request_id = "id" };
	assert_ok(zt_xml_error(&call, "NoSuchEntity", "no <x>", 404, &out));
	assert_string_equal(zt_str_text(&out), "<ErrorResponse xmlns=\"https://example.com/doc/\">\n"
					       "<Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
					       "<Message>no &lt;x&gt;</Message></Error>\n"
					       "<RequestId>id</RequestId>\n</ErrorResponse>\n");
	zt_str_clear(&out);
	assert_ok(zt_xml_error(&call, "ServiceFailure", "", 500, &out));
	assert_non_null(strstr(zt_str_text(&out), "<Type>Receiver</Type>"));
}

static void a_ceiling_is_told(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(8);
	assert_status(zt_xml_text(&out, "A", ZT_LIT("long text")), ZT_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_markup_would_change_is_escaped),
		cmocka_unit_test(what_xml_cannot_hold_is_replaced),
		cmocka_unit_test(numbers_truths_and_times_have_one_form),
		cmocka_unit_test(an_answer_wraps_its_result),
		cmocka_unit_test(an_operation_without_output_has_no_result),
		cmocka_unit_test(an_error_says_whose_fault_it_is),
		cmocka_unit_test(a_ceiling_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
