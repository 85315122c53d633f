/* Substitution templates: "errors/${topic(2)}" (AWS IoT, "substitution templates"). Inside of the room. */
#ifndef ZT_CLOUD_RULES_TEMPLATE_H
#define ZT_CLOUD_RULES_TEMPLATE_H

#include "cloud/rules/sql.h"

enum { ZT_TEMPLATE_PARTS_MAX = 16 };

typedef struct zt_template zt_template;

/* A text that begins with "$$" means one "$": how an action names a reserved topic. ZT_E_INVALID with the fault. */
ZT_NODISCARD zt_status zt_template_parse(zt_view text, zt_template **ret, zt_error *ret_error);
void zt_template_free(zt_template *template);
/* Appends the text; expressions see the message as it came, not what SELECT made of it. */
ZT_NODISCARD zt_status zt_template_expand(const zt_template *template, const zt_sql_input *input, zt_str *out);

#endif
