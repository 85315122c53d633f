/* Packages made by Python's zipfile; digests as openssl and sha256sum tell them. */
#include "../../zt_shell.h"

#include <sys/stat.h>

#include "../temporary.h"
#include "cloud/lambda/package.h"

enum { PATH_TEXT_MAX = 4096 };

/* put(name, text, mode) adds an entry; the zip comes on standard output. */
#define ZIP(statements)                                              \
	"/usr/bin/python3 -c 'import io, sys, zipfile, stat\n"       \
	"packed = io.BytesIO()\n"                                    \
	"z = zipfile.ZipFile(packed, \"w\", zipfile.ZIP_DEFLATED)\n" \
	"def put(name, text=\"#!/bin/sh\\n\", mode=0o100755):\n"     \
	"    entry = zipfile.ZipInfo(name)\n"                        \
	"    entry.external_attr = mode << 16\n"                     \
	"    z.writestr(entry, text)\n" statements "\n"              \
	"z.close()\n"                                                \
	"sys.stdout.buffer.write(packed.getvalue())'"

static zt_temporary folder;

static int set_up(void **state)
{
	(void)state;
	zt_temporary_make(&folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	zt_temporary_remove(&folder);
	return 0;
}

static void assert_refused(zt_view zip, const char *why)
{
	zt_package package;
	zt_error error = { 0 };
	assert_int_not_equal(zt_package_keep(folder.path, zip, &package, &error), ZT_OK);
	assert_string_equal(error.code, "InvalidParameterValueException");
	if (!strstr(error.text, why))
		fail_msg("\"%s\" does not say \"%s\"", error.text, why);
	assert_int_equal(setenv("KEPT", folder.path, 1), 0);
	assert_shell(ZT_VIEW_EMPTY, "ls -A $KEPT", "");
}

static void assert_zip_refused(const char *command, const char *why)
{
	zt_str zip = shell(ZT_VIEW_EMPTY, command);
	assert_refused(zt_str_view(&zip), why);
	zt_str_free(&zip);
}

static zt_package keep(zt_view zip)
{
	zt_package package;
	zt_error error = { 0 };
	if (zt_package_keep(folder.path, zip, &package, &error) != ZT_OK)
		fail_msg("refused: %s", error.text);
	return package;
}

static zt_str keep_and_open(const char *command)
{
	zt_str zip = shell(ZT_VIEW_EMPTY, command), path = ZT_STR(PATH_TEXT_MAX);
	zt_package package = keep(zt_str_view(&zip));
	zt_error error = { 0 };
	if (zt_package_open(folder.path, package.sha256_hex, &path, &error) != ZT_OK)
		fail_msg("not opened: %s", error.text);
	zt_str_free(&zip);
	return path;
}

static mode_t mode_of(const char *dir, const char *name)
{
	char path[PATH_TEXT_MAX];
	struct stat info;
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(lstat(path, &info), 0);
	return info.st_mode;
}

/* ---- what is kept ---- */

static void digests_are_those_of_openssl_and_sha256sum(void **state)
{
	(void)state;
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\")"));
	zt_package package = keep(zt_str_view(&zip));
	assert_int_equal(package.size, zip.n);
	assert_shell(zt_str_view(&zip), "sha256sum <$IN | cut -d' ' -f1 | tr -d '\\n'", package.sha256_hex);
	assert_shell(zt_str_view(&zip), "openssl dgst -sha256 -binary <$IN | openssl base64 -A", package.sha256_base64);
	zt_str_free(&zip);
}

static void the_kept_file_is_the_upload(void **state)
{
	(void)state;
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\")"));
	zt_package package = keep(zt_str_view(&zip));
	char name[80], path[PATH_TEXT_MAX];
	(void)snprintf(name, sizeof name, "%s.zip", package.sha256_hex);
	(void)snprintf(path, sizeof path, "%s/%s", folder.path, name);
	assert_int_equal(mode_of(folder.path, name) & 07777, 0600);
	assert_int_equal(setenv("KEPT", path, 1), 0);
	assert_shell(zt_str_view(&zip), "cmp $IN $KEPT", "");
	zt_str_free(&zip);
}

static void the_same_package_can_be_kept_twice(void **state)
{
	(void)state;
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\")"));
	zt_package first = keep(zt_str_view(&zip)), second = keep(zt_str_view(&zip));
	assert_string_equal(first.sha256_hex, second.sha256_hex);
	zt_str_free(&zip);
}

/* ---- what is refused ---- */

static void without_a_bootstrap(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"main\"); put(\"bin/bootstrap\")"), "no executable file named bootstrap");
}

static void a_bootstrap_that_is_not_executable(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"bootstrap\", mode=0o100644)"), "no executable file named bootstrap");
}

static void a_folder_named_bootstrap(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"bootstrap/\", \"\", 0o040755)"), "no executable file named bootstrap");
}

static void a_path_that_climbs_out(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"bootstrap\"); put(\"../x\")"), "out of the package");
	assert_zip_refused(ZIP("put(\"bootstrap\"); put(\"a/../../x\")"), "out of the package");
	assert_zip_refused(ZIP("put(\"bootstrap\"); put(\"a/..\")"), "out of the package");
}

static void an_absolute_path(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"bootstrap\"); put(\"/tmp/x\")"), "out of the package");
}

static void a_symbolic_link(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("put(\"bootstrap\"); put(\"link\", \"/etc/passwd\", stat.S_IFLNK | 0o777)"),
			   "other than files");
}

static void an_empty_archive(void **state)
{
	(void)state;
	assert_zip_refused(ZIP("pass"), "Could not unzip");
}

static void no_bytes_at_all(void **state)
{
	(void)state;
	assert_refused(ZT_VIEW_EMPTY, "Could not unzip");
}

