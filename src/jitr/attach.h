/* Binds the certificate's connections to its Thing. */
#ifndef ZT_JITR_ATTACH_H
#define ZT_JITR_ATTACH_H

#include "jitr/act.h"

/* Exclusively. AWS does not say what becomes of an attachment of the other kind, which RegisterThing makes: a refusal
 * is taken for "attached already" and costs the thing variables of clients whose id is not the Thing's name, not the
 * device. */
ZT_NODISCARD zt_status zt_jitr_attach(zt_jitr_act *act, zt_error *ret_error);

#endif
