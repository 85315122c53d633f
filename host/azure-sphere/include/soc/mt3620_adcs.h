/* The ADCs of the MT3620, for the headers of hardware definitions. */
#ifndef SOC_MT3620_ADCS_H
#define SOC_MT3620_ADCS_H

#define MT3620_ADC_CONTROLLER0 (0)

#endif
