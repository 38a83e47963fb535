import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findInDirectory,
  type PublishedEntry,
  parseDirectoryUrl,
  publicationChanges,
  publishedEntries,
  siteEntryOf,
} from './directory.ts';

const base = 'dc=example,dc=org';
const office = {
  id: '0190',
  name: 'office',
  range: '10.1.0.0/16',
  siteCode: 'TK1',
  managementPoint: null,
  isForAssignment: true,
};
const publication = {
  siteCode: 'TK1',
  siteName: 'Tokyo',
  managementPoints: ['https://mp.example.org', 'https://mp2.example.org:8443'],
  boundaries: [
    office,
    {
      ...office,
      id: '0191',
      name: 'lab',
      range: '10.1.5.10-10.1.5.19',
      siteCode: 'OSA',
      managementPoint: 'https://mp.osaka.example',
    },
    { ...office, id: '0192', name: 'known', range: '10.2.0.0/16', isForAssignment: false },
  ],
};
const entries = publishedEntries(base, publication);

test('AGENT-18: what is published leads a machine to the servers of its site, by boundary or by site code', () => {
  const urls = (addresses: string[], siteCode?: string) => {
    const answer = findInDirectory(entries, { addresses, siteCode });
    return 'found' in answer
      ? answer.found.map(({ url, siteCode: code }) => `${code} ${url}`)
      : JSON.stringify(answer).match(/"code":"([^"]+)"/)?.[1];
  };
  const tokyo = ['TK1 https://mp.example.org', 'TK1 https://mp2.example.org:8443'];
  assert.deepEqual(urls(['fe80::1', '10.1.9.9']), tokyo);
  assert.deepEqual(urls(['10.1.5.12']), ['OSA https://mp.osaka.example']);
  assert.deepEqual(urls(['192.0.2.1'], 'TK1'), tokyo);
  assert.equal(urls(['10.2.0.1']), 'outside-boundaries');
  assert.equal(urls([]), 'outside-boundaries');
  assert.equal(urls(['10.1.9.9'], 'NON'), 'directory-knows-no-site');
});

test('what somebody else wrote into the directory counts for nothing where it is malformed, and is bounded', () => {
  const hostile = (attributes: PublishedEntry['attributes']): PublishedEntry => ({ dn: 'cn=x', attributes });
  const many = Array.from({ length: 100 }, (_, index) => `https://h${index}.example`);
  const junk = [
    hostile({}),
    hostile({ objectClass: [] }),
    hostile({ objectClass: ['tenkaiSite'] }),
    hostile({ objectClass: ['tenkaiSite'], tenkaiSiteCode: ["TK1' OR 1"], tenkaiManagementPoint: many }),
    hostile({
      objectClass: ['TENKAISITE'],
      tenkaiSiteCode: ['tk1'],
      tenkaiManagementPoint: [
        'http://plain.example',
        'https://user@x.example',
        'file:///etc/passwd',
        ...many,
      ],
    }),
    hostile({ objectClass: ['tenkaiBoundary'], tenkaiSiteCode: ['TK1'], tenkaiAddressRange: ['x'] }),
    hostile({
      objectClass: ['tenkaiBoundary'],
      tenkaiSiteCode: ['NON'],
      tenkaiAddressRange: ['10.9.0.0/16'],
      tenkaiBoundaryName: [`\u001b[31m${'x'.repeat(5000)}`],
    }),
  ];
  const chosen = findInDirectory(junk, { addresses: [], siteCode: 'TK1' });
  assert.ok('found' in chosen && chosen.found.length === 16);
  assert.ok(chosen.found.every(({ url }) => /^https:\/\/h\d+\.example$/.test(url)));
  const lost = findInDirectory(junk, { addresses: ['10.9.0.1'] });
  assert.ok('nothing' in lost && lost.nothing.code === 'boundary-without-address');
  assert.ok(String(lost.nothing.params.name).length <= 200 && !JSON.stringify(lost).includes('\\u001b'));
});

test('publishing again does what is different, whatever the case and the blanks of a name, and spares other sites', () => {
  const own = siteEntryOf(base, 'TK1');
  const first = publicationChanges(entries, [], own);
  assert.deepEqual([first.added.length, first.changed, first.removed], [4, [], []]);
  const respelled = entries.map((one) => ({ ...one, dn: one.dn.toUpperCase().replaceAll(',', ', ') }));
  const same = publicationChanges(entries, respelled, own);
  assert.deepEqual([same.added, same.changed, same.removed, same.unchanged], [[], [], [], 4]);

  const other = { ...publication, siteCode: 'OSA', boundaries: [{ ...office, id: '0200' }] };
  const present = [...entries, ...publishedEntries(base, other)];
  const less = publishedEntries(base, {
    ...publication,
    siteName: '',
    managementPoints: ['https://mp.example.org'],
    boundaries: [],
  });
  const changes = publicationChanges(less, present, own);
  assert.deepEqual(changes.added, []);
  assert.deepEqual(changes.changed, [
    { dn: own, attributes: { tenkaiManagementPoint: ['https://mp.example.org'], tenkaiSiteName: [] } },
  ]);
  assert.deepEqual(changes.removed, [`cn=0190,${own}`, `cn=0191,${own}`]);
  const lookalike = { dn: `cn=x${own}`, attributes: { objectClass: ['tenkaiSite'] } };
  const gone = publicationChanges([], [...present, lookalike], own);
  assert.deepEqual(gone.removed.at(-1), own, 'what lies below goes first');
  assert.ok(gone.removed.every((dn) => !dn.includes('OSA') && dn !== lookalike.dn));
});

const urls: readonly [text: string, server: string | undefined, base?: string][] = [
  ['ldaps://dc1.Example.org/dc=example,dc=org', 'ldaps://dc1.example.org', base],
  ['LDAP://dc1:1389/ou=it%20department,dc=x', 'ldap://dc1:1389', 'ou=it department,dc=x'],
  ['ldaps://[2001:db8::1]:1636/dc=x', 'ldaps://[2001:db8::1]:1636', 'dc=x'],
  ['ldaps://dc1/', undefined],
  ['ldaps://dc1', undefined],
  ['ldaps://user:secret@dc1/dc=x', undefined],
  ['https://dc1/dc=x', undefined],
  ['ldaps://dc1/example', undefined],
  ['ldaps://dc1/dc=x?uid?sub', undefined],
  ['ldaps://dc1/dc=%zz', undefined],
  ['ldaps://dc1:99999/dc=x', undefined],
];
for (const [text, server, of] of urls)
  test(`a directory: ${text}`, () => {
    const read = parseDirectoryUrl(text);
    assert.deepEqual(read, server === undefined ? undefined : { server, base: of });
  });
