#include "cloud/api/page.h"

#include "base/codec.h"
#include "cloud/api/input.h"

const zt_page_names zt_page_markers = { "pageSize", "marker", "nextMarker", ZT_PAGE_MAX };
const zt_page_names zt_page_tokens = { "maxResults", "nextToken", "nextToken", ZT_PAGE_MAX };

zt_status zt_page_token_make(const char *listing, zt_view key, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str plain = ZT_STR(ZT_PAGE_KEY_MAX + 128);
	TRY(zt_str_printf(&plain, "%s\n", listing));
	TRY(zt_str_put(&plain, key));
	return zt_base64_encode(zt_str_view(&plain), out);
}

zt_status zt_page_token_read(const char *listing, zt_view token, zt_str *ret_key)
{
	ZT_CLEANUP(zt_str_free) zt_str plain = ZT_STR(ZT_PAGE_KEY_MAX + 128);
	TRY(zt_base64_decode(token, &plain));
	zt_view key = zt_str_view(&plain), of;
	ENSURE(zt_view_split(&key, '\n', &of) && zt_view_equal(of, zt_view_of(listing)) && key.n > 0, ZT_E_INVALID);
	return zt_str_put(ret_key, key);
}

/* What one call asks for. */
typedef struct {
	size_t limit;
	zt_view after;
	bool descending;
} request;

/* The entries of one page. */
typedef struct {
	const void *entries[ZT_PAGE_MAX];
	size_t count;
	bool more;
} page;

static const void *wanted_from(const zt_page_source *source, zt_page_step walk, zt_view from)
{
	const void *entry = walk(source->context, from);
	while (entry && source->wanted && !source->wanted(source->context, entry))
		entry = walk(source->context, source->key(entry));
	return entry;
}

static void collect(const zt_page_source *source, zt_page_step walk, const request *asked, page *ret)
{
	const void *entry = wanted_from(source, walk, asked->after);
	for (; entry && ret->count < asked->limit; entry = wanted_from(source, walk, source->key(entry)))
		ret->entries[ret->count++] = entry;
	ret->more = entry != NULL;
}

/* The source goes one way only: keep the last ones before the mark in a ring. */
static void collect_from_the_front(const zt_page_source *source, const request *asked, page *ret)
{
	const void *ring[ZT_PAGE_MAX];
	size_t seen = 0;
	const void *entry = wanted_from(source, source->next, ZT_LIT(""));
	for (; entry; entry = wanted_from(source, source->next, source->key(entry))) {
		if (asked->after.n && zt_view_equal(source->key(entry), asked->after))
			break;
		ring[seen++ % asked->limit] = entry;
	}
	ret->count = seen < asked->limit ? seen : asked->limit;
	ret->more = seen > asked->limit;
	for (size_t i = 0; i < ret->count; i++)
		ret->entries[i] = ring[(seen - 1 - i) % asked->limit];
}

static zt_status read_request(const zt_call *call, const zt_page_names *names, request *ret, zt_str *key,
			      zt_error *ret_error)
{
	uint64_t limit = ZT_PAGE_DEFAULT;
	bool ascending = !ret->descending;
	zt_view token = ZT_VIEW_EMPTY;
	TRY(zt_in_query_number(call, names->size, 1, names->max, &limit, ret_error));
	TRY(zt_in_query_bool(call, "isAscendingOrder", &ascending, ret_error));
	if (zt_form_get(&call->query, names->token, &token) && token.n &&
	    zt_page_token_read(call->operation->name, token, key) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid %s", names->token);
	*ret =
	    (request){ limit < ZT_PAGE_MAX ? limit : ZT_PAGE_MAX, key->n ? zt_str_view(key) : ZT_LIT(""), !ascending };
	return ZT_OK;
}

static zt_status show(const zt_page_source *source, const page *entries, json_t *list)
{
	for (size_t i = 0; i < entries->count; i++)
		ENSURE(json_array_append_new(list, source->show(source->context, entries->entries[i])) == 0,
		       ZT_E_NOMEM);
	return ZT_OK;
}

static zt_status add_token(const zt_call *call, const zt_page_names *names, zt_view key, json_t *reply)
{
	ZT_CLEANUP(zt_str_free) zt_str token = ZT_STR(2 * ZT_PAGE_KEY_MAX);
	TRY(zt_page_token_make(call->operation->name, key, &token));
	return json_object_set_new(reply, names->next_token, json_string(zt_str_text(&token))) == 0 ? ZT_OK
												    : ZT_E_NOMEM;
}

static zt_status reply(zt_call *call, const zt_page_names *names, const zt_page_source *source, const page *entries,
		       const char *member)
{
	json_t *list = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", member, list)));
	TRY(show(source, entries, list));
	return entries->more ? add_token(call, names, source->key(entries->entries[entries->count - 1]), call->reply)
			     : ZT_OK;
}

zt_status zt_page_reply(zt_call *call, const zt_page_names *names, bool descending_by_default,
			const zt_page_source *source, const char *member, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str key = ZT_STR(ZT_PAGE_KEY_MAX);
	request asked = { .descending = descending_by_default };
	page entries = { .count = 0 };
	TRY(read_request(call, names, &asked, &key, ret_error));
	if (asked.descending)
		collect_from_the_front(source, &asked, &entries);
	else
		collect(source, source->next, &asked, &entries);
	return reply(call, names, source, &entries, member);
}

zt_status zt_page_reply_backwards(zt_call *call, const zt_page_names *names, const zt_page_source *source,
				  zt_page_step previous, const char *member, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str key = ZT_STR(ZT_PAGE_KEY_MAX);
	request asked = { .descending = true };
	page entries = { .count = 0 };
	TRY(read_request(call, names, &asked, &key, ret_error));
	collect(source, asked.descending ? previous : source->next, &asked, &entries);
	return reply(call, names, source, &entries, member);
}
