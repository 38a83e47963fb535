import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const compiler = 'x86_64-w64-mingw32-gcc';
const resources = 'x86_64-w64-mingw32-windres';
const limitMs = 5 * 60_000;

export interface Programs {
  /** The service's program, tenkai-service.exe. */
  readonly service: string;
  /** Library of the installer's custom action. */
  readonly properties: string;
}

/**
 * Compiles what is written in C, for Windows on x64.
 * @param nodeOptions of the agent's Node
 * @throws Error with the compiler's words
 */
export async function compilePrograms(work: string, version: string, nodeOptions: string): Promise<Programs> {
  const service = join(work, 'tenkai-service.exe');
  const properties = join(work, 'properties.dll');
  // The same program for the same source: no time of the day in it.
  const common = ['-O2', '-s', '-Wall', '-Wextra', '-Werror', '-Wl,--no-insert-timestamp', '-static-libgcc'];
  const description = await compileDescription(work, version);
  const source = (name: string) => join(import.meta.dirname, name);
  const serviceLibraries = ['-ladvapi32', '-lshell32', '-lole32', '-luuid'];
  const options = `-DAGENT_OPTIONS=L"${nodeOptions}"`;
  await compile([
    ...common,
    '-municode',
    options,
    '-o',
    service,
    source('agent-service.c'),
    description,
    ...serviceLibraries,
  ]);
  await compile([...common, '-shared', '-o', properties, source('properties.c'), '-lmsi', '-ladvapi32']);
  return { service, properties };
}

async function compile(args: readonly string[]): Promise<void> {
  await run(compiler, [...args], { timeout: limitMs });
}

/** What the properties of the file show in Windows. */
async function compileDescription(work: string, version: string): Promise<string> {
  const numbers = [...version.split('.'), '0'].join(',');
  const values = {
    CompanyName: 'Tenkai',
    FileDescription: 'Tenkai Agent service',
    FileVersion: version,
    LegalCopyright: 'Apache License 2.0',
    OriginalFilename: 'tenkai-service.exe',
    ProductName: 'Tenkai Agent',
    ProductVersion: version,
  };
  const lines = Object.entries(values).map(([name, value]) => `VALUE "${name}", "${value}"`);
  const text = `1 VERSIONINFO
FILEVERSION ${numbers}
PRODUCTVERSION ${numbers}
FILETYPE 1
BEGIN
BLOCK "StringFileInfo" BEGIN BLOCK "040904b0" BEGIN
${lines.join('\n')}
END END
BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END
END
`;
  const [source, object] = [join(work, 'description.rc'), join(work, 'description.o')];
  await writeFile(source, text);
  await run(resources, ['-o', object, source], { timeout: limitMs });
  return object;
}
