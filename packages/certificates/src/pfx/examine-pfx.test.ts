/** PFX files of openssl with names that break importers, repaired here, and read again by openssl. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import { bmpName, renamedPfx } from '@tenkai/testkit/certificates/renamed-pfx.ts';
import fc from 'fast-check';
import { encode, partsOf, readElement, tags } from '../asn1/element.ts';
import { examine } from '../examine.ts';
import { strictImportError } from '../findings.ts';
import { isCleanFriendlyName } from '../friendly-name.ts';
import { createOpener } from './passwords.ts';

const openssl = openOpensslBench();
/** The certificates are made below; their first second has then begun. */
const now = Date.now() + 3_600_000;
const password = 'pässword 日本';
const defect = 'SMS Signing Certificate\0Second\0';

/** Ways in which the programs of twenty years have encrypted a PFX. */
const encryptions: Record<string, { options: string[]; read?: string[] }> = {
  'AES-256 and PBKDF2 (OpenSSL 3, Windows 10)': { options: [] },
  'RC2-40 and TripleDES (Windows 2000 to 7)': { options: ['-legacy'], read: ['-legacy'] },
  'TripleDES for both': { options: ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES'] },
  'TripleDES with two keys': { options: ['-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES'] },
  'RC2-128': { options: ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128'], read: ['-legacy'] },
  'AES-128, MAC of SHA-512': { options: ['-certpbe', 'AES-128-CBC', '-macalg', 'sha512'] },
  'certificates in the clear': { options: ['-certpbe', 'NONE'] },
  'no MAC': { options: ['-nomac'] },
};

describe('PFX files', {
  skip: openssl ? false : 'SKIPPED LOUDLY: there is no openssl on this machine',
}, () => {
  if (!openssl) return;
  after(() => openssl.remove());
  openssl.certificate('one');
  openssl.certificate('other');
  const pfx = openssl.pfx('one', password, '-name', 'clean');
  const open = () => ({ opener: createOpener(['wrong', password]), now });
  /** Certificates and keys without the text around them. */
  const blocks = (text: string) => text.match(/-----BEGIN [\s\S]*?-----END [A-Z ]*-----/g)?.sort() ?? [];

  for (const [what, { options, read = [] }] of Object.entries(encryptions)) {
    test(`IDENT-22: ${what}: the repaired file passes a strict importer, and openssl reads the same certificate and key`, () => {
      const before = openssl.pfx('one', password, '-name', 'clean', ...options);
      assert.deepEqual(examine(before, open()).findings, [], 'nothing is wrong before');
      const bad = renamedPfx(before, password, [bmpName(defect)]);
      const { repaired, findings, keys } = examine(bad, open());
      assert.equal(strictImportError(findings), 0x80092024);
      assert.ok(repaired);
      const after = openssl.read(repaired, password, ...read);
      assert.match(after, /friendlyName: SMS Signing Certificate\n/);
      assert.deepEqual(blocks(after), blocks(openssl.read(before, password, ...read)));
      assert.equal(blocks(after).length, 2);
      const again = examine(repaired, open());
      assert.deepEqual([again.findings, again.repaired], [[], undefined]);
      assert.deepEqual(again.keys, keys);
    });
  }

  test('IDENT-09, IDENT-10: a name with a NUL is refused by the strict importer and read by a lax one', () => {
    const bad = renamedPfx(pfx, password, [bmpName(defect)]);
    assert.equal(blocks(openssl.read(bad, password)).length, 2, 'openssl is lax');
    const { findings } = examine(bad, open());
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['name-nul', 'name-nul'],
    );
    assert.equal(findings[0]?.detail, 'SMS Signing Certificate\\u0000Second\\u0000');
    assert.equal(strictImportError(findings), 0x80092024);
  });

  test('IDENT-21: thumbprint and private key are the same afterwards, byte for byte', () => {
    const { repaired = Buffer.alloc(0), thumbprints } = examine(
      renamedPfx(pfx, password, [bmpName(defect)]),
      open(),
    );
    const text = openssl.read(repaired, password);
    const certificate = new X509Certificate(
      text.match(/-----BEGIN C[\s\S]*?-----END C[A-Z ]*-----/)?.[0] ?? '',
    );
    const key = createPrivateKey(text.match(/-----BEGIN P[\s\S]*?-----END P[A-Z ]*-----/)?.[0] ?? '');
    assert.ok(certificate.checkPrivateKey(key));
    assert.deepEqual(thumbprints, [certificate.fingerprint.replaceAll(':', '')]);
  });

  test('a password of its own, an empty one and none', () => {
    for (const [secret, known] of [
      ['', []],
      [password, [password]],
    ] as const) {
      const bad = renamedPfx(openssl.pfx('one', secret), secret, [bmpName('a\0b')]);
      const { repaired } = examine(bad, { opener: createOpener([...known]), now });
      assert.equal(blocks(openssl.read(repaired ?? Buffer.alloc(0), secret)).length, 2);
    }
    const locked = examine(pfx, { opener: createOpener(['wrong']), now });
    assert.deepEqual(
      [locked.findings.map(({ code }) => code), locked.repaired],
      [['password-needed'], undefined],
    );
  });

  const nameCases: [string, Buffer[], string[], string | null][] = [
    ['control characters', [bmpName('a\u0001\u001bb\u0085c')], ['name-control'], 'a b c'],
    ['a change of writing direction', [bmpName('exe.\u202egpj')], ['name-control'], 'exe. gpj'],
    ['half a surrogate pair', [bmpName('a\ud83db')], ['name-control'], 'a b'],
    ['a huge name', [bmpName('x'.repeat(100_000))], ['name-too-long'], 'x'.repeat(255)],
    [
      'an odd number of bytes',
      [encode(tags.bmpString, Buffer.from('00410042ff', 'hex'))],
      ['name-odd-length'],
      'AB',
    ],
    ['a UTF8String', [encode(tags.utf8String, Buffer.from('Name'))], ['name-wrong-type'], 'Name'],
    ['a number', [encode(tags.integer, Buffer.from([1]))], ['name-empty', 'name-wrong-type'], null],
    ['several values', [bmpName('first'), bmpName('second')], ['name-repeated'], 'first'],
    ['no value', [], ['name-empty'], null],
    ['an empty name', [bmpName('')], ['name-empty'], null],
    ['nothing but NUL', [bmpName('\0\0')], ['name-nul'], null],
    ['a NUL at the beginning', [bmpName('\0Name')], ['name-nul'], 'Name'],
    ['a terminator', [bmpName('Name\0')], ['name-nul'], 'Name'],
  ];
  for (const [what, values, codes, name] of nameCases) {
    test(`IDENT-03: the friendly name is clean afterwards: ${what}`, () => {
      const bad = renamedPfx(pfx, password, values);
      const found = examine(bad, open());
      assert.deepEqual([...new Set(found.findings.map(({ code }) => code))], codes);
      assert.deepEqual(found.names, name === null ? [] : [name, name]);
      const text = openssl.read(found.repaired ?? Buffer.alloc(0), password);
      assert.equal(blocks(text).length, 2);
      assert.equal(text.includes(`friendlyName: ${name}\n`), name !== null);
    });
  }

  test('a clean name stays, in any language, and the file is not touched', () => {
    for (const name of ['会計部 端末 42', 'Ünïcode 😀', 'x'.repeat(255)]) {
      const found = examine(renamedPfx(pfx, password, [bmpName(name)]), open());
      assert.deepEqual([found.findings, found.repaired, found.names], [[], undefined, [name, name]]);
    }
  });

  test('a key that belongs to another certificate is told, and the name is repaired all the same', () => {
    const clear = ['-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac', '-name', 'x'];
    const [one, other] = ['one', 'other'].map((name) => openssl.pfx(name, '', ...clear));
    // The safe of the key is the second of two: taken from the other file.
    const mixed = mixedSafes(one as Buffer, other as Buffer);
    assert.deepEqual(
      examine(mixed, open()).findings.map(({ code }) => code),
      ['key-unmatched'],
    );
    const bad = examine(renamedPfx(mixed, '', [bmpName('x\0')]), open());
    assert.ok(bad.repaired);
    assert.deepEqual(
      examine(bad.repaired, open()).findings.map(({ code }) => code),
      ['key-unmatched'],
    );
  });

  test('truncated at any byte: told, never repaired, never a crash', () => {
    const bad = renamedPfx(pfx, password, [bmpName(defect)]);
    for (let length = 1; length < bad.length; length += 7) {
      const { findings, repaired } = examine(bad.subarray(0, length), open());
      assert.ok(findings.length > 0);
      assert.equal(repaired, undefined);
    }
  });

  test('bytes that follow the end are cut off', () => {
    const { repaired, findings } = examine(Buffer.concat([pfx, Buffer.alloc(512)]), open());
    assert.deepEqual([findings.map(({ code }) => code), repaired?.equals(pfx)], [['trailing-bytes'], true]);
  });

  test('random damage never crashes, and what is repaired holds the same keys', () => {
    const clear = openssl.pfx('one', '', '-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac', '-name', 'x');
    const bad = renamedPfx(clear, '', [bmpName('a\0b')]);
    const damage = fc.array(fc.tuple(fc.nat(bad.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(bad);
        for (const [at, value] of changes) bytes[at] = value;
        const { repaired, keys, thumbprints } = examine(bytes, open());
        if (!repaired) return;
        const again = examine(repaired, open());
        assert.deepEqual([again.keys, again.thumbprints, again.repaired], [keys, thumbprints, undefined]);
      }),
      { numRuns: 200 },
    );
  });

  test('any name: one repair is enough, and loses no key', () => {
    const clear = openssl.pfx('one', '', '-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac', '-name', 'x');
    const { keys, thumbprints } = examine(clear, open());
    const unit = fc.oneof(
      fc.constantFrom('\0', '\u0007', '\ud800', '\u202e', 'é', '😀'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (parts) => {
        const bad = renamedPfx(clear, '', [bmpName(parts.join(''))]);
        const first = examine(bad, open());
        const repaired = first.repaired ?? bad;
        const again = examine(repaired, open());
        assert.deepEqual(
          [again.findings, again.repaired, again.keys, again.thumbprints],
          [[], undefined, keys, thumbprints],
        );
        assert.ok(again.names.every(isCleanFriendlyName));
      }),
      { numRuns: 100 },
    );
  });

  test('a file that demands a thousand million iterations is refused at once', () => {
    const hostile = Buffer.from(pfx);
    const at = hostile.lastIndexOf(Buffer.from('02020800', 'hex'));
    const grown = Buffer.concat([hostile.subarray(0, at), Buffer.from('02043b9aca00', 'hex')]);
    const macSalt = partsOf(readElement(hostile))[2];
    assert.ok(macSalt && at > 0);
    // The two lengths around the count grow by the two bytes that it grew.
    const { findings } = examine(longer(grown, 2), open());
    assert.deepEqual(
      findings.map(({ code, detail }) => [code, /iterations/.test(detail)]),
      [['file-broken', true]],
    );
  });
});

function mixedSafes(one: Buffer, other: Buffer): Buffer {
  const [version, authSafe] = partsOf(readElement(one));
  const safes = (pfx: Buffer) => {
    const explicit = partsOf(partsOf(readElement(pfx))[1] as never)[1];
    const octets = partsOf(explicit as never)[0];
    return partsOf(readElement((octets as { content: Buffer }).content));
  };
  const [certificates] = safes(one);
  const [, keys] = safes(other);
  const content = encode(tags.sequence, certificates?.raw as Buffer, keys?.raw as Buffer);
  const [kind] = partsOf(authSafe as never);
  const info = encode(
    tags.sequence,
    kind?.raw as Buffer,
    encode(tags.context0, encode(tags.octetString, content)),
  );
  return encode(tags.sequence, version?.raw as Buffer, info);
}

/** The last part of the PFX (the MAC) and the PFX itself with lengths that fit again. */
function longer(bytes: Buffer, by: number): Buffer {
  const header = 4;
  const parts = bytes.subarray(header);
  const [version, authSafe] = partsOf({ content: parts.subarray(0, lengthBefore(parts)) });
  const mac = parts.subarray((version?.raw.length ?? 0) + (authSafe?.raw.length ?? 0));
  const macContent = mac.subarray(2);
  assert.equal(mac[1], macContent.length - by, 'the MAC has a short length');
  return encode(
    tags.sequence,
    version?.raw as Buffer,
    authSafe?.raw as Buffer,
    encode(tags.sequence, macContent),
  );
}

function lengthBefore(parts: Buffer): number {
  const version = readElement(parts);
  const authSafe = readElement(parts, version.raw.length);
  return version.raw.length + authSafe.raw.length;
}
