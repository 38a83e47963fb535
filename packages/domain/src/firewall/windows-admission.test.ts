/** What Windows' firewall lets in, read from recordings of its registry: the same in every language. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Keys, off, on, recordedWindows } from '@tenkai/testkit/recorded-windows.ts';
import { missingRules, planFirewall } from './firewall.ts';
import { type FirewallRule, rulesOfProgram } from './rule.ts';
import { firewallRules } from './rule-table.ts';
import { parseWindowsRule } from './windows-rule.ts';

const program = 'C:\\Program Files\\Tenkai\\Agent\\node.exe';
const [web] = firewallRules('server', { https: 443 }) as [FirewallRule];
const served = { ...web, servedBy: 'c:\\tenkai\\node.exe' };
const [multicast, echo] = rulesOfProgram(
  firewallRules('agent', { multicast: { first: 56_100, last: 56_227 }, siteAddresses: ['10.0.0.1'] }),
  program,
) as [FirewallRule, FirewallRule];
const [echo6] = firewallRules('agent', { siteAddresses: ['fd00::1'] }) as [FirewallRule];

interface Found {
  readonly settings?: Keys;
  readonly policy?: Keys;
  readonly profiles?: readonly string[];
}

/** State and place of one rule on a Windows with these rules. */
function look(
  rule: FirewallRule,
  rules: readonly string[],
  { settings = on, policy, profiles = [] }: Found = {},
) {
  const windows = recordedWindows(rules, settings);
  if (policy) windows.policy = policy;
  const role = rule.name.includes('agent') ? 'agent' : 'server';
  const report = windows.run(planFirewall({ role, rules: [rule], profiles, system: 'windows' }));
  const [state] = report.rules;
  return { ...report, said: `${state?.state} ${state?.where}`, remedy: state?.remedy ?? '' };
}

const own = 'v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|Name=Tenkai(TCP:443)|';
const ownUdp = `v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort2_10=56100-56227|App=${program}|Name=${multicast.name}|`;
const withPorts = (...ranges: string[]) =>
  ownUdp.replace('LPort2_10=56100-56227', ranges.map((range) => `LPort2_10=${range}`).join('|'));
const ownEcho = `v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=1|ICMP4=8:*|RA4=10.0.0.1|Name=${echo.name}|`;
const any = 'v2.31|Action=Allow|Active=TRUE|Dir=In|Name=others|';
const block = (fields: string) => `v2.31|Action=Block|Active=TRUE|Dir=In|${fields}Name=somebody's|`;

