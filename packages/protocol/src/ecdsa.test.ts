import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { signP1363, verifyP1363 } from './ecdsa.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p1363 = <K>(key: K) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

/** Of so many, several begin with a zero byte, and half with a high bit. */
const count = 1500;

test('signatures are those that Node makes and takes in P1363 form, short numbers among them', () => {
  let short = 0;
  for (let n = 0; n < count; n += 1) {
    const bytes = Buffer.from(`order ${n}`);
    const ours = signP1363(privateKey, bytes);
    assert.equal(ours.length, 64);
    assert.ok(verify('sha256', bytes, p1363(publicKey), ours), `Node takes ours, ${n}`);
    const theirs = sign('sha256', bytes, p1363(privateKey));
    assert.ok(verifyP1363(publicKey, bytes, theirs), `we take Node's, ${n}`);
    if (ours[0] === 0 || ours[32] === 0 || theirs[0] === 0 || theirs[32] === 0) short += 1;
  }
  assert.ok(short > 0, 'numbers with leading zeros were among them');
});

test('an altered signature, another key, another length or another kind of key is refused', () => {
  const bytes = Buffer.from('order');
  const good = signP1363(privateKey, bytes);
  for (const place of [0, 31, 32, 63]) {
    const altered = Buffer.from(good);
    altered[place] = (altered[place] as number) ^ 1;
    assert.equal(verifyP1363(publicKey, bytes, altered), false);
  }
  assert.equal(verifyP1363(publicKey, Buffer.from('ordeR'), good), false);
  assert.equal(verifyP1363(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, bytes, good), false);
  for (const wrong of [good.subarray(1), Buffer.concat([good, good]), Buffer.alloc(0), Buffer.alloc(64)])
    assert.equal(verifyP1363(publicKey, bytes, wrong), false);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  assert.equal(verifyP1363(rsa.publicKey, bytes, sign('sha256', bytes, rsa.privateKey)), false);
});
