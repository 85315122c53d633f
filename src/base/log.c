#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "zerotouch/buf.h"

enum { SUBJECTS_MAX = 16, SUBJECT_LEN_MAX = 24, LINE_MAX_BYTES = 2048 };

static struct {
	zt_log_level fallback;
	zt_log_format format;
	size_t count;
	struct {
		char subject[SUBJECT_LEN_MAX];
		zt_log_level level;
	} rules[SUBJECTS_MAX];
} config = { .fallback = ZT_LOG_INFO, .format = ZT_LOG_TEXT };

static const char *const level_names[] = { "error", "warning", "info", "debug" };

static bool level_of(zt_view name, zt_log_level *ret)
{
	for (size_t i = 0; i < ZT_COUNT(level_names); i++)
		if (zt_view_equal(name, zt_view_of(level_names[i]))) {
			*ret = (zt_log_level)i;
			return true;
		}
	return false;
}

static zt_status add_rule(zt_view piece)
{
	size_t eq = zt_view_find(piece, '=');
	if (eq == piece.n)
		return level_of(piece, &config.fallback) ? ZT_OK : ZT_E_USAGE;
	ENSURE(config.count < SUBJECTS_MAX && eq < SUBJECT_LEN_MAX, ZT_E_USAGE);
	ENSURE(level_of(zt_view_from(piece, eq + 1), &config.rules[config.count].level), ZT_E_USAGE);
	memcpy(config.rules[config.count].subject, piece.p, eq);
	config.rules[config.count].subject[eq] = 0;
	config.count++;
	return ZT_OK;
}

zt_status zt_log_configure(const char *spec, zt_log_format format)
{
	config.format = format;
	config.fallback = ZT_LOG_INFO;
	config.count = 0;
	zt_view rest = zt_view_of(spec), piece;
	while (zt_view_split(&rest, ',', &piece))
		if (piece.n)
			TRY(add_rule(piece));
	return ZT_OK;
}

bool zt_log_enabled(const char *subject, zt_log_level level)
{
	for (size_t i = 0; i < config.count; i++)
		if (strcmp(config.rules[i].subject, subject) == 0)
			return level <= config.rules[i].level;
	return level <= config.fallback;
}

static bool is_plain(zt_view v)
{
	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] >= 0x7f || v.p[i] == '"' || v.p[i] == '\\' || v.p[i] == '=')
			return false;
	return true;
}

/* U+0080 to U+009F, which terminals obey as they do ESC. */
static bool is_c1_control(zt_view v)
{
	return v.n >= 2 && v.p[0] == 0xc2 && v.p[1] < 0xa0;
}

/* A JSON string; bytes outside ASCII are written as they are when the view is UTF-8, else as \u00XX. */
static void put_quoted(zt_buf *b, zt_view v)
{
	bool utf8 = zt_view_is_utf8(v);
	zt_buf_put_u8(b, '"');
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];
		if (c == '"' || c == '\\') {
			zt_buf_put_u8(b, '\\');
			zt_buf_put_u8(b, c);
		} else if (utf8 && is_c1_control(zt_view_from(v, i))) {
			zt_buf_put_text(b, "\\u00");
			zt_buf_put_hex(b, (zt_view){ &v.p[++i], 1 });
		} else if (c < ' ' || c == 0x7f || (c >= 0x80 && !utf8)) {
			zt_buf_put_text(b, "\\u00");
			zt_buf_put_hex(b, (zt_view){ &c, 1 });
		} else {
			zt_buf_put_u8(b, c);
		}
	}
	zt_buf_put_u8(b, '"');
}

static void put_number(zt_buf *b, long long number)
{
	if (number < 0)
		zt_buf_put_u8(b, '-');
	zt_buf_put_u64(b, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void put_text_line(zt_buf *b, const char *stamp, const char *subject, zt_log_level level, const char *message,
			  const zt_kv *pairs, size_t count)
{
	static const char *const shown[] = { "ERROR", "WARN ", "INFO ", "DEBUG" };
	zt_buf_put_text(b, stamp);
	zt_buf_put_u8(b, ' ');
	zt_buf_put_text(b, shown[level]);
	zt_buf_put_u8(b, ' ');
	zt_buf_put_text(b, subject);
	zt_buf_put_text(b, ": ");
	zt_buf_put_text(b, message);
	for (size_t i = 0; i < count; i++) {
		zt_buf_put_u8(b, ' ');
		zt_buf_put_text(b, pairs[i].key);
		zt_buf_put_u8(b, '=');
		if (pairs[i].kind == ZT_KV_NUMBER)
			put_number(b, pairs[i].number);
		else if (is_plain(pairs[i].value))
			zt_buf_put(b, pairs[i].value);
		else
			put_quoted(b, pairs[i].value);
	}
}

static void put_json_line(zt_buf *b, const char *stamp, const char *subject, zt_log_level level, const char *message,
			  const zt_kv *pairs, size_t count)
{
	zt_buf_put_text(b, "{\"time\":");
	put_quoted(b, zt_view_of(stamp));
	zt_buf_put_text(b, ",\"level\":");
	put_quoted(b, zt_view_of(level_names[level]));
	zt_buf_put_text(b, ",\"subject\":");
	put_quoted(b, zt_view_of(subject));
	zt_buf_put_text(b, ",\"message\":");
	put_quoted(b, zt_view_of(message));
	for (size_t i = 0; i < count; i++) {
		zt_buf_put_u8(b, ',');
		put_quoted(b, zt_view_of(pairs[i].key));
		zt_buf_put_u8(b, ':');
		if (pairs[i].kind == ZT_KV_NUMBER)
			put_number(b, pairs[i].number);
		else
			put_quoted(b, pairs[i].value);
	}
	zt_buf_put_u8(b, '}');
}

void zt_log_write(const char *subject, zt_log_level level, const char *message, const zt_kv *pairs, size_t count)
{
	char line[LINE_MAX_BYTES], stamp[ZT_TIME_TEXT_MAX];
	zt_buf b = zt_buf_make(line, sizeof line - 1);
	zt_time_iso8601_ms(zt_time_now_ms(), stamp);
	(config.format == ZT_LOG_JSON ? put_json_line : put_text_line)(&b, stamp, subject, level, message, pairs,
								       count);
	if (b.overflow) {
		/* A pair did not fit: the line without pairs is worth more than none. */
		b = zt_buf_make(line, sizeof line - 1);
		(config.format == ZT_LOG_JSON ? put_json_line : put_text_line)(&b, stamp, subject, level, message, NULL,
									       0);
	}
	line[b.n] = '\n';
	/* One write a line keeps lines of threads and processes whole; a log that cannot be written has no one to tell.
	 */
	if (write(STDERR_FILENO, line, b.n + 1) < 0)
		return;
}

zt_status zt_log_error(const char *subject, const zt_error *error, const char *what)
{
	LOG_ERROR(subject, what, ZT_KV_STR("status", zt_status_name(error->status)), ZT_KV_STR("code", error->code),
		  ZT_KV_STR("cause", error->text));
	return error->status;
}
