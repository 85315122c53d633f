/* UARTs: hardware that is not here. EACCES without Uart in the manifest, ENODEV with it. */
#ifndef APPLIBS_UART_H
#define APPLIBS_UART_H

#include <stdint.h>

#ifndef UART_STRUCTS_VERSION
#define UART_STRUCTS_VERSION 1
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef int UART_Id;
typedef uint32_t UART_BaudRate_Type;
typedef uint8_t UART_BlockingMode_Type;
typedef uint8_t UART_DataBits_Type;
typedef uint8_t UART_Parity_Type;
typedef uint8_t UART_StopBits_Type;
typedef uint8_t UART_FlowControl_Type;

typedef enum { UART_BlockingMode_NonBlocking = 0 } UART_BlockingMode;
typedef enum {
	UART_DataBits_Five = 5,
	UART_DataBits_Six = 6,
	UART_DataBits_Seven = 7,
	UART_DataBits_Eight = 8,
} UART_DataBits;
typedef enum { UART_Parity_None = 0, UART_Parity_Even = 1, UART_Parity_Odd = 2 } UART_Parity;
typedef enum { UART_StopBits_One = 1, UART_StopBits_Two = 2 } UART_StopBits;
typedef enum {
	UART_FlowControl_None = 0,
	UART_FlowControl_RTSCTS = 1,
	UART_FlowControl_XONXOFF = 2,
} UART_FlowControl;

struct z__UART_Config_v1 {
	uint32_t z__magicAndVersion;
	UART_BaudRate_Type baudRate;
	UART_BlockingMode_Type blockingMode;
	UART_DataBits_Type dataBits;
	UART_Parity_Type parity;
	UART_StopBits_Type stopBits;
	UART_FlowControl_Type flowControl;
};
typedef struct z__UART_Config_v1 UART_Config;

/* 115200 baud, 8 bits, no parity, one stop bit, no flow control. */
void UART_InitConfig(UART_Config *uartConfig);
int UART_Open(UART_Id uartId, const UART_Config *uartConfig);

#ifdef __cplusplus
}
#endif
#endif
