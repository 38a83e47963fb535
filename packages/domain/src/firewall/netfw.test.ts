import assert from 'node:assert/strict';
import { test } from 'node:test';
import { netfwProblems, openNetfw } from './netfw.ts';

const policy = String.raw`HKLM,"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
const keyOf = (profile: string) => `${policy}\\${profile}`;
const sessmgr = (profile: string) =>
  String.raw`${keyOf(profile)}\AuthorizedApplications\List","%windir%\system32\sessmgr.exe",0x00000000,"%windir%\system32\sessmgr.exe:*:enabled:@xpsp2res.dll,-22019"`;
const file = (domain: readonly string[], standard: readonly string[]) =>
  [
    '[version]',
    'Signature = "$Windows NT$"',
    '',
    '[ICF.AddReg.DomainProfile]',
    ...domain,
    '',
    '[ICF.AddReg.StandardProfile]',
    ...standard,
    '',
    '[Strings]',
    'odd line of another section',
    '',
  ].join('\r\n');
const before = file([sessmgr('DomainProfile')], [sessmgr('StandardProfile')]);

/** Byte for byte what the guide prints, without the line breaks of its pages (003, 2.1.1.1 (10)). */
const programs = (profile: string) => [
  String.raw`${keyOf(profile)}\Icmpsettings","AllowInboundEchoRequest",0x00010001,1`,
  String.raw`${keyOf(profile)}\AuthorizedApplications\List","%windir%\system32\DepAgent.exe",0x00000000,"%windir%\system32\DepAgent.exe:*:Enabled:DeploymentManager(DepAgent.exe)"`,
  String.raw`${keyOf(profile)}\AuthorizedApplications\List","%windir%\system32\rupdsvc.exe",0x00000000,"%windir%\system32\rupdsvc.exe:*:Enabled:DeploymentManager(rupdsvc.exe)"`,
];
const off = (profile: string) => [
  `${keyOf(profile)}","DoNotAllowExceptions",0x00010001,0`,
  `${keyOf(profile)}","EnableFirewall",0x00010001,0`,
];

for (const [variant, lines] of [
  ['programs', programs],
  ['off', off],
] as const) {
  test(`BPKG-40, BPKG-42: ${variant}: both profiles get the lines of the guide, and sessmgr.exe stays`, () => {
    const opened = file(
      [sessmgr('DomainProfile'), ...lines('DomainProfile')],
      [sessmgr('StandardProfile'), ...lines('StandardProfile')],
    );
    assert.equal(openNetfw(before, variant), opened);
    assert.equal(openNetfw(opened, variant), opened, 'nothing is written twice');
    assert.equal(openNetfw(before.replaceAll('\r\n', '\n'), variant), opened.replaceAll('\r\n', '\n'));
    assert.deepEqual(netfwProblems(opened), []);
  });
}

test('BPKG-41: a line that is broken in the middle is refused with its number, wherever it is broken', () => {
  const line = programs('DomainProfile')[1] ?? '';
  for (let at = 1; at < line.length; at += 1) {
    const broken = file([sessmgr('DomainProfile'), line.slice(0, at), line.slice(at)], []);
    const [first, second] = netfwProblems(broken);
    assert.ok(first ?? second, `broken at ${at}`);
    assert.ok([6, 7].includes(first?.line ?? 0), `line ${first?.line} at ${at}`);
    assert.throws(() => openNetfw(broken, 'programs'), { code: 'netfw-broken' });
  }
});

test('BPKG-41: what belongs elsewhere is told, what is no line of a profile is not looked at', () => {
  const [odd] = netfwProblems(file(['HKLM,"SOFTWARE\\X","v",0x00010001,1'], ['; a remark']));
  assert.deepEqual([odd?.line, odd?.code], [5, 'netfw-line-odd']);
  assert.throws(() => openNetfw('[version]\r\n', 'programs'), { code: 'netfw-section-missing' });
});