static void something_else(void **state)
{
	(void)state;
	assert_refused(ZT_LIT("#!/bin/sh\necho this is no zip\n"), "Could not unzip");
}

static void truncated_anywhere(void **state)
{
	(void)state;
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\"); put(\"b\", \"0123456789\" * 50)"));
	for (size_t n = 1; n < zip.n; n += 7)
		assert_refused(zt_view_make(zip.p, n), "Could not unzip");
	zt_str_free(&zip);
}

static void a_byte_of_the_content_changed(void **state)
{
	(void)state;
	/* Behind the local header: 30 bytes and the name. */
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\", \"0123456789\" * 50)"));
	zip.p[30 + strlen("bootstrap") + 2] ^= 0x10;
	assert_refused(zt_str_view(&zip), "damaged");
	zt_str_free(&zip);
}

/* ---- unpacking ---- */

static void files_come_out_as_they_went_in(void **state)
{
	(void)state;
	zt_str path = keep_and_open(ZIP("put(\"bootstrap\", \"#!/bin/sh\\necho I run\\n\")\n"
					"put(\"lib/deep/data\", \"x\" * 200000, 0o100644)"));
	assert_int_equal(setenv("OPEN", zt_str_text(&path), 1), 0);
	assert_shell(ZT_VIEW_EMPTY, "$OPEN/bootstrap", "I run\n");
	assert_shell(ZT_VIEW_EMPTY, "tr -d x <$OPEN/lib/deep/data; wc -c <$OPEN/lib/deep/data", "200000\n");
	zt_str_free(&path);
}

static void modes_are_the_owners_alone(void **state)
{
	(void)state;
	zt_str path = keep_and_open(ZIP("put(\"bootstrap\", mode=0o104777); put(\"d/\", \"\", 0o040777)\n"
					"put(\"d/data\", mode=0o100666); put(\"e/tool\", mode=0o100755)"));
	assert_int_equal(mode_of(zt_str_text(&path), "."), S_IFDIR | 0700);
	assert_int_equal(mode_of(zt_str_text(&path), "bootstrap"), S_IFREG | 0700);
	assert_int_equal(mode_of(zt_str_text(&path), "d"), S_IFDIR | 0700);
	assert_int_equal(mode_of(zt_str_text(&path), "d/data"), S_IFREG | 0600);
	assert_int_equal(mode_of(zt_str_text(&path), "e/tool"), S_IFREG | 0700);
	zt_str_free(&path);
}

static void names_beyond_ascii_come_out_as_utf8(void **state)
{
	(void)state;
	zt_str path = keep_and_open(ZIP("put(\"bootstrap\"); put(\"na\\u00efve.txt\", \"yes\")"));
	assert_int_equal(mode_of(zt_str_text(&path), "na\xc3\xafve.txt") & S_IFMT, S_IFREG);
	zt_str_free(&path);
}

static void of_two_entries_with_one_name_the_last_counts(void **state)
{
	(void)state;
	zt_str path = keep_and_open(ZIP("put(\"bootstrap\", \"longer than the second\", 0o100644)\n"
					"put(\"bootstrap\", \"second\")") " 2>/dev/null");
	assert_int_equal(setenv("OPEN", zt_str_text(&path), 1), 0);
	assert_shell(ZT_VIEW_EMPTY, "cat $OPEN/bootstrap", "second");
	assert_int_equal(mode_of(zt_str_text(&path), "bootstrap"), S_IFREG | 0700);
	zt_str_free(&path);
}

static void what_an_interrupted_unpacking_left_is_replaced(void **state)
{
	(void)state;
	zt_str zip = shell(ZT_VIEW_EMPTY, ZIP("put(\"bootstrap\")")), path = ZT_STR(PATH_TEXT_MAX);
	zt_package package = keep(zt_str_view(&zip));
	char left[PATH_TEXT_MAX];
	(void)snprintf(left, sizeof left, "%s/%s.new/bootstrap", folder.path, package.sha256_hex);
	assert_int_equal(setenv("LEFT", left, 1), 0);
	assert_shell(ZT_VIEW_EMPTY, "mkdir -p $(dirname $LEFT) && echo half >$LEFT", "");
	assert_ok(zt_package_open(folder.path, package.sha256_hex, &path, NULL));
	assert_int_equal(setenv("OPEN", zt_str_text(&path), 1), 0);
	assert_shell(ZT_VIEW_EMPTY, "cat $OPEN/bootstrap", "#!/bin/sh\n");
	zt_str_free(&path);
	zt_str_free(&zip);
}

static void a_package_that_was_never_kept(void **state)
{
	(void)state;
	zt_str path = ZT_STR(PATH_TEXT_MAX);
	assert_int_not_equal(zt_package_open(folder.path, "00", &path, NULL), ZT_OK);
	zt_str_free(&path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(digests_are_those_of_openssl_and_sha256sum),
		TEST(the_kept_file_is_the_upload),
		TEST(the_same_package_can_be_kept_twice),
		TEST(without_a_bootstrap),
		TEST(a_bootstrap_that_is_not_executable),
		TEST(a_folder_named_bootstrap),
		TEST(a_path_that_climbs_out),
		TEST(an_absolute_path),
		TEST(a_symbolic_link),
		TEST(an_empty_archive),
		TEST(no_bytes_at_all),
		TEST(something_else),
		TEST(truncated_anywhere),
		TEST(a_byte_of_the_content_changed),
		TEST(files_come_out_as_they_went_in),
		TEST(modes_are_the_owners_alone),
		TEST(names_beyond_ascii_come_out_as_utf8),
		TEST(of_two_entries_with_one_name_the_last_counts),
		TEST(what_an_interrupted_unpacking_left_is_replaced),
		TEST(a_package_that_was_never_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
