import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { agentScripts, scriptNames, serverScripts } from './install-scripts.ts';

for (const [name, packaged] of Object.entries({
  'tenkai-server': serverScripts,
  'tenkai-agent': agentScripts,
})) {
  for (const manager of ['deb', 'rpm'] as const) {
    for (const script of scriptNames) {
      const text = packaged[manager][script];
      if (text === '') continue;
      test(`${script} of ${name} (${manager}) is a shell script without syntax errors that ends at the first failure`, () => {
        assert.doesNotThrow(() => execFileSync('sh', ['-n'], { input: text, timeout: 10_000 }));
        assert.match(text, manager === 'deb' ? /^#!\/bin\/sh\nset -e\n/ : /^set -e\n/);
      });
    }
  }
}

/** The agent's first script, run as the package manager does before a first installation. */
function before(manager: 'deb' | 'rpm', properties: string) {
  const { status, stderr } = spawnSync('sh', ['-s', '--', ...(manager === 'deb' ? ['install', ''] : ['1'])], {
    input: agentScripts[manager].beforeInstall,
    env: { ...process.env, TENKAI_AGENT_PROPERTIES: properties },
    encoding: 'utf8',
    timeout: 10_000,
  });
  return { status, stderr };
}

const here = '/etc/hostname';
const cases: readonly [properties: string, refusal: RegExp | undefined][] = [
  ['', undefined],
  ['SITECODE=TK1 MP=mp.example DNSSUFFIX=example.org', undefined],
  ['smssitecode=TK1 SMSMP=mp.example SMSSLP=slp.example FSP=fsp.example', undefined],
  [`PATCH="${here}"`, undefined],
  ['MP=', undefined],
  ['SITECOD=TK1', /There is no property SITECOD\..*SITECODE.*Nothing was changed/],
  ['MP=a.example SMSMP=b.example', /MP is given twice/],
  ['TK1', /NAME=VALUE; found: TK1/],
  ['TICKET=/no/such/file', /TICKET= names \/no\/such\/file/],
  ['PATCH="/srv/no such.deb" SITECODE=TK1', /PATCH= names \/srv\/no such.deb/],
  [`PATCH="${here};/srv/no such.tkp" SITECODE=TK1`, /PATCH= names \/srv\/no such.tkp/],
  [`PATCH=${here};https://dp.example/a.tkp`, undefined],
  ['PATCH="/srv/open SITECODE=TK1', /double quote is not closed/],
  // A pattern is no list of the files around.
  ['*', /NAME=VALUE; found: \*\./],
  ['SITECODE=$(id)', undefined],
];

describe('AGENT-16, AGENT-17: properties of one line are looked at before anything is installed', () => {
  for (const manager of ['deb', 'rpm'] as const)
    for (const [properties, refusal] of cases)
      test(`${manager}: ${properties || 'none'}: ${refusal ? 'refused' : 'taken'}`, () => {
        const { status, stderr } = before(manager, properties);
        if (refusal) assert.match(stderr, refusal);
        else assert.equal(stderr, '');
        assert.equal(status, refusal ? 1 : 0);
      });
});
