/* The SPI masters of the MT3620, for the headers of hardware definitions. */
#ifndef SOC_MT3620_SPIS_H
#define SOC_MT3620_SPIS_H

#define MT3620_ISU0_SPI (0)
#define MT3620_ISU1_SPI (1)
#define MT3620_ISU2_SPI (2)
#define MT3620_ISU3_SPI (3)
#define MT3620_ISU4_SPI (4)

#define MT3620_SPI_CS_A (0)
#define MT3620_SPI_CS_B (1)

#endif
