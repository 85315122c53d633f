/* The UARTs of the MT3620, for the headers of hardware definitions. */
#ifndef SOC_MT3620_UARTS_H
#define SOC_MT3620_UARTS_H

#define MT3620_ISU0_UART (0)
#define MT3620_ISU1_UART (1)
#define MT3620_ISU2_UART (2)
#define MT3620_ISU3_UART (3)
#define MT3620_ISU4_UART (4)

#endif
