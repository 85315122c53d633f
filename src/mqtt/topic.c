#include "mqtt/topic.h"

static const char shared_prefix[] = "$share/";

static bool has_wildcard(zt_view v)
{
	return zt_view_find(v, '+') < v.n || zt_view_find(v, '#') < v.n;
}

bool zt_topic_is_valid(zt_view topic)
{
	return topic.n && zt_view_is_utf8(topic) && !has_wildcard(topic);
}

/* "<prefix><name>/<rest>" -> rest; false, and nothing taken, when it has another form. */
static bool take_name(zt_view *in, const char *prefix, zt_view *ret_name)
{
	zt_view rest = *in;
	if (!zt_view_take_text(&rest, prefix) || !zt_view_take(&rest, zt_view_find(rest, '/'), ret_name) || rest.n == 0)
		return false;
	*in = zt_view_from(rest, 1);
	return true;
}

bool zt_filter_is_shared(zt_view filter)
{
	return zt_view_take_text(&filter, shared_prefix);
}

zt_view zt_filter_unshared(zt_view filter)
{
	zt_view name;
	(void)take_name(&filter, shared_prefix, &name);
	return filter;
}

bool zt_filter_is_valid(zt_view filter)
{
	zt_view name;
	if (!zt_view_is_utf8(filter))
		return false;
	if (zt_filter_is_shared(filter) &&
	    (!take_name(&filter, shared_prefix, &name) || name.n == 0 || has_wildcard(name)))
		return false;
	for (size_t i = 0; i < filter.n; i++) {
		uint8_t c = filter.p[i];
		bool last = i + 1 == filter.n;
		bool level = (i == 0 || filter.p[i - 1] == '/') && (last || filter.p[i + 1] == '/');
		if ((c == '+' && !level) || (c == '#' && !(level && last)))
			return false;
	}
	return filter.n;
}

bool zt_topic_within_limits(zt_view v)
{
	zt_view name;
	if (!take_name(&v, shared_prefix, &name))
		(void)take_name(&v, "$aws/rules/", &name);
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
