import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonSentence } from '../reason.ts';
import { type FoundFile, judgeFiles } from './judge-files.ts';
import { rolesOf } from './roles.ts';
import { currentPhase, type Fleet, type FleetClient, planRollOut, type RollOutItem } from './roll-out.ts';
import { findHotfix } from './supersedence.ts';

const id = 'KB977203';
const site = (code: string, level: string, ...installed: string[]) => ({ code, level, installed });
const client = (name: string, over: Partial<FleetClient> = {}): FleetClient => ({
  ...{ name, site: 'TK1', level: 'SP2', installed: [], badCertificates: 1 },
  ...over,
});
const shown = (items: readonly RollOutItem[]) =>
  items.map(({ name, state, reason }) => [name, state, ...(reason ? [reason.code] : [])].join(' '));

test('HOTFIX-09: clients wait for their own site server, certificates for their client', () => {
  const fleet: Fleet = {
    sites: [site('TK1', 'SP2', id), site('OSA', 'SP1'), site('OLD', 'RTM')],
    clients: [
      client('a'),
      client('b', { installed: ['977203'] }),
      client('c', { site: 'OSA', level: 'SP1' }),
      client('d', { site: 'NON' }),
      client('e', { level: '' }),
    ],
  };
  const plan = planRollOut(id, fleet);
  assert.deepEqual(shown(plan.sites), ['TK1 done', 'OSA to-do', 'OLD not-applicable hotfix-prerequisite']);
  assert.deepEqual(shown(plan.clients), [
    'a to-do',
    'b done',
    'c blocked hotfix-site-unpatched',
    'd blocked hotfix-site-unknown',
    'e not-applicable hotfix-prerequisite',
  ]);
  assert.deepEqual(shown(plan.certificates), [
    'a blocked hotfix-client-unpatched',
    'b to-do',
    'c blocked hotfix-client-unpatched',
    'd blocked hotfix-client-unpatched',
    'e not-applicable hotfix-prerequisite',
  ]);
  const blocked = plan.clients.find(({ name }) => name === 'c')?.reason;
  assert.equal(blocked && reasonSentence(blocked), 'Its site server OSA has not got KB977203 yet.');
  assert.throws(() => planRollOut('997384', fleet), /KB997384/);
});

test('HOTFIX-09: the three phases follow each other to the end', () => {
  const phase = (sites: string[], clients: string[], badCertificates: number) =>
    currentPhase(
      planRollOut(id, {
        sites: [site('TK1', 'SP2', ...sites)],
        clients: [client('a', { installed: clients, badCertificates })],
      }),
    );
  assert.equal(phase([], [], 1), 'sites');
  assert.equal(phase([id], [], 1), 'clients');
  assert.equal(phase([id], [id], 1), 'certificates');
  assert.equal(phase([id], [id], 0), null);
  assert.equal(phase(['KB977384'], ['KB977384'], 0), null, 'a fix that holds it is as good');
});

test('HOTFIX-08: a machine that does not show the problem is left alone; one nobody has looked at is not', () => {
  const sites = [site('TK1', 'SP2', id)];
  const states = (badCertificates: number | null) => {
    const plan = planRollOut(id, { sites, clients: [client('a', { badCertificates })] });
    return [...shown(plan.clients), ...shown(plan.certificates)];
  };
  assert.deepEqual(states(0), ['a not-needed hotfix-no-symptom', 'a not-needed hotfix-no-symptom']);
  assert.deepEqual(states(2), ['a to-do', 'a blocked hotfix-client-unpatched']);
  assert.deepEqual(states(null), states(2));
});

test('HOTFIX-21: a hotfix names the parts of the product that it touches', () => {
  const hotfix = findHotfix(id) ?? assert.fail();
  const all = [
    ...['agent', 'certificate-generation', 'certificate-repair', 'management-point', 'multicast'],
    ...['setup', 'state-migration'],
  ];
  assert.deepEqual([rolesOf(hotfix, 'SP1'), rolesOf(hotfix, 'SP2')], [all, all]);
  const [only] = hotfix.files.SP2?.filter(({ name }) => name === 'Smpmgr.dll') ?? [];
  assert.deepEqual(rolesOf({ files: { SP2: only ? [only] : [] } }, 'SP2'), ['state-migration']);
});

test('HOTFIX-23: of a fleet exactly the machines with a file that is old, of another level or for another processor are not compliant', () => {
  const table = findHotfix(id)?.files.SP2 ?? [];
  const whole: FoundFile[] = table.map(({ name, version, sizeBytes, platform }) => ({
    ...{ name, version, sizeBytes, platform },
  }));
  const change = (at: number, over: Partial<FoundFile>) =>
    whole.map((file, index) => (index === at ? { ...file, ...over } : file));
  // One machine in ten has one file that is not as it should be, each time another one.
  const seeds: Partial<FoundFile>[] = [
    { version: '4.0.6487.2000' },
    { version: '4.0.6221.1193' },
    // None of the table's files is without a processor and has a version.
    { platform: null },
  ];
  const programs = table.flatMap(({ version }, index) => (version === null ? [] : [index]));
  const fleet = Array.from({ length: 200 }, (_, number) => {
    const isBad = number % 10 === 3;
    const at = programs[number % programs.length] ?? 0;
    return {
      isBad,
      files: isBad
        ? change(at, seeds[Math.floor(number / 10) % seeds.length] ?? {})
        : change(at, { version: '4.0.6487.2157' }),
    };
  });
  const states = fleet.map(({ files }) => judgeFiles(table, files).state);
  assert.deepEqual(
    states.map((state) => state !== 'compliant'),
    fleet.map(({ isBad }) => isBad),
  );
  assert.deepEqual(new Set(states), new Set(['compliant', 'partial', 'wrong-line']));
});
