/* SPI masters: hardware that is not here. EACCES without SpiMaster in the manifest, ENODEV with it. */
#ifndef APPLIBS_SPI_H
#define APPLIBS_SPI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef SPI_STRUCTS_VERSION
#define SPI_STRUCTS_VERSION 1
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define SPI_MASTER_MAX_TRANSFERS 256

typedef int SPI_InterfaceId;
typedef int SPI_ChipSelectId;

typedef enum SPI_Mode {
	SPI_Mode_Invalid = 0,
	SPI_Mode_0 = 1,
	SPI_Mode_1 = 2,
	SPI_Mode_2 = 3,
	SPI_Mode_3 = 4,
} SPI_Mode;

typedef enum SPI_BitOrder {
	SPI_BitOrder_Invalid = 0,
	SPI_BitOrder_LsbFirst = 1,
	SPI_BitOrder_MsbFirst = 2,
} SPI_BitOrder;

typedef enum SPI_ChipSelectPolarity {
	SPI_ChipSelectPolarity_Invalid = 0,
	SPI_ChipSelectPolarity_ActiveLow = 1,
	SPI_ChipSelectPolarity_ActiveHigh = 2,
} SPI_ChipSelectPolarity;
typedef uint32_t SPI_ChipSelectPolarity_Type;

typedef enum SPI_TransferFlags {
	SPI_TransferFlags_None = 0,
	SPI_TransferFlags_Read = 1,
	SPI_TransferFlags_Write = 2,
} SPI_TransferFlags;
typedef uint32_t SPI_TransferFlags_Type;

struct z__SPIMaster_Config_v1 {
	uint32_t z__magicAndVersion;
	SPI_ChipSelectPolarity csPolarity;
};
typedef struct z__SPIMaster_Config_v1 SPIMaster_Config;

struct z__SPIMaster_Transfer_v1 {
	uint32_t z__magicAndVersion;
	SPI_TransferFlags flags;
	const uint8_t *writeData;
	uint8_t *readData;
	size_t length;
};
typedef struct z__SPIMaster_Transfer_v1 SPIMaster_Transfer;

int SPIMaster_InitConfig(SPIMaster_Config *config);
int SPIMaster_Open(SPI_InterfaceId interfaceId, SPI_ChipSelectId chipSelectId, const SPIMaster_Config *config);
int SPIMaster_SetBusSpeed(int fd, uint32_t speedInHz);
int SPIMaster_SetMode(int fd, SPI_Mode mode);
int SPIMaster_SetBitOrder(int fd, SPI_BitOrder order);
ssize_t SPIMaster_WriteThenRead(int fd, const uint8_t *writeData, size_t lenWriteData, uint8_t *readData,
				size_t lenReadData);
int SPIMaster_InitTransfers(SPIMaster_Transfer *transfers, size_t transferCount);
ssize_t SPIMaster_TransferSequential(int fd, const SPIMaster_Transfer *transfers, size_t transferCount);

#ifdef __cplusplus
}
#endif
#endif
