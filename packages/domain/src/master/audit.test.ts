import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditMaster, isQualifiedName, type MasterFacts, unfinished } from './audit.ts';
import { knownDefects, precheckMaster } from './precheck.ts';
import { nextStep, refuseMode, refuseSkipped } from './progress.ts';
import { missingDefinitions, protectionNeed } from './protection.ts';
import { masterProfiles, masterSteps, whyNotNeeded } from './steps.ts';

const clean: MasterFacts = {
  system: 'linux',
  profile: 'workgroup',
  siteCode: null,
  agentKeys: [],
  trustKeys: [],
  service: { isRunning: false, startType: 'automatic-delayed' },
  siteValues: { locator: 'mp1.example.org', dnsSuffix: null },
  cachedPolicy: [],
  logs: [],
  identities: [],
  protection: { whyNot: null, kinds: ['antivirus', 'network-inspection'] },
  definitions: (['antivirus', 'network-inspection'] as const).map((kind) => ({
    kind,
    version: '1.2',
    builtAt: '2026-01-01T00:00:00.000Z',
    architecture: 'x64',
    sha256: '',
  })),
};

const service = (isRunning: boolean, startType: MasterFacts['service']['startType']) => ({
  service: { isRunning, startType },
});
const identity = (what: MasterFacts['identities'][number]['what']) => ({
  identities: [{ what, where: '/etc/x' }],
});

test('MASTER-18: seeded with each single violation the audit finds exactly it, with the step to repeat', () => {
  assert.deepEqual(auditMaster(clean), []);
  const table: [string, string, Partial<MasterFacts>][] = [
    ['site-code', 'install', { siteCode: 'TK1' }],
    ['agent-keys', 'certificates', { agentKeys: ['identity/signing.key'] }],
    ['trust-keys', 'trust', { trustKeys: ['rootFingerprint'] }],
    ['service-running', 'service-manual', service(true, 'automatic-delayed')],
    ['start-type', 'start-type', service(false, 'manual')],
    ['start-type', 'start-type', service(false, 'automatic')],
    ['start-type', 'start-type', service(false, 'absent')],
    ['site-values-missing', 'site-values', { siteValues: { locator: null, dnsSuffix: null } }],
    ['site-value-malformed', 'site-values', { siteValues: { locator: 'mp1', dnsSuffix: 'example.org' } }],
    ['site-value-malformed', 'site-values', { siteValues: { locator: null, dnsSuffix: '10.0.0.1' } }],
    ['cached-policy', 'capture', { cachedPolicy: ['orders/1'] }],
    ['logs', 'capture', { logs: ['log/agent.log'] }],
    ['definitions-missing', 'endpoint-protection', { definitions: clean.definitions.slice(0, 1) }],
    ['machine-id', 'capture', identity('machine-id')],
    ['ssh-host-key', 'capture', identity('ssh-host-key')],
    ['dhcp-client', 'capture', identity('dhcp-client')],
    ['cloud-init', 'capture', identity('cloud-init')],
    ['random-seed', 'capture', identity('random-seed')],
    ['windows-sid', 'capture', identity('windows-sid')],
  ];
  for (const [code, step, violation] of table)
    assert.deepEqual(
      auditMaster({ ...clean, ...violation }).map((each) => [each.code, each.step]),
      [[code, step]],
    );
});

test('MASTER-13: only machines that nobody tells about their site need one value, and either is enough', () => {
  const conditions = { hasMetSite: true, protection: clean.protection };
  const needed = masterProfiles.map((profile) => whyNotNeeded('site-values', { ...conditions, profile }));
  assert.deepEqual(needed, ['site-published', null, null]);
  const none = { locator: null, dnsSuffix: null };
  assert.deepEqual(auditMaster({ ...clean, profile: 'domain-published', siteValues: none }), []);
  for (const siteValues of [
    { ...none, locator: 'a.b' },
    { ...none, dnsSuffix: 'b.c' },
  ])
    assert.deepEqual(auditMaster({ ...clean, siteValues }), []);
});

test('AGENT-10: names are fully qualified', () => {
  for (const name of ['mp.example.org', 'a.b', 'MP-1.example.org.', 'xn--wgv71a.jp'])
    assert.ok(isQualifiedName(name), name);
  for (const name of [
    '',
    'mp',
    '.a.b',
    'a..b',
    '-a.b',
    'a-.b',
    '10.0.0.1',
    'a b.c',
    'http://a.b',
    `${'a'.repeat(64)}.b`,
  ])
    assert.ok(!isQualifiedName(name), name);
});

