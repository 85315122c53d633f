/* Commands of other people's, as oracles: what openssl, curl or sha256sum say is what a test expects. */
#ifndef ZT_TESTS_UNIT_ZT_SHELL_H
#define ZT_TESTS_UNIT_ZT_SHELL_H

#include "zt_cmocka.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

/* What the shell command prints, with `input` in the file that $IN names. The command must end with 0. Free it. */
static inline zt_str shell(zt_view input, const char *command)
{
	char path[] = "/tmp/zt-test-XXXXXX";
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
