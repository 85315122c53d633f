#include "cloud/shadow/topic.h"

enum { THING_MAX = 128, NAME_MAX_BYTES = 64 };

static bool is_made_of(zt_view text, size_t max, const char *more)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && (c == 0 || !strchr(more, c)))
			return false;
	}
	return text.n >= 1 && text.n <= max;
}

bool zt_shadow_thing_is_valid(zt_view thing)
{
	return is_made_of(thing, THING_MAX, ":_-");
}

bool zt_shadow_name_is_valid(zt_view name)
{
	return is_made_of(name, NAME_MAX_BYTES, "$:_-");
}

bool zt_shadow_topic_read(zt_view topic, zt_shadow_topic *ret)
{
	static const char *const operations[] = { "get", "update", "delete" };
	zt_shadow_topic t = { .name = ZT_VIEW_EMPTY };
	zt_view part;
	if (!zt_view_take_prefix(&topic, ZT_LIT("$aws/things/")) || !zt_view_split(&topic, '/', &t.thing) ||
	    !zt_view_split(&topic, '/', &part) || !zt_view_equal(part, ZT_LIT("shadow")))
		return false;
	if (zt_view_take_prefix(&topic, ZT_LIT("name/")) &&
	    (!zt_view_split(&topic, '/', &t.name) || !zt_shadow_name_is_valid(t.name)))
		return false;
	for (size_t i = 0; i < ZT_COUNT(operations); i++)
		if (zt_view_equal(topic, zt_view_of(operations[i]))) {
			t.operation = (zt_shadow_operation)i;
			*ret = t;
			return zt_shadow_thing_is_valid(t.thing);
		}
	return false;
}

zt_status zt_shadow_topic_put(zt_view thing, zt_view name, const char *ending, zt_str *out)
{
	TRY(zt_str_printf(out, "$aws/things/%.*s/shadow/", ZT_PRI(thing)));
	if (name.n)
		TRY(zt_str_printf(out, "name/%.*s/", ZT_PRI(name)));
	return zt_str_put_text(out, ending);
}