test('MASTER-07: the order is fixed, and a step before its turn is refused', () => {
  assert.deepEqual(
    masterSteps.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, null, 7],
  );
  const done = new Set(['install', 'service-manual'] as const);
  const next = nextStep(done, []);
  assert.equal(next?.id, 'certificates');
  for (const step of masterSteps.slice(0, 3)) refuseSkipped(step, next);
  for (const step of masterSteps.slice(3))
    assert.throws(() => refuseSkipped(step, next), { code: 'master-step-skipped' });
  assert.equal(nextStep(new Set(masterSteps.map(({ id }) => id)), []), null);
});

test('MASTER-16: a service that was started afterwards sends back to step 2', () => {
  const all = new Set(masterSteps.map(({ id }) => id));
  const findings = auditMaster({ ...clean, ...service(true, 'automatic-delayed') });
  assert.equal(nextStep(all, findings)?.number, 2);
  assert.deepEqual(
    unfinished('service-manual', { ...clean, ...service(false, 'automatic') }).map(({ code }) => code),
    ['start-type'],
    'what starts with the system is not stopped for good',
  );
  assert.deepEqual(unfinished('service-manual', { ...clean, ...service(false, 'manual') }), []);
});

test('MASTER-12: who never met a site has nothing to delete', () => {
  const conditions = { profile: 'workgroup', protection: clean.protection } as const;
  assert.equal(whyNotNeeded('trust', { ...conditions, hasMetSite: false }), 'never-contacted');
  assert.equal(whyNotNeeded('trust', { ...conditions, hasMetSite: true }), null);
});

test('MASTER-03: the first capture and the capture of what was captured before are told apart', () => {
  refuseMode('first-capture', false);
  refuseMode('re-capture', true);
  assert.throws(() => refuseMode('first-capture', true), { code: 'master-prepared-before' });
  assert.throws(() => refuseMode('re-capture', false), { code: 'master-never-prepared' });
});

const tenkai = { product: 'tenkai', version: '0.1.0', cumulativeUpdate: null };

test('MASTER-05: green where the machine is offline or held, red otherwise', () => {
  const check = (isOnline: boolean, isHeld: boolean) =>
    precheckMaster({ isOnline, isHeld, profile: 'workgroup', agent: tenkai }).isGreen;
  assert.deepEqual(
    [check(false, false), check(false, true), check(true, true), check(true, false)],
    [true, true, true, false],
  );
});

test('MASTER-06, AGENT-22: an agent that cannot assign itself in a workgroup is warned of, with the level that can', () => {
  const warned = (product: string, cumulativeUpdate: number | null, profile: MasterFacts['profile']) =>
    precheckMaster({
      isOnline: false,
      isHeld: false,
      profile,
      agent: { product, version: '5', cumulativeUpdate },
    }).warnings;
  for (const product of ['2012 SP2', '2012 R2 SP1']) {
    for (const level of [null, 0, 1]) assert.deepEqual(warned(product, level, 'workgroup')[0]?.fixedIn, 2);
    assert.deepEqual(
      [2, 4].flatMap((level) => warned(product, level, 'workgroup')),
      [],
    );
    assert.deepEqual(warned(product, 1, 'domain'), []);
  }
  assert.deepEqual(warned('tenkai', null, 'workgroup'), []);
  assert.equal(knownDefects.length, 2);
});

test('MASTER-25, MASTER-27, MASTER-29: which definitions the image needs, by system, engine and network inspection', () => {
  const need = (systemVersion: string, engine: 'scep' | 'clamav' | null, hasNetworkInspection = true) =>
    protectionNeed({
      system: systemVersion === '' ? 'linux' : 'windows',
      systemVersion,
      engine,
      hasNetworkInspection,
    });
  for (const version of ['6.1', '6.1.7601', '6.3.9600']) {
    assert.deepEqual(need(version, 'scep').kinds, ['antivirus', 'network-inspection']);
    assert.deepEqual(need(version, 'scep', false).kinds, ['antivirus']);
    assert.equal(need(version, null).whyNot, 'no-engine');
  }
  for (const version of ['10.0.19045', '10.0.22631', '6.2.9200'])
    assert.equal(need(version, 'scep').whyNot, 'protection-built-in');
  assert.deepEqual(need('', 'clamav').kinds, ['clamav-main', 'clamav-daily']);
  assert.deepEqual([need('', null).whyNot, need('', 'scep').whyNot], ['no-engine', 'no-engine']);
  assert.deepEqual(missingDefinitions(need('6.1', 'scep'), [{ kind: 'antivirus' }]), ['network-inspection']);
  assert.deepEqual(missingDefinitions(need('6.1', 'scep', false), [{ kind: 'antivirus' }]), []);
});
