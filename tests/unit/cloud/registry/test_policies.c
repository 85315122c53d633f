/* IoT policies, their versions and attachments. */
#include "certs.h"

#define DOCUMENT(action) "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:" action "\",\"Resource\":\"*\"}}"

static const zt_view name = ZT_LIT_INIT("p"), arn = ZT_LIT_INIT(DEVICE_ARN);

static zt_status create(registry_fixture *f, const char *policy, zt_view document)
{
	const zt_iot_policy *made;
	return zt_txn_policy_create(f->txn, zt_view_of(policy), document, &made, &f->error);
}

static zt_status create_version(registry_fixture *f, zt_view document, bool set_default)
{
	const zt_policy_version *version;
	return zt_txn_policy_version_create(f->txn, name, document, set_default, &version, &f->error);
}

static const zt_iot_policy *policy(registry_fixture *f)
{
	return zt_registry_policy(f->registry, name);
}

static void a_policy_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	reload(f);
	assert_int_equal(policy(f)->version_count, 1);
	assert_int_equal(policy(f)->versions[0].id, 1);
	assert_true(policy(f)->versions[0].is_default);
	assert_string_equal(policy(f)->versions[0].document, DOCUMENT("Connect"));
	assert_int_equal(policy(f)->created_ms, fixture_start_ms);
	assert_int_equal(strlen(policy(f)->generation_id), 36);
	assert_non_null(policy(f)->compiled);
	assert_ptr_equal(zt_registry_next_policy(f->registry, ZT_VIEW_EMPTY), policy(f));
	assert_null(zt_registry_next_policy(f->registry, name));
}

static void a_taken_name_is_refused(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_refused(f, create(f, "p", ZT_LIT(DOCUMENT("Connect"))), "ResourceAlreadyExistsException", 409,
		       "Policy cannot be created - name already exists (name=p)");
	assert_refused(f, create(f, "a/b", ZT_LIT(DOCUMENT("Connect"))), "InvalidRequestException", 400, "policyName");
}

static void a_bad_document_is_malformed(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_refused(f, create(f, "p", ZT_LIT("{")), "MalformedPolicyException", 400, "JSON");
	assert_refused(f, create(f, "p", ZT_LIT("{}")), "MalformedPolicyException", 400, "Statement");
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_refused(f, create_version(f, ZT_LIT("[]"), false), "MalformedPolicyException", 400, "");
	assert_int_equal(policy(f)->version_count, 1);
}

/* A document with so many characters without white space, two-byte ones and white space between. */
static zt_str document_of(size_t characters)
{
	zt_str text = ZT_STR(8192);
	zt_view end = ZT_LIT("\"}}");
	assert_ok(zt_str_put_text(
	    &text,
	    "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"arn:aws:iot:r:a:topic/"));
	for (size_t n = text.n + end.n; n < characters; n++)
		assert_ok(zt_str_put_text(&text, "\xc3\xa9"));
	assert_ok(zt_str_put(&text, end));
	for (size_t i = 0; i < 100; i++)
		assert_ok(zt_str_put_text(&text, "\r\n\t "));
	return text;
}

static void characters_without_white_space_are_limited(void **state)
{
	registry_fixture *f = *state;
	zt_str most = document_of(2048), more = document_of(2049);
	begin(f);
	if (create(f, "p", zt_str_view(&most)) != ZT_OK)
		fail_msg("%s", f->error.text);
	assert_refused(f, create(f, "q", zt_str_view(&more)), "MalformedPolicyException", 400, "2049 characters");
	zt_str_free(&most);
	zt_str_free(&more);
}

static void versions_count_up_and_one_is_the_default(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_true(policy(f)->versions[0].is_default);
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Receive")), true));
	assert_false(policy(f)->versions[0].is_default);
	assert_true(policy(f)->versions[2].is_default);
	assert_int_equal(policy(f)->versions[2].id, 3);
	assert_ok(zt_txn_policy_version_default(f->txn, name, 2, &f->error));
	reload(f);
	assert_false(policy(f)->versions[2].is_default);
	assert_true(policy(f)->versions[1].is_default);
}

static void versions_date_the_policy(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_int_equal(policy(f)->modified_ms, fixture_start_ms);
	f->now_ms += 1000;
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_int_equal(policy(f)->modified_ms, fixture_start_ms + 1000);
	f->now_ms += 1000;
	assert_ok(zt_txn_policy_version_default(f->txn, name, 2, &f->error));
	f->now_ms += 1000;
	assert_ok(zt_txn_policy_version_delete(f->txn, name, 1, &f->error));
	assert_int_equal(policy(f)->modified_ms, fixture_start_ms + 2000);
	assert_int_equal(policy(f)->created_ms, fixture_start_ms);
}

static void a_number_is_never_used_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_ok(zt_txn_policy_version_delete(f->txn, name, 2, &f->error));
	reload(f);
	begin(f);
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_int_equal(policy(f)->version_count, 2);
	assert_int_equal(policy(f)->versions[1].id, 3);
}

static void five_versions_are_the_most(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	for (int i = 0; i < 4; i++)
		assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_refused(f, create_version(f, ZT_LIT(DOCUMENT("Publish")), false), "VersionsLimitExceededException", 409,
		       "The policy p already has the maximum number of versions (5)");
	assert_ok(zt_txn_policy_version_delete(f->txn, name, 3, &f->error));
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_int_equal(policy(f)->versions[4].id, 6);
}

static void the_default_version_and_unknown_ones_are_not_deleted(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_refused(f, zt_txn_policy_version_delete(f->txn, name, 1, &f->error), "DeleteConflictException", 409,
		       "Cannot delete the default version of a policy");
	assert_refused(f, zt_txn_policy_version_delete(f->txn, name, 2, &f->error), "ResourceNotFoundException", 404,
		       "version=2");
	assert_refused(f, zt_txn_policy_version_default(f->txn, name, 2, &f->error), "ResourceNotFoundException", 404,
		       "version=2");
	assert_refused(f, zt_txn_policy_version_default(f->txn, ZT_LIT("q"), 1, &f->error), "ResourceNotFoundException",
		       404, "q");
}

static void attachments_and_versions_hold_a_policy(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_ok(create_version(f, ZT_LIT(DOCUMENT("Publish")), false));
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_ok(zt_txn_policy_attach(f->txn, name, arn, &f->error));
	assert_refused(f, zt_txn_policy_delete(f->txn, name, &f->error), "DeleteConflictException", 409,
		       "The policy cannot be deleted as the policy is attached to one or more principals (name=p)");
	assert_ok(zt_txn_policy_detach(f->txn, name, arn, &f->error));
	assert_refused(f, zt_txn_policy_delete(f->txn, name, &f->error), "DeleteConflictException", 409,
		       "Cannot delete the policy because it has one or more policy versions attached to it (name=p)");
	assert_ok(zt_txn_policy_version_delete(f->txn, name, 2, &f->error));
	assert_ok(zt_txn_policy_delete(f->txn, name, &f->error));
	assert_refused(f, zt_txn_policy_delete(f->txn, name, &f->error), "ResourceNotFoundException", 404, "p");
}

static void both_sides_of_an_attachment_are_walked_after_loading(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "q", ZT_LIT(DOCUMENT("Publish"))));
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_ok(add_certificate(f, "device-next", "", ZT_CERT_ACTIVE));
	assert_ok(zt_txn_policy_attach(f->txn, ZT_LIT("q"), arn, &f->error));
	assert_ok(zt_txn_policy_attach(f->txn, name, arn, &f->error));
	assert_ok(zt_txn_policy_attach(f->txn, name, arn, &f->error));
	assert_ok(zt_txn_policy_attach(f->txn, name, ZT_LIT(DEVICE_NEXT_ARN), &f->error));
	reload(f);
	assert_string_equal(zt_registry_policy_of_target(f->registry, arn, 0)->name, "p");
	assert_string_equal(zt_registry_policy_of_target(f->registry, arn, 1)->name, "q");
	assert_null(zt_registry_policy_of_target(f->registry, arn, 2));
	assert_view(zt_registry_target_of_policy(f->registry, name, 0), DEVICE_NEXT_ARN);
	assert_view(zt_registry_target_of_policy(f->registry, name, 1), DEVICE_ARN);
	assert_int_equal(zt_registry_target_of_policy(f->registry, name, 2).n, 0);
}

