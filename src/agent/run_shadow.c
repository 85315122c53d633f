/* What `run` does with deltas of a shadow: a command applies them, and what it says is reported. */
#include <unistd.h>

#include "agent/run.h"
#include "zerotouch/json_view.h"

zt_status zt_run_shadow_begin(zt_agent_run_state *run, zt_error *ret_error)
{
	zt_agent_command_init(&run->applying);
	run->difference = ZT_STR(ZT_SHADOW_DOCUMENT_MAX);
	run->change = ZT_STR(ZT_SHADOW_DOCUMENT_MAX);
	if (!run->shadow_command)
		return ZT_OK;
	return zt_agent_shadow_init(&run->shadow, run->thing_name, run->shadow_name, ret_error);
}

/* The command finds the difference on its standard input, and the rest in its environment. */
static void apply(zt_agent_run_state *run, zt_view state, uint64_t version)
{
	zt_error error = { 0 };
	char number[24];
	/* One at a time, each to its report: a get afterwards shows what has changed meanwhile. */
	if (zt_agent_command_runs(&run->applying) || run->want_update) {
		run->want_get = true;
		return;
	}
	zt_str_clear(&run->difference);
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)version);
	zt_status status = zt_str_put(&run->difference, state);
	if (status == ZT_OK &&
	    (setenv("ZT_SHADOW_VERSION", number, 1) != 0 || setenv("ZT_SHADOW_NAME", run->shadow.name, 1) != 0 ||
	     setenv("ZT_THING", run->shadow.thing.name, 1) != 0))
		status = zt_error_set(&error, ZT_E_NOMEM, "out of memory");
	if (status == ZT_OK)
		status = zt_agent_command_start(&run->applying, run->shadow_command, state, &error);
	if (status != ZT_OK)
		zt_report_trouble(&run->report, &error);
}

static void take_news(zt_agent_run_state *run, const zt_shadow_event *news)
{
	zt_report_shadow(&run->report, news);
	if (news->kind == ZT_SHADOW_DELTA && !news->stale)
		apply(run, news->state, news->version);
	if (news->kind == ZT_SHADOW_ACCEPTED && news->operation == ZT_SHADOW_OP_GET && news->delta.n)
		apply(run, news->delta, news->version);
}

void zt_run_shadow_take(zt_agent_run_state *run, const zt_event *event)
{
	zt_shadow_event news;
	zt_error error = { 0 };
	if (!run->shadow_command)
		return;
	bool was_ready = run->shadow.ready;
	zt_status status = zt_agent_shadow_take(&run->shadow, run->client, event, &news, &error);
	/* What has changed while we were away. */
	if (run->shadow.ready && !was_ready)
		run->want_get = true;
	if (status == ZT_OK)
		take_news(run, &news);
	else if (status != ZT_E_AGAIN)
		zt_report_trouble(&run->report, &error);
}

/* What the command printed is the state that it made; nothing means that it made all of the difference true. */
static void finish(zt_agent_run_state *run)
{
	zt_error error = { 0 };
	zt_status status = zt_agent_command_step(&run->applying, &error);
	if (status == ZT_E_AGAIN)
		return;
	zt_view said = zt_view_trim(zt_str_view(&run->applying.output));
	if (status == ZT_OK && said.n && (zt_jv_check(said) != ZT_OK || !zt_jv_is_object(said)))
		status = zt_error_set(&error, ZT_E_INVALID, "what the shadow command printed is no JSON object");
	zt_str_clear(&run->change);
	if (status == ZT_OK)
		status = zt_str_put(&run->change, said.n ? said : zt_str_view(&run->difference));
	run->want_update = status == ZT_OK;
	if (status != ZT_OK)
		zt_report_trouble(&run->report, &error);
}

static zt_status compose(zt_agent_run_state *run, zt_message *ret, zt_error *ret_error)
{
	zt_buf memory = ZT_BUF(run->shadow_memory);
	const char *why = "the shadow's request cannot be composed";
	if (!run->want_update)
		return zt_shadow_get(&run->shadow.shadow, ZT_VIEW_EMPTY, &memory, ret);
	const zt_shadow_change change = { .reported = zt_str_view(&run->change) };
	zt_status status = zt_shadow_update(&run->shadow.shadow, &change, &memory, ret, &why);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", why);
}

/* Between the messages of the outbox, as soon as none is under way. */
static void ask(zt_agent_run_state *run)
{
	zt_error error = { 0 };
	zt_message message;
	if (!run->shadow.ready || run->asking || !(run->want_update || run->want_get))
		return;
	zt_status status = compose(run, &message, &error);
	if (status == ZT_OK)
		status = zt_client_publish(run->client, &message, &error);
	if (status == ZT_E_STATE)
		return;
	run->asking = status == ZT_OK;
	if (run->want_update)
		run->want_update = false;
	else
		run->want_get = false;
	if (status != ZT_OK)
		zt_report_trouble(&run->report, &error);
}

void zt_run_shadow_step(zt_agent_run_state *run)
{
	zt_error error = { 0 };
	if (!run->shadow_command)
		return;
	if (zt_agent_shadow_tick(&run->shadow, run->client, &error) != ZT_OK)
		zt_report_trouble(&run->report, &error);
	finish(run);
	ask(run);
}
