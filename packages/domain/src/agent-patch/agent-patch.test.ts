import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Check } from 'typebox/value';
import { AgentPatch, agentLineOf } from './agent-patch.ts';
import { agentPatchSuccessor, judgeAgentPatch, type PatchedMachine } from './judge-patch.ts';
import { asOriginalKept, diffProperties } from './property-diff.ts';

const hash = (letter: string) => letter.repeat(64);

const patch = (over: Partial<AgentPatch> = {}): AgentPatch => ({
  format: 1,
  id: 'TK1001',
  title: 'A cure',
  symptom: '',
  line: '0.1',
  system: 'linux',
  architecture: 'any',
  replaces: [],
  requires: [],
  madeAt: '2026-01-02T03:04:05.000Z',
  files: [
    { name: 'tenkai-agent.mjs', version: '0.1.2', sizeBytes: 5, sha256: hash('a') },
    { name: 'engine.mjs', version: '0.1.2', sizeBytes: 5, sha256: hash('b') },
  ],
  ...over,
});

const machine = (over: Partial<PatchedMachine> = {}): PatchedMachine => ({
  system: 'linux',
  architecture: 'x64',
  version: '0.1.0',
  programs: [
    { name: 'tenkai-agent.mjs', version: '0.1.0', sha256: hash('0') },
    { name: 'engine.mjs', version: '0.1.0', sha256: hash('1') },
  ],
  applied: [],
  ...over,
});

const applied = (id: string, ...replaces: string[]) => ({ id, replaces });

describe('HOTFIX-05, HOTFIX-06, HOTFIX-22: a patch is refused by line, system, prerequisite or successor', () => {
  const cases: readonly [string, Partial<AgentPatch>, Partial<PatchedMachine>, string | undefined][] = [
    ['suits', {}, {}, undefined],
    ['another line', {}, { version: '0.2.0' }, 'agent-patch-line'],
    ['an older line is no older patch', { line: '0.0' }, {}, 'agent-patch-line'],
    ['another processor', { architecture: 'arm64' }, {}, 'agent-patch-system'],
    ['another system', {}, { system: 'windows' }, 'agent-patch-system'],
    ['superseded', {}, { applied: [applied('TK1002', 'TK1001')] }, 'agent-patch-superseded'],
    [
      'superseded over two steps',
      {},
      { applied: [applied('TK1003', 'TK1002'), applied('TK1002', 'TK1001')] },
      'agent-patch-superseded',
    ],
    ['a later one is applied that does not hold it', {}, { applied: [applied('TK1002')] }, undefined],
    ['prerequisite missing', { requires: ['TK1000'] }, {}, 'agent-patch-prerequisite'],
    ['prerequisite applied', { requires: ['TK1000'] }, { applied: [applied('TK1000')] }, undefined],
    [
      'prerequisite held by a later one',
      { requires: ['TK1000'] },
      { applied: [applied('TK1009', 'TK1000')] },
      undefined,
    ],
    ['applied already', {}, { applied: [applied('TK1001')] }, undefined],
  ];
  for (const [name, one, two, code] of cases)
    test(name, () => assert.equal(judgeAgentPatch(patch(one), machine(two)).refusal?.code, code));
});

test('HOTFIX-24, HOTFIX-25: an older program is replaced, a newer one never, the same one is left', () => {
  const judged = (agent: [string | null, string], engine: [string | null, string]) => {
    const programs = [
      { name: 'tenkai-agent.mjs', version: agent[0], sha256: hash(agent[1]) },
      { name: 'engine.mjs', version: engine[0], sha256: hash(engine[1]) },
    ];
    const { state, programs: acts } = judgeAgentPatch(patch(), machine({ programs }));
    return [state, ...acts.map(({ act }) => act)];
  };
  assert.deepEqual(judged(['0.1.0', '0'], ['0.1.0', '1']), ['absent', 'replace', 'replace']);
  assert.deepEqual(judged(['0.1.2', 'a'], ['0.1.2', 'b']), ['compliant', 'same', 'same']);
  assert.deepEqual(judged(['0.1.2', 'a'], ['0.1.1', '1']), ['partial', 'same', 'replace']);
  assert.deepEqual(judged(['0.1.10', 'c'], ['0.1.3', 'd']), ['compliant', 'keep-newer', 'keep-newer']);
  assert.deepEqual(judged(['0.1.2~rc1', 'c'], [null, 'd']), ['absent', 'replace', 'replace']);
  assert.deepEqual(judged(['0.1.2', 'c'], ['0.1.2', 'b'])[1], 'replace', 'the same version, altered');
  const without = judgeAgentPatch(patch(), machine({ programs: [] }));
  assert.deepEqual([without.state, without.programs[0]?.from], ['absent', null]);
});

test('patches that replace each other in a circle end', () => {
  const circle = [applied('TK1', 'TK2'), applied('TK2', 'TK1')];
  assert.equal(agentPatchSuccessor('TK3', circle), undefined);
  assert.equal(agentPatchSuccessor('TK1', circle), 'TK2');
});

test('a file table with paths, and an id that is none, are no patch', () => {
  assert.ok(Check(AgentPatch, patch()));
  const [file] = patch().files;
  assert.ok(file);
  for (const name of ['../x.mjs', '/etc/passwd', '.x.mjs', 'a/b.mjs', 'A.mjs', 'a.mjs\n', 'node', 'a..mjs'])
    assert.equal(Check(AgentPatch, patch({ files: [{ ...file, name }] })), false, name);
  for (const id of ['tk1001', '../TK1', 'TK', '1001', 'TK1001x'])
    assert.equal(Check(AgentPatch, patch({ id })), false, id);
  assert.deepEqual(['0.1.2', '0.1.0~rc1', '10.20', 'x', '1'].map(agentLineOf), [
    '0.1',
    '0.1',
    '10.20',
    '',
    '',
  ]);
});

test('AGENT-26, AGENT-28: what is kept, changed, removed; and what the old product would have left', () => {
  const before = { MP: 'https://mp.example', LOCATOR: 'https://slp.example', FSP: 'https://fsp.example' };
  const states = (after: Record<string, string>) =>
    diffProperties(before, after).map(({ name, state }) => `${name} ${state}`);
  assert.deepEqual(states(before), ['FSP kept', 'LOCATOR kept', 'MP kept']);
  assert.deepEqual(states({ MP: 'https://new.example', LOCATOR: before.LOCATOR, SITECODE: 'TK1' }), [
    'FSP removed',
    'LOCATOR kept',
    'MP changed',
    'SITECODE added',
  ]);
  assert.deepEqual(states({ ...asOriginalKept(before, ['MP']) }), [
    'FSP removed',
    'LOCATOR removed',
    'MP kept',
  ]);
});
