/* The root access key and the sessions of roles. */
#include "fixture.h"

#include "cloud/registry/roles.h"

#define ROOT_ID "AKIAIOSFODNN7EXAMPLE"

static zt_status put_root(registry_fixture *f, const char *id, const char *secret)
{
	return zt_txn_root_key_put(f->txn, zt_view_of(id), zt_view_of(secret), &f->error);
}

static const zt_role *make_role(registry_fixture *f)
{
	const zt_role *role = NULL;
	zt_role_spec spec = {
		.name = ZT_LIT("jitr"),
		.trust_document =
		    ZT_LIT("{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},"
			   "\"Action\":\"sts:AssumeRole\"}}"),
	};
	begin(f);
	assert_ok(zt_txn_role_create(f->txn, &spec, &role, &f->error));
	return role;
}

static const zt_access_key *session(registry_fixture *f, const zt_role *role, const char *name, unsigned duration_s)
{
	const zt_access_key *key = NULL;
	if (zt_registry_session_new(f->registry, role, zt_view_of(name), duration_s, &key, &f->error) != ZT_OK)
		fail_msg("%s: %s", f->error.code, f->error.text);
	return key;
}

static void the_root_key_is_kept(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put_root(f, ROOT_ID, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
	reload(f);
	const zt_access_key *key = zt_registry_access_key(f->registry, ZT_LIT(ROOT_ID));
	assert_non_null(key);
	assert_view(zt_secret_view(&key->secret), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
	assert_int_equal(key->token.n, 0);
	assert_string_equal(key->principal_arn, "arn:aws:iam::" ACCOUNT ":root");
	assert_string_equal(key->user_id, ACCOUNT);
	assert_string_equal(key->role, "");
	assert_int_equal(key->expires_ms, INT64_MAX);
	assert_null(zt_registry_access_key(f->registry, ZT_LIT("AKIAIOSFODNN7EXAMPLF")));
}

static void another_root_key_replaces_it(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(put_root(f, ROOT_ID, "first"));
	assert_ok(put_root(f, ROOT_ID, "second"));
	assert_view(zt_secret_view(&zt_registry_access_key(f->registry, ZT_LIT(ROOT_ID))->secret), "second");
	assert_ok(put_root(f, "AKIAI44QH8DHBEXAMPLE", "third"));
	reload(f);
	assert_null(zt_registry_access_key(f->registry, ZT_LIT(ROOT_ID)));
	assert_view(zt_secret_view(&zt_registry_access_key(f->registry, ZT_LIT("AKIAI44QH8DHBEXAMPLE"))->secret),
		    "third");
}

static void a_root_key_has_a_form(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_refused(f, put_root(f, "short", "s"), "ValidationError", 400, "accessKeyId");
	assert_refused(f, put_root(f, "AKIA IOSFODNN7EXAMPLE", "s"), "ValidationError", 400, "accessKeyId");
	assert_refused(f, put_root(f, ROOT_ID, ""), "ValidationError", 400, "secret");
}

static void a_session_has_the_form_of_sts(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	const zt_access_key *key = session(f, role, "worker-1", 3600);
	char user_id[64];
	(void)snprintf(user_id, sizeof user_id, "%s:worker-1", role->id);
	assert_int_equal(strncmp(key->id, "ASIA", 4), 0);
	assert_int_equal(strlen(key->id), 20);
	assert_int_equal(key->secret.n, 40);
	assert_true(key->token.n > 100);
	assert_string_equal(key->principal_arn, "arn:aws:sts::" ACCOUNT ":assumed-role/jitr/worker-1");
	assert_string_equal(key->user_id, user_id);
	assert_string_equal(key->role, "jitr");
	assert_int_equal(key->expires_ms, fixture_start_ms + 3600000);
	assert_ptr_equal(zt_registry_access_key(f->registry, zt_view_of(key->id)), key);
}

static void sessions_differ_and_a_restart_ends_them(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	char id[129];
	const zt_access_key *first = session(f, role, "same", 900), *second = session(f, role, "same", 900);
	assert_string_not_equal(first->id, second->id);
	assert_false(zt_view_equal(zt_secret_view(&first->secret), zt_secret_view(&second->secret)));
	memcpy(id, first->id, sizeof id);
	reload(f);
	assert_null(zt_registry_access_key(f->registry, zt_view_of(id)));
}

static void an_expired_session_goes_when_a_new_one_comes(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	char id[129];
	memcpy(id, session(f, role, "old", 900)->id, sizeof id);
	f->now_ms += 899999;
	(void)session(f, role, "new", 900);
	assert_non_null(zt_registry_access_key(f->registry, zt_view_of(id)));
	f->now_ms += 1;
	(void)session(f, role, "newer", 900);
	assert_null(zt_registry_access_key(f->registry, zt_view_of(id)));
}

static void a_session_ends_with_its_role(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	char id[129];
	memcpy(id, session(f, role, "worker", 900)->id, sizeof id);
	assert_ok(zt_txn_role_delete(f->txn, ZT_LIT("jitr"), &f->error));
	assert_null(zt_registry_access_key(f->registry, zt_view_of(id)));
	assert_ok(commit(f));
	(void)make_role(f);
	assert_null(zt_registry_access_key(f->registry, zt_view_of(id)));
}

static void durations_and_names_are_checked(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	const zt_access_key *key;
	assert_refused(f, zt_registry_session_new(f->registry, role, ZT_LIT("a"), 3600, &key, &f->error),
		       "ValidationError", 400, "roleSessionName");
	assert_refused(f, zt_registry_session_new(f->registry, role, ZT_LIT("a/b"), 3600, &key, &f->error),
		       "ValidationError", 400, "roleSessionName");
	assert_refused(f, zt_registry_session_new(f->registry, role, ZT_LIT("ab"), 899, &key, &f->error),
		       "ValidationError", 400, "900");
	assert_refused(f, zt_registry_session_new(f->registry, role, ZT_LIT("ab"), 3601, &key, &f->error),
		       "ValidationError", 400, "MaxSessionDuration");
}

static void sessions_have_a_limit(void **state)
{
	registry_fixture *f = *state;
	const zt_role *role = make_role(f);
	const zt_access_key *key;
	for (int i = 0; i < 1024; i++)
		(void)session(f, role, "worker", 900);
	assert_refused(f, zt_registry_session_new(f->registry, role, ZT_LIT("one-more"), 900, &key, &f->error),
		       "LimitExceeded", 409, "1024");
	f->now_ms += 900000;
	(void)session(f, role, "one-more", 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_root_key_is_kept),
		TEST(another_root_key_replaces_it),
		TEST(a_root_key_has_a_form),
		TEST(a_session_has_the_form_of_sts),
		TEST(sessions_differ_and_a_restart_ends_them),
		TEST(an_expired_session_goes_when_a_new_one_comes),
		TEST(a_session_ends_with_its_role),
		TEST(durations_and_names_are_checked),
		TEST(sessions_have_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