const table: readonly [what: string, rule: FirewallRule, rules: readonly string[], said: string][] = [
  ['nothing', web, [], 'missing any'],
  ['ours', web, [own], 'open any'],
  ['ours, in other letters', web, [own.replace('Allow', 'allow').replace('TRUE', 'True')], 'open any'],
  ['ours, disabled', web, [own.replace('TRUE', 'FALSE')], 'missing any'],
  ['ours, outbound', web, [own.replace('Dir=In', 'Dir=Out')], 'missing any'],
  ['ours that says no direction', web, [own.replace('Dir=In|', '')], 'missing any'],
  ['ours that was turned to block', web, [own.replace('Allow', 'Block')], 'missing any'],
  ['ours beside a block of its name', web, [own, own.replace('Allow', 'Block')], 'missing any'],
  ['ours for another port', web, [own.replace('LPort=443', 'LPort=444')], 'missing any'],
  ['ours for UDP', web, [own.replace('Protocol=6', 'Protocol=17')], 'missing any'],
  [
    'ours on two profiles',
    web,
    [own.replace('|Name', '|Profile=Domain|Profile=Private|Name')],
    'missing public',
  ],
  ['ours for some addresses', web, [own.replace('|Name', '|RA4=LocalSubnet|Name')], 'missing any'],
  ['ours for one kind of network card', web, [own.replace('|Name', '|IFType=Wireless|Name')], 'missing any'],
  ['ours for one user', web, [own.replace('|Name', '|LUAuth=O:LSD:(A;;CC;;;S-1-5-18)|Name')], 'missing any'],
  [
    'ours of a hardened connection',
    web,
    [own.replace('|Name', '|Security=Authenticate|Name')],
    'missing any',
  ],
  ['everything of somebody', web, [any], 'given any'],
  ['a list of ports', web, [any.replace('|Name', '|Protocol=6|LPort=80|LPort=443|Name')], 'given any'],
  ['a range of ports', web, [any.replace('|Name', '|Protocol=6|LPort2_10=400-500|Name')], 'given any'],
  ['a word for a port', web, [any.replace('|Name', '|Protocol=6|LPort=RPC|Name')], 'missing any'],
  ['a block beside ours', web, [own, block('Protocol=6|LPort=443|')], 'manual any'],
  ['a block of all ports', web, [block('Protocol=6|'), own], 'manual any'],
  ['a block of everything on public networks', web, [own, block('Profile=Public|')], 'manual public'],
  ['a block that is disabled', web, [own, block('Protocol=6|').replace('TRUE', 'FALSE')], 'open any'],
  ['a block outbound', web, [own, block('Protocol=6|').replace('Dir=In', 'Dir=Out')], 'open any'],
  ['a block of another port', web, [own, block('Protocol=6|LPort=80|')], 'open any'],
  ['a block of UDP', web, [own, block('Protocol=17|')], 'open any'],
  ['a block of one address', web, [own, block('Protocol=6|LPort=443|RA4=10.0.0.66|')], 'open any'],
  ['a block of the own network', web, [own, block('Protocol=6|LPort=443|RA4=LocalSubnet|')], 'manual any'],
  ['a block of every address', web, [own, block('LPort=443|RA4=0.0.0.0-255.255.255.255|')], 'manual any'],
  ['a block of every network', web, [own, block('RA6=::/0|RA4=0.0.0.0/0.0.0.0|')], 'manual any'],
  ['a block of the Internet', web, [own, block('LPort=443|RA4=Internet|')], 'open any'],
  ['a block of any service', web, [own, block('Protocol=6|Svc=*|')], 'manual any'],
  ['a block of one service', web, [own, block('Protocol=6|Svc=W3SVC|')], 'open any'],
  ['a block of the program that listens', served, [own, block('App=C:\\Tenkai\\node.exe|')], 'manual any'],
  [
    'ours beside the listening program let in',
    served,
    [own.replace('|Name', '|App=C:\\Tenkai\\node.exe|Name')],
    'open any',
  ],
  ['a block on one network card', web, [own, block('IF={9}|')], 'open any'],
  ['a block of another program', web, [own, block('App=C:\\game.exe|')], 'open any'],
  ['ours for the agent', multicast, [ownUdp], 'open any'],
  ['ours, its program in capitals', multicast, [ownUdp.replace(program, program.toUpperCase())], 'open any'],
  [
    'ours, its program by a variable',
    multicast,
    [ownUdp.replace('C:\\Program Files', '%ProgramFiles%')],
    'open any',
  ],
  [
    'another program by a variable',
    multicast,
    [ownUdp.replace('C:\\Program Files', '%SystemRoot%')],
    'missing any',
  ],
  ['ours for another program', multicast, [ownUdp.replace('node.exe', 'other.exe')], 'missing any'],
  ['ours, one port too few', multicast, [ownUdp.replace('56227', '56226')], 'missing any'],
  ['two ranges that join', multicast, [withPorts('56100-56150', '56151-56227')], 'open any'],
  ['two ranges with a gap', multicast, [withPorts('56100-56150', '56152-56227')], 'missing any'],
  ['a block of one of the ports', multicast, [ownUdp, block('Protocol=17|LPort=56150|')], 'manual any'],
  ['a block of the program', multicast, [ownUdp, block(`Protocol=17|App=${program}|`)], 'manual any'],
  ['ours for echo requests', echo, [ownEcho], 'open any'],
  ['an address with its mask', echo, [ownEcho.replace('10.0.0.1|', '10.0.0.0/255.255.255.0|')], 'open any'],
  ['an address in a range', echo, [ownEcho.replace('10.0.0.1|', '10.0.0.0-10.0.0.9|')], 'open any'],
  ['echo requests of another address', echo, [ownEcho.replace('10.0.0.1|', '10.0.0.2|')], 'missing any'],
  ['echo requests of everybody', echo, [any.replace('|Name', '|Protocol=1|ICMP4=8:*|Name')], 'given any'],
  ['every ICMPv4', echo, [any.replace('|Name', '|Protocol=1|Name')], 'given any'],
  ['another type of ICMPv4', echo, [ownEcho.replace('8:*', '13:*')], 'missing any'],
  ['ICMPv6', echo, [ownEcho.replace('Protocol=1|ICMP4=8:*', 'Protocol=58|ICMP6=128:*')], 'missing any'],
  [
    'a block of echo requests of the site',
    echo,
    [ownEcho, block('Protocol=1|ICMP4=8:*|RA4=10.0.0.0/24|')],
    'manual any',
  ],
  [
    'a block of echo requests of others',
    echo,
    [ownEcho, block('Protocol=1|ICMP4=8:*|RA4=10.0.0.2|')],
    'open any',
  ],
  [
    'echo requests by IPv6',
    echo6,
    [`v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=128:*|RA6=fd00::1|Name=${echo6.name}|`],
    'open any',
  ],
];

