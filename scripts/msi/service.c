/*
 * tenkai-service.exe: a Windows service, TenkaiAgent or TenkaiServer. It runs the program that lies beside it, starts it
 * anew when it ends, and asks it to end by closing its standard input. `tenkai-service.exe folder` makes the data folder
 * and prints its path. The installer calls it: `stopped` waits until a service that stops has stopped; and when the agent
 * is removed for good, `end` ends the engines of runs, and `forget FOLDER` removes the data folder unless there is an agent
 * in the installation folder.
 *
 * From the compiler's command line (programs.ts), strings in wide characters: SERVICE, its name; PART, the folder below
 * %ProgramData%\Tenkai; PROGRAM, the file that Node runs, with NODE_OPTIONS before it and ARGUMENTS behind it;
 * FOLDER_VARIABLE, the variable that tells it the folder; GRACE_MS, what it has to end in before it is ended; FINAL_CODE,
 * the exit code after which another start would end the same way; FORGETS, whether `end` and `forget` exist.
 */
#include "service.h"
#include <aclapi.h>
#include <sddl.h>
#include <shlobj.h>
#include <stdio.h>

#define RESTART_MS 10000
#define LOG_BYTES (1024 * 1024)

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, SERVICE_START_PENDING, 0, 0, 0, 0, 0};
static HANDLE stop;

static void report(DWORD state, DWORD hint) {
  status.dwCurrentState = state;
  status.dwWaitHint = hint;
  status.dwCheckPoint = state == SERVICE_RUNNING || state == SERVICE_STOPPED ? 0 : status.dwCheckPoint + 1;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
  SetServiceStatus(handle, &status);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context) {
  (void)type, (void)data, (void)context;
  if (code == SERVICE_CONTROL_INTERROGATE) return NO_ERROR;
  if (code != SERVICE_CONTROL_STOP && code != SERVICE_CONTROL_SHUTDOWN) return ERROR_CALL_NOT_IMPLEMENTED;
  report(SERVICE_STOP_PENDING, GRACE_MS + 10000);
  SetEvent(stop);
  return NO_ERROR;
}

/* %ProgramData%\Tenkai\PART, asked of the system: a variable could be anybody's. */
BOOL data_folder(wchar_t *parent, wchar_t *folder) {
  wchar_t *base = NULL;
  if (FAILED(SHGetKnownFolderPath(&FOLDERID_ProgramData, 0, NULL, &base))) return FALSE;
  int fits = swprintf(parent, PATH_CHARS, L"%ls\\Tenkai", base) > 0 &&
             swprintf(folder, PATH_CHARS, L"%ls\\Tenkai\\" PART, base) > 0;
  CoTaskMemFree(base);
  return fits;
}

static BOOL is_ours(PSID owner) {
  BYTE buffer[256];
  DWORD used = 0;
  HANDLE token;
  if (IsWellKnownSid(owner, WinLocalSystemSid) || IsWellKnownSid(owner, WinBuiltinAdministratorsSid)) return TRUE;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return FALSE;
  BOOL same = GetTokenInformation(token, TokenUser, buffer, sizeof buffer, &used) &&
              EqualSid(owner, ((TOKEN_USER *)buffer)->User.Sid);
  CloseHandle(token);
  return same;
}

/*
 * Everybody may make folders in %ProgramData%. One that a user has made there beforehand, with settings of his own in
 * it, is put aside; ours is for the system and administrators.
 */
static void make_folder(const wchar_t *folder) {
  PSECURITY_DESCRIPTOR rights = NULL, present = NULL;
  PSID owner = NULL;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
          L"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", SDDL_REVISION_1, &rights, NULL))
    return;
  if (GetNamedSecurityInfoW(folder, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &present) ==
      ERROR_SUCCESS) {
    DWORD attributes = GetFileAttributesW(folder);
    if (!is_ours(owner) || (attributes & FILE_ATTRIBUTE_REPARSE_POINT)) {
      wchar_t aside[PATH_CHARS];
      if (swprintf(aside, PATH_CHARS, L"%ls.foreign-%lu", folder, GetTickCount()) > 0) MoveFileW(folder, aside);
    }
    LocalFree(present);
  }
  SECURITY_ATTRIBUTES attributes = {sizeof attributes, rights, FALSE};
  CreateDirectoryW(folder, &attributes);
  LocalFree(rights);
}

/* The service manager starts this program anew where it ends by itself; what an administrator has set stays. */
static void settle_recovery(void) {
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  if (!manager) return;
  SC_HANDLE service = OpenServiceW(manager, SERVICE, SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG | SERVICE_START);
  if (service) {
    BYTE buffer[8192];
    DWORD needed = 0;
    BOOL known = QueryServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, buffer, sizeof buffer, &needed);
    if (!known || ((SERVICE_FAILURE_ACTIONSW *)buffer)->cActions == 0) {
      SC_ACTION again[] = {{SC_ACTION_RESTART, 10000}, {SC_ACTION_RESTART, 60000}, {SC_ACTION_RESTART, 300000}};
      SERVICE_FAILURE_ACTIONSW actions = {86400, NULL, NULL, 3, again};
      ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &actions);
    }
    CloseServiceHandle(service);
  }
  CloseServiceHandle(manager);
}

