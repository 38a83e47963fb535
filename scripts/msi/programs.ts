import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const compiler = 'x86_64-w64-mingw32-gcc';
const resources = 'x86_64-w64-mingw32-windres';
const limitMs = 5 * 60_000;

/** Which program the service runs, and how. */
export interface Service {
  /** As Windows knows it: `TenkaiAgent`. */
  readonly name: string;
  /** As people read it: `Tenkai Agent`. */
  readonly title: string;
  /** Folder of its data below `%ProgramData%\\Tenkai`. */
  readonly part: string;
  /** File beside it that Node runs. */
  readonly program: string;
  readonly nodeOptions: string;
  /** What the program is told: to run, and to end with its standard input. */
  readonly arguments: string;
  /** The variable by which the program is told its folder. */
  readonly folderVariable: string;
  /** How long the program may take to end. */
  readonly graceMs: number;
  /** The exit code after which another start would end the same way. */
  readonly finalCode: number | null;
  /** Whether its data go when it is removed. */
  readonly isForgetful: boolean;
}

// The same program for the same source: no time of the day in it.
const common = ['-O2', '-s', '-Wall', '-Wextra', '-Werror', '-Wl,--no-insert-timestamp', '-static-libgcc'];
const sourceFile = (name: string) => join(import.meta.dirname, name);

/**
 * Compiles a service's program, tenkai-service.exe, for Windows on x64, and returns its path in `work`.
 * @throws Error with the compiler's words
 */
export async function compileService(work: string, version: string, service: Service): Promise<string> {
  const out = join(work, 'tenkai-service.exe');
  const values = {
    SERVICE: wide(service.name),
    PART: wide(service.part),
    PROGRAM: wide(service.program),
    NODE_OPTIONS: wide(service.nodeOptions),
    ARGUMENTS: wide(service.arguments),
    FOLDER_VARIABLE: wide(service.folderVariable),
    GRACE_MS: service.graceMs,
    // STILL_ACTIVE: no program that has ended has it.
    FINAL_CODE: service.finalCode ?? 259,
    FORGETS: Number(service.isForgetful),
  };
  const defined = Object.entries(values).map(([name, value]) => `-D${name}=${value}`);
  const description = await compileDescription(work, version, service);
  const libraries = ['-ladvapi32', '-lshell32', '-lole32', '-luuid'];
  const removal = service.isForgetful ? [sourceFile('removal.c')] : [];
  const sources = [sourceFile('service.c'), ...removal, description];
  await compile([...common, '-municode', ...defined, '-o', out, ...sources, ...libraries]);
  return out;
}

/** Compiles the library of the agent's custom action, and returns its path in `work`. @throws Error as above */
export async function compileProperties(work: string): Promise<string> {
  const out = join(work, 'properties.dll');
  await compile([...common, '-shared', '-o', out, sourceFile('properties.c'), '-lmsi', '-ladvapi32']);
  return out;
}

const wide = (text: string) => `L"${text}"`;

async function compile(args: readonly string[]): Promise<void> {
  await run(compiler, [...args], { timeout: limitMs });
}

/** What the properties of the file show in Windows. */
async function compileDescription(work: string, version: string, { title }: Service): Promise<string> {
  const numbers = [...version.split('.'), '0'].join(',');
  const values = {
    CompanyName: 'Tenkai',
    FileDescription: `${title} service`,
    FileVersion: version,
    LegalCopyright: 'Apache License 2.0',
    OriginalFilename: 'tenkai-service.exe',
    ProductName: title,
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
