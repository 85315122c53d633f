/* The certificates of fixtures/ and the openssl command line, for the tests of this folder. */
#ifndef ZT_TESTS_UNIT_X509_FIXTURE_H
#define ZT_TESTS_UNIT_X509_FIXTURE_H

#include "zt_cmocka.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "x509/pem.h"

/* PEM of fixtures/<name>.pem; free it. */
static inline zt_str fixture_pem(const char *name)
{
	zt_str path = ZT_STR(4096), pem = ZT_STR(65536);
	assert_ok(zt_str_printf(&path, "%s/tests/unit/x509/fixtures/%s.pem", ZT_SOURCE_DIR, name));
	assert_ok(zt_file_read(zt_str_text(&path), &pem, NULL));
	zt_str_free(&path);
	return pem;
}

static inline zt_str fixture_der(const char *name)
{
	zt_str pem = fixture_pem(name), der = ZT_STR(65536);
	zt_view rest = zt_str_view(&pem);
	assert_ok(zt_pem_next(&rest, "CERTIFICATE", &der));
	zt_str_free(&pem);
	return der;
}

/* What the shell command prints, with `input` in the file that $IN names. The command must end with 0. Free it. */
static inline zt_str shell(zt_view input, const char *command)
{
	char path[] = "/tmp/zt-x509-XXXXXX";
	zt_str out = ZT_STR(1 << 20);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, zt_view_pri_ptr(input), input.n), input.n);
	assert_int_equal(close(fd), 0);
	assert_int_equal(setenv("IN", path, 1), 0);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	char chunk[4096];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, pipe)) > 0;)
		assert_ok(zt_str_put(&out, zt_view_make(chunk, got)));
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(unlink(path), 0);
	return out;
}

static inline void assert_shell(zt_view input, const char *command, const char *expected)
{
	zt_str out = shell(input, command);
	assert_string_equal(zt_str_text(&out), expected);
	zt_str_free(&out);
}

#endif
