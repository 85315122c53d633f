/* Hardware that a Linux machine has not: opening it is refused for the manifest's reason first, then for that one. What
 * would need an open descriptor finds none. */
#include <applibs/adc.h>
#include <applibs/i2c.h>
#include <applibs/pwm.h>
#include <applibs/spi.h>
#include <applibs/uart.h>

#include <errno.h>

#include "common/grants.h"

static int open_missing(const char *capability)
{
	return zt_refuse(zt_granted("capability", capability) ? ENODEV : EACCES);
}

static int closed(int fd)
{
	(void)fd;
	return zt_refuse(EBADF);
}

void UART_InitConfig(UART_Config *uartConfig)
{
	*uartConfig = (UART_Config){ .z__magicAndVersion = UART_STRUCTS_VERSION,
				     .baudRate = 115200,
				     .blockingMode = UART_BlockingMode_NonBlocking,
				     .dataBits = UART_DataBits_Eight,
				     .parity = UART_Parity_None,
				     .stopBits = UART_StopBits_One,
				     .flowControl = UART_FlowControl_None };
}

int UART_Open(UART_Id uartId, const UART_Config *uartConfig)
{
	(void)uartId;
	return uartConfig ? open_missing("Uart") : zt_refuse(EFAULT);
}

int SPIMaster_InitConfig(SPIMaster_Config *config)
{
	if (!config)
		return zt_refuse(EFAULT);
	*config = (SPIMaster_Config){ SPI_STRUCTS_VERSION, SPI_ChipSelectPolarity_ActiveLow };
	return 0;
}

int SPIMaster_Open(SPI_InterfaceId interfaceId, SPI_ChipSelectId chipSelectId, const SPIMaster_Config *config)
{
	(void)interfaceId;
	(void)chipSelectId;
	return config ? open_missing("SpiMaster") : zt_refuse(EFAULT);
}

int SPIMaster_SetBusSpeed(int fd, uint32_t speedInHz)
{
	(void)speedInHz;
	return closed(fd);
}

int SPIMaster_SetMode(int fd, SPI_Mode mode)
{
	(void)mode;
	return closed(fd);
}

int SPIMaster_SetBitOrder(int fd, SPI_BitOrder order)
{
	(void)order;
	return closed(fd);
}

ssize_t SPIMaster_WriteThenRead(int fd, const uint8_t *writeData, size_t lenWriteData, uint8_t *readData,
				size_t lenReadData)
{
	(void)writeData;
	(void)lenWriteData;
	(void)readData;
	(void)lenReadData;
	return closed(fd);
}

int SPIMaster_InitTransfers(SPIMaster_Transfer *transfers, size_t transferCount)
{
	if (!transfers)
		return zt_refuse(EFAULT);
	for (size_t i = 0; i < transferCount; i++)
		transfers[i] = (SPIMaster_Transfer){ .z__magicAndVersion = SPI_STRUCTS_VERSION };
	return 0;
}

ssize_t SPIMaster_TransferSequential(int fd, const SPIMaster_Transfer *transfers, size_t transferCount)
{
	(void)transfers;
	(void)transferCount;
	return closed(fd);
}

int I2CMaster_Open(I2C_InterfaceId id)
{
	(void)id;
	return open_missing("I2cMaster");
}

int I2CMaster_SetBusSpeed(int fd, uint32_t speedInHz)
{
	(void)speedInHz;
	return closed(fd);
}

int I2CMaster_SetTimeout(int fd, uint32_t timeoutInMs)
{
	(void)timeoutInMs;
	return closed(fd);
}

ssize_t I2CMaster_Read(int fd, I2C_DeviceAddress address, uint8_t *buffer, size_t maxLength)
{
	(void)address;
	(void)buffer;
	(void)maxLength;
	return closed(fd);
}

ssize_t I2CMaster_Write(int fd, I2C_DeviceAddress address, const uint8_t *data, size_t length)
{
	(void)address;
	(void)data;
	(void)length;
	return closed(fd);
}

ssize_t I2CMaster_WriteThenRead(int fd, I2C_DeviceAddress address, const uint8_t *writeData, size_t lenWriteData,
				uint8_t *readData, size_t lenReadData)
{
	(void)address;
	(void)writeData;
	(void)lenWriteData;
	(void)readData;
	(void)lenReadData;
	return closed(fd);
}

int I2CMaster_SetDefaultTargetAddress(int fd, I2C_DeviceAddress address)
{
	(void)address;
	return closed(fd);
}

int ADC_Open(ADC_ControllerId id)
{
	(void)id;
	return open_missing("Adc");
}

int ADC_GetSampleBitCount(int fd, ADC_ChannelId channel)
{
	(void)channel;
	return closed(fd);
}

int ADC_SetReferenceVoltage(int fd, ADC_ChannelId channel, float referenceVoltage)
{
	(void)channel;
	(void)referenceVoltage;
	return closed(fd);
}

int ADC_Poll(int fd, ADC_ChannelId channel, uint32_t *outSampleValue)
{
	(void)channel;
	(void)outSampleValue;
	return closed(fd);
}

int PWM_Open(PWM_ControllerId pwm)
{
	(void)pwm;
	return open_missing("Pwm");
}

int PWM_Apply(int pwmFd, PWM_ChannelId pwmChannel, const PwmState *newState)
{
	(void)pwmChannel;
	(void)newState;
	return closed(pwmFd);
}
