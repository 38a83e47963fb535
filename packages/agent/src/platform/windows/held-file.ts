import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';

/** libuv's UV_FS_O_EXLOCK: nobody else can open the file (CreateFile without any share mode). */
const exclusive = 0x1000_0000;
export const heldFlags = constants.O_RDWR | constants.O_CREAT | exclusive;

/** Holds a file until this process ends, however that happens. @throws where another one holds it */
export function holdFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true });
  openSync(file, heldFlags, 0o600);
}

/** Whether the process that holds a file lives; what nobody holds any more is removed. */
export function isHeld(file: string, { isKept = false } = {}): boolean {
  try {
    closeSync(openSync(file, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Sharing violation. Everything else says that there is no such file.
    return code === 'EBUSY' || code === 'EPERM' || code === 'EACCES';
  }
  if (!isKept) rmSync(file, { force: true });
  return false;
}
