#include "x509/server_identity.h"

#include "base/fs.h"
#include "base/secret.h"
#include "zt_shell.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define NOON_MS 1769860800000LL /* 2026-01-31T12:00:00Z */

static char folder[40];

static int begin(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/zt-identity-XXXXXX");
	return mkdtemp(folder) && setenv("FOLDER", folder, 1) == 0 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	assert_ok(zt_path_remove(folder, NULL));
	return 0;
}

typedef struct {
	zt_str chain, key;
} identity;

static void identity_deinit(identity *id)
{
	zt_str_free(&id->chain);
	zt_str_free_wiped(&id->key);
}
#define IDENTITY ZT_CLEANUP(identity_deinit) identity

static identity get_chain(zt_server_chain chain, const char *second_name, int64_t now_ms)
{
	const char *names[] = { "localhost", second_name };
	const zt_server_identity_spec spec = { .dir = folder,
					       .organization = "zerotouch test",
					       .names = names,
					       .name_count = second_name ? 2 : 1,
					       .chain = chain,
					       .now_ms = now_ms };
	identity id = { ZT_STR(ZT_SERVER_PEM_MAX), ZT_STR(ZT_SERVER_PEM_MAX) };
	zt_error error = { 0 };
	if (zt_server_identity(&spec, &id.chain, &id.key, &error) != ZT_OK)
		fail_msg("%s", error.text);
	return id;
}

static identity get_for(const char *second_name, int64_t now_ms)
{
	return get_chain(ZT_CHAIN_PLAIN, second_name, now_ms);
}

static identity get(int64_t now_ms)
{
	return get_for(NULL, now_ms);
}

static zt_str root(void)
{
	char path[64];
	zt_str pem = ZT_STR(ZT_SERVER_PEM_MAX);
	(void)snprintf(path, sizeof path, "%s/server-ca.pem", folder);
	assert_ok(zt_file_read(path, &pem, NULL));
	return pem;
}

static bool same(const zt_str *a, const zt_str *b)
{
	return zt_view_equal(zt_str_view(a), zt_str_view(b));
}

static void the_chain_leads_to_the_root(void **state)
{
	(void)state;
	IDENTITY id = get_for("127.0.0.1", NOON_MS);
	static const char verify[] = "openssl verify -attime 1769860800 -x509_strict -purpose sslserver $CHECK -CAfile "
				     "$FOLDER/server-ca.pem -untrusted $IN $IN 2>&1 | sed 's/.*: //'";
	assert_int_equal(setenv("CHECK", "-verify_hostname localhost", 1), 0);
	assert_shell(zt_str_view(&id.chain), verify, "OK\n");
	assert_int_equal(setenv("CHECK", "-verify_ip 127.0.0.1", 1), 0);
	assert_shell(zt_str_view(&id.chain), verify, "OK\n");
	assert_shell(zt_str_view(&id.chain), "grep -c BEGIN $IN", "2\n");
}

static void the_key_is_the_leafs(void **state)
{
	(void)state;
	IDENTITY id = get(NOON_MS);
	zt_str of_leaf = shell(zt_str_view(&id.chain), "openssl x509 -in $IN -noout -pubkey");
	assert_shell(zt_str_view(&id.key), "openssl pkey -in $IN -pubout", zt_str_text(&of_leaf));
	zt_str_free(&of_leaf);
}

static void it_is_kept(void **state)
{
	(void)state;
	IDENTITY first = get(NOON_MS), again = get(NOON_MS + 100 * DAY_MS);
	assert_true(same(&first.chain, &again.chain));
	assert_true(same(&first.key, &again.key));
}

static void near_its_end_it_is_renewed_under_the_same_root(void **state)
{
	(void)state;
	IDENTITY first = get(NOON_MS);
	zt_str before = root();
	IDENTITY renewed = get(NOON_MS + 300 * DAY_MS);
	zt_str after = root();
	assert_false(same(&first.chain, &renewed.chain));
	assert_false(same(&first.key, &renewed.key));
	assert_true(same(&before, &after));
	zt_str_free(&before);
	zt_str_free(&after);
}

static void near_the_roots_end_a_new_root_is_made(void **state)
{
	(void)state;
	IDENTITY first = get(NOON_MS);
	zt_str before = root();
	IDENTITY renewed = get(NOON_MS + 3000 * DAY_MS);
	zt_str after = root();
	assert_false(same(&first.chain, &renewed.chain));
	assert_false(same(&before, &after));
	zt_str_free(&before);
	zt_str_free(&after);
}

static void other_names_want_another_leaf(void **state)
{
	(void)state;
	IDENTITY first = get_for("a.example", NOON_MS), other = get_for("b.example", NOON_MS);
	assert_false(same(&first.chain, &other.chain));
	assert_shell(zt_str_view(&other.chain), "openssl x509 -in $IN -noout -ext subjectAltName | tail -1",
		     "    DNS:localhost, DNS:b.example\n");
}

