/* The certificates of fixtures/, for the tests of this folder. */
#ifndef ZT_TESTS_UNIT_X509_FIXTURE_H
#define ZT_TESTS_UNIT_X509_FIXTURE_H

#include "base/fs.h"
#include "x509/pem.h"
#include "zt_shell.h"

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

#endif
