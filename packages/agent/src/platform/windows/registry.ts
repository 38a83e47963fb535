/** The registry by reg.exe, which every Windows has, and Wine. See `reg query /?`. */
import { spawnSync } from 'node:child_process';
import type { RegistryView } from '@tenkai/domain';
import {
  parseRegistry,
  type RegistryKey,
  type RegistryValue,
} from '@tenkai/domain/machine/registry-listing.ts';
import { type RunResult, run } from '../shell.ts';
import { type Decode, decodeLines, decoderOfPage } from './code-page.ts';
import { systemEnvironment, systemProgram } from './environment.ts';

/** In the order in which they are asked. */
export const registryViews: readonly RegistryView[] = ['64', '32'];

export interface RegistryQuestion {
  readonly key: string;
  readonly view: RegistryView;
  /** One value; empty: the key's default value. Absent: all of them. */
  readonly name?: string;
  /** All keys below it, too. */
  readonly isDeep?: boolean;
}

/** Asks the registry; null: there is no such key or value, or nobody may read it. */
export type AskRegistry = (question: RegistryQuestion, signal?: AbortSignal) => Promise<RegistryKey[] | null>;

const timeoutMs = 120_000;

/** `run` is the real one but in tests. */
export function createRegistry(ask: typeof run = run): AskRegistry {
  let decode: ((bytes: Buffer) => string) | undefined;
  const query = async (question: RegistryQuestion, signal: AbortSignal | undefined) => {
    const options = { timeoutMs, env: systemEnvironment(), ...(signal ? { signal } : {}) };
    return ask(systemProgram('reg.exe'), queryArguments(question), decode ? { ...options, decode } : options);
  };
  return async (question, signal) => {
    decode ??= decoderOf(await query(codePage, signal));
    const { code, stdout } = await query(question, signal);
    return code === 0 ? parseRegistry(stdout, question.name) : null;
  };
}

/** The same while nobody else can go on; for one value. Undefined: there is none. */
export function registryValueSync(key: string, name: string): string | undefined {
  const { status, stdout } = spawnSync(
    systemProgram('reg.exe'),
    [...queryArguments({ key, name, view: '64' })],
    {
      encoding: 'latin1',
      timeout: timeoutMs,
      windowsHide: true,
      env: systemEnvironment(),
    },
  );
  return status === 0 ? parseRegistry(stdout, name)[0]?.values[0]?.data : undefined;
}

export function queryArguments({ key, view, name, isDeep }: RegistryQuestion): readonly string[] {
  const what = name === undefined ? [] : name === '' ? ['/ve'] : ['/v', name];
  return ['query', key, ...what, ...(isDeep ? ['/s'] : []), `/reg:${view}`];
}

const codePage: RegistryQuestion = {
  key: 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage',
  name: 'OEMCP',
  view: '64',
};

/** reg.exe writes in the code page of consoles where no console is. */
function decoderOf({ code, stdout }: RunResult): (bytes: Buffer) => string {
  const page = code === 0 ? parseRegistry(stdout)[0]?.values[0]?.data : undefined;
  return decoderOfPage(page);
}

let consoleDecoder: Decode | undefined;

/** Reads what programs without a console print; the registry is asked once. */
export function decodeConsole(bytes: Buffer): string {
  consoleDecoder ??= decoderOfPage(registryValueSync(codePage.key, 'OEMCP'));
  return decodeLines(bytes, consoleDecoder);
}

/**
 * The forms in which an administrator may write a value's data: numbers as `0x10` and `16`, bytes in small letters, each
 * text of a list.
 */
export function formsOf({ type, data }: RegistryValue): string[] {
  if (type === 'REG_MULTI_SZ') return [...new Set([data, ...data.split('\\0')])];
  if (type === 'REG_BINARY') return [...new Set([data, data.toLowerCase()])];
  if (type !== 'REG_DWORD' && type !== 'REG_QWORD') return [data];
  return /^0x[0-9a-f]{1,16}$/i.test(data) ? [data, BigInt(data).toString()] : [data];
}
