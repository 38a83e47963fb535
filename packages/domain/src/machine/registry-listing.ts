/** What `reg.exe query` prints. See `reg query /?`. */
export interface RegistryValue {
  readonly name: string;
  /** `REG_SZ`, `REG_DWORD`, … */
  readonly type: string;
  /** As reg.exe prints it: `0x10` for numbers, parts of REG_MULTI_SZ parted by `\0`. */
  readonly data: string;
}

export interface RegistryKey {
  readonly path: string;
  readonly values: readonly RegistryValue[];
}

const valueLine = /^ {4}(.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/;

/**
 * A line for each key, below it its values, indented by four blanks. What is neither is left out.
 * @param asked the name of the one value that was asked for: the default value's is in the system's language
 */
export function parseRegistry(text: string, asked?: string): RegistryKey[] {
  const keys: { path: string; values: RegistryValue[] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^HKEY_/.test(line)) keys.push({ path: line.trim(), values: [] });
    const [, name, type, data = ''] = valueLine.exec(line) ?? [];
    if (name === undefined || type === undefined) continue;
    keys.at(-1)?.values.push({ name: asked ?? name, type, data });
  }
  return keys;
}

/** Data of a value; undefined: the key has none of that name. Names are not told apart by case. */
export function dataOf(key: RegistryKey | undefined, name: string): string | undefined {
  return key?.values.find((value) => value.name.toLowerCase() === name.toLowerCase())?.data;
}
