/*
 * Custom actions of the installer. TakeFolder gives back the folder that was chosen. TakeProperties takes the installation properties under their own and their old names, refuses what
 * nobody means before anything is changed (AGENT-17), and gives back what an earlier installation kept, so that repair,
 * upgrade and patch lose none of them (AGENT-27). What is told here is told of the property's name alone: its value may
 * be a secret that was given by mistake. The agent judges each value by the rules of `assign` when it takes it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <msi.h>
#include <msiquery.h>
#include <stdio.h>
#include <wchar.h>

#define LONGEST 1024
#define KEY L"SOFTWARE\\Tenkai\\Agent"

enum kind { ADDRESS, SITE_CODE, SUFFIX, FINGERPRINT, DIRECTORY, TEXT, OWN_PATH, FLAG, ONCE };
static const struct {
  const wchar_t *name, *old;
  enum kind kind;
} properties[] = {
    {L"SITECODE", L"SMSSITECODE", SITE_CODE},
    {L"MP", L"SMSMP", ADDRESS},
    {L"LOCATOR", L"SMSSLP", ADDRESS},
    {L"DNSSUFFIX", NULL, SUFFIX},
    {L"LDAP", NULL, DIRECTORY},
    {L"LDAPUSER", NULL, TEXT},
    {L"LDAPSECRET", NULL, OWN_PATH},
    {L"LDAPCA", NULL, OWN_PATH},
    {L"FSP", L"SMSFSP", ADDRESS},
    {L"ROOTFINGERPRINT", NULL, FINGERPRINT},
    {L"HOLD", NULL, FLAG},
    {L"TICKET", NULL, ONCE},
};

/* Empty: it was not given. @returns an error of Windows; ERROR_MORE_DATA: it is too long */
static UINT read_property(MSIHANDLE install, const wchar_t *name, wchar_t *value) {
  DWORD length = LONGEST + 1;
  value[0] = 0;
  return MsiGetPropertyW(install, name, value, &length);
}

static UINT refuse(MSIHANDLE install, const wchar_t *name, const wchar_t *why) {
  wchar_t text[512];
  MSIHANDLE record = MsiCreateRecord(0);
  swprintf(text, 512, L"%ls: %ls. Nothing was changed.", name, why);
  MsiRecordSetStringW(record, 0, text);
  MsiProcessMessage(install, INSTALLMESSAGE_ERROR, record);
  MsiCloseHandle(record);
  return ERROR_INSTALL_FAILURE;
}

static BOOL all_of(const wchar_t *text, const wchar_t *allowed) { return text[wcsspn(text, allowed)] == 0; }

#define DIGITS L"0123456789"
#define LETTERS L"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Characters that nobody sees: controls, marks of direction, halves of surrogate pairs. */
static BOOL has_invisible(const wchar_t *text) {
  for (; *text; text++) {
    if (*text < 32 || (*text >= 127 && *text < 160) || *text == 0xad || *text == 0xfeff) return TRUE;
    if ((*text >= 0x200b && *text <= 0x200f) || (*text >= 0x202a && *text <= 0x202e)) return TRUE;
    if (*text >= 0x2060 && *text <= 0x206f) return TRUE;
    if (IS_HIGH_SURROGATE(*text) && IS_LOW_SURROGATE(text[1])) text++;
    else if (IS_SURROGATE_PAIR(*text, text[1]) || IS_HIGH_SURROGATE(*text) || IS_LOW_SURROGATE(*text)) return TRUE;
  }
  return FALSE;
}

static BOOL is_absolute(const wchar_t *path) {
  if (path[0] == L'\\' && path[1] == L'\\') return path[2] != 0 && path[2] != L'\\';
  return path[0] && wcschr(LETTERS, path[0]) && path[1] == L':' && (path[2] == L'\\' || path[2] == L'/') && path[3];
}

/* Why a value cannot be meant; NULL: it may be. */
static const wchar_t *problem_of(enum kind kind, const wchar_t *value) {
  if (has_invisible(value)) return L"the value holds a character that cannot be seen";
  if (wcschr(value, L'"')) return L"the value holds a double quote";
  switch (kind) {
    case ADDRESS:
      if (!_wcsnicmp(value, L"http://", 7)) return L"the address is not encrypted; give https:// or the name alone";
      return wcspbrk(value, L" @\\<>#|;%")
                 ? L"the value is no address of a server; give NAME, NAME:PORT or https://NAME:PORT"
                 : NULL;
    case SITE_CODE:
      if (!_wcsicmp(value, L"AUTO")) return NULL;
      return wcslen(value) == 3 && all_of(value, DIGITS LETTERS) ? NULL : L"give three letters or digits, or AUTO";
    case SUFFIX:
      return wcslen(value) <= 253 && all_of(value, DIGITS LETTERS L"-_.") ? NULL : L"give a domain such as example.org";
    case FINGERPRINT:
      return all_of(value, DIGITS L"abcdefABCDEF:") && wcslen(value) >= 64 && wcslen(value) <= 95
                 ? NULL
                 : L"the root fingerprint is not 64 hexadecimal digits";
    case DIRECTORY:
      return _wcsnicmp(value, L"ldap", 4) ? L"give ldaps://SERVER/BASE" : NULL;
    case FLAG:
      return wcscmp(value, L"1") && wcscmp(value, L"0") ? L"give 1 or 0" : NULL;
    case TEXT:
      return NULL;
    default:
      return is_absolute(value) ? NULL : L"name a file by its absolute path, never the secret itself";
  }
}

