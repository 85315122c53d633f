#include "mqtt/topic.h"

static const zt_view shared_prefix = ZT_LIT_INIT("$share/");
static const zt_view ingest_prefix = ZT_LIT_INIT("$aws/rules/");

static bool has_wildcard(zt_view v)
{
	return zt_view_find(v, '+') < v.n || zt_view_find(v, '#') < v.n;
}

bool zt_topic_is_valid(zt_view topic)
{
	return topic.n && zt_view_is_utf8(topic) && !has_wildcard(topic);
}

/* "<prefix><name>/<rest>" -> rest; false when it has another form. */
static bool behind_name(zt_view v, zt_view prefix, zt_view *ret_name, zt_view *ret_rest)
{
	if (!zt_view_take_prefix(&v, prefix))
		return false;
	size_t slash = zt_view_find(v, '/');
	if (slash == v.n)
		return false;
	*ret_name = (zt_view){ v.p, slash };
	*ret_rest = zt_view_from(v, slash + 1);
	return true;
}

bool zt_filter_is_shared(zt_view filter)
{
	return zt_view_starts(filter, shared_prefix);
}

zt_view zt_filter_unshared(zt_view filter)
{
	zt_view name, rest;
	return behind_name(filter, shared_prefix, &name, &rest) ? rest : filter;
}

bool zt_filter_is_valid(zt_view filter)
{
	zt_view name, level;
	if (!zt_view_is_utf8(filter))
		return false;
	if (zt_filter_is_shared(filter) &&
	    (!behind_name(filter, shared_prefix, &name, &filter) || name.n == 0 || has_wildcard(name)))
		return false;
	if (filter.n == 0)
		return false;
	for (zt_view rest = filter; zt_view_split(&rest, '/', &level);) {
		if (has_wildcard(level) && level.n != 1)
			return false;
		if (zt_view_equal(level, ZT_LIT("#")) && rest.p)
			return false;
	}
	return true;
}

bool zt_topic_within_limits(zt_view v)
{
	zt_view name, rest;
	if (behind_name(v, shared_prefix, &name, &rest) || behind_name(v, ingest_prefix, &name, &rest))
		v = rest;
	size_t slashes = 0;
	for (size_t i = 0; i < v.n; i++)
		slashes += v.p[i] == '/';
	return v.n <= ZT_TOPIC_MAX && slashes <= ZT_TOPIC_SLASHES_MAX;
}

bool zt_filter_has_wildcard(zt_view filter)
{
	return has_wildcard(filter);
}

bool zt_filter_matches(zt_view filter, zt_view topic)
{
	zt_view wanted, level;
	if (filter.n == 0 || topic.n == 0)
		return false;
	if (topic.p[0] == '$' && filter.p[0] != '$') /* MQTT-4.7.2-1 */
		return false;
	while (zt_view_split(&filter, '/', &wanted)) {
		if (!zt_view_split(&topic, '/', &level))
			return false;
		if (zt_view_equal(wanted, ZT_LIT("#")))
			return true;
		if (!zt_view_equal(wanted, ZT_LIT("+")) && !zt_view_equal(wanted, level))
			return false;
	}
	return !topic.p;
}
