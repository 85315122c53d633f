#include <string.h>

#include "unit/zt_cmocka.h"
#include "zerotouch/http.h"
#include "zerotouch/message.h"

static char memory[ZT_HTTPS_HEAD_MAX];

static zt_view head_of(zt_view topic, uint16_t port, size_t length)
{
	static zt_buf out;
	out = zt_buf_make(memory, sizeof memory);
	const zt_http_host host = { ZT_LIT("abc-ats.iot.eu-central-1.amazonaws.com"), port };
	const zt_message message = { .topic = topic, .payload = { NULL, length }, .qos = 1 };
	zt_http_put_publish(&out, &host, &message);
	assert_ok(zt_buf_finish(&out));
	return zt_buf_view(&out);
}

static void a_publish_is_the_request_that_aws_documents(void **state)
{
	(void)state;
	assert_view(head_of(ZT_LIT("myhome/myroom"), 8443, 36), "POST /topics/myhome%2Fmyroom?qos=1 HTTP/1.1\r\n"
								"Host: abc-ats.iot.eu-central-1.amazonaws.com:8443\r\n"
								"Content-Type: application/octet-stream\r\n"
								"Content-Length: 36\r\n"
								"\r\n");
}

static void the_default_port_is_left_out_of_host(void **state)
{
	(void)state;
	assert_non_null(strstr((const char *)head_of(ZT_LIT("a"), 443, 0).p, "amazonaws.com\r\n"));
}

static void a_topic_cannot_break_out_of_its_segment(void **state)
{
	(void)state;
	zt_view head = head_of(ZT_LIT("a b?c#d%\r\nX: y/\xc3\xa9~-._"), 443, 0);
	assert_true(zt_view_starts(
	    head, ZT_LIT("POST /topics/a%20b%3Fc%23d%25%0D%0AX%3A%20y%2F%C3%A9~-._?qos=1 HTTP/1.1\r\n")));
}

static void the_longest_topic_fits_the_promised_memory(void **state)
{
	(void)state;
	char topic[256], name[255];
	memset(topic, ' ', sizeof topic);
	memset(name, 'h', sizeof name);
	zt_buf out = zt_buf_make(memory, sizeof memory);
	const zt_http_host host = { zt_view_make(name, sizeof name), 8443 };
	const zt_message message = { .topic = zt_view_make(topic, sizeof topic), .payload = { NULL, ZT_PAYLOAD_MAX } };
	zt_http_put_publish(&out, &host, &message);
	assert_ok(zt_buf_finish(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_publish_is_the_request_that_aws_documents),
		cmocka_unit_test(the_default_port_is_left_out_of_host),
		cmocka_unit_test(a_topic_cannot_break_out_of_its_segment),
		cmocka_unit_test(the_longest_topic_fits_the_promised_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
