#include "cloud/shadow/document.h"

enum {
	REMEMBERED_S = 48 * 3600, /* how long a deleted shadow's version goes on (unconfirmed) */
};

typedef zt_shadow_section section;

static void section_clear(section *s)
{
	json_decref(s->state);
	json_decref(s->metadata);
	*s = (section){ 0 };
}

void zt_shadow_clear(zt_shadow *s)
{
	section_clear(&s->desired);
	section_clear(&s->reported);
	*s = (zt_shadow){ 0 };
}

/* ---- as it is stored ---- */

static json_t *member_object(const json_t *object, const char *name)
{
	json_t *member = json_object_get(object, name);
	return json_is_object(member) ? json_incref(member) : NULL;
}

zt_status zt_shadow_read(zt_view text, zt_shadow *ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *json = NULL;
	if (text.n == 0) {
		*ret = (zt_shadow){ 0 };
		return ZT_OK;
	}
	TRY(zt_json_parse(text, &json, ret_error));
	if (!json_is_integer(json_object_get(json, "version")))
		return zt_error_set(ret_error, ZT_E_INVALID, "a shadow without its version");
	*ret = (zt_shadow){
		.desired = { member_object(json, "desired"), member_object(json, "desiredMetadata") },
		.reported = { member_object(json, "reported"), member_object(json, "reportedMetadata") },
		.version = (uint64_t)json_integer_value(json_object_get(json, "version")),
		.exists = json_is_true(json_object_get(json, "exists")),
		.timestamp_s = json_integer_value(json_object_get(json, "timestamp")),
	};
	return ZT_OK;
}

zt_status zt_shadow_write(const zt_shadow *s, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *json = json_pack(
	    "{s:I, s:b, s:I, s:O*, s:O*, s:O*, s:O*}", "version", (json_int_t)s->version, "exists", (int)s->exists,
	    "timestamp", (json_int_t)s->timestamp_s, "desired", s->desired.state, "reported", s->reported.state,
	    "desiredMetadata", s->desired.metadata, "reportedMetadata", s->reported.metadata);
	ENSURE(json, ZT_E_NOMEM);
	return zt_json_write(json, out);
}

/* ---- changes ---- */

/* {"timestamp":t} for each leaf; an array has one for each of its elements. */
static json_t *metadata_of(const json_t *value, int64_t now_s)
{
	const char *name;
	json_t *inner, *metadata;
	size_t index;
	if (json_is_object(value)) {
		metadata = json_object();
		json_object_foreach((json_t *)(uintptr_t)value, name, inner)
			(void)json_object_set_new(metadata, name, metadata_of(inner, now_s));
		return metadata;
	}
	if (!json_is_array(value))
		return json_pack("{s:I}", "timestamp", (json_int_t)now_s);
	metadata = json_array();
	json_array_foreach(value, index, inner)
		(void)json_array_append_new(metadata, metadata_of(inner, now_s));
	return metadata;
}

static json_t *object_like(const json_t *json)
{
	return json_is_object(json) ? json_copy((json_t *)(uintptr_t)json) : json_object();
}

static zt_status merge(const section *old, const json_t *patch, int64_t now_s, section *ret);

/* Objects are merged; everything else takes the place of what was there. */
static zt_status merge_member(section *into, const char *name, json_t *value, int64_t now_s)
{
	ZT_CLEANUP(section_clear) section inner = { 0 };
	const section old = { json_object_get(into->state, name), json_object_get(into->metadata, name) };
	if (json_is_null(value)) {
		(void)json_object_del(into->state, name);
		(void)json_object_del(into->metadata, name);
		return ZT_OK;
	}
	if (json_is_object(value))
		TRY(merge(&old, value, now_s, &inner));
	else
		inner = (section){ json_incref(value), metadata_of(value, now_s) };
	bool set = json_object_set(into->state, name, inner.state) == 0 &&
		   json_object_set(into->metadata, name, inner.metadata) == 0;
	return set ? ZT_OK : ZT_E_NOMEM;
}

