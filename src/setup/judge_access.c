/* Documents that give access: the devices' policy, the handler's role and its policy. */
#include "policy/evaluate.h"
#include "setup/documents.h"
#include "setup/judge.h"

static zt_status compile(const json_t *document, zt_policy_kind kind, zt_policy **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	TRY(zt_json_write(document, &text));
	return zt_policy_parse(zt_str_view(&text), kind, ret, ret_error);
}

/* A device as any other. */
static bool any_device(void *context, zt_view name, size_t index, zt_view *ret)
{
	(void)context;
	bool known = zt_view_equal_nocase(name, ZT_LIT("iot:Certificate.Subject.CommonName")) ||
		     zt_view_equal_nocase(name, ZT_LIT("iot:ClientId"));
	*ret = ZT_LIT("device");
	return known && index == 0;
}

static bool allows(const zt_policy *policy, const zt_policy_request *request)
{
	return zt_policy_evaluate(&policy, 1, request).kind == ZT_DECISION_ALLOW;
}

zt_status zt_judge_policy(const zt_diagnosis *d, const zt_setup_item *item)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *policy = NULL;
	ZT_CLEANUP(zt_str_free) zt_str client = ZT_STR(1024);
	zt_error error = { 0 };
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_POLICY_MISSING, item->name, "GetPolicy: not found");
	const json_t *document = json_object_get(item->observed, "policyDocument");
	if (compile(document, ZT_POLICY_IOT, &policy, &error) != ZT_OK)
		return zt_judge_again(d, ZT_FIND_POLICY_REFUSES, item->name, error.text);
	TRY(zt_setup_arn(d->setup, "iot", "client/", "device", &client));
	const zt_policy_request request = { .action = ZT_LIT("iot:Connect"),
					    .resource = zt_str_view(&client),
					    .values = { any_device, NULL } };
	return allows(policy, &request)
		   ? ZT_OK
		   : zt_judge_again(d, ZT_FIND_POLICY_REFUSES, item->name,
				    "no statement allows iot:Connect to a device under its own name as client id");
}

static bool no_values(void *context, zt_view name, size_t index, zt_view *ret)
{
	(void)context, (void)name, (void)index, (void)ret;
	return false;
}

/* Of IoT when our rule makes it assume a role. */
typedef struct {
	zt_view account, rule;
} assumption;

static bool of_assumption(void *context, zt_view name, size_t index, zt_view *ret)
{
	const assumption *by = context;
	bool account = zt_view_equal_nocase(name, ZT_LIT("aws:SourceAccount"));
	*ret = account ? by->account : by->rule;
	return index == 0 && (account || zt_view_equal_nocase(name, ZT_LIT("aws:SourceArn")));
}

zt_status zt_judge_role(const zt_diagnosis *d, const zt_setup_item *item)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *trust = NULL;
	ZT_CLEANUP(zt_str_free) zt_str rule = ZT_STR(512);
	zt_error error = { 0 };
	const char *service = item->index == ZT_ROLE_HANDLER ? "lambda.amazonaws.com" : "iot.amazonaws.com";
	char evidence[128];
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_ROLE_MISSING, item->name, "GetRole: not found");
	const json_t *document = json_object_get(item->observed, "AssumeRolePolicyDocument");
	if (compile(document, ZT_POLICY_TRUST, &trust, &error) != ZT_OK)
		return zt_judge_again(d, ZT_FIND_ROLE_NOT_ASSUMABLE, item->name, error.text);
	TRY(zt_setup_arn(d->setup, "iot", "rule/", d->setup->rule_name, &rule));
	assumption by = { zt_view_of(d->setup->account), zt_str_view(&rule) };
	const zt_policy_request request = { .action = ZT_LIT("sts:AssumeRole"),
					    .principal = zt_view_of(service),
					    .values = { of_assumption, &by } };
	if (allows(trust, &request))
		return ZT_OK;
	(void)snprintf(evidence, sizeof evidence, "its trust policy does not allow sts:AssumeRole to %s", service);
	return zt_judge_again(d, ZT_FIND_ROLE_NOT_ASSUMABLE, item->name, evidence);
}

/* An action or resource of a statement: a text, or an array of them. */
static zt_view text_at(const json_t *one_or_many, size_t index)
{
	const json_t *text = json_is_array(one_or_many) ? json_array_get(one_or_many, index) : one_or_many;
	return zt_view_make(json_string_value(text), json_string_length(text));
}

static size_t count_of(const json_t *one_or_many)
{
	return json_is_array(one_or_many) ? json_array_size(one_or_many) : 1;
}

/* Whether the policy allows each pair of an action and a resource that the wanted statement allows. */
static zt_status judge_statement(const zt_diagnosis *d, const zt_policy *policy, const json_t *wanted)
{
	const json_t *actions = json_object_get(wanted, "Action"), *resources = json_object_get(wanted, "Resource");
	for (size_t pair = 0; pair < count_of(actions) * count_of(resources); pair++) {
		zt_view resource = text_at(resources, pair % count_of(resources));
		char action[64], evidence[512];
		zt_text_cut(action, sizeof action, text_at(actions, pair / count_of(resources)));
		const zt_policy_request request = { .action = zt_view_of(action),
						    .resource = resource,
						    .values = { no_values, NULL } };
		if (allows(policy, &request))
			continue;
		(void)snprintf(evidence, sizeof evidence, "%s on %.*s", action, ZT_PRI(resource));
		TRY(zt_judge_again(d, ZT_FIND_ROLE_POLICY_LACKS, action, evidence));
	}
	return ZT_OK;
}

zt_status zt_judge_role_policy(const zt_diagnosis *d, const zt_setup_item *item)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *policy = NULL;
	ZT_JSON_CLEANUP json_t *wanted = NULL;
	zt_error error = { 0 };
	size_t i;
	json_t *statement;
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_ROLE_POLICY_MISSING, item->name, "GetRolePolicy: not found");
	const json_t *document = json_object_get(item->observed, "PolicyDocument");
	if (compile(document, ZT_POLICY_IDENTITY, &policy, &error) != ZT_OK)
		return zt_judge_again(d, ZT_FIND_ROLE_POLICY_LACKS, item->name, error.text);
	wanted = zt_document_role_policy(d->setup, item->index);
	ENSURE(wanted, ZT_E_NOMEM);
	json_array_foreach(json_object_get(wanted, "Statement"), i, statement)
		TRY(judge_statement(d, policy, statement));
	return ZT_OK;
}
