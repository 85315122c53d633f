#include "attest/store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/store_inside.h"
#include "attest/world.h"

static struct {
	char folder[32];
	zt_attest_store *store;
} world;

static int begin(void **state)
{
	(void)state;
	folder_make(world.folder);
	assert_ok(zt_attest_store_open(world.folder, &world.store, NULL));
	return 0;
}

static int end(void **state)
{
	(void)state;
	zt_attest_store_close(world.store);
	assert_ok(zt_path_remove(world.folder, NULL));
	return 0;
}

static void open_again(void)
{
	zt_attest_store_close(world.store);
	world.store = NULL;
	assert_ok(zt_attest_store_open(world.folder, &world.store, NULL));
}

/* A CA whose certificate and key are any bytes: the store looks into neither. */
static void add_tenant(const char *guid, const char *ca_id)
{
	zt_ca_record ca = { .der = ZT_STR(100), .key_pem = ZT_STR(100), .not_after_ms = 5, .active = true };
	assert_ok(zt_text_copy(ca.id, sizeof ca.id, zt_view_of(ca_id)));
	assert_ok(zt_str_put_text(&ca.der, "der of "));
	assert_ok(zt_str_put_text(&ca.der, ca_id));
	assert_ok(zt_str_put_text(&ca.key_pem, "key"));
	assert_ok(zt_attest_store_tenant_add(world.store, zt_view_of(guid), &ca, 1, NULL));
	zt_ca_record_deinit(&ca);
}

static zt_status add_ca(const char *ca_id, bool active)
{
	zt_ca_record ca = { .der = ZT_STR(100), .key_pem = ZT_STR(100), .not_after_ms = 6, .active = active };
	assert_ok(zt_text_copy(ca.id, sizeof ca.id, zt_view_of(ca_id)));
	zt_status status = zt_attest_store_ca_add(world.store, ZT_LIT(GUID), &ca, 2, NULL);
	zt_ca_record_deinit(&ca);
	return status;
}

static void assert_active(const char *ca_id)
{
	zt_ca_record ca = { 0 };
	assert_ok(zt_attest_store_ca_read(world.store, ZT_LIT(GUID), ZT_VIEW_EMPTY, &ca, NULL));
	assert_string_equal(ca.id, ca_id);
	assert_true(ca.active);
	zt_ca_record_deinit(&ca);
}

static void a_tenant_keeps_its_ca_over_a_restart(void **state)
{
	(void)state;
	zt_ca_record ca = { 0 };
	add_tenant(GUID, "aa");
	open_again();
	assert_ok(zt_attest_store_tenant_find(world.store, ZT_LIT(GUID), NULL));
	assert_ok(zt_attest_store_ca_read(world.store, ZT_LIT(GUID), ZT_LIT("aa"), &ca, NULL));
	assert_view(zt_str_view(&ca.der), "der of aa");
	assert_view(zt_str_view(&ca.key_pem), "key");
	assert_int_equal(ca.not_after_ms, 5);
	zt_ca_record_deinit(&ca);
}

static void a_tenant_is_added_once(void **state)
{
	(void)state;
	zt_ca_record ca = { .id = "bb" };
	add_tenant(GUID, "aa");
	assert_status(zt_attest_store_tenant_add(world.store, ZT_LIT(GUID), &ca, 1, NULL), ZT_E_EXISTS);
	assert_active("aa");
}

static void what_is_not_there_is_not_found(void **state)
{
	(void)state;
	zt_ca_record ca = { .id = "untouched" };
	assert_status(zt_attest_store_tenant_find(world.store, ZT_LIT(GUID), NULL), ZT_E_NOT_FOUND);
	add_tenant(GUID, "aa");
	assert_status(zt_attest_store_ca_read(world.store, ZT_LIT(GUID), ZT_LIT("bb"), &ca, NULL), ZT_E_NOT_FOUND);
	assert_status(zt_attest_store_ca_read(world.store, ZT_LIT(OTHER_GUID), ZT_LIT("aa"), &ca, NULL),
		      ZT_E_NOT_FOUND);
	assert_string_equal(ca.id, "untouched");
}

