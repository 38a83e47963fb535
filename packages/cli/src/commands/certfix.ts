import { certfixHelp } from '@tenkai/certificates/command-options.ts';
import type { CertfixItem, CertfixReport } from '@tenkai/certificates/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Command, Option } from 'commander';
import { askSecret } from '../prompt.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

const several = (value: string, before: string[] = []) => [...before, value];

/** Works on this machine alone and asks no site. The agent has the same command, for machines without the CLI. */
export function addCertfixCommand(program: Command, cli: Cli) {
  const { about, log, options, after } = certfixHelp;
  program
    .command('certfix')
    .description(about)
    .argument('[log]', log)
    .option(...options.log)
    .addOption(new Option(...options.store).argParser(several))
    .addOption(new Option(...options.path).argParser(several))
    .option(...options.passwordFile)
    .option(...options.askPassword)
    .option(...options.dryRun)
    .addHelpText('after', `\n${after}`)
    .action(acting(cli, fixCertificates));
}

interface CertfixOptions {
  readonly log?: string;
  readonly store?: readonly string[];
  readonly path?: readonly string[];
  readonly passwordFile?: string;
  readonly askPassword?: boolean;
  readonly dryRun?: boolean;
}

async function fixCertificates(session: Session, logArgument: string | undefined, options: CertfixOptions) {
  const { terminal, signal, output } = session;
  if (logArgument !== undefined && options.log !== undefined)
    throw new Failure('usage-wrong', { problem: 'The log is given twice.', command: 'tenkai certfix' });
  // Only here: no other command pays for it.
  const { runCertfix, thisHost, isInOrder, languageOf, summaryText } = await import(
    '@tenkai/certificates/index.ts'
  );
  const passwords = options.askPassword ? [await askSecret(terminal, 'Password of the PFX files: ')] : [];
  const host = thisHost(terminal.env);
  const log = options.log ?? logArgument;
  const report = await runCertfix(
    { host, cwd: terminal.cwd, now: Date.now, signal, passwords },
    { ...options, ...(log === undefined ? {} : { log }) },
  );
  const columns = await tableColumns(languageOf(terminal.env));
  output.result(report, () =>
    [
      ...(report.items.length === 0 ? [] : [output.table(report.items, columns, '')]),
      summaryText(report, languageOf(terminal.env)),
    ].join('\n'),
  );
  if (!isInOrder(report)) throw unfinished(report);
}

function unfinished({ left, repaired, checked, isDryRun }: CertfixReport): Failure {
  return new Failure('certfix-unfinished', { left: left + (isDryRun ? repaired : 0), checked });
}

async function tableColumns(language: 'en' | 'ja'): Promise<readonly Column<CertfixItem>[]> {
  const { findingsText, outcomeText, placeText } = await import('@tenkai/certificates/index.ts');
  const titles =
    language === 'ja' ? ['証明書', '結果', '名前', '内容'] : ['Certificate', 'Outcome', 'Name', 'Findings'];
  return [
    { title: titles[0] ?? '', value: placeText, shrinks: true },
    {
      title: titles[1] ?? '',
      value: (item) => outcomeText(item, language),
      paint: ({ outcome }, style) => (outcome === 'left' ? style.bad : style.warn),
    },
    { title: titles[2] ?? '', value: ({ names }) => names[0] ?? '-', shrinks: true },
    { title: titles[3] ?? '', value: ({ findings }) => findingsText(findings, language), shrinks: true },
  ];
}
