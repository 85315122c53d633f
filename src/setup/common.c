/* Small things that every resource needs. */
#include "aws/iot_rule.h"
#include "base/timefmt.h"
#include "setup/state.h"

enum { ARN_MAX = 1024 };

zt_status zt_setup_no_memory(zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
}

zt_status zt_setup_arn(const zt_setup *setup, const char *service, const char *type, const char *name, zt_str *out)
{
	bool global = zt_view_equal(zt_view_of(service), ZT_LIT("iam"));
	return zt_str_printf(out, "arn:%s:%s:%s:%s:%s%s", setup->partition, service,
			     global ? "" : zt_aws_client_region(setup->client), setup->account, type, name);
}

json_t *zt_setup_arn_json(const zt_setup *setup, const char *service, const char *type, const char *name)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ARN_MAX);
	return zt_setup_arn(setup, service, type, name, &text) == ZT_OK ? json_string(zt_str_text(&text)) : NULL;
}

json_t *zt_setup_tags(const zt_setup *setup)
{
	return json_pack("[{s:s, s:s}]", "Key", "zerotouch", "Value", setup->name);
}

bool zt_setup_is_our_tag(const zt_setup *setup, const json_t *tag)
{
	return zt_view_equal(zt_json_view(tag, "Key"), ZT_LIT("zerotouch")) &&
	       zt_view_equal(zt_json_view(tag, "Value"), zt_view_of(setup->name));
}

typedef struct {
	const zt_setup *setup;
	bool found;
} tag_search;

static zt_status look_at_tag(void *context, const json_t *tag, zt_error *ret_error)
{
	(void)ret_error;
	tag_search *search = context;
	search->found |= zt_setup_is_our_tag(search->setup, tag);
	return ZT_OK;
}

zt_status zt_setup_has_tag(zt_setup *setup, zt_view arn, bool *ret, zt_error *ret_error)
{
	tag_search search = { setup, false };
	TRY(zt_iot_each_tag(setup->client, arn, look_at_tag, &search, ret_error));
	*ret = search.found;
	return ZT_OK;
}

bool zt_setup_time_ms(const json_t *seconds, int64_t *ret_wall_ms)
{
	ENSURE(json_is_number(seconds), false);
	*ret_wall_ms = (int64_t)(json_number_value(seconds) * 1000.0);
	return true;
}

json_t *zt_setup_pick(const json_t *from, const char *const *names, size_t count)
{
	ZT_JSON_CLEANUP json_t *picked = json_object();
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(from, names[i]);
		if (value && json_object_set(picked, names[i], value) != 0)
			return NULL;
	}
	return ZT_STEAL(picked);
}

zt_status zt_setup_desired_text(const zt_setup_item *item, const char *member, zt_str *out, zt_error *ret_error)
{
	zt_status status = zt_json_write(json_object_get(item->desired, member), out);
	return status == ZT_OK ? ZT_OK
			       : zt_error_set(ret_error, status, "the %s of %s is too long", member, item->name);
}

int64_t zt_setup_now_ms(const zt_setup *setup)
{
	return zt_clock_mono_ms(zt_aws_client_clock(setup->client));
}

void zt_setup_sleep(const zt_setup *setup, int64_t ms)
{
	if (setup->spec.sleep_ms) {
		setup->spec.sleep_ms(setup->spec.context, ms);
		return;
	}
	zt_time_sleep_ms(ms);
}
