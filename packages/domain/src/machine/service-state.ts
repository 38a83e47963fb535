/** States of a Windows service (winsvc.h, SERVICE_STOPPED and following). */
const states = {
  1: 'stopped',
  2: 'starting',
  3: 'stopping',
  4: 'running',
  5: 'continuing',
  6: 'pausing',
  7: 'paused',
} as const;
export type WindowsServiceState = (typeof states)[keyof typeof states];

/**
 * Reads `sc.exe query`. Its words depend on the language of Windows, its numbers and places do not.
 * @returns undefined where it says no state
 */
export function serviceStateIn(text: string): WindowsServiceState | undefined {
  const number = Number(/:\s*([1-7])\s+[A-Z_]{4,}/.exec(text)?.[1]);
  return states[number as keyof typeof states];
}
