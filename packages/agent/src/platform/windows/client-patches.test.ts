import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mspKey } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { parseRegistry } from '@tenkai/domain/machine/registry-listing.ts';
import type { Command } from '../platform.ts';
import { createClientPatches } from './client-patches.ts';
import type { RegistryQuestion } from './registry.ts';

const product = '{E343EC03-9601-59BD-9118-F61821FDBDDC}';
const code = '{702EE43A-EA2B-5633-8644-A1290C0D4B0B}';
const inFull = (key: string) => key.replace('HKLM', 'HKEY_LOCAL_MACHINE');
const older = code.replace('0B}', '0C}');
const needless = code.replace('0B}', '0D}');

/** The first patch as Wine's reg.exe has printed it; the others with what Windows adds. */
const printed = `
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${product}
    DisplayName    REG_SZ    Tenkai Agent
    DisplayVersion    REG_SZ    0.1.1
    Publisher    REG_SZ    Tenkai
    WindowsInstaller    REG_DWORD    0x1

${inFull(mspKey(product))}
    AllPatches    REG_MULTI_SZ    A34EE207B2AE336568441A92C0D0B4B0

HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\30CE343E1069DB9519816F8112DFDBCD\\Patches\\A34EE207B2AE336568441A92C0D0B4B0
    State    REG_DWORD    0x1
    Uninstallable    REG_DWORD    0x1

${inFull(mspKey(product, older))}
    DisplayName    REG_SZ    TK1000: An older cure
    State    REG_DWORD    0x2

${inFull(mspKey(product, needless))}
    DisplayName    REG_SZ    TK0999: Made needless
    State    REG_DWORD    0x4
`;

test("HOTFIX-30: the agent's patches are those of Windows Installer's list; msiexec.exe gets these lines", async () => {
  const recorded = parseRegistry(printed);
  const asked: RegistryQuestion[] = [];
  const patches = createClientPatches(async (question) => {
    asked.push(question);
    const { key, view } = question;
    return view === '64' ? recorded.filter(({ path }) => path.startsWith(inFull(key))) : null;
  });
  assert.deepEqual(await patches.installed(), {
    product,
    patches: [
      { code, state: 'applied', name: '', isRemovable: true },
      { code: older, state: 'superseded', name: 'TK1000: An older cure', isRemovable: false },
    ],
  });
  assert.equal(
    asked.at(-1)?.key,
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\30CE343E1069DB9519816F8112DFDBCD\\Patches',
  );
  const line = ({ program, args, isVerbatim }: Command) =>
    [program.split(/[\\/]/).at(-1), ...args, isVerbatim].join(' ');
  assert.deepEqual(
    [line(patches.applyCommand('C:\\Client Patches\\a.msp')), line(patches.removalCommand(product, code))],
    [
      'msiexec.exe /p "C:\\Client Patches\\a.msp" /qn /norestart true',
      `msiexec.exe /i ${product} MSIPATCHREMOVE=${code} /qn /norestart true`,
    ],
  );
  assert.equal(await createClientPatches(async () => null).installed(), null);
});
