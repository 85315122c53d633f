/* The documents that set-up writes: who may do what. Inside of the room. New references; NULL without memory. */
#ifndef ZT_SETUP_DOCUMENTS_H
#define ZT_SETUP_DOCUMENTS_H

#include "setup/state.h"

/* IoT policy of every device: each only as itself. ZT_E_LIMIT over AWS's 2,048 characters. */
ZT_NODISCARD zt_status zt_document_device_policy(const zt_setup *setup, json_t **ret, zt_error *ret_error);
/* Who may assume the role: Lambda; IoT for our rule alone. */
json_t *zt_document_trust(const zt_setup *setup, size_t role);
/* What the role may do: the handler's work (aws/handler_actions.h) and its own log; the rule's failures into theirs. */
json_t *zt_document_role_policy(const zt_setup *setup, size_t role);
/* The CA's provisioning template: Thing by device id, certificate activated, policy attached. */
json_t *zt_document_template(const zt_setup *setup);
/* The function's environment (docs/contracts.md, "The Lambda's environment"). */
json_t *zt_document_environment(const zt_setup *setup);
/* SQL that selects the registrations of our CAs. Appends. */
ZT_NODISCARD zt_status zt_document_sql(const zt_setup *setup, zt_str *out);

#endif
