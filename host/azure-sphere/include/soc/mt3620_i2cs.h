/* The I2C masters of the MT3620, for the headers of hardware definitions. */
#ifndef SOC_MT3620_I2CS_H
#define SOC_MT3620_I2CS_H

#define MT3620_ISU0_I2C (0)
#define MT3620_ISU1_I2C (1)
#define MT3620_ISU2_I2C (2)
#define MT3620_ISU3_I2C (3)
#define MT3620_ISU4_I2C (4)

#endif
