/* The form of a record's value: a compact JSON object, its version in "v", and for nouns with bytes of their own
 * (a certificate, a payload) a NUL and those bytes behind it. A row that breaks the form is told, never followed. */
#ifndef ZT_CLOUD_REGISTRY_RECORD_H
#define ZT_CLOUD_REGISTRY_RECORD_H

#include "base/json.h"

enum { ZT_RECORD_VERSION = 1 };

/* Takes over `head`, an object without "v" (NULL, from a json_pack that failed, is ZT_E_NOMEM). Appends. */
ZT_NODISCARD zt_status zt_record_write(json_t *head, zt_view body, zt_str *out);

/* A reader with a sticky first error: read every field, then look once. Outputs of a failed read are untouched. */
typedef struct {
	json_t *head; /* owned */
	zt_view body; /* borrowed from the value; p is NULL without one */
	zt_status status;
	zt_error *error;
} zt_record_reader;

ZT_NODISCARD zt_status zt_record_open(zt_view value, zt_record_reader *ret, zt_error *ret_error);
void zt_record_close(zt_record_reader *reader);

/* A string that fits with its NUL; must be there. */
void zt_record_text(zt_record_reader *reader, const char *member, char *array, size_t cap);
/* A heap copy of a string; NULL when it is absent. */
void zt_record_dup(zt_record_reader *reader, const char *member, char **ret);
void zt_record_i64(zt_record_reader *reader, const char *member, int64_t *ret);
void zt_record_unsigned(zt_record_reader *reader, const char *member, unsigned *ret);
void zt_record_bool(zt_record_reader *reader, const char *member, bool *ret);
/* A new reference to an object or array; must be there. */
void zt_record_json(zt_record_reader *reader, const char *member, json_type type, json_t **ret);
/* Notes that the record is damaged, unless an error is noted already. */
void zt_record_damaged(zt_record_reader *reader, const char *what);

#endif
