import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookScript } from '@tenkai/domain';
import { defaultRunOptions } from '@tenkai/domain/software/program.ts';
import { judgeExit } from './judge-exit.ts';
import { type ProcessOutcome, runProcess } from './run-process.ts';
import type { StepContext, StepHandler } from './step.ts';
import { emptyWorkFolder } from './work-folder.ts';

const extensions: Readonly<Record<string, string>> = { powershell: '.ps1', cmd: '.cmd' };

/** A script of the scenario. The variables of the scenario are in its environment. */
export const runScript: StepHandler<'run-script'> = async (context, step) => {
  const outcome = await runScriptText(context, { label: 'main', script: step, timeoutMs: step.timeoutMs });
  return judgeExit(context, outcome, step.exitCodes, step.timeoutMs);
};

interface ScriptRun {
  readonly label: string;
  readonly script: HookScript;
  readonly timeoutMs: number;
}

/** Runs a text by its interpreter, as a file, so that its length has no limit and its name can be read in `ps`. */
export function runScriptText(
  context: StepContext,
  { label, script, timeoutMs }: ScriptRun,
): Promise<ProcessOutcome> {
  const { rights, window } = defaultRunOptions;
  const command = async () => {
    const workFolder = await emptyWorkFolder(context);
    const file = join(workFolder, `${label}${extensions[script.interpreter] ?? '.sh'}`);
    await writeFile(file, textFor(script), { mode: 0o700 });
    await chmod(file, 0o700);
    return { ...context.platform.installer.scriptCommand(script.interpreter, file), workFolder };
  };
  return runProcess(context, { label, command, timeoutMs, rights, logon: defaultRunOptions, window });
}

/** cmd.exe does not find every label of a file whose lines end as elsewhere. */
function textFor({ interpreter, text }: HookScript): string {
  return interpreter === 'cmd' ? text.replaceAll(/\r?\n/g, '\r\n') : text;
}
