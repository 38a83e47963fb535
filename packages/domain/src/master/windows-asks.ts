/** The seven steps on Windows, as programs to run with their words. What real Windows answers is listed in docs/windows-checklist.md. */
import { type Ask, ask } from '../firewall/procedure.ts';

const store = 'Tenkai';
/** Where the installer leaves what it was given. */
const ownKey = 'HKLM\\SOFTWARE\\Tenkai\\Agent';
/** Where the old product keeps the same; a client takes it from there (AGENT-10, AGENT-11). */
const oldKey = 'HKLM\\SOFTWARE\\Microsoft\\CCM';
const locationKey = `${oldKey}\\LocationServices`;
const trustQuery =
  'Get-WmiObject -Namespace root\\ccm\\locationservices -Class TrustedRootKey -ErrorAction Stop';
const powershell = (script: string): Ask =>
  ask('powershell.exe', '-NoProfile', '-NonInteractive', '-Command', script);
const sysprepKey = 'HKLM\\SYSTEM\\Setup\\Status\\SysprepStatus';
const stateKey = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State';

const addText = (key: string, name: string, text: string): Ask =>
  ask('reg.exe', 'add', key, '/v', name, '/t', 'REG_SZ', '/d', text, '/f');
const deleteValue = (key: string, name: string): Ask => ask('reg.exe', 'delete', key, '/v', name, '/f');

/** sc.exe wants a blank behind the equals sign; as its own word it gives one. */
export const windowsAsks = {
  serviceState: (service: string): Ask => ask('sc.exe', 'query', service),
  serviceConfig: (service: string): Ask => ask('sc.exe', 'qc', service),
  /** The same without words of a language. */
  serviceValues: (service: string): Ask =>
    ask('reg.exe', 'query', `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${service}`),
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
  properties: (): Ask => ask('reg.exe', 'query', ownKey),
  deleteProperty: (name: string): Ask => deleteValue(ownKey, name),
  readLocator: (): Ask => ask('reg.exe', 'query', oldKey, '/v', 'SMSSLP'),
  setLocator: (name: string): Ask => addText(oldKey, 'SMSSLP', name),
  deleteLocator: (): Ask => deleteValue(oldKey, 'SMSSLP'),
  readDnsSuffix: (): Ask => ask('reg.exe', 'query', locationKey, '/v', 'DnsSuffix'),
  setDnsSuffix: (suffix: string): Ask => addText(locationKey, 'DnsSuffix', suffix),
  deleteDnsSuffix: (): Ask => deleteValue(locationKey, 'DnsSuffix'),
  clearEventLog: (name: string): Ask => ask('wevtutil.exe', 'clear-log', name),
  sysprepState: (): Ask => ask('reg.exe', 'query', sysprepKey, '/v', 'GeneralizationState'),
  imageState: (): Ask => ask('reg.exe', 'query', stateKey, '/v', 'ImageState'),
  /** It leaves the machine on: what it has reached is looked at before it goes off. */
  sysprep: (): Ask =>
    ask('C:\\Windows\\System32\\Sysprep\\sysprep.exe', '/generalize', '/oobe', '/quit', '/quiet'),
  switchOff: (): Ask => ask('shutdown.exe', '/s', '/f', '/t', '0'),
} as const;

/** For the command prompt: words with blanks in double quotes. */
export function windowsLine({ program, args }: Ask): string {
  return [program, ...args].map((word) => (/[\s"]/.test(word) ? `"${word}"` : word)).join(' ');
}
