#include "cli/policy_subject.h"

#include "aws/iot_certificate.h"
#include "aws/iot_policy.h"
#include "aws/iot_thing.h"
#include "base/fs.h"
#include "base/json.h"
#include "x509/variable.h"

static zt_status add_policy(zt_policy_subject *s, zt_view name, zt_view document, zt_error *ret_error)
{
	zt_policy *policy = NULL;
	if (s->policy_count == ZT_SUBJECT_POLICIES_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "more than %d policies", ZT_SUBJECT_POLICIES_MAX);
	TRY(zt_policy_parse(document, ZT_POLICY_IOT, &policy, ret_error));
	zt_text_cut(s->names[s->policy_count], sizeof s->names[0], name);
	s->policies[s->policy_count++] = policy;
	return ZT_OK;
}

zt_status zt_policy_subject_load(zt_policy_subject *subject, const char *file, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_POLICY_BYTES_MAX);
	TRY(zt_file_read(file, &text, ret_error));
	return add_policy(subject, zt_view_of(file), zt_str_view(&text), ret_error);
}

/* ---- from the account ---- */

typedef struct {
	zt_aws_client *client;
	zt_policy_subject *subject;
} fetching;

static zt_status fetch_policy(void *context, const json_t *item, zt_error *ret_error)
{
	fetching *f = context;
	ZT_JSON_CLEANUP json_t *policy = NULL;
	zt_view name = zt_json_view(item, "policyName");
	TRY(zt_iot_policy_get(f->client, name, &policy, ret_error));
	return add_policy(f->subject, name, zt_json_view(policy, "policyDocument"), ret_error);
}

static bool has_policy(const zt_policy_subject *s, zt_view name)
{
	for (size_t i = 0; i < s->policy_count; i++)
		if (zt_view_equal(zt_view_of(s->names[i]), name))
			return true;
	return false;
}

/* "For the policy to take effect, the clientId and the thing name must match" (AWS IoT, of thing groups). */
static zt_status fetch_group_policies(const fetching *f, zt_view thing, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	size_t i;
	json_t *item;
	TRY(zt_iot_policy_effective(f->client, thing, &answer, ret_error));
	json_array_foreach(json_object_get(answer, "effectivePolicies"), i, item) {
		zt_view name = zt_json_view(item, "policyName");
		if (!has_policy(f->subject, name))
			TRY(add_policy(f->subject, name, zt_json_view(item, "policyDocument"), ret_error));
	}
	return ZT_OK;
}

/* The exclusive Thing, or the one whose name is the client id (AWS IoT, "Thing policy variables"). */
static zt_status bind_thing(void *context, const json_t *item, zt_error *ret_error)
{
	fetching *f = context;
	zt_view name = zt_json_view(item, "thingName");
	bool exclusive = zt_view_equal(zt_json_view(item, "thingPrincipalType"), ZT_LIT("EXCLUSIVE_THING"));
	if (f->subject->thing || (!exclusive && !zt_view_equal(name, f->subject->connection.client_id)))
		return ZT_OK;
	return zt_iot_thing_describe(f->client, name, &f->subject->thing, ret_error);
}

static zt_status take_certificate(zt_policy_subject *s, const json_t *description, zt_error *ret_error)
{
	TRY(zt_cert_read_pem(zt_json_view(description, "certificatePem"), &s->certificate, ret_error));
	zt_text_cut(s->certificate_id, sizeof s->certificate_id, zt_json_view(description, "certificateId"));
	zt_text_cut(s->status, sizeof s->status, zt_json_view(description, "status"));
	return ZT_OK;
}

zt_status zt_policy_subject_fetch(zt_aws_client *client, zt_view certificate_id, zt_view client_id,
				  zt_policy_subject *ret, zt_error *ret_error)
{
	fetching f = { client, ret };
	ZT_JSON_CLEANUP json_t *description = NULL;
	TRY(zt_iot_certificate_describe(client, certificate_id, &description, ret_error));
	TRY(take_certificate(ret, description, ret_error));
	zt_view arn = zt_json_view(description, "certificateArn");
	TRY(zt_iot_policy_each_of(client, arn, fetch_policy, &f, ret_error));
	ret->connection.client_id = client_id;
	if (client_id.n)
		TRY(zt_iot_thing_each_attachment(client, arn, bind_thing, &f, ret_error));
	if (ret->thing) {
		ret->connection.thing_name = zt_json_view(ret->thing, "thingName");
		ret->connection.thing_type = zt_json_view(ret->thing, "thingTypeName");
		ret->connection.attributes = json_object_get(ret->thing, "attributes");
	}
	if (client_id.n && zt_view_equal(ret->connection.thing_name, client_id))
		TRY(fetch_group_policies(&f, client_id, ret_error));
	return ZT_OK;
}

static zt_status keep_certificate(void *context, const json_t *thing, zt_error *ret_error)
{
	(void)ret_error;
	zt_view id = zt_json_view(json_object_get(thing, "attributes"), "certificateId");
	return zt_text_copy(context, ZT_CERT_ID_HEX + 1, id);
}

zt_status zt_policy_subject_find(zt_aws_client *client, zt_view device, char ret_certificate_id[ZT_CERT_ID_HEX + 1],
				 zt_error *ret_error)
{
	const zt_iot_thing_filter filter = { .attribute = ZT_LIT("deviceId"), .value = device };
	ret_certificate_id[0] = 0;
	TRY(zt_iot_thing_each(client, &filter, keep_certificate, ret_certificate_id, ret_error));
	if (!ret_certificate_id[0])
		return zt_error_set(ret_error, ZT_E_NOT_FOUND,
				    "no Thing has the deviceId %.16s…: name its certificate with --certificate, or see "
				    "zerotouch doctor --device",
				    (const char *)zt_view_pri_ptr(device));
	return ZT_OK;
}

/* ---- values ---- */

static bool given_value(const zt_opt_list *variables, zt_view name, size_t index, zt_view *ret)
{
	for (size_t i = 0; variables && i < variables->count; i++) {
		zt_view rest = zt_view_of(variables->values[i]), given;
		if (!zt_view_split(&rest, '=', &given) || !zt_view_equal_nocase(given, name) || index-- > 0)
			continue;
		*ret = rest;
		return true;
	}
	return false;
}

static bool value_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	const zt_policy_subject *s = context;
	zt_view rest = name;
	if (given_value(s->variables, name, index, ret))
		return true;
	if (zt_view_take_prefix_nocase(&rest, ZT_LIT("iot:Certificate.")))
		return s->certificate && zt_cert_variable(s->certificate, rest, index, ret);
	return zt_policy_connection_value(&s->connection, name, index, ret);
}

zt_policy_values zt_policy_subject_values(zt_policy_subject *subject)
{
	return (zt_policy_values){ value_of, subject };
}

void zt_policy_subject_end(zt_policy_subject *subject)
{
	for (size_t i = 0; i < subject->policy_count; i++)
		zt_policy_free((zt_policy *)subject->policies[i]);
	zt_cert_info_free(subject->certificate);
	json_decref(subject->thing);
}
