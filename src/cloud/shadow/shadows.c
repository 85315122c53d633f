#include "cloud/shadow/shadows.h"

#include <stdlib.h>

#include "base/log.h"
#include "cloud/shadow/document.h"

enum {
	TEXT_MAX = ZT_SHADOW_RECORD_MAX,
	TOPIC_MAX = 512,
	ANSWER_QOS = 1, /* AWS does not say; a subscriber gets at most what it asked for */
	CLIENT_MAX = 128,
};

/* One request on its way. */
typedef struct pending {
	zt_shadows *shadows; /* NULL once the service has gone */
	struct pending *next, **link;
	char thing[129], name[ZT_SHADOW_NAME_MAX + 1], client_id[CLIENT_MAX + 1];
	zt_shadow_operation operation;
	zt_shadow_request request;
	zt_shadow_done_fn done; /* NULL: it came by MQTT */
	void *context;
	int64_t now_s;
	json_t *answer, *delta, *documents; /* what is told when the change is durable */
} pending;

struct zt_shadows {
	zt_registry *registry;
	zt_shadow_publish_fn publish;
	void *context;
	pending *pending; /* those whose change is on its way to the disk */
};

static const char *const verbs[] = { "get", "update", "delete" };

zt_status zt_shadows_new(zt_registry *registry, zt_shadow_publish_fn publish, void *context, zt_shadows **ret)
{
	zt_shadows *shadows = calloc(1, sizeof *shadows);
	ENSURE(shadows, ZT_E_NOMEM);
	*shadows = (zt_shadows){ .registry = registry, .publish = publish, .context = context };
	*ret = shadows;
	return ZT_OK;
}

void zt_shadows_free(zt_shadows *shadows)
{
	if (!shadows)
		return;
	for (pending *p = shadows->pending; p; p = p->next) {
		p->shadows = NULL;
		p->link = NULL;
	}
	free(shadows);
}

static void pending_free(pending *p)
{
	zt_shadow_request_free(&p->request);
	json_decref(p->answer);
	json_decref(p->delta);
	json_decref(p->documents);
	free(p);
}

/* ---- what is told ---- */

static void publish(const pending *p, const char *ending, const json_t *document)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_MAX), text = ZT_STR(TEXT_MAX);
	zt_shadows *shadows = p->shadows;
	zt_status status = zt_shadow_topic_put(zt_view_of(p->thing), zt_view_of(p->name), ending, &topic);
	if (status == ZT_OK)
		status = zt_json_write(document, &text);
	const zt_publish message = { .topic = zt_str_view(&topic), .payload = zt_str_view(&text), .qos = ANSWER_QOS };
	if (status == ZT_OK)
		status = shadows->publish(shadows->context, &message);
	if (status != ZT_OK)
		LOG_WARNING("shadow", "an answer did not reach the broker", ZT_KV_V("topic", zt_str_view(&topic)),
			    ZT_KV_STR("cause", zt_status_text(status)));
}

static void tell_accepted(const pending *p)
{
	char ending[32];
	(void)snprintf(ending, sizeof ending, "%s/accepted", verbs[p->operation]);
	if (p->done && p->operation == ZT_SHADOW_GET)
		return; /* nobody subscribed for an HTTPS get */
	publish(p, ending, p->answer);
	if (p->delta)
		publish(p, "update/delta", p->delta);
	if (p->documents)
		publish(p, "update/documents", p->documents);
}

static void answer_http(const pending *p, zt_status status, const zt_error *error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	zt_error lost = { .status = ZT_E_NOMEM };
	if (status == ZT_OK && zt_json_write(p->answer, &text) != ZT_OK) {
		status = ZT_E_NOMEM;
		error = &lost;
	}
	p->done(p->context, status, error, zt_str_view(&text));
}

static void tell_rejected(const pending *p, const zt_error *error)
{
	char ending[32];
	(void)snprintf(ending, sizeof ending, "%s/rejected", verbs[p->operation]);
	ZT_JSON_CLEANUP json_t *json =
	    json_pack("{s:i, s:s, s:I}", "code", error->http ? error->http : 500, "message",
		      error->http ? error->text : "Internal service failure", "timestamp", (json_int_t)p->now_s);
	if (!json)
		return;
	if (p->request.client_token[0])
		(void)json_object_set_new(json, "clientToken", json_string(p->request.client_token));
	publish(p, ending, json);
}

/* Takes over `p`. */
static void finish(pending *p, zt_status status, const zt_error *error)
{
	if (p->shadows && status == ZT_OK)
		tell_accepted(p);
	else if (p->shadows && !p->done)
		tell_rejected(p, error);
	if (p->done)
		answer_http(p, status, error);
	pending_free(p);
}

/* ---- what is done ---- */

static zt_status no_shadow(const pending *p, zt_error *ret_error)
{
	char text[256];
	(void)snprintf(text, sizeof text, "No shadow exists with name: '%s%s%s'", p->thing, p->name[0] ? "~" : "",
		       p->name);
	return zt_shadow_refuse(ret_error, ZT_E_NOT_FOUND, 404, text);
}

static zt_status load(const pending *p, zt_shadow *ret, zt_error *ret_error)
{
	const zt_shadow_row *row = zt_registry_shadow(p->shadows->registry, zt_view_of(p->thing), zt_view_of(p->name));
	return zt_shadow_read(row ? zt_view_make(row->document, row->document_n) : ZT_VIEW_EMPTY, ret, ret_error);
}

