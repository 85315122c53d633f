#include "setup/spec.h"

#include <string.h>

#include "x509/read.h"

enum { TOPIC_MAX = 256, THING_NAME_MAX = 128, TEMPLATE_NAME_MAX = 36 };

static bool is_name(zt_view name)
{
	bool letter = name.n > 0 && name.p[0] >= 'a' && name.p[0] <= 'z';
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[i]) || !name.p[i])
			return false;
	return letter && name.n <= ZT_SETUP_NAME_MAX;
}

/* Roles are one account's, not one Region's. */
static zt_status name_role(const zt_setup *setup, const char *of, char ret_name[65], zt_error *ret_error)
{
	int n = snprintf(ret_name, 65, "%s-%s", of, zt_aws_client_region(setup->client));
	return n > 0 && n < 65 ? ZT_OK : zt_error_set(ret_error, ZT_E_USAGE, "name and Region are too long for a role");
}

const char *zt_setup_role_name(const zt_setup *setup, size_t role)
{
	return role == ZT_ROLE_HANDLER  ? setup->role_name
	       : role == ZT_ROLE_ERRORS ? setup->errors_role_name
					: setup->jitp_role_name;
}

zt_status zt_setup_check_name(zt_setup *setup, zt_error *ret_error)
{
	zt_view name = setup->spec.name.n ? setup->spec.name : ZT_LIT("zerotouch");
	if (!is_name(name))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "the name \"%.*s\" is not 1 to %d of a-z, 0-9 and -, beginning with a letter",
				    ZT_PRI(name), ZT_SETUP_NAME_MAX);
	TRY(zt_text_copy(setup->name, sizeof setup->name, name));
	(void)snprintf(setup->device_name, sizeof setup->device_name, "%s-device", setup->name);
	(void)snprintf(setup->handler_name, sizeof setup->handler_name, "%s-jitr", setup->name);
	(void)snprintf(setup->rule_name, sizeof setup->rule_name, "%s_jitr", setup->name);
	/* Rules are named with letters, digits and underscores alone. */
	for (char *c = setup->rule_name; *c; c++)
		if (*c == '-')
			*c = '_';
	(void)snprintf(setup->errors_name, sizeof setup->errors_name, "%s-errors", setup->name);
	(void)snprintf(setup->function_log, sizeof setup->function_log, "/aws/lambda/%s", setup->handler_name);
	(void)snprintf(setup->errors_log, sizeof setup->errors_log, "/zerotouch/%s/errors", setup->name);
	TRY(name_role(setup, setup->handler_name, setup->role_name, ret_error));
	(void)snprintf(setup->jitp_name, sizeof setup->jitp_name, "%s-jitp", setup->name);
	if (setup->spec.jitp && strlen(setup->jitp_name) > TEMPLATE_NAME_MAX)
		return zt_error_set(ret_error, ZT_E_USAGE, "the name is too long for a provisioning template");
	TRY(name_role(setup, setup->errors_name, setup->errors_role_name, ret_error));
	return name_role(setup, setup->jitp_name, setup->jitp_role_name, ret_error);
}

/* A plain topic: what stands in a policy must not be a pattern, a variable or somebody else's. */
static bool is_plain_topic(zt_view topic)
{
	for (size_t i = 0; i < topic.n; i++)
		if (topic.p[i] < ' ' || strchr("*?$+#", topic.p[i]))
			return false;
	return topic.n > 0 && topic.n <= TOPIC_MAX && zt_view_is_utf8(topic) &&
	       !zt_view_starts(topic, ZT_LIT("zerotouch/"));
}

static zt_status check_topics(const zt_setup *setup, zt_error *ret_error)
{
	if (setup->spec.topic_count > ZT_SETUP_TOPICS_MAX)
		return zt_error_set(ret_error, ZT_E_USAGE, "more than %d topics", ZT_SETUP_TOPICS_MAX);
	for (size_t i = 0; i < setup->spec.topic_count; i++)
		if (!is_plain_topic(setup->spec.topics[i]))
			return zt_error_set(
			    ret_error, ZT_E_USAGE,
			    "\"%.*s\" is no topic that devices may share: no wildcards, no $, not under zerotouch/",
			    ZT_PRI(setup->spec.topics[i]));
	return ZT_OK;
}

/* "{device_id}" or "{device_id:<digits>}", once, among characters of a thing's name ([a-zA-Z0-9:_-]). */
static bool is_template(zt_view template)
{
	size_t open = zt_view_find(template, '{'), close = zt_view_find(template, '}');
	uint64_t digits;
	if (open == template.n || close == template.n || close < open)
		return false;
	zt_view hole = zt_view_make(template.p + open + 1, close - open - 1);
	if (!zt_view_take_prefix(&hole, ZT_LIT("device_id")))
		return false;
	if (hole.n &&
	    (hole.p[0] != ':' || !zt_view_to_u64(zt_view_from(hole, 1), &digits) || digits < 1 || digits > 128))
		return false;
	for (size_t i = 0; i < template.n; i++)
		if ((i < open || i > close) && (template.p[i] < '!' || template.p[i] > 'z' ||
						strchr("\"#$%&'()*+,./;<=>?@[\\]^`!", template.p[i])))
			return false;
	return template.n <= THING_NAME_MAX;
}