/* `old` with the patch in it; where there was no object, an empty one, since what is null in a patch must not come
 * along. The members that the patch does not name are the old one's own. */
static zt_status merge(const section *old, const json_t *patch, int64_t now_s, section *ret)
{
	const char *name;
	json_t *value;
	ZT_CLEANUP(section_clear) section merged = { object_like(old->state), object_like(old->metadata) };
	ENSURE(merged.state && merged.metadata, ZT_E_NOMEM);
	json_object_foreach((json_t *)(uintptr_t)patch, name, value)
		TRY(merge_member(&merged, name, value, now_s));
	*ret = merged;
	merged = (section){ 0 };
	return ZT_OK;
}

/* A section that is left empty disappears. */
static zt_status merge_section(const section *old, const json_t *patch, int64_t now_s, section *ret)
{
	if (json_is_null(patch))
		return ZT_OK;
	if (!patch) {
		*ret = (section){ json_incref(old->state), json_incref(old->metadata) };
		return ZT_OK;
	}
	TRY(merge(old, patch, now_s, ret));
	if (json_object_size(ret->state) == 0)
		section_clear(ret);
	return ZT_OK;
}

static size_t bytes_of(const json_t *value)
{
	return value ? json_dumpb(value, NULL, 0, JSON_COMPACT) : 0;
}

zt_status zt_shadow_update(const zt_shadow *before, const zt_shadow_request *request, int64_t now_s,
			   zt_shadow *ret_after, zt_error *ret_error)
{
	bool forgotten = !before->exists && now_s - before->timestamp_s >= REMEMBERED_S;
	uint64_t version = forgotten ? 0 : before->version;
	ZT_CLEANUP(zt_shadow_cleanup)
	zt_shadow after = { .version = version + 1, .exists = true, .timestamp_s = now_s };
	if (request->has_version && request->version != version)
		return zt_shadow_refuse(ret_error, ZT_E_CONFLICT, 409, "Version conflict");
	if (!json_is_null(request->state)) {
		TRY(merge_section(&before->desired, request->desired, now_s, &after.desired));
		TRY(merge_section(&before->reported, request->reported, now_s, &after.reported));
	}
	if (bytes_of(after.desired.state) + bytes_of(after.reported.state) > ZT_SHADOW_STATE_MAX)
		return zt_shadow_refuse(ret_error, ZT_E_LIMIT, 413, "The payload exceeds the maximum size allowed");
	*ret_after = after;
	after = (zt_shadow){ 0 };
	return ZT_OK;
}

zt_status zt_shadow_delete(zt_shadow *s, int64_t now_s)
{
	ENSURE(s->exists, ZT_E_NOT_FOUND);
	section_clear(&s->desired);
	section_clear(&s->reported);
	s->exists = false;
	s->timestamp_s = now_s;
	return ZT_OK;
}

/* ---- views ---- */

static json_t *with_token(json_t *json, const char *client_token)
{
	if (json && client_token[0])
		(void)json_object_set_new(json, "clientToken", json_string(client_token));
	return json;
}

/* Those members of desired that reported has otherwise, or not at all; with their metadata. NULL when there are none.
 */
static json_t *difference(const json_t *desired, const json_t *reported, const json_t *metadata, json_t *ret_metadata)
{
	const char *name;
	json_t *value;
	json_t *delta = json_object();
	json_object_foreach((json_t *)(uintptr_t)desired, name, value) {
		const json_t *other = json_object_get(reported, name);
		json_t *own = json_object_get(metadata, name);
		if (json_equal(value, other))
			continue;
		if (!json_is_object(value) || !json_is_object(other)) {
			(void)json_object_set(delta, name, value);
			(void)json_object_set(ret_metadata, name, own);
			continue;
		}
		ZT_JSON_CLEANUP json_t *inner_metadata = json_object();
		json_t *inner = difference(value, other, own, inner_metadata);
		if (!inner)
			continue;
		(void)json_object_set_new(delta, name, inner);
		(void)json_object_set(ret_metadata, name, inner_metadata);
	}
	if (json_object_size(delta) > 0)
		return delta;
	json_decref(delta);
	return NULL;
}

