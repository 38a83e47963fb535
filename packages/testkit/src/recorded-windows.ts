/** Windows' firewall on paper: what netsh writes into the registry and reg.exe reads out of it, in the forms of Windows. */
import { type Answer, type Ask, commandLine, type Procedure } from '@tenkai/domain/firewall/procedure.ts';

const store =
  'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
const policies = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall';
const localProfiles = ['DomainProfile', 'StandardProfile', 'PublicProfile'];

/** Keys below the root with their values, a number as REG_DWORD. */
export type Keys = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

export interface RecordedWindows {
  /** Data of the machine's own rules by the names of their values. */
  readonly rules: Map<string, string>;
  /** Profiles that are turned off, and other settings of the machine's own. */
  settings: Keys;
  /** Those of its group policy; absent: it has none. */
  policy?: Keys;
  /** Each line that was asked, oldest first. */
  readonly asked: string[];
  answer(ask: Ask): Answer;
  run<T>(procedure: Procedure<T>): T;
}

export const on: Keys = Object.fromEntries(localProfiles.map((name) => [name, { EnableFirewall: 1 }]));
export const off: Keys = Object.fromEntries(localProfiles.map((name) => [name, { EnableFirewall: 0 }]));

/** @param rules data of its rules, such as `v2.31|Action=Allow|…|` */
export function recordedWindows(rules: readonly string[] = [], settings: Keys = on): RecordedWindows {
  const windows: RecordedWindows = {
    rules: new Map(rules.map((data, index) => [`{rule-${index}}`, data])),
    settings,
    asked: [],
    answer(ask) {
      windows.asked.push(commandLine(ask));
      if (ask.program === 'reg') return registry(windows, ask.args[1] ?? '');
      if (ask.args.includes('allprofiles')) return said(0);
      return ask.args.includes('add') ? add(windows, ask.args) : remove(windows, ask.args);
    },
    run(procedure) {
      let step = procedure.next();
      while (!step.done) step = procedure.next(windows.answer(step.value));
      return step.value;
    },
  };
  return windows;
}

const said = (code: number, stdout = ''): Answer => ({ code, stdout, stderr: '' });

function registry({ rules, settings, policy }: RecordedWindows, key: string): Answer {
  if (key.startsWith('HKLM\\SOFTWARE')) return policy ? said(0, listing(policies, policy)) : said(1);
  const { FirewallRules = {}, ...others } = settings;
  return said(
    0,
    listing(store, { ...others, FirewallRules: { ...FirewallRules, ...Object.fromEntries(rules) } }),
  );
}

function listing(root: string, keys: Keys): string {
  const lines = Object.entries(keys).flatMap(([key, values]) => [
    `${root}\\${key}`,
    ...Object.entries(values).map(valueLine),
    '',
  ]);
  return `\r\n${lines.join('\r\n')}\r\n`;
}

function valueLine([name, data]: readonly [string, string | number]): string {
  return typeof data === 'number'
    ? `    ${name}    REG_DWORD    0x${data.toString(16)}`
    : `    ${name}    REG_SZ    ${data}`;
}

const wordOf = (args: readonly string[], name: string) =>
  args
    .find((word) => word.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .replace(/^"(.*)"$/, '$1');

let made = 0;

function add({ rules }: RecordedWindows, args: readonly string[]): Answer {
  const profiles = wordOf(args, 'profile')?.split(',') ?? [];
  const fields = [
    ['Profile', profiles.map((name) => name.replace(/^./, (first) => first.toUpperCase()))],
    ...protocolOf(args),
    ['RA4', wordOf(args, 'remoteip') ?? []],
    ['App', wordOf(args, 'program') ?? []],
    ['Name', wordOf(args, 'name') ?? []],
  ] as const;
  const text = fields.flatMap(([name, data]) => [data].flat().map((each) => `${name}=${each}|`)).join('');
  rules.set(`{made-${++made}}`, `v2.31|Action=Allow|Active=TRUE|Dir=In|${text}`);
  return said(0, 'OK\r\n');
}

function protocolOf(args: readonly string[]): readonly (readonly [string, string])[] {
  const protocol = wordOf(args, 'protocol') ?? '';
  if (protocol === 'icmpv4:8,any')
    return [
      ['Protocol', '1'],
      ['ICMP4', '8:*'],
    ];
  if (protocol === 'icmpv6:128,any')
    return [
      ['Protocol', '58'],
      ['ICMP6', '128:*'],
    ];
  const port = wordOf(args, 'localport') ?? '';
  return [
    ['Protocol', protocol === 'tcp' ? '6' : '17'],
    [port.includes('-') ? 'LPort2_10' : 'LPort', port],
  ];
}

function remove({ rules }: RecordedWindows, args: readonly string[]): Answer {
  const name = wordOf(args, 'name');
  const found = [...rules].filter(([, data]) => data.includes(`|Name=${name}|`));
  for (const [id] of found) rules.delete(id);
  return said(found.length > 0 ? 0 : 1);
}
