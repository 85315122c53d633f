#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "cloud/api/fleet.h"

enum { TEXT_MAX = 64 * 1024, ENDING_MAX = 16 };

/* What AWS calls a refusal here. Only AccessDenied's and InvalidCertificateOwnershipToken's spellings have been seen;
 * the others are unconfirmed. What has no row is a failure of ours. */
static const struct {
	const char *code, *word;
	int status;
} words[] = {
	{ "InvalidCertificateOwnershipToken", "InvalidCertificateOwnershipToken", 400 },
	{ "AccessDeniedException", "AccessDenied", 403 },
	{ "ResourceNotFoundException", "ResourceNotFound", 404 },
	{ "ThrottlingException", "Throttled", 429 },
	{ "LimitExceededException", "LimitExceeded", 400 },
	{ "ResourceRegistrationFailureException", "InvalidParameters", 400 },
	{ "ConflictingResourceUpdateException", "ConflictingResourceUpdate", 409 },
	{ "InvalidRequestException", "InvalidParameters", 400 },
};

static json_t *refusal(zt_status status, const zt_error *error)
{
	for (size_t i = 0; i < ZT_COUNT(words); i++)
		if (strcmp(error->code, words[i].code) == 0)
			return json_pack("{s:i, s:s, s:s}", "statusCode", words[i].status, "errorCode", words[i].word,
					 "errorMessage", error->text);
	if (status == ZT_E_INVALID)
		return json_pack("{s:i, s:s, s:s}", "statusCode", 400, "errorCode", "InvalidParameters", "errorMessage",
				 error->text);
	return json_pack("{s:i, s:s, s:s}", "statusCode", 500, "errorCode", "InternalFailure", "errorMessage",
			 "Internal service failure");
}

static void tell(const zt_fleet_request *r, const char *ending, const json_t *answer)
{
	char topic[sizeof r->topic + ENDING_MAX];
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(TEXT_MAX);
	const zt_api_sources *sources = &r->api->spec.sources;
	(void)snprintf(topic, sizeof topic, "%s/%s", r->topic, ending);
	if (!answer || zt_json_write(answer, &text) != ZT_OK)
		LOG_WARNING("fleet", "an answer is lost for want of memory", ZT_KV_STR("topic", topic));
	else
		sources->answer(sources->context, zt_view_of(r->client_id), zt_view_of(r->principal), zt_view_of(topic),
				zt_str_view(&text));
}

static size_t on_their_way(const zt_api *api, zt_view client_id)
{
	size_t n = 0;
	for (const zt_fleet_request *r = api->fleet; r; r = r->next)
		n += client_id.n == 0 || zt_view_equal(zt_view_of(r->client_id), client_id);
	return n;
}

static zt_status describe(zt_fleet_request *r, const zt_publish *message)
{
	TRY(zt_text_copy(r->client_id, sizeof r->client_id, message->client_id));
	TRY(zt_text_copy(r->principal, sizeof r->principal, message->principal));
	return zt_text_copy(r->topic, sizeof r->topic, message->topic);
}

zt_fleet_request *zt_fleet_request_new(zt_api *api, const zt_publish *message)
{
	const zt_error throttled = { .code = "ThrottlingException", .text = "Too many requests are on their way" };
	bool full = on_their_way(api, ZT_VIEW_EMPTY) >= ZT_FLEET_REQUESTS_MAX ||
		    on_their_way(api, message->client_id) >= ZT_FLEET_REQUESTS_A_CLIENT_MAX;
	zt_fleet_request *r = calloc(1, sizeof *r);
	if (!r || describe(r, message) != ZT_OK) {
		free(r);
		return NULL;
	}
	r->api = api;
	r->next = api->fleet;
	r->link = &api->fleet;
	if (r->next)
		r->next->link = &r->next;
	api->fleet = r;
	if (!full)
		return r;
	zt_fleet_reject(r, ZT_E_THROTTLED, &throttled);
	return NULL;
}

void zt_fleet_request_free(zt_fleet_request *r)
{
	if (!r)
		return;
	if (r->link)
		*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
	json_decref(r->body);
	json_decref(r->answer);
	free(r);
}

void zt_fleet_reject(zt_fleet_request *r, zt_status status, const zt_error *error)
{
	if (r->api) {
		ZT_JSON_CLEANUP json_t *json = refusal(status, error);
		LOG_INFO("fleet", "refused", ZT_KV_STR("client", r->client_id), ZT_KV_STR("topic", r->topic),
			 ZT_KV_STR("error", error->code),
			 ZT_KV_STR("cause", error->text[0] ? error->text : zt_status_text(status)));
		tell(r, "rejected", json);
	}
	zt_fleet_request_free(r);
}

static void committed(void *context, zt_status status)
{
	zt_fleet_request *r = context;
	const zt_error error = { .status = status };
	if (status != ZT_OK) {
		zt_fleet_reject(r, status, &error);
		return;
	}
	if (r->api) {
		LOG_INFO("fleet", "accepted", ZT_KV_STR("client", r->client_id), ZT_KV_STR("topic", r->topic));
		tell(r, "accepted", r->answer);
	}
	zt_fleet_request_free(r);
}

void zt_fleet_commit(zt_fleet_request *r, zt_txn *txn)
{
	zt_txn_commit(txn, committed, r);
}

void zt_fleet_forget_all(zt_api *api)
{
	for (zt_fleet_request *next, *r = api->fleet; r; r = next) {
		next = r->next;
		r->api = NULL;
		r->next = NULL;
		r->link = NULL;
	}
	api->fleet = NULL;
}
