#include "base/codec.h"

#include "zt_cmocka.h"

static void hex_of_either_case_is_read(void **state)
{
	(void)state;
	uint8_t bytes[4];
	assert_ok(zt_hex_decode(ZT_LIT("00aBCdff"), bytes, sizeof bytes));
	assert_bytes(zt_view_make(bytes, sizeof bytes), 0x00, 0xab, 0xcd, 0xff);
	assert_ok(zt_hex_decode(ZT_VIEW_EMPTY, bytes, 0));
}

static void hex_of_another_length_or_with_other_characters_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[2] = { 7, 7 };
	static const char *const wrong[] = { "", "ab", "abc", "abcde", "abcdef", "abcg", " bcd", "0xab" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_status(zt_hex_decode(zt_view_of(wrong[i]), bytes, sizeof bytes), ZT_E_INVALID);
	assert_int_equal(bytes[0], 7);
}

static void hex_is_told_from_other_text(void **state)
{
	(void)state;
	assert_true(zt_is_hex(ZT_LIT("0123456789abcdefABCDEF")));
	assert_false(zt_is_hex(ZT_LIT("")));
	assert_false(zt_is_hex(ZT_LIT("12:4")));
	assert_false(zt_is_hex(ZT_LIT("12g4")));
}

static void a_guid_has_five_groups(void **state)
{
	(void)state;
	static const char *const wrong[] = { "",
					     "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f3",
					     "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f333",
					     "8c5ed1e1-9a7b-4a3d-9a5406-bd1a3d1f33",
					     "8c5ed1e19a7b4a3d9a5406bd1a3d1f33",
					     "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f3g",
					     "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33-",
					     "{8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33}" };
	assert_true(zt_is_guid(ZT_LIT("8c5ed1e1-9A7B-4a3d-9a54-06bd1a3d1f33")));
	for (size_t i = 0; i < ZT_COUNT(wrong); i++)
		assert_false(zt_is_guid(zt_view_of(wrong[i])));
}

/* RFC 4648 §10. */
static const char *const vectors[][2] = { { "", "" },
					  { "f", "Zg==" },
					  { "fo", "Zm8=" },
					  { "foo", "Zm9v" },
					  { "foob", "Zm9vYg==" },
					  { "fooba", "Zm9vYmE=" },
					  { "foobar", "Zm9vYmFy" } };

static void base64_is_written_with_padding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(vectors); i++) {
		ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
		assert_ok(zt_base64_encode(zt_view_of(vectors[i][0]), &out));
		assert_view(zt_str_view(&out), vectors[i][1]);
	}
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	assert_ok(zt_base64_encode(ZT_LIT("\xfb\xff\xbf"), &out));
	assert_view(zt_str_view(&out), "+/+/");
}

static void base64_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(vectors); i++) {
		ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
		assert_ok(zt_base64_decode(zt_view_of(vectors[i][1]), &out));
		assert_view(zt_str_view(&out), vectors[i][0]);
	}
}

static void blanks_in_base64_are_passed_over(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	assert_ok(zt_base64_decode(ZT_LIT(" Zm9v\r\nYm\tE=\n "), &out));
	assert_view(zt_str_view(&out), "fooba");
}

static void broken_base64_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "Z",    "Zg",   "Zg=",   "Zm9vYg", "Z===", "====",  "=",      "Zg==Zg==",
					     "Zg=v", "Zm=v", "Zm9v=", "Zm9-",   "Zm9_", "Zm9v!", "Zg== x", "Zm9vZ===" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
		if (zt_base64_decode(zt_view_of(wrong[i]), &out) != ZT_E_INVALID)
			fail_msg("\"%s\" was read", wrong[i]);
	}
}

static void a_decoded_text_keeps_its_ceiling(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(5);
	assert_ok(zt_base64_decode(ZT_LIT("Zm9vYmE="), &out));
	zt_str_clear(&out);
	assert_status(zt_base64_decode(ZT_LIT("Zm9vYmFy"), &out), ZT_E_LIMIT);
}

/* Unreserved characters: RFC 3986 §2.3. */
static void all_but_unreserved_characters_are_escaped(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64), slash = ZT_STR(64);
	assert_ok(zt_percent_encode(ZT_LIT("aZ09-._~ !*'()+%"), false, &out));
	assert_view(zt_str_view(&out), "aZ09-._~%20%21%2A%27%28%29%2B%25");
	assert_ok(zt_percent_encode(ZT_LIT("a/\xc3\xa9"), true, &slash));
	assert_ok(zt_percent_encode(ZT_LIT("/"), false, &slash));
	assert_view(zt_str_view(&slash), "a/%C3%A9%2F");
}

static void escapes_of_either_case_are_read(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	assert_ok(zt_percent_decode(ZT_LIT("a%2fB%2F+%00"), false, &out));
	assert_bytes(zt_str_view(&out), 'a', '/', 'B', '/', '+', 0);
}

static void a_plus_is_a_space_in_forms_alone(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
	assert_ok(zt_percent_decode(ZT_LIT("a+b%2B"), true, &out));
	assert_view(zt_str_view(&out), "a b+");
}

static void broken_escapes_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "%", "%2", "a%", "%2g", "%g2", "%%20", "% 2" };
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(64);
		assert_status(zt_percent_decode(zt_view_of(wrong[i]), false, &out), ZT_E_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_of_either_case_is_read),
		cmocka_unit_test(hex_of_another_length_or_with_other_characters_is_refused),
		cmocka_unit_test(hex_is_told_from_other_text),
		cmocka_unit_test(a_guid_has_five_groups),
		cmocka_unit_test(base64_is_written_with_padding),
		cmocka_unit_test(base64_is_read),
		cmocka_unit_test(blanks_in_base64_are_passed_over),
		cmocka_unit_test(broken_base64_is_refused),
		cmocka_unit_test(a_decoded_text_keeps_its_ceiling),
		cmocka_unit_test(all_but_unreserved_characters_are_escaped),
		cmocka_unit_test(escapes_of_either_case_are_read),
		cmocka_unit_test(a_plus_is_a_space_in_forms_alone),
		cmocka_unit_test(broken_escapes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