/* A provisioning template of a CA cannot cut a text. */
static zt_view default_template(const zt_setup *setup)
{
	return setup->spec.jitp ? ZT_LIT("{device_id}") : ZT_LIT("Azure-Sphere-{device_id:5}");
}

static zt_status check_template(zt_setup *setup, zt_error *ret_error)
{
	zt_view template = setup->spec.thing_template.n ? setup->spec.thing_template : default_template(setup);
	if (setup->spec.jitp && !zt_view_equal(template, ZT_LIT("{device_id}")))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "with --mode jitp Things are named {device_id}, not \"%.*s\"", ZT_PRI(template));
	if (!is_template(template))
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "thing template \"%.*s\" does not hold {device_id} or {device_id:5} once",
				    ZT_PRI(template));
	return zt_text_copy(setup->thing_template, sizeof setup->thing_template, template);
}

static zt_status check_ca(const zt_setup_ca *ca, zt_accepted_ca *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	ret->given = ca;
	TRY(zt_cert_read_pem(ca->pem, &info, ret_error));
	if (!info->is_ca)
		return zt_error_set(ret_error, ZT_E_INVALID, "certificate %s is no CA certificate", info->id);
	TRY(zt_text_copy(ret->id, sizeof ret->id, zt_view_of(info->id)));
	zt_view tenant = ca->tenant.n ? ca->tenant : zt_view_of(info->id);
	if (zt_view_find(tenant, ',') < tenant.n || zt_text_copy(ret->tenant, sizeof ret->tenant, tenant) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_USAGE, "\"%.*s\" is no tenant", ZT_PRI(tenant));
	return ZT_OK;
}

static zt_status check_cas(zt_setup *setup, zt_error *ret_error)
{
	if (setup->spec.observe_only || setup->spec.whole)
		return ZT_OK;
	if (setup->spec.ca_count == 0 || setup->spec.ca_count > ZT_SETUP_CAS_MAX)
		return zt_error_set(ret_error, ZT_E_USAGE, "1 to %d CA certificates, not %zu", ZT_SETUP_CAS_MAX,
				    setup->spec.ca_count);
	for (size_t i = 0; i < setup->spec.ca_count; i++) {
		TRY(check_ca(&setup->spec.cas[i], &setup->cas[i], ret_error));
		for (size_t j = 0; j < i; j++)
			if (strcmp(setup->cas[i].id, setup->cas[j].id) == 0)
				return zt_error_set(ret_error, ZT_E_USAGE, "CA certificate %s is given twice",
						    setup->cas[i].id);
	}
	return ZT_OK;
}

static zt_status check_architecture(const zt_setup *setup, zt_error *ret_error)
{
	zt_view name = setup->spec.architecture;
	if (name.n && !zt_view_equal(name, ZT_LIT("x86_64")) && !zt_view_equal(name, ZT_LIT("arm64")))
		return zt_error_set(ret_error, ZT_E_USAGE, "architecture \"%.*s\" is neither x86_64 nor arm64",
				    ZT_PRI(name));
	return ZT_OK;
}

static zt_status check_mode(const zt_setup *setup, zt_error *ret_error)
{
	zt_view mode = setup->spec.ca_mode;
	if (mode.n && !zt_view_equal(mode, ZT_LIT("DEFAULT")) && !zt_view_equal(mode, ZT_LIT("SNI_ONLY")))
		return zt_error_set(ret_error, ZT_E_USAGE, "CA mode \"%.*s\" is neither DEFAULT nor SNI_ONLY",
				    ZT_PRI(mode));
	return ZT_OK;
}

/* PutRetentionPolicy, "Valid values". */
static zt_status check_retention(const zt_setup *setup, zt_error *ret_error)
{
	static const unsigned valid[] = { 0,   1,   3,   5,   7,    14,   30,   60,   90,   120,  150, 180,
					  365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 };
	for (size_t i = 0; i < ZT_COUNT(valid); i++)
		if (setup->spec.log_retention_days == valid[i])
			return ZT_OK;
	return zt_error_set(ret_error, ZT_E_USAGE,
			    "CloudWatch Logs keeps for 1, 3, 5, 7, 14, 30, 60, 90 … 3653 days, not for %u",
			    setup->spec.log_retention_days);
}

zt_status zt_setup_check(zt_setup *setup, zt_error *ret_error)
{
	TRY(zt_setup_check_name(setup, ret_error));
	TRY(check_topics(setup, ret_error));
	TRY(check_template(setup, ret_error));
	TRY(check_architecture(setup, ret_error));
	TRY(check_mode(setup, ret_error));
	TRY(check_retention(setup, ret_error));
	return check_cas(setup, ret_error);
}
