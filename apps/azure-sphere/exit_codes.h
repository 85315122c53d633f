/* The app's exit codes; the operating system reports them (Azure Sphere, "Collect and interpret error data"). */
#ifndef EXIT_CODES_H
#define EXIT_CODES_H

typedef enum {
	ExitCode_Success = 0,
	ExitCode_TermHandler_SigTerm = 1,
	ExitCode_Init_Arguments = 2, /* CmdArgs of the manifest */
	ExitCode_Init_EventLoop = 3,
	ExitCode_Init_Timer = 4,
	ExitCode_Init_Roots = 5,  /* the root certificates are not in the package */
	ExitCode_Init_Tls = 6,    /* libcurl or wolfSSL does not start */
	ExitCode_Init_Device = 7, /* the device library refuses its configuration */
	ExitCode_Main_EventLoopFail = 8,
	ExitCode_TimerHandler_Consume = 9,
} ExitCode;

#endif
