import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';

/** `tenkai update kinds`: a glossary; asks no site. Source: HOTFIX-28. */
export function addKindsCommand(noun: Command, cli: Cli) {
  noun
    .command('kinds')
    .description('what kinds of updates there are: hotfix, security update, rollup, service pack, ...')
    .action(acting(cli, showKinds));
}

async function showKinds({ output, terminal }: Session) {
  const { updateKinds } = await import('@tenkai/domain/update/update-kinds.ts');
  const { languageOf } = await import('@tenkai/certificates/report-text.ts');
  const language = languageOf(terminal.env);
  const kinds = updateKinds.map(({ key, packageType, [language]: { name, text } }) => ({
    ...{ key, name, text, packageType },
  }));
  output.result(kinds, () =>
    kinds.map(({ name, text }) => `${output.style.bold(name)}\n  ${text}`).join('\n'),
  );
}
