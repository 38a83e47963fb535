import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../failure.ts';
import { judgeAssignment } from './assignment.ts';
import { readSiteCandidates } from './site-candidates.ts';

const [pinA, pinB] = ['a'.repeat(64), 'b'.repeat(64)];
const text = `# the offices
10.1.0.0/16 SITECODE=tky MP=mp.tokyo.example ROOTFINGERPRINT=${pinA}

10.2.0.5-10.2.0.99 SMSSITECODE=OSA SMSMP=https://mp.osaka.example:8443 ROOTFINGERPRINT=${pinB.toUpperCase()}
2001:db8::/32 SITECODE=SIX MP=mp6.example
`;

test('MASTER-15: candidates are a part of the network with its site, one in a line, in the old spellings too', () => {
  assert.deepEqual(
    readSiteCandidates(text).map(({ range, siteCode, managementPoint, rootFingerprint }) => [
      range,
      siteCode,
      managementPoint,
      rootFingerprint,
    ]),
    [
      ['10.1.0.0/16', 'TKY', 'https://mp.tokyo.example', pinA],
      ['10.2.0.5-10.2.0.99', 'OSA', 'https://mp.osaka.example:8443', pinB],
      ['2001:db8::/32', 'SIX', 'https://mp6.example', undefined],
    ],
  );
});

test('everything that is wrong with candidates is told with its line, and nothing is taken', () => {
  const table: [string, string, string][] = [
    ['10.1.0.0/99 SITECODE=TKY MP=a.b', '1: range', 'candidate-range-wrong'],
    ['everywhere SITECODE=TKY MP=a.b', '1: range', 'candidate-range-wrong'],
    ['10.1.0.0/16 MP=a.b', '1: SITECODE', 'candidate-incomplete'],
    ['\n10.1.0.0/16 SITECODE=TKY', '2: MP', 'candidate-incomplete'],
    ['10.1.0.0/16 SITECODE=TKY MP=http://a.b', '1: MP', 'property-address-plain-http'],
    [
      '10.1.0.0/16 SITECODE=TKY MP=a.b ROOTFINGERPRINT=12',
      '1: ROOTFINGERPRINT',
      'property-fingerprint-wrong',
    ],
    ['10.1.0.0/16 SITECODE=TKY MP=a.b TICKET=/t', '1: TICKET', 'candidate-property-unfit'],
    ['10.1.0.0/16 SITECODE=TKY MP=a.b nonsense', '1: nonsense', 'property-malformed'],
    ['10.1.0.0/16 SITECODE=TKY MP=a.b\n'.repeat(1001), 'file', 'candidates-too-many'],
  ];
  for (const [lines, field, code] of table)
    assert.throws(
      () => readSiteCandidates(lines),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.deepEqual(
          error.problems.map((each) => [each.field, each.code]),
          [[field, code]],
          lines.slice(0, 80),
        );
        return true;
      },
    );
});

const input = (address: string, rootFingerprint?: string) => ({
  isHeld: false,
  addresses: [address],
  boundaries: readSiteCandidates(text),
  rootFingerprint,
});

test('MASTER-15: a candidate is believed by its own root key, which is pinned with it; one that the deployment has pinned counts more', () => {
  const silent = { answers: {}, greetings: {} };
  const ask = (address: string, pin?: string) => judgeAssignment(input(address, pin), silent);
  const tokyo = { ask: 'greeting', url: 'https://mp.tokyo.example' };
  assert.deepEqual(ask('10.1.9.9').next, { ...tokyo, rootFingerprint: pinA });
  assert.deepEqual(ask('10.1.9.9', pinB).next, { ...tokyo, rootFingerprint: pinB });
  const osaka = 'https://mp.osaka.example:8443';
  assert.deepEqual(ask('10.2.0.7').next, { ask: 'greeting', url: osaka, rootFingerprint: pinB });
  const heard = { answers: {}, greetings: { [osaka]: { siteCode: 'OSA', siteName: 'Osaka' } } };
  const found = { source: 'boundary', url: osaka, siteCode: 'OSA', siteName: 'Osaka' };
  assert.deepEqual(judgeAssignment(input('10.2.0.7'), heard).assignment, { ...found, rootFingerprint: pinB });
  assert.deepEqual(judgeAssignment(input('10.2.0.7', pinA), heard).assignment, found, 'it is pinned already');
  const without = ask('2001:db8::1');
  assert.deepEqual([without.next, without.assignment], [null, null], 'nobody is asked without a root key');
  assert.equal(without.steps[1]?.reason.code, 'root-key-not-pinned');
});
