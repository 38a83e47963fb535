import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administrativeExtraction, extractByMsiexec } from './msiexec.ts';

test('HOTFIX-13: the line of an administrative extraction, with quotes where there is a blank', () => {
  const line = (msi: string, folder: string) => {
    const { program, args } = administrativeExtraction(msi, folder);
    return [program, ...args].join(' ');
  };
  const msiexec = 'C:\\Windows\\System32\\msiexec.exe';
  assert.equal(line('C:\\t\\t.msi', 'C:\\out'), `${msiexec} /a C:\\t\\t.msi /qn TARGETDIR=C:\\out`);
  assert.equal(
    line('C:\\my files\\t.msi', 'C:\\an out'),
    `${msiexec} /a "C:\\my files\\t.msi" /qn TARGETDIR="C:\\an out"`,
  );
});

test('HOTFIX-13: exit codes of Windows Installer become errors that say what to do', async () => {
  const end = (code: number) =>
    extractByMsiexec('t.msi', 'out', AbortSignal.timeout(10_000), async () => code);
  assert.deepEqual(await end(0), { copy: 't.msi' });
  for (const [code, failure] of [
    [1619, 'msi-unreadable'],
    [1603, 'msiexec-failed'],
  ] as const)
    await assert.rejects(end(code), { code: failure });
});
