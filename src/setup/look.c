/* The first questions: whose account, which endpoint, and what the handler accepts so far. */
#include <string.h>

#include "aws/iot_ca.h"
#include "aws/iot_rule.h"
#include "aws/iot_template.h"
#include "aws/lambda.h"
#include "aws/sts.h"
#include "base/arn.h"
#include "base/codec.h"
#include "setup/state.h"
#include "x509/read.h"

/* STS GetCallerIdentity needs no permission. */
static const zt_operator_action look_rows[] = {
	{ "iot:DescribeEndpoint", { "*" } },
	{ "iot:ListCACertificates", { "*" } },
};
const zt_operator_actions zt_look_actions = ZT_OPERATOR_ACTIONS(look_rows);

zt_status zt_setup_look_at_account(zt_setup *setup, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *identity = NULL;
	zt_arn arn;
	TRY(zt_sts_caller_identity(setup->client, &identity, ret_error));
	if (zt_arn_parse(zt_json_view(identity, "Arn"), &arn) != ZT_OK ||
	    zt_text_copy(setup->partition, sizeof setup->partition, arn.partition) != ZT_OK ||
	    zt_text_copy(setup->account, sizeof setup->account, zt_json_view(identity, "Account")) != ZT_OK ||
	    !setup->account[0])
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "STS tells no account and ARN of the caller");
	return ZT_OK;
}

zt_status zt_setup_look_at_endpoint(zt_setup *setup, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str host = ZT_STR(sizeof setup->endpoint - 1);
	TRY(zt_iot_endpoint_describe(setup->client, ZT_LIT("iot:Data-ATS"), &host, ret_error));
	TRY(zt_text_copy(setup->endpoint, sizeof setup->endpoint, zt_str_view(&host)));
	zt_status status = zt_aws_client_set_data_endpoint(setup->client, setup->endpoint);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "\"%s\" is no host name", setup->endpoint);
}

