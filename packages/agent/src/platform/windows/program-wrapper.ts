import { heldFlags } from './held-file.ts';

/** What the wrapper finds in its folder; it removes the file once it has read it. */
export const commandFile = 'command.json';
/** Held as long as the wrapper lives. */
export const aliveFile = 'alive';

export interface WrappedCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly isVerbatim: boolean;
  readonly isHidden: boolean;
  readonly workFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The exit code of cmd.exe for a program that cannot be started. */
const notStarted = 9009;

/**
 * `node -e` of this text stays beside a program for as long as it runs, so that its exit code is on the disk even when
 * the engine that started it is gone. Argument: the folder of the process. Nothing of ours is imported: it must run
 * while an installer replaces the agent's files.
 */
export const wrapperText = `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');
const folder = process.argv[1];
fs.openSync(join(folder, '${aliveFile}'), ${heldFlags}, 0o600);
fs.writeFileSync(join(folder, 'pid'), String(process.pid));
const input = JSON.parse(fs.readFileSync(join(folder, '${commandFile}'), 'utf8'));
fs.rmSync(join(folder, '${commandFile}'));
const output = fs.openSync(join(folder, 'output.log'), 'a', 0o600);
const finish = (code) => {
  fs.writeFileSync(join(folder, 'exit.new'), String(code));
  fs.renameSync(join(folder, 'exit.new'), join(folder, 'exit'));
  process.exit(0);
};
const child = spawn(input.program, input.args, {
  cwd: input.workFolder,
  env: input.environment,
  stdio: ['ignore', output, output],
  windowsHide: input.isHidden,
  windowsVerbatimArguments: input.isVerbatim,
});
child.on('error', (error) => {
  fs.writeSync(output, error.message + '\\n');
  finish(${notStarted});
});
child.on('exit', (code) => finish(code >>> 0));
`;
