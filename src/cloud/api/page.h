/* Lists in pages (AWS IoT API reference: 1 to 250 entries), with tokens that mean something to us alone. */
#ifndef ZT_CLOUD_API_PAGE_H
#define ZT_CLOUD_API_PAGE_H

#include "cloud/api/call.h"

enum {
	ZT_PAGE_MAX = 250,
	ZT_PAGE_DEFAULT = 25, /* AWS does not say; its lists give 25 */
	ZT_PAGE_KEY_MAX = 2048,
};

/* How a family of operations names its parameters. */
typedef struct {
	const char *size, *token, *next_token;
	unsigned max;
} zt_page_names;
extern const zt_page_names zt_page_markers; /* pageSize, marker, nextMarker */
extern const zt_page_names zt_page_tokens;  /* maxResults, nextToken, nextToken */

typedef struct {
	/* The entry behind `after` ("" begins), NULL at the end; always in one order. */
	const void *(*next)(void *context, zt_view after);
	zt_view (*key)(const void *entry);
	/* Whether the caller asked for this one; NULL takes all. */
	bool (*wanted)(void *context, const void *entry);
	json_t *(*show)(void *context, const void *entry); /* new reference */
	void *context;
} zt_page_source;

/* Reads the call's parameters and replies {"<member>":[…],"<next token>":"…"}. With isAscendingOrder among the
 * parameters (or `descending_by_default`) the order is turned round. */
ZT_NODISCARD zt_status zt_page_reply(zt_call *call, const zt_page_names *names, bool descending_by_default,
				     const zt_page_source *source, const char *member, zt_error *ret_error);
/* The entry of `context` (the source's) before `before`; "": the last one. NULL at the end. */
typedef const void *(*zt_page_step)(void *context, zt_view before);
/* The same, newest first unless the caller asks otherwise, for a source that can be walked backwards too: a page costs
 * what a page costs, wherever it lies. */
ZT_NODISCARD zt_status zt_page_reply_backwards(zt_call *call, const zt_page_names *names, const zt_page_source *source,
					       zt_page_step previous, const char *member, zt_error *ret_error);

/* The token of a key in a listing, and back. ZT_E_INVALID when it is of another listing, or none of ours. */
ZT_NODISCARD zt_status zt_page_token_make(const char *listing, zt_view key, zt_str *out);
ZT_NODISCARD zt_status zt_page_token_read(const char *listing, zt_view token, zt_str *ret_key);

#endif
