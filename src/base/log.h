/* Logging: libraries return, programs log, once, with a subject and key=value pairs.
 *
 * Levels by consequence: ERROR we gave up on something; WARNING noteworthy but we go on;
 * INFO a step of the story; DEBUG hidden by default. One line an entry, on stderr:
 *   2026-01-31T12:00:00.123Z INFO gateway: certificate registered certificate=ab12… peer=127.0.0.1:4711
 * or, with format json, one object a line. Values are quoted and escaped when they hold
 * anything but visible ASCII, so a peer cannot forge a line. Thread-safe. */
#ifndef ZT_BASE_LOG_H
#define ZT_BASE_LOG_H

#include <stddef.h>

#include "base/error.h"
#include "zerotouch/view.h"

typedef enum { ZT_LOG_ERROR, ZT_LOG_WARNING, ZT_LOG_INFO, ZT_LOG_DEBUG } zt_log_level;
typedef enum { ZT_LOG_TEXT, ZT_LOG_JSON } zt_log_format;

/* One pair of a line. A view, so nothing needs a NUL; make it with the ZT_KV macros. */
typedef struct {
	const char *key;
	zt_view value;
	long long number;
	enum { ZT_KV_VIEW, ZT_KV_NUMBER } kind;
} zt_kv;

#define ZT_KV_STR(k, text) ((zt_kv){ .key = (k), .value = zt_view_of(text), .kind = ZT_KV_VIEW })
#define ZT_KV_V(k, view) ((zt_kv){ .key = (k), .value = (view), .kind = ZT_KV_VIEW })
#define ZT_KV_INT(k, integer) ((zt_kv){ .key = (k), .number = (long long)(integer), .kind = ZT_KV_NUMBER })

/* Spec "debug" or "info,gateway=debug,api=warning". ZT_E_USAGE on an unknown level. */
ZT_NODISCARD zt_status zt_log_configure(const char *spec, zt_log_format format);
bool zt_log_enabled(const char *subject, zt_log_level level);
void zt_log_write(const char *subject, zt_log_level level, const char *message, const zt_kv *pairs, size_t count);
/* Logs an error with its code and text and returns its status. */
zt_status zt_log_error(const char *subject, const zt_error *error, const char *what);

#define ZT_LOG(subject, level, message, ...)                                                           \
	do {                                                                                           \
		if (zt_log_enabled(subject, level)) {                                                  \
			const zt_kv zt_pairs_[] = { (zt_kv){ 0 }, __VA_ARGS__ };                       \
			zt_log_write(subject, level, message, zt_pairs_ + 1, ZT_COUNT(zt_pairs_) - 1); \
		}                                                                                      \
	} while (0)
#define LOG_ERROR(subject, ...) ZT_LOG(subject, ZT_LOG_ERROR, __VA_ARGS__)
#define LOG_WARNING(subject, ...) ZT_LOG(subject, ZT_LOG_WARNING, __VA_ARGS__)
#define LOG_INFO(subject, ...) ZT_LOG(subject, ZT_LOG_INFO, __VA_ARGS__)
#define LOG_DEBUG(subject, ...) ZT_LOG(subject, ZT_LOG_DEBUG, __VA_ARGS__)

#endif
