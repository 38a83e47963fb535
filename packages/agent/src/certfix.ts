import { existsSync } from 'node:fs';
import { certfixHelp } from '@tenkai/certificates/command-options.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command } from 'commander';
import { dataFolderOf } from './data-folder.ts';
import { askService } from './service/requests.ts';

type Env = Readonly<Record<string, string | undefined>>;

const several = (value: string, before: string[] = []) => [...before, value];

interface CertfixOptions {
  readonly log?: string;
  readonly store?: readonly string[];
  readonly path?: readonly string[];
  readonly passwordFile?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The tool of IDENT-16 on a managed machine: the ready-made package of every site runs this. */
export function addCertfixCommand(program: Command, env: Env): void {
  const { about, log, options, after } = certfixHelp;
  program
    .command('certfix')
    .description(about)
    .argument('[log]', log)
    .option(...options.log)
    .option(...options.store, several)
    .option(...options.path, several)
    .option(...options.passwordFile)
    .option(...options.dryRun)
    .addHelpText('after', `\n${after}`)
    .option('--json', 'as JSON', false)
    .action((log: string | undefined, options: CertfixOptions) => fixCertificates(env, log, options));
}

async function fixCertificates(env: Env, logArgument: string | undefined, options: CertfixOptions) {
  // Loaded when somebody asks for it: most commands have nothing to do with it.
  const certificates = await import('@tenkai/certificates/index.ts');
  const { findingsText, isInOrder, languageOf, outcomeText, placeText, runCertfix, summaryText, thisHost } =
    certificates;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  if (logArgument !== undefined && options.log !== undefined) throw new Failure('certfix-log-twice');
  const log = options.log ?? logArgument;
  const report = await runCertfix(
    { host: thisHost(env), cwd: process.cwd(), now: Date.now, signal: stop.signal },
    { ...options, ...(log === undefined ? {} : { log }) },
  );
  if (report.repaired > 0 && !report.isDryRun && !options.path) tellSite(env);
  const language = languageOf(env);
  const lines = report.items.map(
    (item) => `${outcomeText(item, language)}: ${placeText(item)}: ${findingsText(item.findings, language)}`,
  );
  const text = [...lines, summaryText(report, language)].join('\n');
  await print(`${options.json ? JSON.stringify(report, null, 2) : text}\n`);
  if (isInOrder(report)) return;
  const left = report.left + (report.isDryRun ? report.repaired : 0);
  throw new Failure('certfix-unfinished', { left, checked: report.checked });
}

/** The site should hear of it now; where that fails, it does with the next inventory (IDENT-15). */
function tellSite(env: Env): void {
  const data = dataFolderOf(env);
  try {
    if (existsSync(data.requests)) askService(data, 'inventory');
  } catch {
    // The certificates are repaired: that is what counts.
  }
}

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
