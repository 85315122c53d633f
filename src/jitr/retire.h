/* The end of a device's older certificates: deactivated, detached, deleted. */
#ifndef ZT_JITR_RETIRE_H
#define ZT_JITR_RETIRE_H

#include "jitr/act.h"

/* Looks through the Thing's principals. Retired are the certificate that the Thing named before (decided to be older),
 * and every other one of the same device and tenant that is older; a certificate of another device or CA is left alone.
 * A certificate that the Thing's attributes call its predecessor is finished when it is detached, inactive and older.
 * When a newer ACTIVE one is found, this certificate was overtaken: the Thing's attributes are given back and it
 * retires itself. */
ZT_NODISCARD zt_status zt_jitr_retire_others(zt_jitr_act *act, zt_error *ret_error);

#endif
