/* Any row of a damaged store is refused in clear words or loaded; what is loaded can be written and loaded again.
 * Input: kind, length of the key, key, value. The key of a certificate is the digest of its body, so it is put right.
 */
#include "base/digest.h"
#include "cloud/registry/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const zt_noun *const nouns[] = {
	&zt_noun_meta,     &zt_noun_ca,         &zt_noun_certificate, &zt_noun_thing,        &zt_noun_thing_type,
	&zt_noun_policy,   &zt_noun_attachment, &zt_noun_rule,        &zt_noun_function,     &zt_noun_role,
	&zt_noun_tags,     &zt_noun_retained,   &zt_noun_invocation,  &zt_noun_access_key,   &zt_noun_log_group,
	&zt_noun_template, &zt_noun_shadow,     &zt_noun_thing_group, &zt_noun_group_member,
};

static const char policy[] = "{\"v\":1,\"generation\":\"\",\"created\":1,\"modified\":1,\"next\":2,\"versions\":[{"
			     "\"id\":1,\"default\":true,\"created\":1,"
			     "\"document\":\"{\\\"Statement\\\":{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"iot:*"
			     "\\\",\\\"Resource\\\":\\\"*\\\"}}\"}]}";

static const char thing[] = "{\"v\":1,\"id\":\"\",\"type\":\"\",\"billingGroup\":\"\",\"attributes\":{},\"version\":1,"
			    "\"created\":1,\"principals\":[]}";
static const char group[] = "{\"v\":1,\"id\":\"\",\"parent\":\"\",\"parentId\":\"\",\"attributes\":{},\"version\":1,"
			    "\"created\":1}";

/* What an attachment and a membership must find. */
static const struct {
	zt_kind kind;
	const char *key, *value;
} there[] = {
	{ ZT_KIND_POLICY, "p", policy },
	{ ZT_KIND_THING, "t", thing },
	{ ZT_KIND_THING_GROUP, "g", group },
};

static bool is_there(const zt_record *record)
{
	for (size_t i = 0; i < ZT_COUNT(there); i++)
		if (record->kind == there[i].kind && zt_view_equal(record->key, zt_view_of(there[i].key)))
			return true;
	return false;
}

static zt_registry *registry_new(void)
{
	zt_registry *registry = calloc(1, sizeof *registry);
	if (!registry)
		abort();
	registry->account = (zt_account){ "aws", "eu-west-1", "123456789012", "localhost" };
	for (size_t i = 0; i < ZT_COUNT(there); i++) {
		zt_record record = { there[i].kind, zt_view_of(there[i].key), zt_view_of(there[i].value) };
		if (zt_registry_load(registry, &record, NULL) != ZT_OK)
			abort();
	}
	return registry;
}

static bool load(zt_registry *registry, const zt_record *record)
{
	zt_error error = { 0 };
	zt_status status = zt_registry_load(registry, record, &error);
	if (status != ZT_OK && (error.status != status || !error.text[0]))
		abort();
	return status == ZT_OK;
}

static void write_and_load_again(const zt_registry *registry, const zt_record *record)
{
	const zt_row *row = zt_row_find(registry, record->kind, record->key);
	zt_str value = ZT_STR(ZT_STORE_VALUE_MAX);
	for (size_t i = 0; i < ZT_COUNT(nouns); i++)
		if (nouns[i]->kind == record->kind && nouns[i]->encode(row, &value) != ZT_OK)
			abort();
	zt_registry *second = registry_new();
	zt_record again = { record->kind, record->key, zt_str_view(&value) };
	if (!load(second, &again))
		abort();
	zt_registry_free(second);
	zt_str_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view in = { bytes, n };
	uint8_t kind, key_n;
	zt_record record;
	char id[ZT_SHA256_HEX + 1];
	if (!zt_view_take_u8(&in, &kind) || !zt_view_take_u8(&in, &key_n) || !zt_view_take(&in, key_n, &record.key))
		return 0;
	record.kind = kind;
	record.value = in;
	if (kind == ZT_KIND_CA || kind == ZT_KIND_CERTIFICATE) {
		zt_sha256_hex_of(zt_view_from(in, zt_view_find(in, 0) + 1), id);
		record.key = zt_view_of(id);
	}
	/* The store has no two records of one key. */
	if (is_there(&record))
		return 0;
	zt_registry *registry = registry_new();
	if (load(registry, &record))
		write_and_load_again(registry, &record);
	zt_registry_free(registry);
	return 0;
}
