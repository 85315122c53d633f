/* Clock, randomness and network of an Azure Sphere device. */
#ifndef ZT_PORT_AZURE_SPHERE_SYSTEM_H
#define ZT_PORT_AZURE_SPHERE_SYSTEM_H

#include <stdbool.h>

#include "zerotouch/clock.h"
#include "zerotouch/entropy.h"

zt_clock zt_sphere_clock(void);
zt_entropy zt_sphere_entropy(void);
/* Up, with an address, and the time set. For zt_device_config.network_ready; the context is not used. */
bool zt_sphere_network_ready(void *context);

#endif
