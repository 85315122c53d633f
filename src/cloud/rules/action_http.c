/* The action http: the payload is posted to an URL whose owner has confirmed it (AWS IoT, "HTTP action"). */
#include <stdlib.h>

#include "base/json.h"
#include "cloud/registry/destinations.h"
#include "cloud/rules/pending.h"
#include "net/http_client.h"

enum {
	TRIES_MAX = 3, /* AWS IoT, "HTTP action" limits (unconfirmed) */
	ARN_MAX = 512,
	VALUE_MAX = 2048,
};

/* One message on its way; outlives the rule. */
typedef struct {
	zt_http_client *client;
	zt_pending *pending;
	char *url, *payload;
	size_t payload_n;
	zt_http_client_header headers[ZT_HTTP_HEADERS_OF_ACTION_MAX + 2];
	size_t header_count;
	char *texts[2 * (ZT_HTTP_HEADERS_OF_ACTION_MAX + 2)]; /* names and values, owned */
	size_t text_count;
	unsigned tries;
} delivery;

static void delivery_free(delivery *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->text_count; i++)
		free(d->texts[i]);
	free(d->url);
	free(d->payload);
	free(d);
}
ZT_DEFINE_CLEANUP(delivery, delivery_free)

static zt_status post(delivery *d);

static bool is_worth_another_try(const delivery *d, zt_status status, unsigned http)
{
	return d->tries < TRIES_MAX && (status == ZT_E_NETWORK || status == ZT_E_TIMEOUT || http >= 500 || http == 429);
}

static void posted(void *context, zt_status status, unsigned http, const char *detail)
{
	delivery *d = context;
	char text[256];
	if (status == ZT_OK && http >= 200 && http < 300) {
		zt_pending_end(d->pending, ZT_OK, NULL);
		delivery_free(d);
		return;
	}
	if (is_worth_another_try(d, status, http) && post(d) == ZT_OK)
		return;
	if (status == ZT_OK)
		(void)snprintf(text, sizeof text, "HTTP status %u after %u tries", http, d->tries);
	else
		(void)snprintf(text, sizeof text, "%.180s, after %u tries", detail, d->tries);
	zt_pending_end(d->pending, status == ZT_OK ? ZT_E_FAILED : status, text);
	delivery_free(d);
}

static zt_status post(delivery *d)
{
	d->tries++;
	return zt_http_client_post(d->client, d->url, d->headers, d->header_count,
				   zt_view_make(d->payload, d->payload_n), posted, d);
}

/* Copies both. */
static zt_status add_header(delivery *d, zt_view name, zt_view value)
{
	char *copies[] = { zt_view_dup(name), zt_view_dup(value) };
	for (size_t i = 0; i < 2; i++)
		if (copies[i])
			d->texts[d->text_count++] = copies[i];
	ENSURE(copies[0] && copies[1], ZT_E_NOMEM);
	d->headers[d->header_count++] = (zt_http_client_header){ copies[0], copies[1] };
	return ZT_OK;
}

/* One that is ENABLED and begins the URL; in order, so that the answer is always the same. */
static const zt_destination *destination_of(const zt_registry *registry, zt_view url)
{
	const zt_destination *d = zt_registry_next_destination(registry, ZT_VIEW_EMPTY);
	for (; d; d = zt_registry_next_destination(registry, zt_view_of(d->id)))
		if (d->status == ZT_DESTINATION_ENABLED && zt_destination_covers(d, url))
			return d;
	return NULL;
}

static zt_status fill_headers(const zt_run *run, const zt_action *action, const zt_destination *destination,
			      delivery *d)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(VALUE_MAX);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_MAX);
	TRY(zt_destination_arn(run->rules->registry, destination, &arn));
	TRY(add_header(d, ZT_LIT("x-amz-rules-engine-message-type"), ZT_LIT("DefaultHttp")));
	TRY(add_header(d, ZT_LIT("x-amz-rules-engine-destination-arn"), zt_str_view(&arn)));
	for (size_t i = 0; i < action->header_count; i++) {
		zt_str_clear(&text);
		TRY(zt_template_expand(action->headers[i].value, run->input, &text));
		TRY(add_header(d, zt_view_of(action->headers[i].name), zt_str_view(&text)));
	}
	return ZT_OK;
}

static zt_status make(const zt_run *run, const zt_action *action, const zt_destination *destination, zt_view url,
		      delivery **ret)
{
	ZT_CLEANUP(delivery_freep) delivery *d = calloc(1, sizeof *d);
	ENSURE(d, ZT_E_NOMEM);
	d->client = run->rules->http;
	d->url = zt_view_dup(url);
	d->payload = zt_view_dup(run->payload);
	d->payload_n = run->payload.n;
	ENSURE(d->url && d->payload, ZT_E_NOMEM);
	TRY(fill_headers(run, action, destination, d));
	*ret = ZT_STEAL(d);
	return ZT_OK;
}

zt_status zt_action_http(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	TRY(zt_template_expand(action->target, run->input, resource));
	const zt_destination *destination = destination_of(run->rules->registry, zt_str_view(resource));
	if (!destination)
		return zt_error_set(ret_error, ZT_E_DENIED, "the URL has no destination that is ENABLED");
	if (!run->rules->http)
		return zt_error_set(ret_error, ZT_E_STATE, "there is no HTTP client here");
	ZT_CLEANUP(delivery_freep) delivery *d = NULL;
	TRY(make(run, action, destination, zt_str_view(resource), &d));
	TRY(zt_pending_new(run, ZT_ACTION_HTTP, zt_str_view(resource), &d->pending));
	zt_status status = post(d);
	if (status != ZT_OK) {
		zt_pending_end(d->pending, ZT_OK, NULL);
		return zt_error_set(ret_error, status, "the request cannot be made: %s", zt_status_text(status));
	}
	(void)ZT_STEAL(d);
	return ZT_OK;
}