for (const [what, rule, rules, said] of table)
  test(`BFWL-03, BFWL-04: Windows, ${what}: ${rule.name} is ${said}`, () => {
    assert.equal(look(rule, rules).said, said);
  });

test('BFWL-03: on Windows each profile is on or off for itself, its policy before its own setting', () => {
  const some = { ...off, PublicProfile: { EnableFirewall: 1 } };
  assert.deepEqual(
    [look(web, [], { settings: some }).said, look(web, [], { settings: some }).backends],
    ['missing public', ['windows']],
  );
  assert.equal(
    look(web, [own.replace('|Name', '|Profile=Public|Name')], { settings: some }).said,
    'open public',
  );
  const turnedOn = { PrivateProfile: { EnableFirewall: 1 } };
  assert.equal(look(web, [], { settings: off, policy: turnedOn }).said, 'missing private');
  assert.equal(
    look(web, [], { settings: off, policy: { StandardProfile: { EnableFirewall: 1 } } }).said,
    'missing private,public',
  );
  const turnedOff = Object.fromEntries(
    ['DomainProfile', 'StandardProfile'].map((name) => [name, { EnableFirewall: 0 }]),
  );
  const byPolicy = look(web, [], { policy: turnedOff });
  assert.deepEqual([byPolicy.backends, missingRules(byPolicy)], [[], []]);
  const managed = { ...on, 'Mdm\\PublicProfile': { EnableFirewall: 0 } };
  assert.equal(look(web, [], { settings: managed }).said, 'missing domain,private');
  assert.equal(look(web, [], { profiles: ['domain'] }).said, 'missing domain');
  assert.equal(look(web, [], { settings: {} }).said, 'missing any', 'on where nothing is said');
});

test('BFWL-03: a firewall that is off guards nothing, and is given its rules for the day on which it is on', () => {
  const { backends, commands, said } = look(web, [], { settings: off });
  assert.deepEqual([backends, said], [[], 'given any']);
  assert.equal(commands.length, 1);
  assert.deepEqual(look(web, [own], { settings: off }).commands, []);
});

test('BFWL-03: "block all incoming connections", a policy that lets no local rules count, and an open default', () => {
  const shielded = { ...on, DomainProfile: { EnableFirewall: 1, DoNotAllowExceptions: 1 } };
  const closed = look(web, [own], { settings: shielded });
  assert.equal(closed.said, 'manual domain');
  assert.match(
    closed.remedy,
    /netsh advfirewall set domainprofile firewallpolicy blockinbound,allowoutbound$/,
  );
  const alone: Keys = { DomainProfile: { AllowLocalPolicyMerge: 0 } };
  assert.match(
    look(web, [own], { policy: alone }).remedy,
    /make the rule Tenkai\(TCP:443\) in the policy itself/,
  );
  const ruled = { ...alone, FirewallRules: { a: own } };
  assert.equal(look(web, [], { policy: ruled }).said, 'open any');
  const open = Object.fromEntries(
    Object.keys(on).map((name) => [name, { EnableFirewall: 1, DefaultInboundAction: 0 }]),
  );
  assert.equal(look(web, [], { settings: open }).said, 'given any');
});

test('BFWL-04: what blocks is named, with what is to be done; a block of a policy, too', () => {
  const found = look(web, [own, block('Protocol=6|LPort=443|')]);
  assert.match(found.remedy, /The rule "somebody's" of Windows' firewall blocks it.*disable that rule/);
  const { said } = look(web, [own], { policy: { FirewallRules: { b: block('Protocol=6|') } } });
  assert.equal(said, 'manual any');
});

test('what is no rule, or half of one, never ends a look', () => {
  const broken = [
    '',
    '|',
    'v2.31',
    'v2.31|',
    'x2|Action=Allow|',
    'v2.31|Action=|Dir=|',
    'v2.31|=Allow|Action',
    'Action=Allow|',
    'v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=x|LPort=99999999-1|RA4=/|RA4=-|RA6=::/x|ICMP4=|Name=|',
    '\0',
    `v2.31|${'|'.repeat(10_000)}`,
  ];
  assert.equal(look(web, broken).said, 'missing any');
  assert.equal(look(echo, broken).said, 'missing any');
  assert.equal(look(web, [...broken, own]).said, 'open any');
  // ポ of Shift_JIS ends with a bar.
  const garbled = parseWindowsRule('{1}', own.replace('Name=', 'Desc=\uFFFD|[\uFFFDg|Name='));
  assert.deepEqual([garbled?.name, garbled?.isLimited], ['Tenkai(TCP:443)', false]);
  assert.equal(parseWindowsRule('{1}', 'v2.31|Action=Allow|')?.name, '{1}');
});