static void policy_and_target_of_an_attachment_must_exist(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "p", ZT_LIT(DOCUMENT("Connect"))));
	assert_refused(f, zt_txn_policy_attach(f->txn, name, arn, &f->error), "ResourceNotFoundException", 404, DEVICE);
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	assert_refused(f, zt_txn_policy_attach(f->txn, ZT_LIT("q"), arn, &f->error), "ResourceNotFoundException", 404,
		       "q");
	assert_refused(f, zt_txn_policy_attach(f->txn, name, ZT_LIT(ARN_PREFIX "thinggroup/g"), &f->error),
		       "ResourceNotFoundException", 404, "Thing group g");
	assert_refused(f, zt_txn_policy_attach(f->txn, name, ZT_LIT("device"), &f->error), "InvalidRequestException",
		       400, "device");
	assert_ok(zt_txn_policy_detach(f->txn, ZT_LIT("q"), arn, &f->error));
	assert_ok(zt_txn_policy_detach(f->txn, name, arn, &f->error));
}

static void ten_policies_of_a_target_are_the_most(void **state)
{
	registry_fixture *f = *state;
	char policies[11][16];
	begin(f);
	assert_ok(add_certificate(f, "device", "", ZT_CERT_ACTIVE));
	for (int i = 0; i < 11; i++) {
		(void)snprintf(policies[i], sizeof policies[i], "p%d", i);
		assert_ok(create(f, policies[i], ZT_LIT(DOCUMENT("Connect"))));
	}
	for (int i = 0; i < 10; i++)
		assert_ok(zt_txn_policy_attach(f->txn, zt_view_of(policies[i]), arn, &f->error));
	assert_refused(f, zt_txn_policy_attach(f->txn, ZT_LIT("p10"), arn, &f->error), "LimitExceededException", 410,
		       "10");
	assert_ok(zt_txn_policy_attach(f->txn, ZT_LIT("p9"), arn, &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_policy_is_made_and_loaded_again),
		TEST(a_taken_name_is_refused),
		TEST(a_bad_document_is_malformed),
		TEST(characters_without_white_space_are_limited),
		TEST(versions_count_up_and_one_is_the_default),
		TEST(versions_date_the_policy),
		TEST(a_number_is_never_used_again),
		TEST(five_versions_are_the_most),
		TEST(the_default_version_and_unknown_ones_are_not_deleted),
		TEST(attachments_and_versions_hold_a_policy),
		TEST(both_sides_of_an_attachment_are_walked_after_loading),
		TEST(policy_and_target_of_an_attachment_must_exist),
		TEST(ten_policies_of_a_target_are_the_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