static void one_ca_signs_at_a_time(void **state)
{
	(void)state;
	add_tenant(GUID, "aa");
	assert_ok(add_ca("bb", false));
	assert_active("aa");
	assert_ok(add_ca("cc", true));
	assert_active("cc");
	assert_ok(zt_attest_store_ca_activate(world.store, ZT_LIT(GUID), ZT_LIT("bb"), NULL));
	open_again();
	assert_active("bb");
}

static zt_status append(void *out, zt_view text)
{
	TRY(zt_str_put(out, text));
	return zt_str_put_u8(out, ' ');
}

static zt_status append_ca(void *out, const zt_ca_record *ca)
{
	assert_int_equal(ca->key_pem.n, 0);
	return append(out, zt_view_of(ca->id));
}

static void lists_come_in_order(void **state)
{
	(void)state;
	zt_str out = ZT_STR(1000);
	add_tenant(GUID, "aa");
	add_tenant(OTHER_GUID, "dd");
	assert_ok(add_ca("cc", false));
	assert_ok(add_ca("bb", false));
	assert_ok(zt_attest_store_tenants(world.store, append, &out, NULL));
	assert_ok(zt_attest_store_cas(world.store, ZT_LIT(GUID), append_ca, &out, NULL));
	assert_view(zt_str_view(&out), GUID " " OTHER_GUID " aa cc bb ");
	zt_str_free(&out);
}

static bool is_claimed(unsigned device)
{
	bool claimed = false;
	assert_ok(zt_attest_store_is_claimed(world.store, ZT_LIT(GUID), device_id_of(device), &claimed, NULL));
	return claimed;
}

static void claims_are_counted_kept_and_released(void **state)
{
	(void)state;
	size_t fresh = 0;
	int64_t count = 0;
	add_tenant(GUID, "aa");
	zt_view id = device_id_of(1);
	assert_ok(zt_attest_store_claim(world.store, ZT_LIT(GUID), &id, 1, 1, &fresh, NULL));
	assert_int_equal(fresh, 1);
	assert_ok(zt_attest_store_claim(world.store, ZT_LIT(GUID), &id, 1, 1, &fresh, NULL));
	assert_int_equal(fresh, 0);
	open_again();
	assert_true(is_claimed(1));
	assert_false(is_claimed(2));
	assert_ok(zt_attest_store_unclaim(world.store, ZT_LIT(GUID), device_id_of(1), NULL));
	assert_ok(zt_attest_store_unclaim(world.store, ZT_LIT(GUID), device_id_of(1), NULL));
	assert_false(is_claimed(1));
	assert_ok(zt_attest_store_claimed_count(world.store, ZT_LIT(GUID), &count, NULL));
	assert_int_equal(count, 0);
}

static void a_claim_into_no_tenant_claims_nothing(void **state)
{
	(void)state;
	size_t fresh = 7;
	zt_view id = device_id_of(1);
	assert_true(zt_attest_store_claim(world.store, ZT_LIT(GUID), &id, 1, 1, &fresh, NULL) != ZT_OK);
	assert_int_equal(fresh, 7);
	assert_false(is_claimed(1));
}

