import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import '@tenkai/domain/firewall/index.ts';
import { closeAgain } from './close-again.ts';

const { signal } = new AbortController();

function closing(failures: readonly unknown[]) {
  const left = [...failures];
  let calls = 0;
  const close = async () => {
    calls += 1;
    const failure = left.shift();
    if (failure) throw failure;
    return 'closed';
  };
  return { close, calls: () => calls };
}

const notClosed = new Failure('firewall-not-closed', { count: 1 });

test('BFWL-04: rules that the service was just bringing back are taken away again', async () => {
  const { close, calls } = closing([notClosed, notClosed]);
  assert.equal(await closeAgain(close, signal), 'closed');
  assert.equal(calls(), 3);
});

test('BFWL-04: a firewall that lets no rule go is told of, and what has another cause at once', async () => {
  const stubborn = closing(Array(10).fill(notClosed));
  await assert.rejects(closeAgain(stubborn.close, signal), { code: 'firewall-not-closed' });
  assert.equal(stubborn.calls(), 4);
  const broken = closing([new Error('no such program')]);
  await assert.rejects(closeAgain(broken.close, signal), { message: 'no such program' });
  assert.equal(broken.calls(), 1);
});
