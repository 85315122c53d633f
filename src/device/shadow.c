#include "zerotouch/shadow.h"

#include "zerotouch/json_view.h"

static const zt_view accepted = ZT_LIT_INIT("/accepted"), rejected = ZT_LIT_INIT("/rejected");
static const zt_view operations[] = {
	[ZT_SHADOW_OP_GET] = ZT_LIT_INIT("get"),
	[ZT_SHADOW_OP_UPDATE] = ZT_LIT_INIT("update"),
	[ZT_SHADOW_OP_DELETE] = ZT_LIT_INIT("delete"),
};

static zt_status refuse(const char **ret_why, zt_status status, const char *sentence)
{
	if (ret_why)
		*ret_why = sentence;
	return status;
}

static void put_prefix(zt_buf *out, zt_view thing, zt_view name)
{
	zt_buf_put(out, ZT_LIT("$aws/things/"));
	zt_buf_put(out, thing);
	zt_buf_put(out, ZT_LIT("/shadow/"));
	if (name.n == 0)
		return;
	zt_buf_put(out, ZT_LIT("name/"));
	zt_buf_put(out, name);
	zt_buf_put_u8(out, '/');
}

zt_status zt_shadow_init(zt_shadow *shadow, zt_view thing, zt_view name, const char **ret_why)
{
	static const zt_view tails[ZT_SHADOW_SUBSCRIPTIONS] = {
		ZT_LIT_INIT("+/accepted"),
		ZT_LIT_INIT("+/rejected"),
		ZT_LIT_INIT("update/delta"),
	};
	*shadow = (zt_shadow){ .version = 0 };
	if (!zt_thing_name_is_valid(thing, ZT_THING_NAME_MAX))
		return refuse(ret_why, ZT_E_INVALID, "a Thing name has 1 to 128 characters: a-z A-Z 0-9 : _ -");
	if (name.n && !zt_thing_name_is_valid(name, ZT_SHADOW_NAME_MAX))
		return refuse(ret_why, ZT_E_INVALID, "a shadow's name has 1 to 64 characters: a-z A-Z 0-9 : _ -");
	for (size_t i = 0; i < ZT_SHADOW_SUBSCRIPTIONS; i++) {
		zt_buf out = ZT_BUF(shadow->filters[i]);
		put_prefix(&out, thing, name);
		shadow->prefix_n = (uint16_t)out.n;
		zt_buf_put(&out, tails[i]);
		TRY(zt_buf_finish(&out));
		shadow->filter_n[i] = (uint16_t)out.n;
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
	memory->n = 0;
	memory->overflow = false;
	zt_buf_put(memory, prefix_of(shadow));
	zt_buf_put(memory, operations[operation]);
	return memory->n;
}

static zt_status finish(const zt_buf *memory, size_t topic_n, zt_message *ret)
{
	TRY(zt_buf_finish(memory));
	zt_view whole = zt_buf_view(memory);
	*ret = (zt_message){ { whole.p, topic_n }, zt_view_from(whole, topic_n), 1, false };
	return ZT_OK;
}

static void put_token(zt_buf *out, zt_view token)
{
	if (token.n == 0)
		return;
	zt_buf_put(out, ZT_LIT("\"clientToken\":"));
	zt_jv_put_text(out, token);
}

static zt_status ask(const zt_shadow *shadow, zt_shadow_operation operation, zt_view token, zt_buf *memory,
		     zt_message *ret)
{
	ENSURE(token.n <= ZT_SHADOW_TOKEN_MAX, ZT_E_LIMIT);
	size_t topic_n = begin(shadow, operation, memory);
	if (token.n) {
		zt_buf_put_u8(memory, '{');
		put_token(memory, token);
		zt_buf_put_u8(memory, '}');
	}
	return finish(memory, topic_n, ret);
}

zt_status zt_shadow_get(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret)
{
	return ask(shadow, ZT_SHADOW_OP_GET, token, memory, ret);
}

zt_status zt_shadow_delete(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret)
{
	return ask(shadow, ZT_SHADOW_OP_DELETE, token, memory, ret);
}

static bool is_section(zt_view json)
{
	zt_view text = zt_view_trim(json);
	return zt_jv_check(text) == ZT_OK && (zt_jv_is_object(text) || zt_view_equal(text, ZT_LIT("null")));
}

static zt_status check_change(const zt_shadow_change *change, const char **ret_why)
{
	if ((change->desired.n && !is_section(change->desired)) ||
	    (change->reported.n && !is_section(change->reported)))
		return refuse(ret_why, ZT_E_INVALID, "a section of a shadow is a JSON object, or null to remove it");
	if (change->desired.n == 0 && change->reported.n == 0)
		return refuse(ret_why, ZT_E_INVALID, "an update of a shadow needs a desired or a reported section");
	if (change->desired.n + change->reported.n > ZT_SHADOW_DOCUMENT_MAX)
		return refuse(ret_why, ZT_E_LIMIT, "AWS IoT Core takes shadows of at most 8192 bytes (8 KB)");
	if (change->token.n > ZT_SHADOW_TOKEN_MAX)
		return refuse(ret_why, ZT_E_LIMIT, "AWS IoT Core takes client tokens of at most 64 bytes");
	return ZT_OK;
}

static void put_section(zt_buf *out, zt_view name, zt_view json, bool more)
{
	zt_jv_put_text(out, name);
	zt_buf_put_u8(out, ':');
	zt_buf_put(out, json);
	if (more)
		zt_buf_put_u8(out, ',');
}

zt_status zt_shadow_update(const zt_shadow *shadow, const zt_shadow_change *change, zt_buf *memory, zt_message *ret,
			   const char **ret_why)
{
	TRY(check_change(change, ret_why));
	size_t topic_n = begin(shadow, ZT_SHADOW_OP_UPDATE, memory);
	zt_buf_put(memory, ZT_LIT("{\"state\":{"));
	if (change->desired.n)
		put_section(memory, ZT_LIT("desired"), change->desired, change->reported.n > 0);
	if (change->reported.n)
		put_section(memory, ZT_LIT("reported"), change->reported, false);
	zt_buf_put_u8(memory, '}');
	if (change->version) {
		zt_buf_put(memory, ZT_LIT(",\"version\":"));
		zt_buf_put_u64(memory, change->version);
	}
	if (change->token.n)
		zt_buf_put_u8(memory, ',');
	put_token(memory, change->token);
	zt_buf_put_u8(memory, '}');
	if (zt_buf_finish(memory) != ZT_OK)
		return refuse(ret_why, ZT_E_SPACE, "the memory is too small for this update");
	return finish(memory, topic_n, ret);
}

/* "update/delta", "get/accepted", … */
static zt_status read_topic(zt_view tail, zt_shadow_event *ret)
{
	if (zt_view_equal(tail, ZT_LIT("update/delta"))) {
		ret->operation = ZT_SHADOW_OP_UPDATE;
		ret->kind = ZT_SHADOW_DELTA;
		return ZT_OK;
	}
	for (size_t i = 0; i < ZT_COUNT(operations); i++) {
		zt_view rest = tail;
		if (!zt_view_take_prefix(&rest, operations[i]))
			continue;
		ENSURE(zt_view_equal(rest, accepted) || zt_view_equal(rest, rejected), ZT_E_NOT_FOUND);
		ret->operation = (zt_shadow_operation)i;
		ret->kind = zt_view_equal(rest, accepted) ? ZT_SHADOW_ACCEPTED : ZT_SHADOW_REJECTED;
		return ZT_OK;
	}
	return ZT_E_NOT_FOUND;
}

static zt_status read_rejection(zt_shadow *shadow, zt_view document, zt_shadow_event *event)
{
	zt_view value;
	uint64_t code;
	ENSURE(zt_jv_member(document, "code", &value) && zt_jv_number(value, &code) && code < 1000, ZT_E_PROTOCOL);
	event->code = (uint16_t)code;
	if (zt_jv_member(document, "message", &value))
		(void)zt_jv_text(value, &event->message);
	/* There is no shadow: the next one may begin at 1 again. */
	if (code == 404)
		shadow->version = 0;
	return ZT_OK;
}

/* A get's answer is the truth of the moment; the others may have been overtaken. */
static void note_version(zt_shadow *shadow, zt_shadow_event *event)
{
	bool truth = event->kind == ZT_SHADOW_ACCEPTED && event->operation != ZT_SHADOW_OP_UPDATE;
	event->stale = !truth && event->version < shadow->version;
	if (!event->stale)
		shadow->version = event->version;
}

static zt_status read_state(zt_shadow *shadow, zt_view document, zt_shadow_event *event)
{
	zt_view value;
	ENSURE(zt_jv_member(document, "version", &value) && zt_jv_number(value, &event->version), ZT_E_PROTOCOL);
	bool has_state = zt_jv_member(document, "state", &event->state);
	ENSURE(event->kind != ZT_SHADOW_DELTA || (has_state && zt_jv_is_object(event->state)), ZT_E_PROTOCOL);
	if (event->kind == ZT_SHADOW_ACCEPTED) {
		(void)zt_jv_member(event->state, "desired", &event->desired);
		(void)zt_jv_member(event->state, "reported", &event->reported);
		(void)zt_jv_member(event->state, "delta", &event->delta);
	}
	note_version(shadow, event);
	return ZT_OK;
}

zt_status zt_shadow_take(zt_shadow *shadow, const zt_message *message, zt_shadow_event *ret)
{
	zt_shadow_event event = { .kind = ZT_SHADOW_ACCEPTED };
	zt_view tail = message->topic, value;
	ENSURE(zt_view_take_prefix(&tail, prefix_of(shadow)), ZT_E_NOT_FOUND);
	TRY(read_topic(tail, &event));
	TRY(zt_jv_check(message->payload));
	ENSURE(zt_jv_is_object(zt_view_trim(message->payload)), ZT_E_PROTOCOL);
	if (zt_jv_member(message->payload, "clientToken", &value))
		(void)zt_jv_text(value, &event.token);
	if (event.kind == ZT_SHADOW_REJECTED)
		TRY(read_rejection(shadow, message->payload, &event));
	else
		TRY(read_state(shadow, message->payload, &event));
	*ret = event;
	return ZT_OK;
}
