/* The documents that set-up writes: who may do what. Inside of the room. New references; NULL without memory. */
#ifndef ZT_SETUP_DOCUMENTS_H
#define ZT_SETUP_DOCUMENTS_H

#include "setup/state.h"

/* IoT policy of every device: each only as itself. ZT_E_LIMIT over AWS's 2,048 characters. */
ZT_NODISCARD zt_status zt_document_device_policy(const zt_setup *setup, json_t **ret, zt_error *ret_error);
/* Lambda may assume the role. */
json_t *zt_document_trust(void);
/* What the handler does (aws/handler_actions.h) and its own log group. */
json_t *zt_document_handler_policy(const zt_setup *setup);
/* The function's environment (docs/contracts.md, "The Lambda's environment"). */
json_t *zt_document_environment(const zt_setup *setup);
/* SQL that selects the registrations of our CAs. Appends. */
ZT_NODISCARD zt_status zt_document_sql(const zt_setup *setup, zt_str *out);

#endif
