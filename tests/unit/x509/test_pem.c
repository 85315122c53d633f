#include "x509/pem.h"

#include "zt_cmocka.h"

/* 48 bytes are one line of 64 characters; RFC 4648 §10: "foobar" is Zm9vYmFy. */
#define FOOBAR "-----BEGIN CERTIFICATE-----\nZm9vYmFy\n-----END CERTIFICATE-----\n"

static void assert_next(zt_view *text, const char *label, const char *expected)
{
	zt_str der = ZT_STR(1024);
	assert_ok(zt_pem_next(text, label, &der));
	assert_view(zt_str_view(&der), expected);
	zt_str_free(&der);
}

static void assert_none(const char *text, zt_status expected)
{
	zt_str der = ZT_STR(1024);
	zt_view rest = zt_view_of(text);
	assert_status(zt_pem_next(&rest, "CERTIFICATE", &der), expected);
	assert_int_equal(der.n, 0);
	assert_ptr_equal(rest.p, text);
	zt_str_free(&der);
}

static void a_block_is_decoded(void **state)
{
	(void)state;
	zt_view text = ZT_LIT(FOOBAR);
	assert_next(&text, "CERTIFICATE", "foobar");
}

static void blocks_are_taken_one_after_another(void **state)
{
	(void)state;
	zt_view text =
	    ZT_LIT("subject=CN=a\n" FOOBAR "between\n-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----");
	zt_str der = ZT_STR(64);
	assert_next(&text, "CERTIFICATE", "foobar");
	assert_next(&text, "CERTIFICATE", "foo");
	assert_status(zt_pem_next(&text, "CERTIFICATE", &der), ZT_E_NOT_FOUND);
	zt_str_free(&der);
}

static void other_labels_are_passed_over(void **state)
{
	(void)state;
	zt_view text = ZT_LIT("-----BEGIN EC PARAMETERS-----\nZm9v\n-----END EC PARAMETERS-----\n" FOOBAR);
	assert_next(&text, "CERTIFICATE", "foobar");
}

static void a_label_that_only_begins_alike_is_another(void **state)
{
	(void)state;
	assert_none("-----BEGIN CERTIFICATE REQUEST-----\nZm9v\n-----END CERTIFICATE REQUEST-----\n", ZT_E_NOT_FOUND);
}

static void carriage_returns_are_fine(void **state)
{
	(void)state;
	zt_view text = ZT_LIT("-----BEGIN CERTIFICATE-----\r\nZm9v\r\nYmFy\r\n-----END CERTIFICATE-----\r\n");
	assert_next(&text, "CERTIFICATE", "foobar");
}

static void a_boundary_stands_at_the_start_of_a_line(void **state)
{
	(void)state;
	assert_none("x -----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----\n", ZT_E_NOT_FOUND);
}

static void broken_blocks_are_refused(void **state)
{
	(void)state;
	assert_none("-----BEGIN CERTIFICATE-----\nZm9v", ZT_E_INVALID);
	assert_none("-----BEGIN CERTIFICATE-----\nZm9\n-----END CERTIFICATE-----\n", ZT_E_INVALID);
	assert_none("-----BEGIN CERTIFICATE-----\nZm9v!mFy\n-----END CERTIFICATE-----\n", ZT_E_INVALID);
	assert_none("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", ZT_E_INVALID);
	assert_none("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END CERTIFICATE-----\n",
		    ZT_E_INVALID);
	assert_none("-----BEGIN CERTIFICATE-----\nZm9v\n-----END X509 CRL-----\n", ZT_E_INVALID);
}

static void the_ceiling_of_the_output_holds(void **state)
{
	(void)state;
	zt_view text = ZT_LIT(FOOBAR);
	zt_str der = ZT_STR(5);
	assert_status(zt_pem_next(&text, "CERTIFICATE", &der), ZT_E_LIMIT);
	zt_str_free(&der);
}

static void a_block_is_written_in_lines_of_64_characters(void **state)
{
	(void)state;
	zt_str out = ZT_STR(1024);
	uint8_t zeros[50] = { 0 };
	assert_ok(zt_pem_put(zt_view_make(zeros, sizeof zeros), "X", &out));
	assert_view(zt_str_view(&out), "-----BEGIN X-----\n"
				       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
				       "AAA=\n"
				       "-----END X-----\n");
	zt_str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_is_decoded),
		cmocka_unit_test(blocks_are_taken_one_after_another),
		cmocka_unit_test(other_labels_are_passed_over),
		cmocka_unit_test(a_label_that_only_begins_alike_is_another),
		cmocka_unit_test(carriage_returns_are_fine),
		cmocka_unit_test(a_boundary_stands_at_the_start_of_a_line),
		cmocka_unit_test(broken_blocks_are_refused),
		cmocka_unit_test(the_ceiling_of_the_output_holds),
		cmocka_unit_test(a_block_is_written_in_lines_of_64_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