zt_status zt_setup_look_at_function(zt_setup *setup, zt_error *ret_error)
{
	json_decref(setup->function);
	setup->function = NULL;
	zt_status status =
	    zt_lambda_function_get(setup->client, zt_view_of(setup->handler_name), &setup->function, ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static zt_status accept(zt_setup *setup, const zt_accepted_ca *ca, zt_error *ret_error)
{
	for (size_t i = 0; i < setup->accepted_count; i++)
		if (strcmp(setup->accepted[i].id, ca->id) == 0) {
			setup->accepted[i].given = ca->given;
			return ZT_OK;
		}
	if (setup->accepted_count == ZT_SETUP_ACCEPTED_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "more than %d CA certificates", ZT_SETUP_ACCEPTED_MAX);
	setup->accepted[setup->accepted_count++] = *ca;
	return ZT_OK;
}

/* CAs that the function accepts already stay accepted: another tenant's devices must not be locked out. */
zt_status zt_setup_keep_accepted(zt_setup *setup, zt_error *ret_error)
{
	const json_t *configuration = json_object_get(setup->function, "Configuration");
	const json_t *variables = json_object_get(json_object_get(configuration, "Environment"), "Variables");
	zt_view ids = zt_json_view(variables, "ZT_CA_IDS"), tenants = zt_json_view(variables, "ZT_TENANTS"), id;
	setup->accepted_count = 0;
	while (ids.p && zt_view_split(&ids, ',', &id)) {
		zt_accepted_ca ca = { .given = NULL };
		zt_view tenant = id;
		(void)(tenants.p && zt_view_split(&tenants, ',', &tenant));
		/* What is no CA's id was never written by a set-up, and is not taken over. */
		if (id.n == 64 && zt_is_hex(id) && zt_text_copy(ca.id, sizeof ca.id, id) == ZT_OK &&
		    zt_text_copy(ca.tenant, sizeof ca.tenant, tenant) == ZT_OK)
			TRY(accept(setup, &ca, ret_error));
	}
	for (size_t i = 0; i < setup->spec.ca_count; i++)
		TRY(accept(setup, &setup->cas[i], ret_error));
	return ZT_OK;
}

/* ---- which way ---- */

/* The GUID in the CA's subject, as set-up has it from there; a CA without one is named by its id. */
static zt_status name_tenant(const json_t *answer, zt_accepted_ca *ca)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_view pem = zt_json_view(json_object_get(answer, "certificateDescription"), "certificatePem");
	zt_view tenant = zt_cert_read_pem(pem, &info, NULL) == ZT_OK ? zt_cert_tenant(info, false) : ZT_LIT("");
	return zt_text_copy(ca->tenant, sizeof ca->tenant, tenant.n ? tenant : zt_view_of(ca->id));
}

static zt_status accept_of_template(void *context, const json_t *item, zt_error *ret_error)
{
	zt_setup *setup = context;
	zt_accepted_ca ca = { .given = NULL };
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_view id = zt_json_view(item, "certificateId");
	zt_status status = zt_iot_ca_describe(setup->client, id, &answer, ret_error);
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	const json_t *config = json_object_get(answer, "registrationConfig");
	if (!zt_view_equal(zt_json_view(config, "templateName"), zt_view_of(setup->jitp_name)))
		return ZT_OK;
	TRY(zt_text_copy(ca.id, sizeof ca.id, id));
	TRY(name_tenant(answer, &ca));
	return accept(setup, &ca, ret_error);
}

zt_status zt_setup_look_at_way(zt_setup *setup, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *template = NULL;
	if (setup->function)
		return ZT_OK;
	zt_status status = zt_iot_template_describe(setup->client, zt_view_of(setup->jitp_name), &template, ret_error);
	setup->spec.jitp = status == ZT_OK;
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	return zt_iot_ca_each(setup->client, accept_of_template, setup, ret_error);
}

/* ---- what prune takes away ---- */

static bool has_expired(const zt_setup *setup, const json_t *answer)
{
	const json_t *validity = json_object_get(json_object_get(answer, "certificateDescription"), "validity");
	int64_t end_ms, now_ms = zt_clock_wall_ms(zt_aws_client_clock(setup->client));
	return zt_setup_time_ms(json_object_get(validity, "notAfter"), &end_ms) && end_ms < now_ms;
}

static zt_status look_whether_leaving(zt_setup *setup, zt_accepted_ca *ca, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	if (ca->given)
		return ZT_OK;
	zt_status status = zt_iot_ca_describe(setup->client, zt_view_of(ca->id), &answer, ret_error);
	ca->leaving = status == ZT_E_NOT_FOUND || (status == ZT_OK && has_expired(setup, answer));
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static bool is_accepted(const zt_setup *setup, zt_view id)
{
	for (size_t i = 0; i < setup->accepted_count; i++)
		if (zt_view_equal(zt_view_of(setup->accepted[i].id), id))
			return true;
	return false;
}

/* A CA of ours that the handler does not know: its function went, or a run was interrupted. */
static zt_status look_at_forgotten(zt_setup *setup, const json_t *found, zt_error *ret_error)
{
	zt_accepted_ca ca = { .given = NULL };
	bool ours = false;
	if (is_accepted(setup, zt_json_view(found, "certificateId")))
		return ZT_OK;
	TRY(zt_text_copy(ca.id, sizeof ca.id, zt_json_view(found, "certificateId")));
	TRY(zt_setup_has_tag(setup, zt_json_view(found, "certificateArn"), &ours, ret_error));
	if (ours)
		TRY(look_whether_leaving(setup, &ca, ret_error));
	return ca.leaving ? accept(setup, &ca, ret_error) : ZT_OK;
}

static zt_status look_at_leaving(zt_setup *setup, zt_error *ret_error)
{
	size_t i;
	json_t *found;
	ZT_JSON_CLEANUP json_t *registered = json_array();
	for (i = 0; i < setup->accepted_count; i++)
		TRY(look_whether_leaving(setup, &setup->accepted[i], ret_error));
	TRY(zt_iot_ca_each(setup->client, zt_aws_collect, registered, ret_error));
	json_array_foreach(registered, i, found)
		TRY(look_at_forgotten(setup, found, ret_error));
	return ZT_OK;
}

/* All CAs of ours, whoever knows them. */
static zt_status accept_tagged(zt_setup *setup, zt_error *ret_error)
{
	size_t i;
	json_t *found;
	ZT_JSON_CLEANUP json_t *registered = json_array();
	TRY(zt_iot_ca_each(setup->client, zt_aws_collect, registered, ret_error));
	json_array_foreach(registered, i, found) {
		zt_accepted_ca ca = { .given = NULL };
		bool ours = false;
		TRY(zt_text_copy(ca.id, sizeof ca.id, zt_json_view(found, "certificateId")));
		TRY(zt_setup_has_tag(setup, zt_json_view(found, "certificateArn"), &ours, ret_error));
		if (ours)
			TRY(accept(setup, &ca, ret_error));
	}
	return ZT_OK;
}

zt_status zt_setup_look(zt_setup *setup, zt_error *ret_error)
{
	TRY(zt_setup_look_at_account(setup, ret_error));
	TRY(zt_setup_look_at_endpoint(setup, ret_error));
	TRY(zt_setup_look_at_function(setup, ret_error));
	TRY(zt_setup_keep_accepted(setup, ret_error));
	if (setup->spec.whole)
		return accept_tagged(setup, ret_error);
	return setup->spec.prune ? look_at_leaving(setup, ret_error) : ZT_OK;
}
