/* What the two sources of tenkai-service.exe have in common. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define PATH_CHARS 1024

/* Fills in %ProgramData%\Tenkai and the service's own folder in it, both of PATH_CHARS. FALSE: the system knows none. */
BOOL data_folder(wchar_t *parent, wchar_t *folder);
/* SERVICE_RUNNING and so on; where there is no service, SERVICE_STOPPED. */
DWORD service_state(void);

/* Ends the engines of runs that the folder of this program holds, unless the service runs. */
void end_engines(void);
/* Removes the data folder, and what is left in the folder of programs. @returns the exit code */
int forget(const wchar_t *programs);
