#include "zerotouch/shadow.h"

#include "zerotouch/json_view.h"

/* In the order of zt_shadow_operation and zt_shadow_kind. */
static const char operations[][7] = { "get", "update", "delete" };
static const char kinds[][10] = { "/accepted", "/rejected", "/delta" };

static void put_prefix(zt_buf *out, zt_view thing, zt_view name)
{
	zt_buf_put_text(out, "$aws/things/");
	zt_buf_put(out, thing);
	zt_buf_put_text(out, "/shadow/");
	if (name.n == 0)
		return;
	zt_buf_put_text(out, "name/");
	zt_buf_put(out, name);
	zt_buf_put_u8(out, '/');
}

zt_status zt_shadow_init(zt_shadow *shadow, zt_view thing, zt_view name, const char **ret_why)
{
	shadow->version = 0;
	if (!zt_thing_name_is_valid(thing, ZT_THING_NAME_MAX) ||
	    (name.n && !zt_thing_name_is_valid(name, ZT_SHADOW_NAME_MAX)))
		return zt_because(ret_why, ZT_E_INVALID,
				  "a shadow's name has at most 64, a Thing's 128 characters: a-z A-Z 0-9 : _ -");
	for (unsigned kind = 0; kind < ZT_SHADOW_SUBSCRIPTIONS; kind++) {
		zt_buf out = ZT_BUF(shadow->filters[kind]);
		put_prefix(&out, thing, name);
		shadow->prefix_n = (uint16_t)out.n;
		zt_buf_put_text(&out, kind == ZT_SHADOW_DELTA ? operations[ZT_SHADOW_OP_UPDATE] : "+");
		zt_buf_put_text(&out, kinds[kind]);
		TRY(zt_buf_finish(&out));
		shadow->filter_n[kind] = (uint16_t)out.n;
	}
	return ZT_OK;
}

void zt_shadow_subscriptions(const zt_shadow *shadow, zt_subscription ret[ZT_SHADOW_SUBSCRIPTIONS])
{
	for (size_t i = 0; i < ZT_SHADOW_SUBSCRIPTIONS; i++)
		ret[i] = (zt_subscription){ zt_view_make(shadow->filters[i], shadow->filter_n[i]), 1 };
}

static zt_view prefix_of(const zt_shadow *shadow)
{
	return zt_view_make(shadow->filters[0], shadow->prefix_n);
}

static size_t begin(const zt_shadow *shadow, zt_shadow_operation operation, zt_buf *memory)
{
	*memory = zt_buf_make(memory->p, memory->cap);
	zt_buf_put(memory, prefix_of(shadow));
	zt_buf_put_text(memory, operations[operation]);
	return memory->n;
}

static zt_status finish(const zt_buf *memory, size_t topic_n, zt_message *ret, const char **ret_why)
{
	if (zt_buf_finish(memory) != ZT_OK)
		return zt_because(ret_why, ZT_E_SPACE, "the memory is too small");
	*ret = (zt_message){ { memory->p, topic_n }, { memory->p + topic_n, memory->n - topic_n }, 1, false };
	return ZT_OK;
}

static void put_token(zt_buf *out, uint8_t before, zt_view token)
{
	zt_buf_put_u8(out, before);
	zt_buf_put_text(out, "\"clientToken\":");
	zt_jv_put_text(out, token);
}

static zt_status ask(const zt_shadow *shadow, zt_shadow_operation operation, zt_view token, zt_buf *memory,
		     zt_message *ret)
{
	ENSURE(token.n <= ZT_SHADOW_TOKEN_MAX, ZT_E_LIMIT);
	size_t topic_n = begin(shadow, operation, memory);
	if (token.n) {
		put_token(memory, '{', token);
		zt_buf_put_u8(memory, '}');
	}
	return finish(memory, topic_n, ret, NULL);
}

zt_status zt_shadow_get(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret)
{
	return ask(shadow, ZT_SHADOW_OP_GET, token, memory, ret);
}

zt_status zt_shadow_delete(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret)
{
	return ask(shadow, ZT_SHADOW_OP_DELETE, token, memory, ret);
}

/* Empty, an object or null. */
static bool is_section(zt_view json)
{
	if (json.n == 0)
		return true;
	zt_status status = zt_jv_check(json);
	zt_view_skip_space(&json);
	return status == ZT_OK && (*json.p == '{' || *json.p == 'n');
}

