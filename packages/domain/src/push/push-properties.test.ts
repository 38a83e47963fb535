import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readProperties, splitProperties } from '../assignment/properties.ts';
import { Failure } from '../failure.ts';
import {
  checkPushLine,
  chosenProperties,
  givesAnyway,
  propertiesOfPush,
  propertyLine,
  readPushProperties,
} from './push-properties.ts';

const read = (...words: string[]) => {
  const { properties, problems } = readPushProperties(words);
  assert.deepEqual(problems, []);
  return properties;
};

test("AGENT-16: a property of the push goes before the site's default, and an empty one takes it away", () => {
  const site = read('SMSSITECODE=tk1', 'SMSSLP=slp.example', 'FSP=fsp.example');
  const chosen = chosenProperties(site, read('SITECODE=TK2', 'FSP=', 'dnssuffix=Example.ORG'));
  assert.deepEqual(chosen, [
    { name: 'SITECODE', value: 'TK2', origin: 'push' },
    { name: 'LOCATOR', value: 'https://slp.example', origin: 'site' },
    { name: 'DNSSUFFIX', value: 'example.org', origin: 'push' },
    { name: 'FSP', value: null, origin: 'push' },
  ]);
  assert.equal(propertyLine(chosen), 'SITECODE=TK2 LOCATOR=https://slp.example DNSSUFFIX=example.org FSP=');
});

test('what is written in one line is read back as it was', () => {
  const words = ['PATCH=/srv/client patches/a.tkp;/srv/b.tkp', 'LDAPUSER=cn=reader of all,dc=example'];
  const chosen = chosenProperties({}, read(...words, 'LDAPSECRET=/etc/a\u3000b'));
  const { properties, problems } = readProperties(splitProperties(propertyLine(chosen)));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    chosen.map(({ name, value }) => [name, value]),
    chosen.map(({ name }) => [name, properties[name]]),
  );
});

describe('AGENT-16: the address of the site is that of the push, else that of the site, else where the push was begun', () => {
  const rows: readonly [site: string, words: string[], address: string, origin: string, isAnyway: boolean][] =
    [
      ['', [], 'https://here.example:8443', 'push', false],
      ['SMSMP=site.example', [], 'https://site.example', 'site', false],
      [
        'MP=site.example FSP=f.example',
        ['smsmp=own.example:8443'],
        'https://own.example:8443',
        'push',
        false,
      ],
      ['MP=site.example', ['MP=', 'FSP=f.example'], 'https://here.example:8443', 'push', true],
    ];
  for (const [siteLine, words, address, origin, isAnyway] of rows)
    test([siteLine, ...words].join(' ') || 'nothing is named', () => {
      const { properties, problems } = propertiesOfPush({
        siteLine,
        words,
        managementPoint: 'https://here.example:8443/',
      });
      const found = properties.filter(({ name }) => name === 'MP');
      assert.deepEqual([found, problems], [[{ name: 'MP', value: address, origin }], []]);
      assert.equal(givesAnyway(properties), isAnyway);
    });
  test('one that is none is refused', () => {
    const { problems } = propertiesOfPush({ siteLine: '', words: [], managementPoint: 'https://a;id' });
    assert.deepEqual(
      problems.map(({ field, code }) => [field, code]),
      [['managementPoint', 'property-address-wrong']],
    );
  });
});

describe('AGENT-17: what cannot be given with a push is refused by name', () => {
  const rows: readonly [word: string, field: string, code: string][] = [
    ['TICKET=/root/ticket', 'TICKET', 'push-property-own'],
    ['TICKET=tenkai_ticket_secret', 'TICKET', 'push-property-own'],
    ['rootfingerprint=00', 'ROOTFINGERPRINT', 'push-property-own'],
    ['HOLD=1', 'HOLD', 'push-property-hold'],
    ['HOLD=x', 'HOLD', 'push-property-hold'],
    ['SITECOD=TK1', 'SITECOD', 'property-unknown'],
    ['FSP=a$(id).example', 'FSP', 'property-address-wrong'],
    ['LOCATOR=a.example;reboot', 'LOCATOR', 'property-address-wrong'],
    ['DNSSUFFIX=`id`', 'DNSSUFFIX', 'property-dns-suffix-wrong'],
    ['SITECODE=TK1\nMP=evil.example', 'SITECODE', 'property-control-character'],
    ['PATCH=/a"; id; ".tkp', 'PATCH', 'property-malformed'],
    ["PATCH=/a'$(id)'.tkp", 'PATCH', 'property-patch-path-refused'],
    ['--help', '--help', 'property-malformed'],
  ];
  for (const [word, field, code] of rows)
    test(JSON.stringify(word), () => {
      const { problems } = readPushProperties([word]);
      assert.deepEqual(
        problems.map((one) => [one.field, one.code]),
        [[field, code]],
      );
    });
  test('in the line of the site, all of it at once', () => {
    checkPushLine(' FSP=fsp.example  PATCH="/srv/a b.tkp" ');
    checkPushLine('');
    assert.throws(
      () => checkPushLine('FSP=a.example SMSFSP=b.example TICKET=/t'),
      (error) => error instanceof Failure && error.problems?.length === 2,
    );
  });
});
