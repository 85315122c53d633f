/* Standard error is a pipe while a line is written, so that the test sees the bytes an operator would. */
#include "base/log.h"

#include <jansson.h>
#include <unistd.h>

#include "zt_cmocka.h"

static int real_stderr, reader;

static int begin(void **state)
{
	(void)state;
	int ends[2];
	assert_ok(zt_log_configure("info", ZT_LOG_TEXT));
	real_stderr = dup(STDERR_FILENO);
	if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return -1;
	reader = ends[0];
	return close(ends[1]);
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(dup2(real_stderr, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(real_stderr), 0);
	return close(reader);
}

/* What was written since the last call; a mark of our own says when that is all. */
static const char *logged(void)
{
	static char text[8192];
	size_t n = 0;
	assert_int_equal(write(STDERR_FILENO, "\4", 1), 1);
	while (n == 0 || text[n - 1] != '\4') {
		ssize_t got = read(reader, text + n, sizeof text - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	text[n - 1] = 0;
	return text;
}

static void assert_line(const char *expected)
{
	enum { STAMP = 24 }; /* 2026-01-31T12:00:00.123Z */
	const char *line = logged();
	assert_true(strlen(line) > STAMP && line[STAMP - 1] == 'Z');
	assert_string_equal(line + STAMP, expected);
}

static void a_line_has_level_subject_message_and_pairs(void **state)
{
	(void)state;
	LOG_INFO("gateway", "certificate registered", ZT_KV_STR("certificate", "ab12"), ZT_KV_INT("port", 8883));
	assert_line(" INFO  gateway: certificate registered certificate=ab12 port=8883\n");
}

static void a_line_needs_no_pairs(void **state)
{
	(void)state;
	LOG_ERROR("api", "gave up");
	assert_line(" ERROR api: gave up\n");
}

static void numbers_keep_their_sign(void **state)
{
	(void)state;
	LOG_WARNING("x", "m", ZT_KV_INT("a", -1), ZT_KV_INT("b", INT64_MIN), ZT_KV_INT("c", 0));
	assert_line(" WARN  x: m a=-1 b=-9223372036854775808 c=0\n");
}

static void a_peer_cannot_forge_a_line(void **state)
{
	(void)state;
	LOG_INFO("x", "m", ZT_KV_STR("client", "a\n2026-01-31T12:00:00.000Z ERROR x: forged"));
	assert_line(" INFO  x: m client=\"a\\u000a2026-01-31T12:00:00.000Z ERROR x: forged\"\n");
}

static void what_is_not_plain_is_quoted(void **state)
{
	(void)state;
	LOG_INFO("x", "m", ZT_KV_STR("a", ""), ZT_KV_STR("b", "two words"), ZT_KV_STR("c", "k=v"),
		 ZT_KV_STR("d", "\"\\"));
	assert_line(" INFO  x: m a=\"\" b=\"two words\" c=\"k=v\" d=\"\\\"\\\\\"\n");
}

static void control_characters_never_reach_the_terminal(void **state)
{
	(void)state;
	/* ESC, DEL, and the C1 controls, which a terminal obeys in UTF-8 too. */
	LOG_INFO("x", "m", ZT_KV_STR("a", "\x1b[31m\x7f"),
		 ZT_KV_STR("b", "\xc2\x9b"
				"31m\xc2\xa0"));
	assert_line(" INFO  x: m a=\"\\u001b[31m\\u007f\" b=\"\\u009b31m\xc2\xa0\"\n");
}

static void text_that_is_no_utf8_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	LOG_INFO("x", "m", ZT_KV_STR("good", "Gerät"), ZT_KV_STR("bad", "caf\xe9"), ZT_KV_V("nul", ZT_LIT("a\0b")));
	assert_line(" INFO  x: m good=\"Gerät\" bad=\"caf\\u00e9\" nul=\"a\\u0000b\"\n");
}

static void a_pair_that_does_not_fit_leaves_the_message(void **state)
{
	(void)state;
	char big[4000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	LOG_INFO("x", "still here", ZT_KV_STR("big", big));
	assert_line(" INFO  x: still here\n");
}

static void levels_below_are_hidden(void **state)
{
	(void)state;
	LOG_DEBUG("x", "hidden");
	assert_string_equal(logged(), "");
	assert_ok(zt_log_configure("error", ZT_LOG_TEXT));
	LOG_WARNING("x", "hidden");
	assert_string_equal(logged(), "");
	LOG_ERROR("x", "seen");
	assert_line(" ERROR x: seen\n");
}

static void a_subject_may_have_its_own_level(void **state)
{
	(void)state;
	assert_ok(zt_log_configure("gateway=debug,api=error", ZT_LOG_TEXT));
	assert_true(zt_log_enabled("gateway", ZT_LOG_DEBUG));
	assert_false(zt_log_enabled("api", ZT_LOG_WARNING));
	assert_true(zt_log_enabled("other", ZT_LOG_INFO));
	assert_false(zt_log_enabled("other", ZT_LOG_DEBUG));
	assert_ok(zt_log_configure("warning,gateway=debug", ZT_LOG_TEXT));
	assert_false(zt_log_enabled("other", ZT_LOG_INFO));
}

static void a_new_configuration_starts_afresh(void **state)
{
	(void)state;
	assert_ok(zt_log_configure("error,gateway=debug", ZT_LOG_TEXT));
	assert_ok(zt_log_configure("api=debug", ZT_LOG_TEXT));
	assert_true(zt_log_enabled("other", ZT_LOG_INFO));
	assert_false(zt_log_enabled("gateway", ZT_LOG_DEBUG));
}

static void a_specification_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "loud", "gateway=", "gateway=loud", "Info",
					     "a-subject-of-more-than-24-letters=info" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_status(zt_log_configure(wrong[i], ZT_LOG_TEXT), ZT_E_USAGE);
}

static void json_lines_are_json(void **state)
{
	(void)state;
	assert_ok(zt_log_configure("info", ZT_LOG_JSON));
	LOG_INFO("gateway", "m", ZT_KV_V("a", ZT_LIT("x\n\"\\\xc2\x9b")), ZT_KV_INT("n", -7));
	json_t *line = json_loads(logged(), 0, NULL);
	assert_non_null(line);
	assert_string_equal(json_string_value(json_object_get(line, "level")), "info");
	assert_string_equal(json_string_value(json_object_get(line, "subject")), "gateway");
	assert_string_equal(json_string_value(json_object_get(line, "message")), "m");
	assert_string_equal(json_string_value(json_object_get(line, "a")), "x\n\"\\\xc2\x9b");
	assert_int_equal(json_integer_value(json_object_get(line, "n")), -7);
	json_decref(line);
}

static void an_error_is_logged_with_its_cause(void **state)
{
	(void)state;
	zt_error error = { .status = ZT_E_DENIED, .code = "AccessDeniedException", .text = "no permission" };
	assert_status(zt_log_error("setup", &error, "cannot create the role"), ZT_E_DENIED);
	assert_line(" ERROR setup: cannot create the role status=ZT_E_DENIED code=AccessDeniedException cause=\"no "
		    "permission\"\n");
}

#define PIPED(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIPED(a_line_has_level_subject_message_and_pairs),
		PIPED(a_line_needs_no_pairs),
		PIPED(numbers_keep_their_sign),
		PIPED(a_peer_cannot_forge_a_line),
		PIPED(what_is_not_plain_is_quoted),
		PIPED(control_characters_never_reach_the_terminal),
		PIPED(text_that_is_no_utf8_is_escaped_byte_by_byte),
		PIPED(a_pair_that_does_not_fit_leaves_the_message),
		PIPED(levels_below_are_hidden),
		PIPED(a_subject_may_have_its_own_level),
		PIPED(a_new_configuration_starts_afresh),
		PIPED(a_specification_that_is_none_is_refused),
		PIPED(json_lines_are_json),
		PIPED(an_error_is_logged_with_its_cause),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