/* The value under the property's own name or its old one, judged. */
static UINT take(MSIHANDLE install, int which, wchar_t *value) {
  wchar_t old[LONGEST + 1] = L"";
  const wchar_t *name = properties[which].name;
  UINT error = read_property(install, name, value);
  if (error == ERROR_SUCCESS && properties[which].old) error = read_property(install, properties[which].old, old);
  if (error == ERROR_MORE_DATA) return refuse(install, name, L"the value has more than 1024 characters");
  if (error != ERROR_SUCCESS) return refuse(install, name, L"the value cannot be read");
  if (value[0] && old[0] && wcscmp(value, old)) return refuse(install, name, L"it is given more than once");
  if (!value[0]) wcscpy(value, old);
  const wchar_t *problem = value[0] ? problem_of(properties[which].kind, value) : NULL;
  return problem ? refuse(install, name, problem) : ERROR_SUCCESS;
}

static void read_kept(const wchar_t *name, wchar_t *value) {
  DWORD bytes = (LONGEST + 1) * sizeof *value;
  value[0] = 0;
  if (RegGetValueW(HKEY_LOCAL_MACHINE, KEY, name, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, NULL, value, &bytes))
    value[0] = 0;
}

/* What an administrator, or the preparation of an image, has set for the service's start stays (AGENT-36, AGENT-37). */
static void take_start_type(MSIHANDLE install) {
  DWORD start = 0, bytes = sizeof start;
  wchar_t text[16];
  if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\TenkaiAgent", L"Start", RRF_RT_REG_DWORD,
                   NULL, &start, &bytes))
    return;
  swprintf(text, 16, L"%lu", start);
  MsiSetPropertyW(install, L"SERVICESTART", text);
}

/* Of the agent's service; no: it is not there, or does not run. */
static BOOL runs(void) {
  SERVICE_STATUS status = {0};
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = manager ? OpenServiceW(manager, L"TenkaiAgent", SERVICE_QUERY_STATUS) : NULL;
  if (service) QueryServiceStatus(service, &status);
  if (service) CloseServiceHandle(service);
  if (manager) CloseServiceHandle(manager);
  return status.dwCurrentState == SERVICE_RUNNING || status.dwCurrentState == SERVICE_START_PENDING;
}

/*
 * The folder that was chosen at the first installation, for every later one that does not name another: Windows Installer
 * itself knows it in a repair alone. Before CostFinalize, which settles all folders.
 */
__declspec(dllexport) UINT __stdcall TakeFolder(MSIHANDLE install) {
  wchar_t folder[LONGEST + 1];
  if (read_property(install, L"INSTALLFOLDER", folder) != ERROR_SUCCESS || folder[0]) return ERROR_SUCCESS;
  read_kept(L"Folder", folder);
  if (!folder[0]) return ERROR_SUCCESS;
  return MsiSetPropertyW(install, L"INSTALLFOLDER", folder) == ERROR_SUCCESS ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/*
 * Each file of PATCH= has to be there at an installation (AGENT-14); what is at an https address is not asked for here, and
 * whoever patches later is answered by Windows Installer.
 */
static UINT check_patches(MSIHANDLE install) {
  wchar_t list[LONGEST + 1], installed[LONGEST + 1], *one = list;
  if (read_property(install, L"Installed", installed) != ERROR_SUCCESS || installed[0]) return ERROR_SUCCESS;
  if (read_property(install, L"PATCH", list) != ERROR_SUCCESS)
    return refuse(install, L"PATCH", L"the value has more than 1024 characters");
  while (*one) {
    one += wcsspn(one, L"; \"");
    wchar_t *end = one + wcscspn(one, L";"), *next = *end ? end + 1 : end;
    while (end > one && wcschr(L" \"", end[-1])) end--;
    *end = 0;
    if (*one && _wcsnicmp(one, L"https://", 8)) {
      if (!is_absolute(one)) return refuse(install, L"PATCH", L"name each file by its absolute path");
      if (GetFileAttributesW(one) == INVALID_FILE_ATTRIBUTES)
        return refuse(install, L"PATCH", L"a file that it names is not here");
    }
    one = next;
  }
  return ERROR_SUCCESS;
}

__declspec(dllexport) UINT __stdcall TakeProperties(MSIHANDLE install) {
  wchar_t values[sizeof properties / sizeof *properties][LONGEST + 1];
  int count = sizeof properties / sizeof *properties;
  for (int each = 0; each < count; each++) {
    UINT error = take(install, each, values[each]);
    if (error != ERROR_SUCCESS) return error;
  }
  if (check_patches(install) != ERROR_SUCCESS) return ERROR_INSTALL_FAILURE;
  for (int each = 0; each < count; each++) {
    /* A ticket is used up once; a kept path would lead to nothing. */
    if (!values[each][0] && properties[each].kind != ONCE) read_kept(properties[each].name, values[each]);
    UINT error = MsiSetPropertyW(install, properties[each].name, values[each]);
    if (error != ERROR_SUCCESS) return ERROR_INSTALL_FAILURE;
  }
  take_start_type(install);
  /* One that somebody has started by hand goes on after its programs were replaced. */
  if (runs()) MsiSetPropertyW(install, L"SERVICERUNS", L"1");
  return ERROR_SUCCESS;
}
