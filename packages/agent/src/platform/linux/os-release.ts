import { readIfThere } from '../../durable-file.ts';
import type { Paths } from '../platform.ts';

/** The lines of os-release(5): shell assignments without expansion. */
export function parseOsRelease(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, unquote(value.trim()));
  }
  return fields;
}

function unquote(value: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (inner === undefined) return value;
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
}

/** Of the root folder where it has one of its own, else of the system. */
export function readOsRelease(paths: Paths): Map<string, string> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const text = readIfThere(paths.real(path)) ?? readIfThere(path);
    if (text !== undefined) return parseOsRelease(text);
  }
  return new Map();
}
