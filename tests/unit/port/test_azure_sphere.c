/* The system's side of an Azure Sphere device (is there a certificate, where) is played by the test. */
#include <applibs/application.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <tlsutils/deviceauth.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timefmt.h"
#include "port/azure-sphere/identity.h"
#include "unit/port/bench.h"

enum { NOBODY = 65534, WOLFSSL_SUCCESS = 1 };

int wolfSSL_Init(void);

static char path[BENCH_PATH_MAX];
static bool system_is_ready;
static zt_daa_identity daa;
static zt_identity identity;

const char *DeviceAuth_GetCertificatePath(void)
{
	return path;
}

int Application_IsDeviceAuthReady(bool *ret)
{
	*ret = system_is_ready;
	return 0;
}

static zt_status look(zt_identity_info *ret)
{
	return identity.current(identity.context, ret);
}

/* Each is later than the one before, within the same second: the file system's own clock may stand still between two.
 */
static void put(zt_view bytes)
{
	static long later;
	const struct timespec now = { 1, ++later }, times[] = { now, now };
	assert_ok(zt_file_write(path, bytes, 0600, NULL));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void put_part(const char *name, size_t n)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(65536);
	assert_ok(zt_file_read(bench_path(name), &text, NULL));
	put(zt_view_make(text.p, n < text.n ? n : text.n));
}

static void put_whole(const char *name)
{
	put_part(name, SIZE_MAX);
}

static int begin(void **state)
{
	zt_identity_info info;
	(void)state;
	assert_ok(zt_text_copy(path, sizeof path, zt_view_of(bench_path("daa.pem"))));
	system_is_ready = true;
	identity = zt_daa_identity_seam(&daa);
	put_whole("client.pem");
	assert_ok(look(&info));
	assert_string_equal(info.name, "device-1");
	assert_int_equal(info.generation, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return zt_path_remove(path, NULL) == ZT_OK ? 0 : -1;
}

static void assert_waits(zt_status expected)
{
	zt_identity_info info;
	assert_status(look(&info), expected);
}

static void assert_new(void)
{
	zt_identity_info info;
	put_whole("client-2.pem");
	assert_ok(look(&info));
	assert_int_equal(info.generation, 2);
}

/* Expected: openssl x509 -startdate -enddate, which says that it is two days. */
static void dates_and_name_are_the_certificates(void **state)
{
	(void)state;
	zt_identity_info info;
	assert_ok(look(&info));
	assert_string_equal(info.name, "device-1");
	int64_t now_ms = zt_time_now_ms();
	assert_in_range(info.not_before_ms, now_ms - 3600 * 1000, now_ms);
	assert_int_equal(info.not_after_ms - info.not_before_ms, 2 * 86400 * 1000);
}

static void an_empty_file(void **state)
{
	(void)state;
	put(ZT_VIEW_EMPTY);
	assert_waits(ZT_E_INVALID);
	assert_new();
}

static void a_file_cut_in_its_base64(void **state)
{
	(void)state;
	for (size_t n = 1; n < 500; n += 20) {
		put_part("client-2.pem", n);
		assert_waits(ZT_E_INVALID);
	}
	assert_new();
}

static void a_file_that_is_gone(void **state)
{
	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_waits(ZT_E_NOT_FOUND);
	assert_new();
}

static void a_system_that_is_not_ready(void **state)
{
	(void)state;
	system_is_ready = false;
	assert_waits(ZT_E_NOT_FOUND);
	system_is_ready = true;
	assert_new();
}

static void a_file_that_may_not_be_read(void **state)
{
	(void)state;
	put_whole("client-2.pem");
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(bench_path("."), 0711), 0);
	bool root = geteuid() == 0;
	assert_true(!root || seteuid(NOBODY) == 0);
	assert_waits(ZT_E_INVALID);
	assert_true(!root || seteuid(0) == 0);
	assert_new();
}

static void a_folder_in_its_place(void **state)
{
	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_waits(ZT_E_INVALID);
	assert_int_equal(rmdir(path), 0);
	assert_new();
}

static void a_pipe_in_its_place_lets_nobody_wait(void **state)
{
	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_waits(ZT_E_INVALID);
	assert_int_equal(unlink(path), 0);
	assert_new();
}

static void a_huge_file(void **state)
{
	(void)state;
	assert_int_equal(truncate(path, (off_t)1 << 40), 0);
	assert_waits(ZT_E_INVALID);
	assert_new();
}

static void the_same_bytes_are_no_other_certificate(void **state)
{
	(void)state;
	zt_identity_info info;
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
	assert_int_equal(unlink(path), 0);
	assert_waits(ZT_E_NOT_FOUND);
	put_whole("client.pem");
	assert_ok(look(&info));
	assert_int_equal(info.generation, 1);
}

static int begin_all(void **state)
{
	return wolfSSL_Init() == WOLFSSL_SUCCESS ? bench_begin(state) : -1;
}

#define IDENTITY_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IDENTITY_TEST(dates_and_name_are_the_certificates),
		IDENTITY_TEST(an_empty_file),
		IDENTITY_TEST(a_file_cut_in_its_base64),
		IDENTITY_TEST(a_file_that_is_gone),
		IDENTITY_TEST(a_system_that_is_not_ready),
		IDENTITY_TEST(a_file_that_may_not_be_read),
		IDENTITY_TEST(a_folder_in_its_place),
		IDENTITY_TEST(a_pipe_in_its_place_lets_nobody_wait),
		IDENTITY_TEST(a_huge_file),
		IDENTITY_TEST(the_same_bytes_are_no_other_certificate),
	};
	return cmocka_run_group_tests(tests, begin_all, bench_end);
}