static void committed(void *context, zt_status status)
{
	pending *p = context;
	const zt_error error = { .status = status };
	if (p->shadows) {
		*p->link = p->next;
		if (p->next)
			p->next->link = p->link;
	}
	finish(p, status, &error);
}

static zt_status save(pending *p, const zt_shadow *shadow, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	zt_shadows *shadows = p->shadows;
	zt_txn *txn;
	TRY(zt_shadow_write(shadow, &text));
	TRY(zt_txn_begin(shadows->registry, &txn));
	zt_status status =
	    zt_txn_shadow_put(txn, zt_view_of(p->thing), zt_view_of(p->name), zt_str_view(&text), ret_error);
	if (status != ZT_OK) {
		zt_txn_abort(txn);
		return status;
	}
	p->next = shadows->pending;
	p->link = &shadows->pending;
	if (p->next)
		p->next->link = &p->next;
	shadows->pending = p;
	zt_txn_commit(txn, committed, p);
	return ZT_E_AGAIN;
}

static zt_status do_get(pending *p, zt_error *ret_error)
{
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow shadow = { 0 };
	TRY(load(p, &shadow, ret_error));
	if (!shadow.exists)
		return no_shadow(p, ret_error);
	p->answer = zt_shadow_show(&shadow, p->now_s, p->request.client_token);
	return p->answer ? ZT_OK : ZT_E_NOMEM;
}

static zt_status do_update(pending *p, zt_error *ret_error)
{
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow before = { 0 };
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow after = { 0 };
	const char *token = p->request.client_token;
	TRY(load(p, &before, ret_error));
	TRY(zt_shadow_update(&before, &p->request, p->now_s, &after, ret_error));
	p->answer = zt_shadow_show_update(&after, &p->request, p->now_s);
	p->documents = zt_shadow_show_documents(&before, &after, p->now_s, token);
	TRY(zt_shadow_show_delta(&after, p->now_s, token, &p->delta));
	ENSURE(p->answer && p->documents, ZT_E_NOMEM);
	return save(p, &after, ret_error);
}

static zt_status do_delete(pending *p, zt_error *ret_error)
{
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow shadow = { 0 };
	TRY(load(p, &shadow, ret_error));
	if (zt_shadow_delete(&shadow, p->now_s) != ZT_OK)
		return no_shadow(p, ret_error);
	p->answer = zt_shadow_show_delete(&shadow, p->now_s, p->request.client_token);
	ENSURE(p->answer, ZT_E_NOMEM);
	return save(p, &shadow, ret_error);
}

static size_t in_flight(const zt_shadows *shadows, zt_view client_id)
{
	size_t n = 0;
	for (const pending *p = shadows->pending; p; p = p->next)
		n += !p->done && zt_view_equal(zt_view_of(p->client_id), client_id);
	return n;
}

static zt_status carry_out(pending *p, zt_view payload, zt_error *ret_error)
{
	TRY(p->operation == ZT_SHADOW_UPDATE ? zt_shadow_request_update(payload, &p->request, ret_error)
					     : zt_shadow_request_plain(payload, &p->request, ret_error));
	if (!p->done && in_flight(p->shadows, zt_view_of(p->client_id)) >= ZT_SHADOW_IN_FLIGHT_MAX)
		return zt_shadow_refuse(ret_error, ZT_E_THROTTLED, 429, "Too many requests");
	switch (p->operation) {
	case ZT_SHADOW_GET:
		return do_get(p, ret_error);
	case ZT_SHADOW_UPDATE:
		return do_update(p, ret_error);
	case ZT_SHADOW_DELETE:
		return do_delete(p, ret_error);
	}
	return ZT_E_INTERNAL;
}

static pending *pending_new(zt_shadows *shadows, const zt_shadow_topic *topic)
{
	pending *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->shadows = shadows;
	p->operation = topic->operation;
	p->now_s = zt_registry_now_ms(shadows->registry) / 1000;
	zt_text_cut(p->thing, sizeof p->thing, topic->thing);
	zt_text_cut(p->name, sizeof p->name, topic->name);
	return p;
}

static void run(pending *p, zt_view payload)
{
	zt_error error = { 0 };
	zt_status status = carry_out(p, payload, &error);
	if (status != ZT_E_AGAIN)
		finish(p, status, &error);
}

void zt_shadows_request(zt_shadows *shadows, const zt_shadow_topic *topic, zt_view payload, zt_shadow_done_fn done,
			void *context)
{
	const zt_error error = { .status = ZT_E_NOMEM };
	pending *p = pending_new(shadows, topic);
	if (!p) {
		done(context, ZT_E_NOMEM, &error, ZT_VIEW_EMPTY);
		return;
	}
	p->done = done;
	p->context = context;
	run(p, payload);
}

void zt_shadows_accepted(zt_shadows *shadows, const zt_publish *message)
{
	zt_shadow_topic topic;
	if (!zt_shadow_topic_read(message->topic, &topic))
		return;
	pending *p = pending_new(shadows, &topic);
	if (!p)
		return; /* as if the message had been lost: QoS of the answer is nobody's promise */
	zt_text_cut(p->client_id, sizeof p->client_id, message->client_id);
	run(p, message->payload);
}