/* A second look at the file, as an operator with sqlite3 would have it. */
static int64_t ask(const char *sql)
{
	char path[64];
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	(void)snprintf(path, sizeof path, "%s/attest.db", world.folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	int64_t answer = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return answer;
}

static void issued_certificates_are_kept_until_they_are_forgotten(void **state)
{
	(void)state;
	zt_issued_record record = { .serial = ZT_LIT("01"),
				    .guid = ZT_LIT(GUID),
				    .device_id = device_id_of(1),
				    .ca_id = ZT_LIT("aa"),
				    .issued_ms = 100,
				    .not_after_ms = 200 };
	assert_ok(zt_attest_store_issued_add(world.store, &record, 0, NULL));
	assert_int_equal(ask("SELECT count(*) FROM issued WHERE serial = '01' AND not_after_ms = 200"), 1);
	assert_status(zt_attest_store_issued_add(world.store, &record, 0, NULL), ZT_E_EXISTS);
	record.serial = ZT_LIT("02");
	record.not_after_ms = 300;
	assert_ok(zt_attest_store_issued_add(world.store, &record, 201, NULL));
	assert_int_equal(ask("SELECT count(*) FROM issued"), 1);
}

static void a_full_disk_is_named_and_survived(void **state)
{
	(void)state;
	enum { MANY = 2000 };
	size_t fresh = 0;
	int64_t count = -1;
	zt_error error = { 0 };
	static char texts[MANY][129];
	static zt_view ids[MANY];
	for (unsigned i = 0; i < MANY; i++) {
		memcpy(texts[i], device_id_of(i).p, 128);
		ids[i] = zt_view_make(texts[i], 128);
	}
	add_tenant(GUID, "aa");
	assert_int_equal(sqlite3_exec(world.store->db, "PRAGMA max_page_count = 30", NULL, NULL, NULL), SQLITE_OK);
	assert_status(zt_attest_store_claim(world.store, ZT_LIT(GUID), ids, MANY, 1, &fresh, &error), ZT_E_DISK_FULL);
	assert_non_null(strstr(error.text, "full"));
	assert_ok(zt_attest_store_claimed_count(world.store, ZT_LIT(GUID), &count, NULL));
	assert_int_equal(count, 0);
	assert_int_equal(sqlite3_exec(world.store->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
	assert_ok(zt_attest_store_claim(world.store, ZT_LIT(GUID), ids, MANY, 1, &fresh, NULL));
	assert_int_equal(fresh, MANY);
}

static void two_do_not_share_a_folder(void **state)
{
	(void)state;
	zt_attest_store *second = NULL;
	zt_error error = { 0 };
	char pid[32];
	assert_status(zt_attest_store_open(world.folder, &second, &error), ZT_E_CONFIG);
	assert_null(second);
	(void)snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	assert_non_null(strstr(error.text, pid));
	assert_non_null(strstr(error.text, world.folder));
}

static void a_database_of_a_newer_version_is_left_alone(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_int_equal(ask("PRAGMA user_version"), 1);
	assert_int_equal(ask("PRAGMA user_version = 99"), -1);
	zt_attest_store_close(world.store);
	world.store = NULL;
	assert_status(zt_attest_store_open(world.folder, &world.store, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "version 99"));
	assert_int_equal(ask("PRAGMA user_version"), 99);
}

static void only_the_owner_can_read_it(void **state)
{
	(void)state;
	static const char *const names[] = { "attest.db", "attest.db-wal", "lock" };
	struct stat seen;
	add_tenant(GUID, "aa");
	for (size_t i = 0; i < ZT_COUNT(names); i++) {
		char path[64];
		(void)snprintf(path, sizeof path, "%s/%s", world.folder, names[i]);
		assert_int_equal(stat(path, &seen), 0);
		assert_int_equal(seen.st_mode & 0777, 0600);
	}
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
	(void)state;
	zt_attest_store *store = NULL;
	zt_error error = { 0 };
	assert_status(zt_attest_store_open("/dev/null/attest", &store, &error), ZT_E_IO);
	assert_non_null(strstr(error.text, "/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_tenant_keeps_its_ca_over_a_restart, begin, end),
		cmocka_unit_test_setup_teardown(a_tenant_is_added_once, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, begin, end),
		cmocka_unit_test_setup_teardown(one_ca_signs_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(lists_come_in_order, begin, end),
		cmocka_unit_test_setup_teardown(claims_are_counted_kept_and_released, begin, end),
		cmocka_unit_test_setup_teardown(a_claim_into_no_tenant_claims_nothing, begin, end),
		cmocka_unit_test_setup_teardown(issued_certificates_are_kept_until_they_are_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_is_named_and_survived, begin, end),
		cmocka_unit_test_setup_teardown(two_do_not_share_a_folder, begin, end),
		cmocka_unit_test_setup_teardown(a_database_of_a_newer_version_is_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(only_the_owner_can_read_it, begin, end),
		cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
