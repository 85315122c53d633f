/* What lies on the disk when Lambda starts. */
#include <unistd.h>

#include "fixture.h"

static void restart_keeps_packages_of_functions_alone(void **state)
{
	fixture f;
	zt_package package;
	zt_error error = { 0 };
	char path[256];
	ZT_CLEANUP(zt_str_free) zt_str zip = ZT_STR(1 << 20);
	(void)state;
	start(&f, NULL, 0);
	make_function(&f, "kept", ECHO, NULL);
	make_zip(&f, "    put(z, 'bootstrap', 'orphan')", &zip);
	assert_ok(zt_lambda_package(f.lambda, zt_str_view(&zip), &package, &error));
	(void)snprintf(path, sizeof path, "%s/functions/%s.zip", f.folder.path, package.sha256_hex);
	assert_int_equal(access(path, F_OK), 0);
	restart(&f, NULL);
	assert_int_equal(access(path, F_OK), -1);
	expect(&f, "kept", "{\"still\":1}", "{\"still\":1}");
	stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restart_keeps_packages_of_functions_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