/* What the program prints when it cannot start; its own log is elsewhere. */
static HANDLE open_log(const wchar_t *folder) {
  wchar_t file[PATH_CHARS];
  SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
  WIN32_FILE_ATTRIBUTE_DATA facts;
  if (swprintf(file, PATH_CHARS, L"%ls\\service.log", folder) < 0) return INVALID_HANDLE_VALUE;
  if (GetFileAttributesExW(file, GetFileExInfoStandard, &facts) && facts.nFileSizeLow > LOG_BYTES) DeleteFileW(file);
  return CreateFileW(file, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherit,
                     OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
}

/* Starts the program; closing `input` asks it to end. It also ends when this program is ended, for then it is closed too. */
static HANDLE start_program(const wchar_t *folder, HANDLE *input) {
  wchar_t own[PATH_CHARS], line[4 * PATH_CHARS];
  HANDLE read = NULL;
  PROCESS_INFORMATION process;
  STARTUPINFOW start = {0};
  SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
  DWORD length = GetModuleFileNameW(NULL, own, PATH_CHARS);
  if (length == 0 || length == PATH_CHARS) return NULL;
  *wcsrchr(own, L'\\') = 0;
  if (swprintf(line, sizeof line / sizeof *line, L"\"%ls\\node.exe\" " NODE_OPTIONS
               L" \"%ls\\" PROGRAM L"\" " ARGUMENTS, own, own) < 0)
    return NULL;
  if (!CreatePipe(&read, input, &inherit, 0)) return NULL;
  SetHandleInformation(*input, HANDLE_FLAG_INHERIT, 0);
  HANDLE log = open_log(folder);
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = read;
  start.hStdOutput = start.hStdError = log;
  SetEnvironmentVariableW(FOLDER_VARIABLE, folder);
  BOOL ok = CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, own, &start, &process);
  CloseHandle(read);
  if (log != INVALID_HANDLE_VALUE) CloseHandle(log);
  if (!ok) {
    CloseHandle(*input);
    return NULL;
  }
  CloseHandle(process.hThread);
  return process.hProcess;
}

static void end_program(HANDLE program, HANDLE input) {
  CloseHandle(input);
  for (int waited = 0; waited < GRACE_MS; waited += 1000) {
    if (WaitForSingleObject(program, 1000) == WAIT_OBJECT_0) return;
    report(SERVICE_STOP_PENDING, 10000);
  }
  TerminateProcess(program, 1);
  WaitForSingleObject(program, 5000);
}

static void WINAPI service_main(DWORD count, wchar_t **words) {
  (void)count, (void)words;
  wchar_t parent[PATH_CHARS], folder[PATH_CHARS];
  stop = CreateEventW(NULL, TRUE, FALSE, NULL);
  handle = RegisterServiceCtrlHandlerExW(SERVICE, control, NULL);
  if (!handle || !stop) return;
  report(SERVICE_START_PENDING, 30000);
  if (!data_folder(parent, folder)) {
    status.dwWin32ExitCode = ERROR_PATH_NOT_FOUND;
    report(SERVICE_STOPPED, 0);
    return;
  }
  make_folder(parent);
  make_folder(folder);
  settle_recovery();
  report(SERVICE_RUNNING, 0);
  do {
    HANDLE input, program = start_program(folder, &input);
    if (!program) continue;
    HANDLE both[] = {stop, program};
    DWORD code = 0;
    if (WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0)
      end_program(program, input);
    else {
      CloseHandle(input);
      if (GetExitCodeProcess(program, &code) && code == (DWORD)FINAL_CODE) {
        status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
        status.dwServiceSpecificExitCode = code;
        SetEvent(stop);
      }
    }
    CloseHandle(program);
  } while (WaitForSingleObject(stop, RESTART_MS) == WAIT_TIMEOUT);
  report(SERVICE_STOPPED, 0);
}

/* Where there is no service, it is a stopped one. */
DWORD service_state(void) {
  SERVICE_STATUS now = {0};
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = manager ? OpenServiceW(manager, SERVICE, SERVICE_QUERY_STATUS) : NULL;
  BOOL known = service && QueryServiceStatus(service, &now);
  if (service) CloseServiceHandle(service);
  if (manager) CloseServiceHandle(manager);
  return known ? now.dwCurrentState : SERVICE_STOPPED;
}

/* An installer that goes on while the service still stops cannot start it again, and fails with all that it has done. */
static void await_stop(void) {
  for (int waited = 0; waited < GRACE_MS + 20000 && service_state() == SERVICE_STOP_PENDING; waited += 250) Sleep(250);
}

/* In UTF-8, as programs read it. */
static int print_folder(void) {
  wchar_t parent[PATH_CHARS], folder[PATH_CHARS];
  char text[3 * PATH_CHARS];
  if (!data_folder(parent, folder)) return 1;
  make_folder(parent);
  make_folder(folder);
  if (GetFileAttributesW(folder) == INVALID_FILE_ATTRIBUTES) return 1;
  return WideCharToMultiByte(CP_UTF8, 0, folder, -1, text, sizeof text, NULL, NULL) && puts(text) >= 0 ? 0 : 1;
}

int wmain(int count, wchar_t **words) {
  if (count == 2 && !wcscmp(words[1], L"folder")) return print_folder();
  if (count == 2 && !wcscmp(words[1], L"stopped")) {
    await_stop();
    return 0;
  }
#if FORGETS
  if (count == 2 && !wcscmp(words[1], L"end")) {
    end_engines();
    return 0;
  }
  if (count == 3 && !wcscmp(words[1], L"forget")) return forget(words[2]);
#endif
  SERVICE_TABLE_ENTRYW table[] = {{SERVICE, service_main}, {NULL, NULL}};
  if (StartServiceCtrlDispatcherW(table)) return 0;
  fwprintf(stderr, L"This is the service " SERVICE L": sc.exe start " SERVICE L"\n");
  return 1;
}
