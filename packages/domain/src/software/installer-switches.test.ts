import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasSwitch, switchFamilyOf, withSwitch } from './installer-switches.ts';
import { newPackageDraft, newProgram } from './new-draft.ts';
import { packageWarnings } from './package-warnings.ts';

const server2003 = 'sp/WINDOWSSERVER2003-KB889101-SP1-X86-JPN.EXE';

const rows: [string, string, string, string[]][] = [
  ['BPKG-26', 'sp2/i386/update/UPDATE.EXE', '-u', ['no-restart-switch-missing']],
  ['BPKG-26', 'sp2/update.exe', '-u -z', []],
  ['BPKG-26', 'sp2/update.exe', '/Q /Z -o', []],
  ['BPKG-26', 'sp2/update.exe', '-zz -u', ['no-restart-switch-missing']],
  ['BPKG-29', 'sp2/update.exe', '-z', ['quiet-switch-choice']],
  ['BPKG-29', 'sp2/update.exe', '-z -u -q', ['quiet-switch-choice']],
  ['BPKG-30', server2003, '/passive', ['no-restart-switch-missing']],
  ['BPKG-30', server2003, '/norestart /quiet', []],
  ['BPKG-30', server2003, '/norestart', ['quiet-switch-choice']],
  ['BPKG-30', 'a/Windows6.0-KB948465-X64.exe', '/norestart /passive /quiet', ['quiet-switch-choice']],
  ['BPKG-30', 'a/tool.msi', '', ['no-restart-switch-missing']],
  ['BPKG-30', 'a/tool.msi', 'REBOOT=ReallySuppress', []],
  ['BPKG-26', 'a/setup.exe', '', []],
];
for (const [id, executable, parameters, codes] of rows) {
  test(`${id}: ${executable} ${parameters} warns of ${codes.join(', ') || 'nothing'}`, () => {
    const draft = newPackageDraft({ id: 'sp', programs: [newProgram({ executable, parameters })] });
    const told = packageWarnings(draft, []).filter(({ field }) => field === 'programs[0].parameters');
    assert.deepEqual(
      told.map(({ code }) => code),
      codes,
    );
  });
}

test('BPKG-29, BPKG-30: a tick sets one switch, and taking it away leaves the rest as it was', () => {
  const family = switchFamilyOf({ executable: 'x/update.exe' });
  assert.ok(family?.choice && family.keepsDrivers);
  const ticked = [family.needed, family.choice.unattended, family.keepsDrivers].reduce(
    (parameters, spellings) => withSwitch(parameters, spellings, true),
    '',
  );
  assert.equal(ticked, '-z -u -o');
  assert.equal(withSwitch('-d:"a  b" /Z   -z -u', family.needed, false), '-d:"a  b" -u');
  assert.equal(withSwitch('/z', family.needed, true), '/z');
  const words = fc.constantFrom('-z', '/Z', '-u', '"a  b"', '-x:z', '  ', 'z');
  fc.assert(
    fc.property(fc.array(words), fc.boolean(), (parts, isOn) => {
      const changed = withSwitch(parts.join(' '), family.needed, isOn);
      assert.equal(hasSwitch(changed, family.needed), isOn);
      const others = (text: string) =>
        text.split(/\s+/).filter((word) => word !== '' && !/^[-/]z$/i.test(word));
      assert.deepEqual(others(changed), others(parts.join(' ')));
    }),
  );
});
