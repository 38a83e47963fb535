import assert from 'node:assert/strict';
import { Failure } from './failures.ts';

/** The failure with which a promise ends; that it does not fail, or fails otherwise, is an error. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error;
}
