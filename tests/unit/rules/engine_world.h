/* A registry over a store in a temporary folder, an engine on it, a Lambda and a broker that note what they get. */
#ifndef ZT_TESTS_UNIT_RULES_ENGINE_WORLD_H
#define ZT_TESTS_UNIT_RULES_ENGINE_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "cloud/registry/functions.h"
#include "cloud/registry/roles.h"
#include "cloud/registry/rules.h"
#include "cloud/rules/engine.h"
#include "zt_cmocka.h"

enum { WORLD_CALLS_MAX = 16 };

typedef struct {
	char target[256], payload[4096];
	uint8_t qos;
} world_call;

typedef struct {
	char dir[64];
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_rules *rules;
	world_call invoked[WORLD_CALLS_MAX], published[WORLD_CALLS_MAX];
	size_t invoked_count, published_count;
	/* Acknowledgements, held back until the test gives them or all ends. */
	zt_store_done_fn done[WORLD_CALLS_MAX];
	void *done_context[WORLD_CALLS_MAX];
	size_t acknowledged;
	bool loop_back; /* what is republished comes in again */
} world;

static world *the_world;

static inline void note(world_call *calls, size_t *count, zt_view target, zt_view payload, uint8_t qos)
{
	assert_true(*count < WORLD_CALLS_MAX);
	world_call *call = &calls[(*count)++];
	assert_ok(zt_text_copy(call->target, sizeof call->target, target));
	assert_ok(zt_text_copy(call->payload, sizeof call->payload, payload));
	call->qos = qos;
}

/* The Lambda room's body is not linked. */
zt_status zt_lambda_invoke_async(zt_lambda *lambda, zt_view function, zt_view payload, zt_store_done_fn done,
				 void *context, zt_error *ret_error)
{
	(void)lambda;
	if (zt_view_equal(payload, ZT_LIT("\"refuse\"")))
		return zt_error_set(ret_error, ZT_E_THROTTLED, "too many");
	the_world->done[the_world->invoked_count] = done;
	the_world->done_context[the_world->invoked_count] = context;
	note(the_world->invoked, &the_world->invoked_count, function, payload, 0);
	return ZT_OK;
}

static inline zt_status world_republish(void *context, const zt_publish *message)
{
	world *w = context;
	if (zt_view_equal(message->topic, ZT_LIT("broken")))
		return ZT_E_UNAVAILABLE;
	note(w->published, &w->published_count, message->topic, message->payload, message->qos);
	zt_publish_listener listener = zt_rules_listener(w->rules);
	if (w->loop_back)
		listener.accepted(listener.context, message);
	return ZT_OK;
}

static inline void world_acknowledge(world *w, zt_status status)
{
	size_t next = w->acknowledged++;
	w->done[next](w->done_context[next], status);
}

static inline void world_engine(world *w)
{
	zt_error error = { 0 };
	if (zt_rules_new(w->registry, NULL, &w->rules, &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_rules_set_republish(w->rules, world_republish, w);
}

static inline int world_open(void **state)
{
	static const zt_account account = { "aws", "us-east-1", "123456789012", "localhost" };
	world *w = calloc(1, sizeof *w);
	char path[96];
	zt_error error = { 0 };
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/zt_rules_XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	(void)snprintf(path, sizeof path, "%s/db", w->dir);
	w->loop = event_base_new();
	if (zt_store_open(w->loop, path, &w->store, &error) != ZT_OK ||
	    zt_registry_new(w->store, &account, zt_clock_system(), &w->registry, &error) != ZT_OK)
		fail_msg("%s", error.text);
	world_engine(w);
	the_world = w;
	*state = w;
	return 0;
}

static inline int world_close(void **state)
{
	world *w = *state;
	zt_rules_free(w->rules);
	while (w->acknowledged < w->invoked_count)
		world_acknowledge(w, ZT_OK);
	zt_store_close(w->store);
	zt_registry_free(w->registry);
	event_base_free(w->loop);
	zt_status status = zt_path_remove(w->dir, NULL);
	free(w);
	return status == ZT_OK ? 0 : -1;
}

static inline json_t *json_of(const char *text)
{
	json_t *json = NULL;
	zt_error error = { 0 };
	if (zt_json_parse(zt_view_of(text), &json, &error) != ZT_OK)
		fail_msg("%s: %s", text, error.text);
	return json;
}

static inline void world_rule(world *w, const char *name, const char *payload, bool replace)
{
	ZT_JSON_CLEANUP json_t *json = json_of(payload);
	zt_txn *txn;
	zt_error error = { 0 };
	assert_ok(zt_txn_begin(w->registry, &txn));
	if (zt_rules_check(json, &error) != ZT_OK ||
	    zt_txn_rule_put(txn, zt_view_of(name), json, replace, &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_txn_commit(txn, NULL, NULL);
}

/* A function with a resource policy: an array of statements. */
static inline void world_function(world *w, const char *name, const char *statements)
{
	ZT_JSON_CLEANUP json_t *configuration = json_of("{\"Runtime\":\"provided.al2023\"}");
	ZT_JSON_CLEANUP json_t *policy = json_of(statements);
	zt_txn *txn;
	zt_error error = { 0 };
	assert_ok(zt_txn_begin(w->registry, &txn));
	if (zt_txn_function_create(txn, zt_view_of(name), configuration,
				   "0000000000000000000000000000000000000000000000000000000000000000",
				   &error) != ZT_OK ||
	    zt_txn_function_policy(txn, zt_view_of(name), policy, &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_txn_commit(txn, NULL, NULL);
}

static inline void world_send(world *w, const char *topic, const char *payload)
{
	zt_publish message = {
		.topic = zt_view_of(topic), .payload = zt_view_of(payload), .client_id = ZT_LIT("lamp"), .qos = 1
	};
	zt_publish_listener listener = zt_rules_listener(w->rules);
	listener.accepted(listener.context, &message);
}

#define FUNCTION_ARN(name) "arn:aws:lambda:us-east-1:123456789012:function:" name
#define PERMISSION(function, rule, account)                                                       \
	"[{\"Sid\":\"s\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"}," \
	"\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" FUNCTION_ARN(                      \
	    function) "\",\"Condition\":{\"StringEquals\":"                                       \
		      "{\"AWS:SourceAccount\":\"" account "\"},\"ArnLike\":{\"AWS:SourceArn\":"   \
		      "\"arn:aws:iot:us-east-1:123456789012:rule/" rule "\"}}}]"
#define INVOKE(sql, function) \
	"{\"sql\":\"" sql "\",\"actions\":[{\"lambda\":{\"functionArn\":\"" FUNCTION_ARN(function) "\"}}]}"

#endif
