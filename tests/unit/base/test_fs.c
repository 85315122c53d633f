#include "base/fs.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zt_cmocka.h"

static char folder[32];

static int begin(void **state)
{
	(void)state;
	(void)umask(022);
	(void)snprintf(folder, sizeof folder, "/tmp/zt-fs-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	assert_ok(zt_path_remove(folder, NULL));
	return 0;
}

/* folder/name; good until the fourth call after it. */
static const char *in(const char *name)
{
	static char paths[4][4200];
	static size_t turn;
	char *path = paths[turn++ % ZT_COUNT(paths)];
	(void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static mode_t mode_of(const char *path)
{
	struct stat seen;
	assert_int_equal(stat(path, &seen), 0);
	return seen.st_mode & 07777;
}

static unsigned entries(void)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	assert_int_equal(closedir(dir), 0);
	return count;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	assert_ok(zt_file_write(in("a"), ZT_LIT("one\0two"), 0644, NULL));
	assert_ok(zt_file_read(in("a"), &out, NULL));
	assert_bytes(zt_str_view(&out), 'o', 'n', 'e', 0, 't', 'w', 'o');
	assert_int_equal(entries(), 1);
}

static void a_file_is_replaced_whole(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	assert_ok(zt_file_write(in("a"), ZT_LIT("longer text"), 0644, NULL));
	assert_ok(zt_file_write(in("a"), ZT_LIT("short"), 0644, NULL));
	assert_ok(zt_file_read(in("a"), &out, NULL));
	assert_view(zt_str_view(&out), "short");
}

static void a_file_gets_its_mode_whatever_the_umask(void **state)
{
	(void)state;
	(void)umask(077);
	assert_ok(zt_file_write(in("open"), ZT_LIT("x"), 0644, NULL));
	(void)umask(0);
	assert_ok(zt_file_write(in("closed"), ZT_LIT("x"), 0600, NULL));
	assert_int_equal(mode_of(in("open")), 0644);
	assert_int_equal(mode_of(in("closed")), 0600);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	zt_error error = { 0 };
	assert_status(zt_file_read(in("none"), &out, &error), ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, in("none")));
	assert_status(zt_file_read(folder, &out, &error), ZT_E_IO);
}

static void a_file_over_the_ceiling_is_refused(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(4);
	zt_error error = { 0 };
	assert_ok(zt_file_write(in("a"), ZT_LIT("12345"), 0644, NULL));
	assert_status(zt_file_read(in("a"), &out, &error), ZT_E_LIMIT);
	assert_non_null(strstr(error.text, "4 bytes"));
}

static void a_write_into_no_folder_is_named(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_status(zt_file_write(in("none/a"), ZT_LIT("x"), 0644, &error), ZT_E_IO);
	assert_non_null(strstr(error.text, "none/a"));
}

/* A file's largest size stands in for a disk that is full half-way. */
static void a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
	(void)state;
	static const uint8_t big[8192];
	struct rlimit old, small = { 4096, RLIM_INFINITY };
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	assert_ok(zt_file_write(in("a"), ZT_LIT("old"), 0644, NULL));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	zt_status status = zt_file_write(in("a"), zt_view_make(big, sizeof big), 0644, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_status(status, ZT_E_IO);
	assert_ok(zt_file_read(in("a"), &out, NULL));
	assert_view(zt_str_view(&out), "old");
	assert_int_equal(entries(), 1);
}

static void folders_are_made_down_to_the_last(void **state)
{
	(void)state;
	assert_ok(zt_dir_make(in("a/b/c"), 0700, NULL));
	assert_int_equal(mode_of(in("a")), 0755);
	assert_int_equal(mode_of(in("a/b")), 0755);
	assert_int_equal(mode_of(in("a/b/c")), 0700);
	assert_ok(zt_dir_make(in("a/b/c"), 0700, NULL));
}

static void a_slash_at_the_end_opens_no_folder(void **state)
{
	(void)state;
	assert_ok(zt_dir_make(in("a/"), 0700, NULL));
	assert_int_equal(mode_of(in("a")), 0700);
	assert_ok(zt_dir_make(in("b//"), 0700, NULL));
	assert_int_equal(mode_of(in("b")), 0700);
	assert_ok(zt_dir_make("/", 0700, NULL));
}

static void a_file_in_the_way_of_a_folder_is_named(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_ok(zt_file_write(in("a"), ZT_LIT("x"), 0644, NULL));
	assert_status(zt_dir_make(in("a"), 0700, &error), ZT_E_IO);
	assert_non_null(strstr(error.text, in("a")));
	assert_status(zt_dir_make(in("a/b"), 0700, &error), ZT_E_IO);
	assert_status(zt_dir_make("", 0700, &error), ZT_E_IO);
}

static void a_folder_is_removed_with_all_in_it_and_no_link_is_followed(void **state)
{
	(void)state;
	assert_ok(zt_dir_make(in("a/b"), 0700, NULL));
	assert_ok(zt_file_write(in("kept"), ZT_LIT("x"), 0644, NULL));
	assert_ok(zt_file_write(in("a/b/c"), ZT_LIT("x"), 0644, NULL));
	assert_int_equal(symlink(in("kept"), in("a/link")), 0);
	assert_int_equal(symlink("/nowhere", in("a/b/broken")), 0);
	assert_ok(zt_path_remove(in("a"), NULL));
	assert_int_equal(entries(), 1);
	assert_int_equal(access(in("kept"), F_OK), 0);
}

static void removing_nothing_is_fine(void **state)
{
	(void)state;
	assert_ok(zt_path_remove(in("none"), NULL));
}

static void secrets_are_read_from_files_of_their_owner_alone(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(16);
	assert_ok(zt_file_write(in("mine"), ZT_LIT("secret"), 0600, NULL));
	assert_ok(zt_file_read_private(in("mine"), &out, NULL));
	assert_view(zt_str_view(&out), "secret");
	zt_str_clear(&out);
	assert_int_equal(chmod(in("mine"), 0640), 0);
	assert_status(zt_file_read_private(in("mine"), &out, NULL), ZT_E_CREDENTIALS);
	assert_int_equal(zt_str_view(&out).n, 0);
	assert_status(zt_file_read_private(in("none"), &out, NULL), ZT_E_NOT_FOUND);
}

static void a_path_is_joined_afresh(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(10);
	assert_ok(zt_path_join(&out, "a", "b"));
	assert_ok(zt_path_join(&out, "dir", "name"));
	assert_view(zt_str_view(&out), "dir/name");
	assert_status(zt_path_join(&out, "directory", "name"), ZT_E_LIMIT);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(what_is_written_is_read),
		IN_FOLDER(secrets_are_read_from_files_of_their_owner_alone),
		IN_FOLDER(a_file_is_replaced_whole),
		IN_FOLDER(a_file_gets_its_mode_whatever_the_umask),
		IN_FOLDER(a_file_that_is_not_there_is_named),
		IN_FOLDER(a_file_over_the_ceiling_is_refused),
		IN_FOLDER(a_write_into_no_folder_is_named),
		IN_FOLDER(a_failed_write_leaves_the_old_file_and_nothing_else),
		IN_FOLDER(folders_are_made_down_to_the_last),
		IN_FOLDER(a_slash_at_the_end_opens_no_folder),
		IN_FOLDER(a_file_in_the_way_of_a_folder_is_named),
		IN_FOLDER(a_folder_is_removed_with_all_in_it_and_no_link_is_followed),
		IN_FOLDER(removing_nothing_is_fine),
		IN_FOLDER(a_path_is_joined_afresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
