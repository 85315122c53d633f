#include "policy/document.h"

#include <stdlib.h>
#include <string.h>

#include "policy/parse.h"

zt_status zt_texts_parse(zt_policy *policy, const json_t *value, const char *member, zt_text_fn each,
			 zt_error *ret_error)
{
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	if (n == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "%s is an empty list", member);
	if (n > ZT_POLICY_PATTERNS_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "%s has more than %d values", member,
				    ZT_POLICY_PATTERNS_MAX);
	for (size_t i = 0; i < n; i++) {
		const json_t *text = json_is_array(value) ? json_array_get(value, i) : value;
		if (!json_is_string(text))
			return zt_error_set(ret_error, ZT_E_INVALID, "%s is neither a string nor a list of strings",
					    member);
		zt_view copy = zt_policy_keep(policy, zt_view_make(json_string_value(text), json_string_length(text)));
		TRY(each(policy, copy, ret_error));
	}
	return ZT_OK;
}

static zt_status parse_version(zt_policy *policy, const json_t *version, zt_error *ret_error)
{
	if (!version)
		return ZT_OK;
	const char *text = json_string_value(version);
	if (text && strcmp(text, "2012-10-17") == 0)
		policy->has_variables = true;
	else if (!text || strcmp(text, "2008-10-17") != 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "Version is neither 2012-10-17 nor 2008-10-17");
	return ZT_OK;
}

static zt_status check_sids(const zt_policy *policy, zt_error *ret_error)
{
	for (uint32_t i = 0; i < policy->statement_count; i++)
		for (uint32_t j = 0; j < i; j++) {
			zt_view sid = policy->statements[i].sid;
			if (sid.n && zt_view_equal(sid, policy->statements[j].sid))
				return zt_error_set(ret_error, ZT_E_INVALID, "Sid %.*s is used twice", ZT_PRI(sid));
		}
	return ZT_OK;
}

static zt_status parse_statements(zt_policy *policy, const json_t *statements, zt_error *ret_error)
{
	if (!json_is_array(statements))
		return zt_statement_parse(policy, statements, ret_error);
	size_t n = json_array_size(statements);
	if (n == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "Statement is an empty list");
	if (n > ZT_POLICY_STATEMENTS_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "more than %d statements", ZT_POLICY_STATEMENTS_MAX);
	for (size_t i = 0; i < n; i++)
		TRY(zt_statement_parse(policy, json_array_get(statements, i), ret_error));
	return check_sids(policy, ret_error);
}

static zt_status parse_document(zt_policy *policy, const json_t *document, zt_error *ret_error)
{
	if (!json_is_object(document))
		return zt_error_set(ret_error, ZT_E_INVALID, "the document is no JSON object");
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)document, name, value)
		if (strcmp(name, "Version") != 0 && strcmp(name, "Id") != 0 && strcmp(name, "Statement") != 0)
			return zt_error_set(ret_error, ZT_E_INVALID, "unknown member %s", name);
	const json_t *id = json_object_get(document, "Id");
	if (id && !json_is_string(id))
		return zt_error_set(ret_error, ZT_E_INVALID, "Id is no string");
	TRY(parse_version(policy, json_object_get(document, "Version"), ret_error));
	const json_t *statements = json_object_get(document, "Statement");
	if (!statements)
		return zt_error_set(ret_error, ZT_E_INVALID, "Statement is missing");
	return parse_statements(policy, statements, ret_error);
}

static zt_status parse(zt_view json, zt_policy_kind kind, zt_policy **ret, zt_error *ret_error)
{
	if (json.n > ZT_POLICY_BYTES_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "over %d bytes", ZT_POLICY_BYTES_MAX);
	ZT_JSON_CLEANUP json_t *document = NULL;
	TRY(zt_json_parse(json, &document, ret_error));
	ZT_CLEANUP(zt_policy_freep) zt_policy *policy = calloc(1, sizeof *policy);
	ENSURE(policy, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	policy->kind = kind;
	/* No decoded string is longer than its JSON text. */
	policy->pool_cap = json.n;
	policy->pool = malloc(json.n);
	ENSURE(policy->pool, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	TRY(parse_document(policy, document, ret_error));
	*ret = ZT_STEAL(policy);
	return ZT_OK;
}

zt_status zt_policy_parse(zt_view json, zt_policy_kind kind, zt_policy **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_status status = parse(json, kind, ret, &cause);
	if (status == ZT_OK)
		return ZT_OK;
	if (status != ZT_E_INVALID)
		return zt_error_set(ret_error, status, "%s", zt_status_text(status));
	const char *code = kind == ZT_POLICY_IOT ? "MalformedPolicyException" : "MalformedPolicyDocument";
	return zt_error_coded(ret_error, ZT_E_INVALID, code, "Policy document is malformed: %s", cause.text);
}

size_t zt_policy_chars(zt_view json)
{
	size_t chars = 0;
	for (size_t i = 0; i < json.n; i++) {
		uint8_t c = json.p[i];
		bool continues = (c & 0xC0) == 0x80;
		chars += !continues && c != ' ' && c != '\t' && c != '\r' && c != '\n';
	}
	return chars;
}
