/** Real MSI files, made by wixl (msitools). */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './command.ts';
import { makeScratchFolder } from './rig-folder.ts';

/** Why no MSI can be made here; false when it can. */
export const noMsiTools: string | false =
  ['/usr/bin/wixl', '/usr/bin/msibuild'].some((tool) => !existsSync(tool)) &&
  'wixl or msibuild is MISSING: run node scripts/install-test-tools.mjs as root';

export interface MsiContent {
  readonly name: string;
  /** Three numbers: `1.2.3`. */
  readonly version: string;
  /** Contents by file name; they land in `C:\Program Files\<name>`. */
  readonly files: Readonly<Record<string, string>>;
  /** The installation ends with 3010: the machine has to be restarted. */
  readonly wantsRestart?: boolean;
}

/** After InstallFinalize, 6600: the standard action for which wixl has no word. */
const scheduleRestart =
  "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('ScheduleReboot', 6700)";

/** The GUID of a word: the same word has the same one, so that a product keeps its codes over its versions. */
function guidOf(word: string): string {
  const hex = createHash('sha256').update(word).digest('hex').toUpperCase();
  return [8, 4, 4, 4, 12]
    .reduce<{ at: number; parts: string[] }>(
      ({ at, parts }, length) => ({ at: at + length, parts: [...parts, hex.slice(at, at + length)] }),
      { at: 0, parts: [] },
    )
    .parts.join('-');
}

/** @returns the file, `<name>.msi` in that folder, which holds nothing else */
export async function buildMsi(folder: string, content: MsiContent): Promise<string> {
  const { name, version, files, wantsRestart = false } = content;
  const tree = await makeScratchFolder('msi-source');
  const components = await Promise.all(
    Object.entries(files).map(async ([file, content], index) => {
      await writeFile(join(tree, file), content);
      return `<Component Id="C${index}" Guid="${guidOf(`${name} ${file}`)}" Win64="yes"><File Id="F${index}" Source="${file}" KeyPath="yes"/></Component>`;
    }),
  );
  const references = components.map((_, index) => `<ComponentRef Id="C${index}"/>`).join('');
  await writeFile(
    join(tree, 'package.wxs'),
    `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="${guidOf(`${name} ${version}`)}" Name="${name}" Language="1033" Version="${version}" Manufacturer="Tests" UpgradeCode="${guidOf(name)}">
<Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
<Media Id="1" Cabinet="files.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFiles64Folder"><Directory Id="INSTALLDIR" Name="${name}">
${components.join('\n')}
</Directory></Directory></Directory>
<Feature Id="Main" Level="1">${references}</Feature>
</Product></Wix>
`,
  );
  const msi = join(folder, `${name}.msi`);
  // It takes sources below its own folder only.
  await output(['wixl', '--arch', 'x64', '--output', msi, 'package.wxs'], { cwd: tree, env: process.env });
  if (wantsRestart) await output(['msibuild', msi, '-q', scheduleRestart], { env: process.env });
  return msi;
}
