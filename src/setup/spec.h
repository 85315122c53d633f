/* What a specification may hold. Inside of the room. */
#ifndef ZT_SETUP_SPEC_H
#define ZT_SETUP_SPEC_H

#include "setup/state.h"

/* Checks setup->spec and fills names, template and the CAs of it. */
ZT_NODISCARD zt_status zt_setup_check(zt_setup *setup, zt_error *ret_error);
/* The names alone: fills those of all resources from setup->spec.name and the client's Region. */
ZT_NODISCARD zt_status zt_setup_check_name(zt_setup *setup, zt_error *ret_error);

#endif
