import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rc2Decrypt, rc2Encrypt } from './rc2.ts';

/** Section 5 of RFC 2268, those in which all bits of the key are effective. */
const vectors = [
  ['ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
  ['3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
  ['88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
] as const;

for (const [key, plain, cipher] of vectors) {
  test(`RC2 under ${key} is as in RFC 2268`, () => {
    const [keyBytes, iv, plainBytes] = [key, '0000000000000000', plain].map((hex) => Buffer.from(hex, 'hex'));
    const encrypted = rc2Encrypt(keyBytes as Buffer, iv as Buffer, plainBytes as Buffer);
    assert.equal(encrypted.subarray(0, 8).toString('hex'), cipher);
    assert.deepEqual(rc2Decrypt(keyBytes as Buffer, iv as Buffer, encrypted), plainBytes);
  });
}
