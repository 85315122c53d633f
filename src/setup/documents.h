/* The documents that set-up writes: who may do what, and what things, rule and function are told. Inside of the room.
 * New references; NULL without memory. */
#ifndef ZT_SETUP_DOCUMENTS_H
#define ZT_SETUP_DOCUMENTS_H

#include "setup/state.h"

/* IoT policy of every device: each only as itself. ZT_E_LIMIT over AWS's 2,048 characters. */
ZT_NODISCARD zt_status zt_document_device_policy(const zt_setup *setup, json_t **ret, zt_error *ret_error);
/* Who may assume the role: the handler's Lambda, the errors' IoT for our rule alone, the template's IoT. */
json_t *zt_document_trust(const zt_setup *setup, size_t role);
/* What the role may do: the handler's work (aws/handler_actions.h) and its own log; the rule's failures into theirs;
 * what provisioning by our template does. `role`: zt_setup_role. */
json_t *zt_document_role_policy(const zt_setup *setup, size_t role);
/* The attributes by which things of our type are searched for; AWS allows three. */
#define ZT_THING_TYPE_DESCRIPTION "Devices that zerotouch registers"
json_t *zt_document_searchable(void);
/* The CA's provisioning template: Thing by device id, certificate activated, policy attached. */
json_t *zt_document_template(const zt_setup *setup);
/* The function's environment (docs/contracts.md, "The Lambda's environment"). */
json_t *zt_document_environment(const zt_setup *setup);
/* SQL that selects the registrations of our CAs. Appends. */
ZT_NODISCARD zt_status zt_document_sql(const zt_setup *setup, zt_str *out);

#endif
