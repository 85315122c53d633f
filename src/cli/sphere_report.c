#include "cli/sphere_report.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/output.h"

enum { SOURCE_MAX = 4 * 1024 * 1024, TERMINATED = 1 };

/* Spaces and comments. */
static void skip(zt_view *in)
{
	for (;;) {
		zt_view rest = *in, ignored;
		while (rest.n && isspace(rest.p[0]))
			(void)zt_view_take(&rest, 1, &ignored);
		if (zt_view_starts(rest, ZT_LIT("//")))
			(void)zt_view_take(&rest, zt_view_find(rest, '\n'), &ignored);
		else if (zt_view_starts(rest, ZT_LIT("/*")))
			while (rest.n && !zt_view_take_prefix(&rest, ZT_LIT("*/")))
				(void)zt_view_take(&rest, 1, &ignored);
		if (rest.n == in->n)
			return;
		*in = rest;
	}
}

static zt_view take_word(zt_view *in)
{
	size_t n = 0;
	zt_view word = ZT_VIEW_EMPTY;
	while (n < in->n && (isalnum(in->p[n]) || in->p[n] == '_'))
		n++;
	(void)zt_view_take(in, n, &word);
	skip(in);
	return word;
}

static bool take(zt_view *in, zt_view mark)
{
	bool taken = zt_view_take_prefix(in, mark);
	if (taken)
		skip(in);
	return taken;
}

/* Inside the braces: "Name = 3, Name, …". */
static zt_status find_enumerator(zt_view in, int code, zt_str *ret)
{
	uint64_t value = 0;
	for (bool more = true; more; value++) {
		skip(&in);
		zt_view name = take_word(&in);
		if (take(&in, ZT_LIT("=")))
			ENSURE(zt_view_to_u64(take_word(&in), &value), ZT_E_NOT_FOUND);
		if (name.n && value == (uint64_t)code)
			return zt_str_put(ret, name);
		more = name.n && take(&in, ZT_LIT(","));
	}
	return ZT_E_NOT_FOUND;
}

zt_status zt_sphere_exit_name(zt_view source, int code, zt_str *ret)
{
	for (size_t at = zt_view_find(source, '{'); at < source.n; at = zt_view_find(source, '{')) {
		source = zt_view_from(source, at + 1);
		zt_view body = source;
		skip(&body);
		if (zt_view_starts(body, ZT_LIT("ExitCode_")))
			return find_enumerator(body, code, ret);
	}
	return ZT_E_NOT_FOUND;
}

static zt_status put_meaning(const zt_sphere_end *end, const char *exit_codes, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str source = ZT_STR(SOURCE_MAX);
	if (end->late)
		return zt_str_put_text(out, "killed: it did not end within 2 s of SIGTERM, all that the device gives");
	if (end->signal == SIGTERM && end->asked)
		return zt_str_put_text(out, "ended by SIGTERM, which it does not handle");
	if (end->signal)
		return zt_str_printf(out, "ended by signal %d (%s); the device starts it again", end->signal,
				     sigabbrev_np(end->signal));
	if (exit_codes && zt_file_read(exit_codes, &source, NULL) == ZT_OK &&
	    zt_sphere_exit_name(zt_str_view(&source), end->exit, out) == ZT_OK)
		return ZT_OK;
	if (end->exit == 0)
		return zt_str_put_text(out, end->asked ? "success"
						       : "success, but a high-level app is not supposed to end: the "
							 "device starts it again");
	return zt_str_put_text(out, end->exit == TERMINATED && end->asked
					? "ended by SIGTERM, by the convention of Microsoft's samples"
					: "the app's own code; --exit-codes FILE names the source that tells it");
}

static size_t kib(size_t bytes)
{
	return (bytes + 1023) / 1024;
}

static zt_status report_json(const zt_sphere_end *end, const char *meaning)
{
	const zt_meter *m = end->meter;
	ZT_JSON_CLEANUP json_t *json = json_pack(
	    "{s:s, s:s, s:i, s:i, s:s, s:b, s:{s:I, s:I, s:I, s:I, s:I, s:I}}", "event", "ended", "app", end->app_name,
	    "exitCode", end->exit, "signal", end->signal, "meaning", meaning, "killed", end->late, "memory",
	    "appHeapPeakBytes", (json_int_t)m->peak[ZT_METER_APP], "appAllocations", (json_int_t)m->count[ZT_METER_APP],
	    "librariesHeapPeakBytes", (json_int_t)m->peak[ZT_METER_LIBRARIES], "librariesAllocations",
	    (json_int_t)m->count[ZT_METER_LIBRARIES], "heapPeakBytes", (json_int_t)m->peak_of_all, "residentPeakKb",
	    (json_int_t)end->resident_kb);
	ENSURE(json, ZT_E_NOMEM);
	return zt_output_json(json);
}

zt_status zt_sphere_report(const zt_sphere_end *end, const char *exit_codes, bool json)
{
	ZT_CLEANUP(zt_str_free) zt_str meaning = ZT_STR(4096);
	TRY(put_meaning(end, exit_codes, &meaning));
	if (json)
		return report_json(end, zt_str_text(&meaning));
	(void)fprintf(stderr, "azure-sphere: %s ended with exit code %d: %s\n", end->app_name, end->exit,
		      zt_str_text(&meaning));
	(void)fprintf(
	    stderr,
	    "azure-sphere: peak memory: heap %zu KiB, of it by the app itself %zu KiB, by libcurl, TLS and the "
	    "system's other libraries %zu KiB; %ld KiB resident on this machine\n",
	    kib(end->meter->peak_of_all), kib(end->meter->peak[ZT_METER_APP]),
	    kib(end->meter->peak[ZT_METER_LIBRARIES]), end->resident_kb);
	return ZT_OK;
}
