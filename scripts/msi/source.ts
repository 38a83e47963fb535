import { guidOf } from '@tenkai/protocol/agent/installer-guid.ts';
import {
  productCode,
  registryKey,
  secretProperties,
  serviceName,
  storedProperties,
  upgradeCode,
} from './product.ts';

/** A file of the package: where it is now, and its path below the installation folder, with `/`. */
export interface MsiFile {
  readonly source: string;
  readonly path: string;
}

export interface MsiContent {
  readonly version: string;
  readonly files: readonly MsiFile[];
  /** Path of the service's program among the files. */
  readonly serviceFile: string;
  /** Library with the custom action TakeProperties. */
  readonly propertiesLibrary: string;
  /** The service's program once more, for what is done after the files have gone. */
  readonly serviceProgram: string;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
const element = (name: string, values: Readonly<Record<string, string>>, inner = '') =>
  inner === '' ? `<${name}${attributes(values)}/>\n` : `<${name}${attributes(values)}>\n${inner}</${name}>\n`;

/** An identifier of the MSI for a path; the same in every version. */
export const idOf = (path: string) =>
  path === ''
    ? 'INSTALLFOLDER'
    : `${guidOf(`id ${path}`).slice(1, 9)}_${path.replace(/[^\w.]/g, '_')}`.replace(/^/, '_').slice(0, 70);

/** The source that wixl(1) makes the package of: WiX 3, as far as wixl knows it. */
export function wixSource(content: MsiContent): string {
  const { version } = content;
  const product = {
    Id: productCode(version),
    Name: 'Tenkai Agent',
    Language: '1033',
    Version: version,
    Manufacturer: 'Tenkai',
    UpgradeCode: upgradeCode,
  };
  const summary = {
    InstallerVersion: '500',
    Compressed: 'yes',
    InstallScope: 'perMachine',
    Description: `Tenkai Agent ${version}`,
    Comments: 'Carries out what the site of this machine has signed.',
    Manufacturer: 'Tenkai',
  };
  const inner = [
    element('Package', summary),
    element('Media', { Id: '1', Cabinet: 'agent.cab', EmbedCab: 'yes' }),
    element('MajorUpgrade', {
      DowngradeErrorMessage: 'A newer Tenkai Agent is installed. Nothing was changed.',
    }),
    condition(
      'Privileged',
      'The Tenkai Agent is installed by an administrator, in an elevated prompt. Nothing was changed.',
    ),
    condition('VersionNT64', 'The Tenkai Agent needs a 64-bit Windows. Nothing was changed.'),
    ...Object.entries(installerProperties(version)).map(([Id, Value]) => element('Property', { Id, Value })),
    element('Binary', { Id: 'PropertiesLibrary', SourceFile: content.propertiesLibrary }),
    element('Binary', { Id: 'ServiceProgram', SourceFile: content.serviceProgram }),
    folders(content),
    features(content),
  ];
  const wix = { xmlns: 'http://schemas.microsoft.com/wix/2006/wi' };
  return `<?xml version="1.0" encoding="utf-8"?>\n${element('Wix', wix, element('Product', product, inner.join('')))}`;
}

const condition = (expression: string, Message: string) =>
  `<Condition${attributes({ Message })}>${escaped(expression)}</Condition>\n`;

/** Properties of Windows Installer itself. */
function installerProperties(version: string): Record<string, string> {
  return {
    // Files have no version rows: without `a` a newer node.exe of the machine would be kept, and go with the older agent.
    REINSTALLMODE: 'amus',
    // The engine of a run outlives the upgrade of the agent (AGENT-38): nobody may end it for a file.
    MSIRESTARTMANAGERCONTROL: 'DisableShutdown',
    MsiHiddenProperties: secretProperties.join(';'),
    ARPNOMODIFY: '1',
    ARPCONTACT: 'The administrator of your site',
    ARPCOMMENTS: `Tenkai Agent ${version}, Apache License 2.0: LICENSE.txt and COPYRIGHT.txt in the installation folder`,
  };
}

interface Folder {
  readonly path: string;
  readonly folders: Map<string, Folder>;
  readonly files: MsiFile[];
}

function folders(content: MsiContent): string {
  const top: Folder = { path: '', folders: new Map(), files: [] };
  for (const file of content.files) {
    let folder = top;
    for (const part of file.path.split('/').slice(0, -1)) {
      const path = folder.path === '' ? part : `${folder.path}/${part}`;
      const next = folder.folders.get(part) ?? { path, folders: new Map(), files: [] };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push(file);
  }
  const agent = element(
    'Directory',
    { Id: 'INSTALLFOLDER', Name: 'Agent' },
    folderContent(top, content) + properties(),
  );
  const vendor = element('Directory', { Id: 'VENDORFOLDER', Name: 'Tenkai' }, agent);
  const programs = element('Directory', { Id: 'ProgramFiles64Folder' }, vendor);
  return element('Directory', { Id: 'TARGETDIR', Name: 'SourceDir' }, programs);
}

function folderContent(folder: Folder, content: MsiContent): string {
  const files = folder.files.map((file) => fileComponent(file, content));
  const inner = [...folder.folders].map(([name, each]) =>
    element('Directory', { Id: idOf(each.path), Name: name }, folderContent(each, content)),
  );
  return [...files, ...inner].join('');
}

/** One component for each file, whose GUID is that of its path (the rules of components). */
function fileComponent({ path, source }: MsiFile, { serviceFile }: MsiContent): string {
  const Name = path.split('/').at(-1) ?? path;
  const file = element('File', { Id: idOf(path), Name, Source: source, KeyPath: 'yes' });
  return component(idOf(path), `file ${path}`, path === serviceFile ? file + service() : file);
}

const component = (id: string, name: string, inner: string) =>
  element('Component', { Id: `C${id}`, Guid: guidOf(`component ${name}`), Win64: 'yes' }, inner);

function service(): string {
  const install = {
    Id: 'Service',
    Name: serviceName,
    DisplayName: 'Tenkai Agent',
    Description: 'Carries out what the site of this machine has signed, and reports what came of it.',
    Type: 'ownProcess',
    Start: 'auto',
    ErrorControl: 'normal',
    Vital: 'yes',
  };
  const control = {
    Id: 'Service',
    Name: serviceName,
    Start: 'install',
    Stop: 'both',
    Remove: 'uninstall',
    Wait: 'yes',
  };
  return element('ServiceInstall', install) + element('ServiceControl', control);
}

function properties(): string {
  const value = (Name: string, Value: string, more = {}) =>
    element('RegistryValue', { Root: 'HKLM', Key: registryKey, Name, Type: 'string', Value, ...more });
  const rows = [
    value('Version', '[ProductVersion]', { KeyPath: 'yes' }),
    value('Folder', '[INSTALLFOLDER]'),
    ...storedProperties.map((name) => value(name, `[${name}]`)),
  ];
  return component('Properties', 'properties', rows.join(''));
}

function features({ files }: MsiContent): string {
  const refs = [...files.map(({ path }) => `C${idOf(path)}`), 'CProperties'];
  const inner = refs.map((Id) => element('ComponentRef', { Id })).join('');
  return element('Feature', { Id: 'Agent', Title: 'Tenkai Agent', Level: '1' }, inner);
}
