import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { extendOperatingSystems } from '../software/operating-system-list.ts';
import { operatingSystems } from '../software/operating-systems.ts';
import { systemRows, systemRowsOf } from './system-rows.ts';
import { systemsPage } from './systems-page.ts';

const { dataVersion } = operatingSystems;

test('BSRV-29: the page of supported environments is made from the list of operating systems', () => {
  const file = new URL('../../../../docs/supported-systems.md', import.meta.url);
  const written = readFileSync(file, 'utf8');
  assert.equal(written, systemsPage({ dataVersion, rows: systemRows }), 'run npm run systems');
  for (const { name, architecture, servicePacks, capabilities } of systemRows) {
    const levels = servicePacks.map((level) => (level === 0 ? 'none' : `SP${level}`)).join(', ');
    assert.ok(
      written.includes(`| ${name} | ${architecture} | ${levels} | ${capabilities.agent.verdict} |`),
      name,
    );
  }
});

test('BSRV-29: an entry that a site adds by a data file is on its page, without a change of code', () => {
  const list = extendOperatingSystems(operatingSystems, {
    dataVersion: 'site-1',
    systems: [
      {
        ...{ id: 'amzn', family: 'linux', name: 'Amazon Linux 2023', version: '2023', architecture: 'arm64' },
        ...{ editions: [], servicePacks: [0, 1], support: 'planned' },
      },
    ],
  });
  const page = systemsPage({ dataVersion: list.dataVersion, rows: systemRowsOf(list) });
  assert.match(page, new RegExp(`version ${dataVersion.replaceAll('.', '\\.')}\\+site-1,`));
  assert.match(page, /^\| Amazon Linux 2023 \| arm64 \| none, SP1 \| planned \| planned \| /m);
});