static json_t *delta_of(const zt_shadow *s, json_t *ret_metadata)
{
	return s->desired.state ? difference(s->desired.state, s->reported.state, s->desired.metadata, ret_metadata)
				: NULL;
}

static json_t *state_of(const zt_shadow *s)
{
	return json_pack("{s:O*, s:O*}", "desired", s->desired.state, "reported", s->reported.state);
}

static json_t *metadata_view(const zt_shadow *s)
{
	return json_pack("{s:O*, s:O*}", "desired", s->desired.metadata, "reported", s->reported.metadata);
}

json_t *zt_shadow_show(const zt_shadow *s, int64_t now_s, const char *client_token)
{
	ZT_JSON_CLEANUP json_t *unused = json_object();
	json_t *state = state_of(s), *delta = delta_of(s, unused);
	if (state && delta)
		(void)json_object_set_new(state, "delta", delta);
	json_t *json = json_pack("{s:o, s:o, s:I, s:I}", "state", state, "metadata", metadata_view(s), "version",
				 (json_int_t)s->version, "timestamp", (json_int_t)now_s);
	return with_token(json, client_token);
}

static json_t *submitted_metadata(const zt_shadow_request *request, int64_t now_s)
{
	json_t *metadata = json_object();
	if (json_is_null(request->state))
		(void)json_object_set_new(metadata, "timestamp", json_integer(now_s));
	if (json_is_object(request->desired))
		(void)json_object_set_new(metadata, "desired", metadata_of(request->desired, now_s));
	if (json_is_object(request->reported))
		(void)json_object_set_new(metadata, "reported", metadata_of(request->reported, now_s));
	return metadata;
}

json_t *zt_shadow_show_update(const zt_shadow *s, const zt_shadow_request *request, int64_t now_s)
{
	json_t *json =
	    json_pack("{s:O, s:o, s:I, s:I}", "state", request->state, "metadata", submitted_metadata(request, now_s),
		      "version", (json_int_t)s->version, "timestamp", (json_int_t)now_s);
	return with_token(json, request->client_token);
}

json_t *zt_shadow_show_delete(const zt_shadow *s, int64_t now_s, const char *client_token)
{
	return with_token(json_pack("{s:I, s:I}", "version", (json_int_t)s->version, "timestamp", (json_int_t)now_s),
			  client_token);
}

static json_t *side_of(const zt_shadow *s)
{
	return json_pack("{s:o, s:o, s:I}", "state", state_of(s), "metadata", metadata_view(s), "version",
			 (json_int_t)s->version);
}

json_t *zt_shadow_show_documents(const zt_shadow *previous, const zt_shadow *current, int64_t now_s,
				 const char *client_token)
{
	json_t *json = json_pack("{s:o, s:o, s:I}", "previous", side_of(previous), "current", side_of(current),
				 "timestamp", (json_int_t)now_s);
	return with_token(json, client_token);
}

zt_status zt_shadow_show_delta(const zt_shadow *s, int64_t now_s, const char *client_token, json_t **ret)
{
	json_t *metadata = json_object();
	json_t *delta = delta_of(s, metadata);
	if (!delta) {
		json_decref(metadata);
		*ret = NULL;
		return ZT_OK;
	}
	json_t *json = json_pack("{s:I, s:I, s:o, s:o}", "version", (json_int_t)s->version, "timestamp",
				 (json_int_t)now_s, "state", delta, "metadata", metadata);
	ENSURE(json, ZT_E_NOMEM);
	*ret = with_token(json, client_token);
	return ZT_OK;
}
