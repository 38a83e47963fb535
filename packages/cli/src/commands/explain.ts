import { allFailures, Failure } from '@tenkai/domain/failure.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../session.ts';

/** `tenkai explain 0x80092024`: asks no site (IDENT-12). */
export function addExplainCommand(program: Command, cli: Cli) {
  program
    .command('explain')
    .description('say what an error code means and what to do: of Windows, of installers, or of Tenkai')
    .argument('<code>', 'such as 0x80092024, -2146885596, 1603 or site-root-mismatch')
    .action(acting(cli, explainCode));
}

/** @throws Failure not-found */
async function explainCode({ output, terminal }: Session, text: string) {
  const { errorCodeText, findErrorCode } = await import('@tenkai/domain/error-code/index.ts');
  const { languageOf } = await import('@tenkai/certificates/report-text.ts');
  // Refusals of commands that this one does not load.
  await import('@tenkai/protocol/agent/link/failures.ts');
  await import('@tenkai/certificates/failures.ts');
  const language = languageOf(terminal.env);
  const found = findErrorCode(text);
  const own = allFailures()[text.trim()];
  if (!found && !own) throw new Failure('not-found', { what: 'error code', id: text });
  const answer = found
    ? {
        code: errorCodeText(found.code),
        name: found.name,
        cause: found.cause[language],
        remedy: found.remedy[language],
      }
    : { code: text.trim(), name: text.trim(), cause: own?.message ?? '', remedy: own?.remedy ?? '' };
  const titles = language === 'ja' ? ['コード', '原因', '対処'] : ['Code', 'Cause', 'Remedy'];
  const name = answer.name === answer.code ? answer.code : `${answer.code} ${answer.name}`;
  output.result(answer, () =>
    output.properties([
      [titles[0] ?? '', name],
      [titles[1] ?? '', answer.cause],
      [titles[2] ?? '', answer.remedy],
    ]),
  );
}
