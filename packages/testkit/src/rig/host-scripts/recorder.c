/*
 * Stands for a program of Windows in tests: adds its command line to C:\recorded\NAME, NAME being its own name without
 * ".exe", and ends with the number in that name (ends-1641.exe), else with 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int main(void) {
  char own[MAX_PATH], file[2 * MAX_PATH];
  DWORD length = GetModuleFileNameA(NULL, own, MAX_PATH);
  if (length == 0 || length == MAX_PATH) return 1;
  char *name = strrchr(own, '\\') + 1;
  *strrchr(name, '.') = 0;
  CreateDirectoryA("C:\\recorded", NULL);
  snprintf(file, sizeof file, "C:\\recorded\\%s", name);
  FILE *record = fopen(file, "a");
  if (!record) return 1;
  fprintf(record, "%s\n", GetCommandLineA());
  if (fclose(record)) return 1;
  return atoi(name + strcspn(name, "0123456789"));
}
