#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "port/linux/storage_files.h"
#include "unit/port/bench.h"

static zt_storage_files files;
static zt_storage storage;
static zt_error error;
static uint8_t bytes[64];
static size_t n;

static void reopen(void)
{
	zt_storage_files_close(&files);
	assert_ok(zt_storage_files_open(&files, bench_path("outbox"), &error));
	storage = zt_storage_from_files(&files, 8);
}

static int fresh(void **state)
{
	(void)state;
	assert_ok(zt_path_remove(bench_path("outbox"), NULL));
	reopen();
	return 0;
}

static int gone(void **state)
{
	(void)state;
	zt_storage_files_close(&files);
	return 0;
}

static zt_status write_text(uint32_t slot, const char *text)
{
	return storage.write(storage.context, slot, zt_view_of(text));
}

static zt_status read_slot(uint32_t slot)
{
	return storage.read(storage.context, slot, bytes, sizeof bytes, &n);
}

static void assert_slot(uint32_t slot, const char *text)
{
	assert_ok(read_slot(slot));
	assert_view(zt_view_make(bytes, n), text);
}

static void a_slot_is_what_was_written(void **state)
{
	(void)state;
	assert_status(read_slot(3), ZT_E_NOT_FOUND);
	assert_ok(write_text(3, "three"));
	assert_ok(write_text(7, ""));
	reopen();
	assert_slot(3, "three");
	assert_slot(7, "");
	assert_ok(write_text(3, "drei"));
	assert_slot(3, "drei");
	assert_ok(storage.erase(storage.context, 3));
	assert_ok(storage.erase(storage.context, 3));
	assert_status(read_slot(3), ZT_E_NOT_FOUND);
	assert_slot(7, "");
}

static void the_folder_is_closed_to_others(void **state)
{
	(void)state;
	struct stat seen;
	assert_ok(write_text(1, "x"));
	assert_int_equal(stat(bench_path("outbox"), &seen), 0);
	assert_int_equal(seen.st_mode & 0777, 0700);
	assert_int_equal(stat(bench_path("outbox/1"), &seen), 0);
	assert_int_equal(seen.st_mode & 0777, 0600);
}

static void a_slot_larger_than_the_memory_is_told(void **state)
{
	(void)state;
	assert_ok(write_text(1, "more than four"));
	assert_status(storage.read(storage.context, 1, bytes, 4, &n), ZT_E_SPACE);
}

/* Every shorter file, and every file with one bit turned, is none of ours. */
static void torn_and_damaged_slots_are_told_from_empty_ones(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str whole = ZT_STR(256);
	assert_ok(write_text(1, "abc"));
	assert_ok(zt_file_read(bench_path("outbox/1"), &whole, NULL));
	for (size_t i = 0; i < whole.n; i++) {
		assert_ok(zt_file_write(bench_path("outbox/1"), zt_view_make(whole.p, i), 0600, NULL));
		assert_status(read_slot(1), ZT_E_INVALID);
	}
	for (size_t bit = 0; bit < whole.n * 8; bit++) {
		whole.p[bit / 8] = (char)(whole.p[bit / 8] ^ 1 << bit % 8);
		assert_ok(zt_file_write(bench_path("outbox/1"), zt_str_view(&whole), 0600, NULL));
		assert_status(read_slot(1), ZT_E_INVALID);
		whole.p[bit / 8] = (char)(whole.p[bit / 8] ^ 1 << bit % 8);
	}
	assert_ok(zt_file_write(bench_path("outbox/1"), zt_str_view(&whole), 0600, NULL));
	assert_slot(1, "abc");
}

/* The frame, byte by byte: "ZTS1", length, and the CRC-32 of "123456789", 0xcbf43926 (its published check value). */
static void the_frame_is_what_it_says(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str frame = ZT_STR(256);
	assert_ok(write_text(1, "123456789"));
	assert_ok(zt_file_read(bench_path("outbox/1"), &frame, NULL));
	assert_bytes(zt_str_view(&frame), 'Z', 'T', 'S', '1', 0, 0, 0, 9, 0xcb, 0xf4, 0x39, 0x26, '1', '2', '3', '4',
		     '5', '6', '7', '8', '9');
}

static void what_an_unfinished_write_left_is_cleared_away(void **state)
{
	(void)state;
	assert_ok(write_text(1, "x"));
	assert_ok(zt_file_write(bench_path("outbox/2.aB3xYz"), ZT_LIT("half"), 0600, NULL));
	reopen();
	assert_int_not_equal(access(bench_path("outbox/2.aB3xYz"), F_OK), 0);
	assert_slot(1, "x");
}

static void the_last_slot_is_found(void **state)
{
	(void)state;
	uint32_t last = 0;
	assert_status(zt_storage_files_last(&files, &last), ZT_E_NOT_FOUND);
	assert_ok(write_text(10, "x"));
	assert_ok(write_text(9, "x"));
	assert_ok(zt_storage_files_last(&files, &last));
	assert_int_equal(last, 10);
}

static void one_process_has_it(void **state)
{
	(void)state;
	zt_storage_files other;
	assert_status(zt_storage_files_open(&other, bench_path("outbox"), &error), ZT_E_CONFLICT);
	zt_storage_files_close(&files);
	assert_ok(zt_storage_files_open(&other, bench_path("outbox"), &error));
	zt_storage_files_close(&other);
}

static void a_folder_that_cannot_be_is_told(void **state)
{
	(void)state;
	zt_storage_files other;
	assert_ok(zt_file_write(bench_path("plain"), ZT_LIT("x"), 0600, NULL));
	assert_status(zt_storage_files_open(&other, bench_path("plain/outbox"), &error), ZT_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_slot_is_what_was_written, fresh, gone),
		cmocka_unit_test_setup_teardown(the_folder_is_closed_to_others, fresh, gone),
		cmocka_unit_test_setup_teardown(a_slot_larger_than_the_memory_is_told, fresh, gone),
		cmocka_unit_test_setup_teardown(torn_and_damaged_slots_are_told_from_empty_ones, fresh, gone),
		cmocka_unit_test_setup_teardown(the_frame_is_what_it_says, fresh, gone),
		cmocka_unit_test_setup_teardown(what_an_unfinished_write_left_is_cleared_away, fresh, gone),
		cmocka_unit_test_setup_teardown(the_last_slot_is_found, fresh, gone),
		cmocka_unit_test_setup_teardown(one_process_has_it, fresh, gone),
		cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_is_told, fresh, gone),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
