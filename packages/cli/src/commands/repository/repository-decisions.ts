import { setTimeout as sleep } from 'node:timers/promises';
import { Urgency } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { type RepositoryDetail, repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { type Command, Option } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';
import { findRepository } from './find-repository.ts';
import { detailText } from './repository-texts.ts';

/** What a person does with a repository from which the site pulls. */
export function addDecisionCommands(noun: Command, cli: Cli) {
  noun
    .command('show')
    .description('how pulling goes, and what became of each package')
    .argument('<repository>', 'name or id')
    .action(acting(cli, show));
  noun
    .command('pull')
    .description('pull now')
    .argument('<repository>', 'name or id')
    .option('--wait', 'until the pull has ended; exit status 1 where it failed')
    .action(acting(cli, pull));
  noun
    .command('approve')
    .description('register packages that wait, or that were rejected')
    .argument('<repository>', 'name or id')
    .argument('<ids...>', 'package IDs')
    .addOption(
      new Option('--urgency <urgency>', "instead of the publisher's").choices(
        Urgency.anyOf.map((item) => item.const),
      ),
    )
    .action(acting(cli, approve));
  noun
    .command('reject')
    .description('do not register these states of packages; later ones are asked about again')
    .argument('<repository>', 'name or id')
    .argument('<ids...>', 'package IDs')
    .action(acting(cli, reject));
}

async function show({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id } = await findRepository(client, text);
  const detail = await client(repositoryRoutes.get, { params: { id } });
  output.result(detail, () => detailText(output, detail));
}

const lookEveryMs = 500;

async function pull(session: Session, text: string, { wait }: { wait?: boolean }) {
  const { connect, output, signal } = session;
  const { client } = await connect();
  const before = await findRepository(client, text);
  const params = { id: before.id };
  const asked = await client(repositoryRoutes.pull, { params });
  if (!wait) return output.result(asked, () => `The pull from ${asked.name} begins`);
  let detail = await client(repositoryRoutes.get, { params });
  while (detail.isPulling || detail.triedAt === before.triedAt) {
    await sleep(lookEveryMs, undefined, { signal });
    detail = await client(repositoryRoutes.get, { params });
  }
  output.result(detail, () => detailText(output, detail));
  if (detail.error) throw new Failure('pull-failed', { name: detail.name, reason: detail.error.message });
}

interface ApproveOptions {
  readonly urgency?: 'highest' | 'high' | 'normal' | 'low';
}

async function approve(session: Session, text: string, ids: string[], { urgency }: ApproveOptions) {
  const { client } = await session.connect();
  const detail = await detailOf(session, text);
  const done = [];
  for (const packageId of ids) {
    const body = { offered: offeredOf(detail, packageId), ...(urgency ? { urgency } : {}) };
    done.push(await client(repositoryRoutes.approve, { params: { id: detail.id, packageId }, body }));
  }
  session.output.result(done, () => `Approved ${ids.join(', ')}`);
}

async function reject(session: Session, text: string, ids: string[]) {
  const { client } = await session.connect();
  const detail = await detailOf(session, text);
  const done = [];
  for (const packageId of ids) {
    const body = { offered: offeredOf(detail, packageId) };
    done.push(await client(repositoryRoutes.reject, { params: { id: detail.id, packageId }, body }));
  }
  session.output.result(done, () => `Rejected ${ids.join(', ')}`);
}

async function detailOf({ connect }: Session, text: string): Promise<RepositoryDetail> {
  const { client } = await connect();
  const { id } = await findRepository(client, text);
  return client(repositoryRoutes.get, { params: { id } });
}

function offeredOf({ packages }: RepositoryDetail, packageId: string): number {
  const found = packages.find((pulled) => pulled.packageId === packageId);
  if (!found) throw new Failure('not-found', { what: 'package', id: packageId });
  return found.offered;
}
