/** Programs of Windows that write down how they were called: where Wine only pretends, or an exit code is wanted. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { basename } from 'node:path/win32';
import { output } from './command.ts';
import { makeScratchFolder } from './rig-folder.ts';
import type { WineMachine } from './wine-machine.ts';

const source = join(import.meta.dirname, 'host-scripts/recorder.c');
const compileLimitMs = 300_000;

let built: Promise<string> | undefined;

/** Path of the program, compiled by MinGW once a process; how it ends is said by the name that a copy of it is given. */
export function recorderProgram(): Promise<string> {
  built ??= compile();
  return built;
}

async function compile(): Promise<string> {
  const file = join(await makeScratchFolder('recorder'), 'recorder.exe');
  const compiler = ['x86_64-w64-mingw32-gcc', '-O1', '-s', '-static-libgcc', '-o', file, source];
  await output(compiler, { timeoutMs: compileLimitMs, env: process.env });
  return file;
}

const overrides = 'HKCU\\Software\\Wine\\DllOverrides';

/** From now on that program of the machine, one of Windows' own, writes down how it is called, and does nothing else. */
export async function recordCalls(machine: WineMachine, windowsPath: string): Promise<void> {
  await mkdir(dirname(machine.pathOf(windowsPath)), { recursive: true });
  await copyFile(await recorderProgram(), machine.pathOf(windowsPath));
  // Wine has a program of its own for each name that it knows, whatever file lies there.
  await machine.ask(['reg', 'add', overrides, '/v', basename(windowsPath), '/d', 'native', '/f']);
}

/** The command lines with which it was called, oldest first. */
export async function callsOf(machine: WineMachine, name: string): Promise<string[]> {
  const text = await readFile(machine.pathOf(`C:\\recorded\\${name}`), 'utf8').catch(() => '');
  return text.split(/\r?\n/).filter((line) => line !== '');
}