static void what_was_lost_or_damaged_is_made_again(void **state)
{
	(void)state;
	static const char *const names[] = { "server-root-key.pem", "server-ca.pem", "server-identity.pem" };
	for (size_t i = 0; i < ZT_COUNT(names); i++) {
		char path[80];
		IDENTITY before = get(NOON_MS);
		(void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		assert_ok(zt_file_write(path, ZT_LIT("-----BEGIN CERTIFICATE-----\n"), 0600, NULL));
		IDENTITY after = get(NOON_MS);
		assert_false(same(&before.chain, &after.chain));
		assert_shell(zt_str_view(&after.chain),
			     "openssl verify -attime 1769860800 -CAfile $FOLDER/server-ca.pem -untrusted $IN "
			     "$IN 2>&1 | sed 's/.*: //'",
			     "OK\n");
	}
}

/* openssl trusts the n-th certificate of server-ca.pem alone. */
/* As a kill between the two files leaves it. */
static void a_root_of_another_key_is_made_again(void **state)
{
	(void)state;
	IDENTITY before = get(NOON_MS);
	assert_shell(
	    zt_str_view(&before.chain),
	    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $FOLDER/server-root-key.pem 2>&1 && "
	    "rm $FOLDER/server-identity.pem",
	    "");
	IDENTITY after = get(NOON_MS);
	assert_shell(
	    zt_str_view(&after.chain),
	    "openssl verify -attime 1769860800 -CAfile $FOLDER/server-ca.pem -untrusted $IN $IN 2>&1 | sed 's/.*: //'",
	    "OK\n");
}

static void assert_leads_to_root(zt_view chain, const char *n)
{
	assert_int_equal(setenv("NTH", n, 1), 0);
	assert_shell(chain,
		     "awk -v n=$NTH '/BEGIN/ { seen++ } seen == n' $FOLDER/server-ca.pem > $FOLDER/one.pem && "
		     "openssl verify -attime 1769860800 -x509_strict -no-CApath -no-CAstore -CAfile $FOLDER/one.pem "
		     "-untrusted $IN $IN 2>&1 | sed 's/.*: //'",
		     "OK\n");
}

static void cross_signed_chains_lead_to_the_upper_roots_too(void **state)
{
	(void)state;
	IDENTITY now = get_chain(ZT_CHAIN_ATS, NULL, NOON_MS), before = get_chain(ZT_CHAIN_ATS_2023, NULL, NOON_MS);
	assert_shell(zt_str_view(&now.chain), "grep -c BEGIN $IN", "3\n");
	assert_shell(zt_str_view(&before.chain), "grep -c BEGIN $IN", "4\n");
	assert_leads_to_root(zt_str_view(&now.chain), "1");
	assert_leads_to_root(zt_str_view(&now.chain), "2");
	assert_leads_to_root(zt_str_view(&before.chain), "1");
	assert_leads_to_root(zt_str_view(&before.chain), "2");
	assert_leads_to_root(zt_str_view(&before.chain), "3");
}

static void a_folder_is_cross_signed_later_under_the_same_root(void **state)
{
	(void)state;
	IDENTITY plain = get(NOON_MS), crossed = get_chain(ZT_CHAIN_ATS_2023, NULL, NOON_MS),
		 again = get_chain(ZT_CHAIN_ATS_2023, NULL, NOON_MS);
	assert_true(zt_view_starts(zt_str_view(&crossed.chain), zt_str_view(&plain.chain)));
	assert_true(same(&crossed.chain, &again.chain));
	assert_leads_to_root(zt_str_view(&plain.chain), "1");
}

static void another_root_is_cross_signed_anew(void **state)
{
	(void)state;
	IDENTITY first = get_chain(ZT_CHAIN_ATS, NULL, NOON_MS);
	assert_leads_to_root(zt_str_view(&first.chain), "1");
	char path[80];
	(void)snprintf(path, sizeof path, "%s/server-root-key.pem", folder);
	assert_ok(zt_file_write(path, ZT_LIT("damaged"), 0600, NULL));
	IDENTITY second = get_chain(ZT_CHAIN_ATS, NULL, NOON_MS);
	assert_leads_to_root(zt_str_view(&second.chain), "2");
}

static void keys_are_the_owners_alone(void **state)
{
	(void)state;
	IDENTITY id = get(NOON_MS);
	assert_true(id.key.n > 0);
	assert_shell(ZT_VIEW_EMPTY, "cd $FOLDER && stat -c '%a %n' *",
		     "644 server-ca.pem\n600 server-identity.pem\n600 server-root-key.pem\n");
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	const char *names[] = { "localhost" };
	const zt_server_identity_spec spec = {
		.dir = "/nowhere", .organization = "x", .names = names, .name_count = 1, .now_ms = NOON_MS
	};
	IDENTITY id = { ZT_STR(ZT_SERVER_PEM_MAX), ZT_STR(ZT_SERVER_PEM_MAX) };
	zt_error error = { 0 };
	assert_status(zt_server_identity(&spec, &id.chain, &id.key, &error), ZT_E_IO);
	assert_non_null(strstr(error.text, "/nowhere"));
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(the_chain_leads_to_the_root),
		IN_FOLDER(the_key_is_the_leafs),
		IN_FOLDER(it_is_kept),
		IN_FOLDER(near_its_end_it_is_renewed_under_the_same_root),
		IN_FOLDER(near_the_roots_end_a_new_root_is_made),
		IN_FOLDER(other_names_want_another_leaf),
		IN_FOLDER(what_was_lost_or_damaged_is_made_again),
		IN_FOLDER(a_root_of_another_key_is_made_again),
		IN_FOLDER(cross_signed_chains_lead_to_the_upper_roots_too),
		IN_FOLDER(a_folder_is_cross_signed_later_under_the_same_root),
		IN_FOLDER(another_root_is_cross_signed_anew),
		IN_FOLDER(keys_are_the_owners_alone),
		IN_FOLDER(a_folder_that_is_not_there_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
