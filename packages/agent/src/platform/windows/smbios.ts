/** What the firmware says of the machine, from the raw tables that Windows keeps in its registry. */
export interface Firmware {
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  /** Lower case; empty where the firmware has none. */
  readonly uuid: string;
}

export const smbiosKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\mssmbios\\Data';
export const smbiosValue = 'SMBiosData';

const headerBytes = 8;
const systemInformation = 1;

/**
 * The table *System Information* of `SMBiosData` (Microsoft's RawSMBIOSData: 8 bytes of header, then the tables of
 * DMTF DSP0134). Each table: type, length, handle; its formatted part; its strings, each ended by a zero byte, ended by
 * one more. Null: there is none, or the data are cut off.
 */
export function firmwareOf(data: Buffer): Firmware | null {
  for (let at = headerBytes; at + 4 <= data.length; ) {
    const length = data[at + 1] ?? 0;
    if (length < 4 || at + length > data.length) return null;
    const end = data.indexOf(Buffer.from([0, 0]), at + length);
    if (end < 0) return null;
    if (data[at] === systemInformation)
      return systemOf(data.subarray(at, at + length), data.subarray(at + length, end));
    at = end + 2;
  }
  return null;
}

function systemOf(table: Buffer, stringBytes: Buffer): Firmware {
  const strings = stringBytes.toString('latin1').split('\0');
  // Strings are numbered from 1; 0 is none.
  const text = (at: number) => strings[(table[at] ?? 0) - 1]?.trim() ?? '';
  return { manufacturer: text(4), model: text(5), serial: text(7), uuid: uuidOf(table.subarray(8, 24)) };
}

/** The first three fields are little-endian (DSP0134, 7.2.1); all zeros or all ones are no UUID. */
function uuidOf(bytes: Buffer): string {
  const isNone =
    bytes.length < 16 || bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xff);
  if (isNone) return '';
  const reversed = (from: number, to: number) =>
    Buffer.from(bytes.subarray(from, to)).reverse().toString('hex');
  const plain = (from: number, to: number) => bytes.subarray(from, to).toString('hex');
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), plain(8, 10), plain(10, 16)].join('-');
}
