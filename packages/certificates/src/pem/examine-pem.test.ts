import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import fc from 'fast-check';
import { encode, readElement, tags } from '../asn1/element.ts';
import { examine } from '../examine.ts';
import { createOpener } from '../pfx/passwords.ts';
import { encodeBlock } from './blocks.ts';

const openssl = openOpensslBench();
const now = Date.now() + 3_600_000;

describe('PEM and DER files', { skip: openssl ? false : 'SKIPPED LOUDLY: there is no openssl' }, () => {
  if (!openssl) return;
  after(() => openssl.remove());
  const { certificate, key } = openssl.certificate('one');
  const other = openssl.certificate('other');
  const der = openssl.run('x509', '-in', 'one.crt', '-outform', 'DER');
  openssl.run('pkey', '-in', 'one.key', '-aes256', '-passout', 'pass:locked', '-out', 'locked.key');
  const locked = openssl.run(
    'pkey',
    '-in',
    'locked.key',
    '-passin',
    'pass:locked',
    '-aes256',
    '-passout',
    'pass:locked',
  );
  const look = (text: string | Buffer, ...passwords: string[]) =>
    examine(Buffer.from(text as string), { opener: createOpener(passwords), now });
  const codes = (text: string | Buffer, ...passwords: string[]) =>
    look(text, ...passwords).findings.map(({ code }) => code);

  test('IDENT-21: a name above a block is repaired, and not one byte of the blocks is touched', () => {
    const head = 'Bag Attributes\n    friendlyName: SMS Signing\0Certificate\n    localKeyID: 01\n';
    const found = look(head + certificate + key);
    assert.deepEqual(
      found.findings.map(({ code }) => code),
      ['name-nul'],
    );
    assert.equal(String(found.repaired), head.replace('\0Certificate', '') + certificate + key);
    assert.deepEqual(codes(found.repaired as Buffer), []);
  });

  test('the alias of a trusted certificate is its friendly name', () => {
    const trusted = (alias: string) => {
      const auxiliary = encode(tags.sequence, encode(tags.utf8String, Buffer.from(alias)));
      return encodeBlock('TRUSTED CERTIFICATE', Buffer.concat([der, auxiliary]), '\n');
    };
    const found = look(trusted('SMS\0x'));
    assert.deepEqual(
      found.findings.map(({ code }) => code),
      ['name-nul'],
    );
    assert.equal(String(found.repaired), trusted('SMS'));
  });

  const cases: [string, string | Buffer, string[]][] = [
    ['a pair', certificate + key, []],
    ['a key alone', key, []],
    ['DER', der, []],
    ['the key of another', certificate + other.key, ['key-unmatched']],
    ['a locked key', certificate + locked, ['key-locked']],
    ['a damaged key', certificate + key.replace(/[A-Za-z]{8}/, 'AAAAAAAA'), ['key-broken']],
    ['a block that never ends', certificate.replace(/-----END.*/, ''), ['file-broken']],
    ['a block without base64', certificate.replace(/\n\w{4}/, '\n*?*?'), ['certificate-broken']],
    ['NUL between the lines', certificate.replace('\n', '\n\0'), ['text-control']],
    ['truncated DER', der.subarray(0, 100), ['file-broken']],
    ['bytes after the end', Buffer.concat([der, Buffer.alloc(9)]), ['trailing-bytes']],
    ['a signed NUL', patched(der, 'one', 'o\0e'), ['subject-nul']],
    ['nothing', '', ['format-unknown']],
    ['a text', 'hello', ['format-unknown']],
    ['half a beginning', '-----BEGIN CERT', ['format-unknown']],
    ['a length that is not the shortest', longForm(der), ['certificate-not-der']],
  ];
  for (const [what, bytes, expected] of cases) {
    test(`what is wrong is told: ${what}`, () => assert.deepEqual(codes(bytes), expected));
  }

  test('a locked key is opened with its password, and must fit', () => {
    assert.deepEqual(codes(certificate + locked, 'wrong', 'locked'), []);
    assert.deepEqual(codes(other.certificate + locked, 'locked'), ['key-unmatched']);
  });

  test('an expired certificate is told, and is nothing to repair', () => {
    const later = { opener: createOpener(), now: now + 20 * 365 * 86_400_000 };
    assert.deepEqual(
      examine(der, later).findings.map(({ code }) => code),
      ['certificate-expired'],
    );
    const early = { opener: createOpener(), now: 0 };
    assert.deepEqual(
      examine(der, early).findings.map(({ code }) => code),
      ['certificate-early'],
    );
  });

  test('any damage: never a crash, never another key, and one repair is enough', () => {
    const head = '  friendlyName: a\0b\n';
    const file = Buffer.from(head + certificate + key);
    const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(file);
        for (const [at, value] of changes) bytes[at] = value;
        const found = look(bytes);
        if (!found.repaired) return;
        const again = look(found.repaired);
        assert.deepEqual(
          [again.keys, again.thumbprints, again.repaired],
          [found.keys, found.thumbprints, undefined],
        );
      }),
      { numRuns: 200 },
    );
  });

  test('ten thousand beginnings without an end are read in one pass', () => {
    assert.equal(codes('-----BEGIN CERTIFICATE-----\n'.repeat(10_000)).length, 10_000);
  });
});

function patched(der: Buffer, from: string, to: string): Buffer {
  const bytes = Buffer.from(der);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
  return bytes;
}

/** The same certificate with a byte too many in the length of the outermost element. */
function longForm(der: Buffer): Buffer {
  const { content } = readElement(der);
  return Buffer.concat([Buffer.from([0x30, 0x83, 0, content.length >> 8, content.length & 0xff]), content]);
}
