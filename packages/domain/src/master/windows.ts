/**
 * The seven steps on Windows, as programs to run with their words, and what their answers say. What is asked is exact;
 * what real Windows answers is listed in docs/windows-checklist.md.
 */
import { type Ask, ask, type Procedure } from '../firewall/procedure.ts';
import type { StartType } from './audit.ts';

const store = 'Tenkai';
/** Where the agent's settings lie, and those of the old product (AGENT-10, AGENT-11). */
const oldKey = 'HKLM\\SOFTWARE\\Microsoft\\CCM';
const trustQuery =
  'Get-WmiObject -Namespace root\\ccm\\locationservices -Class TrustedRootKey -ErrorAction Stop';
const powershell = (script: string): Ask =>
  ask('powershell.exe', '-NoProfile', '-NonInteractive', '-Command', script);
const sysprepKey = 'HKLM\\SYSTEM\\Setup\\Status\\SysprepStatus';

/** sc.exe wants a blank behind the equals sign; as its own word it gives one. */
export const windowsAsks = {
  serviceState: (service: string): Ask => ask('sc.exe', 'query', service),
  serviceConfig: (service: string): Ask => ask('sc.exe', 'qc', service),
  stop: (service: string): Ask => ask('sc.exe', 'stop', service),
  manual: (service: string): Ask => ask('sc.exe', 'config', service, 'start=', 'demand'),
  automaticDelayed: (service: string): Ask => ask('sc.exe', 'config', service, 'start=', 'delayed-auto'),
  listStore: (name = store): Ask => ask('certutil.exe', '-store', name),
  /** Not `certutil -delstore`, which leaves the private key behind (IDENT-07). */
  deleteCertificate: (thumbprint: string, name = store): Ask =>
    powershell(`Remove-Item -LiteralPath 'Cert:\\LocalMachine\\${name}\\${thumbprint}' -DeleteKey`),
  /** The old product's trusted root key (IDENT-26, IDENT-28); no such namespace: never contacted (IDENT-27). */
  listTrust: (): Ask => powershell(`@(${trustQuery}).Count`),
  deleteTrust: (): Ask => powershell(`${trustQuery} | Remove-WmiObject`),
  readLocator: (): Ask => ask('reg.exe', 'query', oldKey, '/v', 'SMSSLP'),
  setLocator: (name: string): Ask =>
    ask('reg.exe', 'add', oldKey, '/v', 'SMSSLP', '/t', 'REG_SZ', '/d', name, '/f'),
  setDnsSuffix: (suffix: string): Ask =>
    ask(
      'reg.exe',
      'add',
      `${oldKey}\\LocationServices`,
      '/v',
      'DnsSuffix',
      '/t',
      'REG_SZ',
      '/d',
      suffix,
      '/f',
    ),
  sysprepState: (): Ask => ask('reg.exe', 'query', sysprepKey, '/v', 'GeneralizationState'),
  sysprep: (): Ask =>
    ask('C:\\Windows\\System32\\Sysprep\\sysprep.exe', '/generalize', '/oobe', '/shutdown', '/quiet'),
} as const;

/** For the command prompt: words with blanks in double quotes. */
export function windowsLine({ program, args }: Ask): string {
  return [program, ...args].map((word) => (/[\s"]/.test(word) ? `"${word}"` : word)).join(' ');
}

/** Numbers of sc.exe are the same in every language of Windows; its words are not. */
export function* windowsService(service: string): Procedure<{ isRunning: boolean; startType: StartType }> {
  const state = yield windowsAsks.serviceState(service);
  const config = yield windowsAsks.serviceConfig(service);
  if (config.code !== 0) return { isRunning: false, startType: 'absent' };
  const [, running = ''] = /:\s*(\d)\s+[A-Z_]*(?:RUNNING|STOPPED|PENDING|PAUSED)/.exec(state.stdout) ?? [];
  const [, start = '', delayed] = /:\s*([2-4])\s+[A-Z_]+_START\s*(\(\w+\))?/.exec(config.stdout) ?? [];
  return { isRunning: running !== '1', startType: startTypeOf(start, delayed !== undefined) };
}

function startTypeOf(start: string, isDelayed: boolean): StartType {
  if (start !== '2') return 'manual';
  return isDelayed ? 'automatic-delayed' : 'automatic';
}

/** Step 2: stopped, and not started by itself before the capture (MASTER-10). */
export function* windowsServiceManual(service: string): Procedure<void> {
  yield windowsAsks.manual(service);
  yield windowsAsks.stop(service);
}

/** Step 3: the certificates of both stores go with their keys, one by one (MASTER-11). @returns their thumbprints */
export function* windowsDeleteCertificates(stores: readonly string[] = [store, 'SMS']): Procedure<string[]> {
  const deleted: string[] = [];
  for (const name of stores) {
    const { stdout } = yield windowsAsks.listStore(name);
    for (const thumbprint of thumbprintsOf(stdout)) {
      yield windowsAsks.deleteCertificate(thumbprint, name);
      deleted.push(thumbprint);
    }
  }
  return deleted;
}

/** Of what certutil prints: 40 hex digits behind a colon, the SHA-1 of each certificate in whatever language. */
export function thumbprintsOf(text: string): string[] {
  return [...text.matchAll(/:\s*((?:[\da-f]{2} ?){20})\s*$/gim)].map(([, digits = '']) =>
    digits.replaceAll(' ', '').toLowerCase(),
  );
}

/** Step 4 (MASTER-12). @returns how many are left; null: the machine has never met a site */
export function* windowsDeleteTrust(): Procedure<number | null> {
  if ((yield windowsAsks.listTrust()).code !== 0) return null;
  yield windowsAsks.deleteTrust();
  const { code, stdout } = yield windowsAsks.listTrust();
  return code === 0 ? Number(stdout.trim()) : null;
}

/** Step 5; one of the two is enough (MASTER-13). */
export function* windowsSiteValues(values: {
  readonly locator: string | null;
  readonly dnsSuffix: string | null;
}): Procedure<void> {
  if (values.locator !== null) yield windowsAsks.setLocator(values.locator);
  if (values.dnsSuffix !== null) yield windowsAsks.setDnsSuffix(values.dnsSuffix);
}

/** Step 6: the type alone; nothing is started (AGENT-37, MASTER-16). */
export function* windowsStartType(service: string): Procedure<void> {
  yield windowsAsks.automaticDelayed(service);
}

/**
 * A Windows that was generalized and has come up again says 7; it may be generalized anew. 3 and 4: it stands in the
 * middle of it, and sysprep would refuse (MASTER-03).
 * @returns null where Windows does not say
 */
export function* windowsMayGeneralize(): Procedure<boolean | null> {
  const { code, stdout } = yield windowsAsks.sysprepState();
  const [, state] = /0x([\da-f]+)/i.exec(stdout) ?? [];
  return code === 0 && state !== undefined ? Number.parseInt(state, 16) === 7 : null;
}
