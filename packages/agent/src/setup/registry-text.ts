/** Values of one key, by name; only text is read, every other kind of value is left out. */
export type RegistryTexts = ReadonlyMap<string, string>;

/**
 * Reads what `reg.exe export` writes: "Windows Registry Editor Version 5.00", UTF-16LE. Each character of a value is as
 * it was set, whatever the code page of the machine's console is.
 * @param key in full, `HKEY_LOCAL_MACHINE\SOFTWARE\Tenkai\Agent`; keys below it are other keys
 */
export function readRegistryText(exported: Uint8Array, key: string): RegistryTexts {
  const text = new TextDecoder('utf-16le').decode(exported);
  const values = new Map<string, string>();
  const header = `[${key}]`.toLowerCase();
  const start = text.toLowerCase().indexOf(`\n${header}`);
  if (start < 0) return values;
  const section = text.slice(start + header.length + 1);
  // A value may hold line breaks, so lines say nothing: names and values are read one after another.
  const entry = /\r?\n(?:"((?:[^"\\]|\\.)*)"|@)=(?:"((?:[^"\\]|\\[\s\S])*)"|(?:\\\r?\n|[^\r\n])*)/y;
  for (;;) {
    const [whole, name, value] = entry.exec(section) ?? [];
    if (whole === undefined) return values;
    if (name !== undefined && value !== undefined) values.set(unescaped(name), unescaped(value));
  }
}

const unescaped = (text: string) => text.replace(/\\([\\"])/g, '$1');
