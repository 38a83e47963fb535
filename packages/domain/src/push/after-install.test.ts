import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Installed, mustEnroll } from './after-install.ts';

const nothing: Installed = { hadTicket: false, isUpgrade: false, isChanged: false, hasEnrolled: false };

describe('whether a push waits until the agent enrolls', () => {
  const rows: readonly [what: string, of: Partial<Installed>, waits: boolean][] = [
    ['installed for the first time', { isChanged: true }, true],
    ['an agent of the site, upgraded', { isChanged: true, isUpgrade: true }, false],
    ['an agent of the site, of this version', { isUpgrade: true }, false],
    ['installed by the attempt before, not enrolled', { hadTicket: true, isUpgrade: true }, true],
    ['installed by the attempt before, half', { hadTicket: true, isUpgrade: true, isChanged: true }, true],
    [
      'installed by the attempt before, enrolled',
      { hadTicket: true, isUpgrade: true, hasEnrolled: true },
      false,
    ],
    ['enrolled while the package manager was at its end', { isChanged: true, hasEnrolled: true }, false],
  ];
  for (const [what, of, waits] of rows)
    test(what, () => assert.equal(mustEnroll({ ...nothing, ...of }), waits));
});
