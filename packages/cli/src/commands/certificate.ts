import { certificateStates } from '@tenkai/domain/machine/certificate-health.ts';
import { certificateRoutes } from '@tenkai/protocol/api/certificates.ts';
import type { Command } from 'commander';
import { countText } from '../format.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

/** `tenkai certificate`: the certificates of the fleet (IDENT-15). */
export function addCertificateCommands(program: Command, cli: Cli) {
  const noun = program.command('certificate').description('certificates of the machines of this site');
  noun
    .command('health')
    .description('count machines by how their certificates stand, and what is still to be done')
    .action(acting(cli, showHealth));
  noun
    .command('repair')
    .description('deploy certfix to every machine with a certificate that it repairs')
    .action(acting(cli, repair));
}

interface StateRow {
  readonly state: string;
  readonly machines: number;
}

const columns: readonly Column<StateRow>[] = [
  { title: 'Certificates', value: ({ state }) => state },
  { title: 'Machines', value: ({ machines }) => String(machines), align: 'right' },
];

async function showHealth({ connect, output }: Session) {
  const { client } = await connect();
  const health = await client(certificateRoutes.health);
  output.result(health, () => {
    const rows = certificateStates.map((state) => ({ state, machines: health.states[state] }));
    const { generator, certfix } = health.remedies;
    const outstanding = [
      `Outstanding: certfix on ${countText(certfix, 'machine', 'machines')}: tenkai certificate repair`,
      `Outstanding: hotfix KB977203 of the old client on ${countText(generator, 'machine', 'machines')}: tenkai hotfix show KB977203`,
    ].filter((_, at) => [certfix, generator][at] !== 0);
    const list = output.table(rows, columns, '');
    return [list, ...outstanding, 'Which ones: tenkai machine list --certificates STATE'].join('\n');
  });
}

async function repair({ connect, output }: Session) {
  const { client } = await connect();
  const made = await client(certificateRoutes.repair);
  output.result(
    made,
    () =>
      `certfix goes to ${countText(made.machines, 'machine', 'machines')}: tenkai deployment watch ${made.deploymentId}`,
  );
}
