/*
 * What tenkai-service.exe does for the installer when the agent is removed for good: `end` and `forget` (service.c). A
 * service that keeps its data is compiled without it.
 */
#include "service.h"
#include <stdio.h>
#include <tlhelp32.h>

/* Removes a folder and what is in it; a link is removed, and what it leads to stays. */
static void remove_folder(const wchar_t *folder) {
  wchar_t name[PATH_CHARS];
  WIN32_FIND_DATAW found;
  if (swprintf(name, PATH_CHARS, L"%ls\\*", folder) < 0) return;
  HANDLE search = FindFirstFileW(name, &found);
  if (search != INVALID_HANDLE_VALUE) {
    do {
      if (!wcscmp(found.cFileName, L".") || !wcscmp(found.cFileName, L"..")) continue;
      if (swprintf(name, PATH_CHARS, L"%ls\\%ls", folder, found.cFileName) < 0) continue;
      BOOL is_folder = found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
      BOOL is_link = found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
      SetFileAttributesW(name, FILE_ATTRIBUTE_NORMAL);
      if (is_folder && !is_link)
        remove_folder(name);
      else if (!(is_folder ? RemoveDirectoryW(name) : DeleteFileW(name)))
        MoveFileExW(name, NULL, MOVEFILE_DELAY_UNTIL_REBOOT);
    } while (FindNextFileW(search, &found));
    FindClose(search);
  }
  if (!RemoveDirectoryW(folder)) MoveFileExW(folder, NULL, MOVEFILE_DELAY_UNTIL_REBOOT);
}

/* Without the service nobody hears of a run: its engine ends. What the engine has started, goes on: it may be this removal. */
void end_engines(void) {
  if (service_state() != SERVICE_STOPPED) return;
  wchar_t own[PATH_CHARS], image[PATH_CHARS];
  PROCESSENTRY32W entry = {0};
  DWORD length = GetModuleFileNameW(NULL, own, PATH_CHARS - 16);
  if (length == 0 || length >= PATH_CHARS - 16) return;
  wcscpy(wcsrchr(own, L'\\') + 1, L"node.exe");
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return;
  entry.dwSize = sizeof entry;
  for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, entry.th32ProcessID);
    DWORD chars = PATH_CHARS;
    if (!process) continue;
    if (QueryFullProcessImageNameW(process, 0, image, &chars) && !_wcsicmp(image, own)) {
      TerminateProcess(process, 1);
      WaitForSingleObject(process, 5000);
    }
    CloseHandle(process);
  }
  CloseHandle(snapshot);
}

/* What files in use have left behind when they were replaced, and the folders where they are empty then. */
static void remove_programs(const wchar_t *name) {
  wchar_t folder[PATH_CHARS];
  DWORD length = GetFullPathNameW(name, PATH_CHARS, folder, NULL);
  wchar_t *end = folder + length - 13;
  if (length < 13 || length >= PATH_CHARS || _wcsicmp(end, L"\\Tenkai\\Agent")) return;
  remove_folder(folder);
  end[7] = 0;
  RemoveDirectoryW(folder);
}

int forget(const wchar_t *programs) {
  wchar_t parent[PATH_CHARS], folder[PATH_CHARS], program[PATH_CHARS];
  if (swprintf(program, PATH_CHARS, L"%ls\\" PROGRAM, programs) < 0) return 1;
  /* It was an older version that went: the data are those of the agent that is there. */
  if (GetFileAttributesW(program) != INVALID_FILE_ATTRIBUTES) return 0;
  if (!data_folder(parent, folder)) return 1;
  remove_folder(folder);
  /* What is empty now; other parts of Tenkai keep the rest. */
  RemoveDirectoryW(parent);
  remove_programs(programs);
  return 0;
}