static zt_status check_change(const zt_shadow_change *change, const char **ret_why)
{
	size_t n = change->desired.n + change->reported.n;
	if (!is_section(change->desired) || !is_section(change->reported))
		return zt_because(ret_why, ZT_E_INVALID,
				  "a section of a shadow is a JSON object, or null to remove it");
	if (n == 0)
		return zt_because(ret_why, ZT_E_INVALID, "an update of a shadow needs a desired or a reported section");
	if (n > ZT_SHADOW_DOCUMENT_MAX)
		return zt_because(ret_why, ZT_E_LIMIT, "AWS IoT Core takes shadows of at most 8192 bytes (8 KB)");
	if (change->token.n > ZT_SHADOW_TOKEN_MAX)
		return zt_because(ret_why, ZT_E_LIMIT, "AWS IoT Core takes client tokens of at most 64 bytes");
	return ZT_OK;
}

zt_status zt_shadow_update(const zt_shadow *shadow, const zt_shadow_change *change, zt_buf *memory, zt_message *ret,
			   const char **ret_why)
{
	TRY(check_change(change, ret_why));
	size_t topic_n = begin(shadow, ZT_SHADOW_OP_UPDATE, memory);
	zt_buf_put_text(memory, "{\"state\":{");
	if (change->desired.n) {
		zt_buf_put_text(memory, "\"desired\":");
		zt_buf_put(memory, change->desired);
		if (change->reported.n)
			zt_buf_put_u8(memory, ',');
	}
	if (change->reported.n) {
		zt_buf_put_text(memory, "\"reported\":");
		zt_buf_put(memory, change->reported);
	}
	zt_buf_put_u8(memory, '}');
	if (change->version) {
		zt_buf_put_text(memory, ",\"version\":");
		zt_buf_put_u64(memory, change->version);
	}
	if (change->token.n)
		put_token(memory, ',', change->token);
	zt_buf_put_u8(memory, '}');
	return finish(memory, topic_n, ret, ret_why);
}

/* "update/delta", "get/accepted", … */
static bool read_topic(zt_view tail, zt_shadow_event *ret)
{
	unsigned operation = 0, kind = 0;
	while (!zt_view_take_text(&tail, operations[operation]))
		if (++operation == ZT_COUNT(operations))
			return false;
	while (!zt_view_is(tail, kinds[kind]))
		if (++kind == ZT_COUNT(kinds))
			return false;
	ret->operation = (zt_shadow_operation)operation;
	ret->kind = (zt_shadow_kind)kind;
	return kind != ZT_SHADOW_DELTA || operation == ZT_SHADOW_OP_UPDATE;
}

static bool read_number(zt_view document, const char *name, uint64_t *ret)
{
	zt_view value;
	return zt_jv_member(document, name, &value) && zt_jv_number(value, ret);
}

static void read_text(zt_view document, const char *name, zt_view *ret)
{
	zt_view value;
	if (zt_jv_member(document, name, &value))
		(void)zt_jv_text(value, ret);
}

static zt_status read_rejection(zt_shadow *shadow, zt_view document, zt_shadow_event *event)
{
	uint64_t code;
	ENSURE(read_number(document, "code", &code) && code < 1000, ZT_E_PROTOCOL);
	event->code = (uint16_t)code;
	read_text(document, "message", &event->message);
	/* There is no shadow: the next one may begin at 1 again. */
	if (code == 404)
		shadow->version = 0;
	return ZT_OK;
}

/* A get's answer is the truth of the moment; the others may have been overtaken. */
static void note_version(zt_shadow *shadow, zt_shadow_event *event)
{
	bool truth = event->operation != ZT_SHADOW_OP_UPDATE;
	event->stale = !truth && event->version < shadow->version;
	if (!event->stale)
		shadow->version = event->version;
}

static zt_status read_state(zt_shadow *shadow, zt_view document, zt_shadow_event *event)
{
	ENSURE(read_number(document, "version", &event->version), ZT_E_PROTOCOL);
	(void)zt_jv_member(document, "state", &event->state);
	if (event->kind == ZT_SHADOW_DELTA) {
		ENSURE(zt_jv_is_object(event->state), ZT_E_PROTOCOL);
	} else {
		(void)zt_jv_member(event->state, "desired", &event->desired);
		(void)zt_jv_member(event->state, "reported", &event->reported);
		(void)zt_jv_member(event->state, "delta", &event->delta);
	}
	note_version(shadow, event);
	return ZT_OK;
}

zt_status zt_shadow_take(zt_shadow *shadow, const zt_message *message, zt_shadow_event *ret)
{
	zt_shadow_event event = { .version = 0 };
	zt_view tail = message->topic;
	ENSURE(zt_view_take_prefix(&tail, prefix_of(shadow)) && read_topic(tail, &event), ZT_E_NOT_FOUND);
	TRY(zt_jv_check(message->payload));
	read_text(message->payload, "clientToken", &event.token);
	TRY(event.kind == ZT_SHADOW_REJECTED ? read_rejection(shadow, message->payload, &event)
					     : read_state(shadow, message->payload, &event));
	*ret = event;
	return ZT_OK;
}
