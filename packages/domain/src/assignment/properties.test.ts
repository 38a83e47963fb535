import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../failure.ts';
import { problemSentence } from '../field-problem.ts';
import { parseRoleAddress } from './address.ts';
import { propertyTexts } from './failures.ts';
import { checkedProperties, propertyRefusal, readProperties, splitProperties } from './properties.ts';

const codes = (...words: string[]) => readProperties(words).problems.map(({ code }) => code);
const hex = 'ab'.repeat(32);

test('SMSMP is the management point, SMSSLP the locator, as in the old product', () => {
  const line =
    'SMSSITECODE=tk1 SMSMP=MP.Example.org SMSSLP=slp.example:8443 FSP=fsp.example DNSSUFFIX=.Example.ORG.';
  assert.deepEqual(checkedProperties(splitProperties(line)), {
    SITECODE: 'TK1',
    MP: 'https://mp.example.org',
    LOCATOR: 'https://slp.example:8443',
    FSP: 'https://fsp.example',
    DNSSUFFIX: 'example.org',
  });
});

test('PATCH holds quotes, blanks and several files', () => {
  const line = String.raw`PATCH="C:\Client Patches\a.msp;D:\b.msp" sitecode=TK1`;
  const { properties, problems } = readProperties(splitProperties(line));
  assert.deepEqual(problems, []);
  assert.deepEqual(properties, { PATCH: String.raw`C:\Client Patches\a.msp;D:\b.msp`, SITECODE: 'TK1' });
});

test('AGENT-15: PATCH takes a local file, a share and a web server; what is no client patch is refused by its rule', () => {
  for (const value of ['C:\\a.msp', '\\\\server\\share\\a.msp', 'https://dp.example/a.msp', '/srv/a b.msp'])
    assert.deepEqual(codes(`PATCH=${value}`), [], value);
  const refused: Record<string, string> = {
    'a.msp': 'property-patch-path-refused',
    'C:\\a.msp;b.msp': 'property-patch-path-refused',
    'C:\\..\\a.msp': 'property-patch-path-refused',
    'http://dp.example/a.msp': 'property-patch-path-refused',
    'https://user@dp.example/a.msp': 'property-patch-path-refused',
    'C:\\a.exe': 'property-patch-not-msp',
    'C:\\a.msp;c:/A.MSP': 'property-patch-twice',
    ';;': 'property-patch-list-empty',
    [Array.from({ length: 21 }, (_, at) => `C:\\${at}.msp`).join(';')]: 'property-patch-list-long',
  };
  for (const [value, code] of Object.entries(refused))
    assert.deepEqual(codes(`PATCH=${value}`), [code], value);
});

test('an empty value takes a property away, one that is not named stays as it is', () => {
  assert.deepEqual(checkedProperties(['FSP=', 'MP=""', 'SITECODE=auto']), {
    FSP: null,
    MP: null,
    SITECODE: null,
  });
});

const wrong: readonly [word: string, code: string][] = [
  ['MP', 'property-malformed'],
  ['=x', 'property-malformed'],
  ['MP="a', 'property-malformed'],
  ['MP=a"b', 'property-malformed'],
  ['NOSUCH=1', 'property-unknown'],
  ['__proto__=1', 'property-malformed'],
  ['constructor=1', 'property-unknown'],
  ['MP=mp\u0000.example', 'property-control-character'],
  ['MP=mp\u202eelpmaxe', 'property-control-character'],
  ['MP=mp.example\n', 'property-control-character'],
  ['MP=\u001b[2Jmp', 'property-control-character'],
  [`MP=${'a'.repeat(2000)}`, 'property-too-long'],
  ['SITECODE=TOKYO', 'property-site-code-wrong'],
  ['SITECODE=T-1', 'property-site-code-wrong'],
  ['MP=http://mp.example', 'property-address-plain-http'],
  ['MP=ftp://mp.example', 'property-address-wrong'],
  ['MP=user:secret@mp.example', 'property-address-has-user'],
  ['MP=https://mp.example/path', 'property-address-has-path'],
  ['MP=mp.example?x', 'property-address-has-path'],
  ['MP=mp..example', 'property-address-wrong'],
  ['MP=mp_1.example', 'property-address-wrong'],
  ['MP=日本.example', 'property-address-wrong'],
  ['MP=mp.example:0', 'property-address-wrong'],
  ['MP=mp.example:65536', 'property-address-wrong'],
  ['MP=10.0.0.256', 'property-address-wrong'],
  ['MP=1234', 'property-address-wrong'],
  ['MP=[fe80::1%eth0]', 'property-address-wrong'],
  ['MP=2001:db8::1', 'property-address-wrong'],
  ['MP=;rm -rf /', 'property-address-wrong'],
  ['DNSSUFFIX=exa mple', 'property-dns-suffix-wrong'],
  ['DNSSUFFIX=*', 'property-dns-suffix-wrong'],
  [`DNSSUFFIX=${'a.'.repeat(120)}org`, 'property-dns-suffix-wrong'],
  ['ROOTFINGERPRINT=abc', 'property-fingerprint-wrong'],
  ['TICKET=s3cret-of-the-site', 'property-not-absolute'],
  ['HOLD=yes', 'property-hold-wrong'],
  ['HOLD=2', 'property-hold-wrong'],
];

describe('AGENT-17: hostile and mistaken values are refused, each with a code, a sentence and a way out', () => {
  for (const [word, code] of wrong)
    test(JSON.stringify(word.slice(0, 40)), () => {
      const { problems } = readProperties([word]);
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
      );
      const refusal = propertyRefusal(problems);
      const printed = `${refusal.message}${refusal.detail}${refusal.remedy}`;
      assert.doesNotMatch(printed.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]|secret/u);
      assert.ok(printed.length < 600, printed);
      assert.doesNotMatch(problems.map(problemSentence).join(), /[{}]/);
    });
});

test('AGENT-17: a property that is given twice is refused, also by its old spelling', () => {
  assert.deepEqual(codes('MP=a.example', 'SMSMP=b.example'), ['property-twice']);
  assert.deepEqual(codes('FSP=a.example', 'fsp=a.example'), ['property-twice']);
});

test('AGENT-17: everything wrong is told at once, with what was probably meant', () => {
  assert.deepEqual(codes('SITECODE=x', 'MP=http://a', 'BAD'), [
    'property-site-code-wrong',
    'property-address-plain-http',
    'property-malformed',
  ]);
  assert.equal(readProperties(['SMSSITECOD=TK1']).problems[0]?.suggestion, 'SMSSITECODE');
  assert.throws(
    () => checkedProperties(['BAD']),
    (error) => error instanceof Failure && error.code === 'properties-invalid',
  );
});

test('addresses have one spelling', () => {
  const same: readonly [string, string][] = [
    ['mp.example', 'https://mp.example'],
    ['https://MP.example:443/', 'https://mp.example'],
    ['mp.example.:8443', 'https://mp.example:8443'],
    ['10.0.0.1', 'https://10.0.0.1'],
    ['[2001:DB8::1]:8443', 'https://[2001:db8::1]:8443'],
  ];
  for (const [text, url] of same) assert.deepEqual(parseRoleAddress(text), { url });
  assert.deepEqual(readProperties([`ROOTFINGERPRINT=${hex.toUpperCase()}`]).properties, {
    ROOTFINGERPRINT: hex,
  });
});

test('both languages have the same parameters', () => {
  const params = (texts: readonly string[]) => [...new Set(texts.join(' ').match(/\{\w+\}/g))].sort();
  for (const [code, { en, ja }] of Object.entries(propertyTexts))
    assert.deepEqual(params(ja), params(en), code);
});
