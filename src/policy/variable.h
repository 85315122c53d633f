/* Policy variables and the names of condition keys. Inside of the room. */
#ifndef ZT_POLICY_VARIABLE_H
#define ZT_POLICY_VARIABLE_H

#include "policy/compiled.h"
#include "policy/evaluate.h"

/* Takes one "${…}" off the front: "${*}", "${?}", "${$}" become literals, "${name}" and "${name, 'default'}" variables.
 */
ZT_NODISCARD zt_status zt_variable_parse(zt_view *rest, zt_piece *ret, zt_error *ret_error);
/* The text that takes the variable's place; false when there is none that may. */
bool zt_variable_resolve(const zt_piece *variable, const zt_policy_values *values, zt_view *ret);
/* Cuts ".List" and ".<n>" off names of certificate attributes. */
zt_key zt_key_parse(zt_view name);

#endif
