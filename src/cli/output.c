#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/remedy.h"

enum { JSON_MAX = 64 * 1024 * 1024 };

static bool is_coloured(void)
{
	const char *none = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	if (none && none[0])
		return false;
	if (force && force[0] && strcmp(force, "0") != 0)
		return true;
	return isatty(STDERR_FILENO) == 1;
}

static const char *paint(const char *code)
{
	return is_coloured() ? code : "";
}

#define BOLD paint("\033[1m")
#define DIM paint("\033[2m")
#define GREEN paint("\033[32m")
#define RED paint("\033[31m")
#define PLAIN paint("\033[0m")

void zt_output_step(unsigned number, unsigned total, const char *title)
{
	(void)fprintf(stderr, "\n%s%u/%u %s%s\n", BOLD, number, total, title, PLAIN);
}

static bool needs_quotes(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+{}";
	return word[0] == 0 || word[strspn(word, plain)] != 0;
}

void zt_output_command(const char *const *argv)
{
	(void)fprintf(stderr, "    %s$", DIM);
	for (size_t i = 0; argv[i]; i++)
		(void)fprintf(stderr, needs_quotes(argv[i]) ? " '%s'" : " %s", argv[i]);
	(void)fprintf(stderr, "%s\n", PLAIN);
}

static void say(const char *prefix, const char *format, va_list args)
{
	(void)fprintf(stderr, "    %s", prefix);
	(void)vfprintf(stderr, format, args);
}

void zt_output_ok(int64_t ms, const char *format, ...)
{
	char prefix[32];
	va_list args;
	(void)snprintf(prefix, sizeof prefix, "%sok%s  ", GREEN, PLAIN);
	va_start(args, format);
	say(prefix, format, args);
	va_end(args);
	if (ms >= 0)
		(void)fprintf(stderr, " %s(%lld ms)%s", DIM, (long long)ms, PLAIN);
	(void)fputc('\n', stderr);
}

void zt_output_say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say("", format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

/* " (AccessDeniedException, HTTP status 403, request 1234)" */
static void print_origin(const zt_error *error)
{
	if (!error->http)
		return;
	(void)fprintf(stderr, " (%s%sHTTP status %d", error->code, error->code[0] ? ", " : "", error->http);
	if (error->request_id[0])
		(void)fprintf(stderr, ", request %s", error->request_id);
	(void)fputc(')', stderr);
}

void zt_output_error(const char *command, zt_status status, const zt_error *error, bool json)
{
	const char *text = error->text[0] ? error->text : zt_status_text(status);
	const char *remedy = zt_remedy(status, error);
	if (!json) {
		(void)fprintf(stderr, "%s%s:%s %s", RED, command, PLAIN, text);
		print_origin(error);
		(void)fprintf(stderr, "%s%s\n", remedy ? "; " : "", remedy ? remedy : "");
		return;
	}
	ZT_JSON_CLEANUP json_t *value =
	    json_pack("{s:{s:s, s:s, s:b, s:s, s:s*}}", "error", "code",
		      error->code[0] ? error->code : zt_status_name(status), "message", text, "retryable",
		      (int)zt_status_retryable(status), "requestId", error->request_id, "remedy", remedy);
	char *line = value ? json_dumps(value, JSON_COMPACT) : NULL;
	(void)fprintf(stderr, "%s\n", line ? line : "{\"error\":{}}");
	free(line);
}

/* Columns are as wide as their widest cell; bytes count, since names of the domain are ASCII. */
static zt_view cell(const zt_column *column, const json_t *row)
{
	zt_view text = zt_json_view(row, column->member);
	if (column->max && text.n > column->max)
		text.n = column->max;
	return text;
}

/* The last one needs no room behind it. */
static void print_cell(zt_view text, size_t width, bool last)
{
	(void)printf("%-*.*s%s", last ? 0 : (int)width, ZT_PRI(text), last ? "\n" : "  ");
}

void zt_output_table(const zt_column *columns, size_t count, const json_t *rows)
{
	size_t widths[ZT_TABLE_COLUMNS_MAX] = { 0 }, index, c;
	json_t *row;
	for (c = 0; c < count; c++)
		widths[c] = strlen(columns[c].title);
	json_array_foreach(rows, index, row)
		for (c = 0; c < count; c++)
			if (cell(&columns[c], row).n > widths[c])
				widths[c] = cell(&columns[c], row).n;
	for (c = 0; c < count; c++)
		print_cell(zt_view_of(columns[c].title), widths[c], c + 1 == count);
	json_array_foreach(rows, index, row)
		for (c = 0; c < count; c++)
			print_cell(cell(&columns[c], row), widths[c], c + 1 == count);
}

zt_status zt_output_json(const json_t *json)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(JSON_MAX);
	TRY(zt_json_write(json, &text));
	TRY(zt_str_put_u8(&text, '\n'));
	return fwrite(text.p, 1, text.n, stdout) == text.n ? ZT_OK : ZT_E_IO;
}
