/* Destinations of rules by HTTPS (AWS IoT, "Working with HTTP rule action destinations"). */
#include "base/arn.h"
#include "base/json.h"
#include "base/log.h"
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/destinations.h"

enum { PAGE_MAX = 1000, TEXT_MAX = 4096 };
static const zt_page_names page_names = { "maxResults", "nextToken", "nextToken", PAGE_MAX };
static const char *const statuses[] = { "IN_PROGRESS", "ENABLED", "DISABLED", NULL };
static const zt_param param_arn = { .name = "arn", .min = 20, .max = 2048 };
static const zt_param param_status = { .name = "status", .min = 1, .max = 32 };

/* "arn:…:ruledestination/http/<id>" -> the id. */
static zt_status id_of(zt_view arn, zt_view *ret, zt_error *ret_error)
{
	zt_arn parts;
	zt_view name;
	if (zt_arn_parse(arn, &parts) != ZT_OK || !zt_arn_resource_of(&parts, ZT_LIT("ruledestination"), &name) ||
	    !zt_view_take_prefix(&name, ZT_LIT("http/")))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException",
				      "The ARN is no rule destination's");
	*ret = name;
	return ZT_OK;
}

static json_t *show(const zt_registry *registry, const zt_destination *d, const char *member)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(TEXT_MAX);
	if (zt_destination_arn(registry, d, &arn) != ZT_OK)
		return NULL;
	return json_pack("{s:s, s:s, s:o, s:o, s:{s:s}}", "arn", zt_str_text(&arn), "status", statuses[d->status],
			 "createdAt", zt_json_seconds(d->created_ms), "lastUpdatedAt", zt_json_seconds(d->updated_ms),
			 member, "confirmationUrl", d->url);
}

static void challenged(void *context, zt_status status, unsigned http, const char *detail)
{
	(void)context;
	if (status != ZT_OK || http >= 300)
		LOG_WARNING("api", "a rule destination did not take its confirmation", ZT_KV_INT("status", http),
			    ZT_KV_STR("cause", status == ZT_OK ? "" : detail));
}

/* Whoever gets this can confirm. Lost, it is asked for again with UpdateTopicRuleDestination. */
static zt_status challenge(const zt_call *call, const zt_destination *d)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(TEXT_MAX), enable = ZT_STR(TEXT_MAX), body = ZT_STR(4 * TEXT_MAX);
	TRY(zt_destination_arn(call->registry, d, &arn));
	TRY(zt_str_printf(&enable, "http://127.0.0.1:%u/confirmdestination/%s", zt_api_port(call->api), d->token));
	ZT_JSON_CLEANUP json_t *json =
	    json_pack("{s:s, s:s, s:s, s:s}", "arn", zt_str_text(&arn), "confirmationToken", d->token, "enableUrl",
		      zt_str_text(&enable), "messageType", "DestinationConfirmation");
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_json_write(json, &body));
	const zt_http_client_header headers[] = {
		{ "content-type", "application/json" },
		{ "x-amz-rules-engine-message-type", "DestinationConfirmation" },
		{ "x-amz-rules-engine-destination-arn", zt_str_text(&arn) },
	};
	return call->api->spec.http ? zt_http_client_post(call->api->spec.http, d->url, headers, ZT_COUNT(headers),
							  zt_str_view(&body), challenged, NULL)
				    : ZT_OK;
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_destination *d;
	const json_t *configuration = json_object_get(call->body, "destinationConfiguration");
	const json_t *http = json_object_get(configuration, "httpUrlConfiguration");
	if (!http)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException",
				      "destinationConfiguration wants httpUrlConfiguration; VPCs are not there");
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_destination_create(txn, zt_json_view(http, "confirmationUrl"), &d, ret_error));
	TRY(zt_call_reply(call,
			  json_pack("{s:o}", "topicRuleDestination", show(call->registry, d, "httpUrlProperties"))));
	return challenge(call, d);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	zt_view id;
	TRY(id_of(call->labels[0], &id, ret_error));
	const zt_destination *d = zt_registry_destination(call->registry, id);
	if (!d)
		return zt_error_coded(ret_error, ZT_E_DENIED, "UnauthorizedException",
				      "Access to the rule destination was denied");
	return zt_call_reply(call,
			     json_pack("{s:o}", "topicRuleDestination", show(call->registry, d, "httpUrlProperties")));
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view arn, word, id;
	unsigned status = 0;
	const zt_destination *d;
	TRY(zt_in_json(call->body, &param_arn, ZT_REQUIRED, &arn, ret_error));
	TRY(zt_in_json(call->body, &param_status, ZT_REQUIRED, &word, ret_error));
	TRY(zt_word_index("status", word, statuses, &status, ret_error));
	TRY(id_of(arn, &id, ret_error));
	const zt_destination *old = zt_registry_destination(call->registry, id);
	if (status == ZT_DESTINATION_ENABLED && old && old->status == ZT_DESTINATION_IN_PROGRESS)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException",
				      "The destination has not been confirmed");
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_destination_set(txn, id, (zt_destination_status)status, &d, ret_error));
	return status == ZT_DESTINATION_IN_PROGRESS ? challenge(call, d) : ZT_OK;
}

static zt_status confirm(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_destination *d = zt_registry_next_destination(call->registry, ZT_VIEW_EMPTY);
	while (d && !(d->status == ZT_DESTINATION_IN_PROGRESS && zt_view_equal(zt_view_of(d->token), call->labels[0])))
		d = zt_registry_next_destination(call->registry, zt_view_of(d->id));
	if (!d)
		return zt_error_coded(ret_error, ZT_E_DENIED, "UnauthorizedException", "The token is none that waits");
	TRY(zt_call_txn(call, &txn));
	return zt_txn_destination_set(txn, zt_view_of(d->id), ZT_DESTINATION_ENABLED, &d, ret_error);
}

static zt_status delete_destination(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view id;
	TRY(id_of(call->labels[0], &id, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_destination_delete(txn, id, ret_error);
}

static const void *next(void *context, zt_view after)
{
	return zt_registry_next_destination(context, after);
}

static zt_view key(const void *entry)
{
	return zt_view_of(((const zt_destination *)entry)->id);
}

static json_t *show_summary(void *context, const void *entry)
{
	return show(context, entry, "httpUrlSummary");
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_page_source source = { next, key, NULL, show_summary, call->registry };
	return zt_page_reply(call, &page_names, false, &source, "destinationSummaries", ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST("CreateTopicRuleDestination", "POST", "/destinations", NULL, create) },
	{ ZT_REST("GetTopicRuleDestination", "GET", "/destinations/{+}", NULL, get) },
	{ ZT_REST("ListTopicRuleDestinations", "GET", "/destinations", NULL, list) },
	{ ZT_REST("UpdateTopicRuleDestination", "PATCH", "/destinations", NULL, update) },
	{ ZT_REST("DeleteTopicRuleDestination", "DELETE", "/destinations/{+}", NULL, delete_destination) },
	/* Its token is the right to do it: whoever follows enableUrl has no signature. */
	{ ZT_REST("ConfirmTopicRuleDestination", "GET", "/confirmdestination/{+}", NULL, confirm),
	  .flags = ZT_OP_ANONYMOUS },
};
const zt_operations zt_iot_destination_operations = ZT_OPERATIONS(rows);
