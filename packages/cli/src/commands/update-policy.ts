import { Failure, UpdatePolicy } from '@tenkai/domain';
import { type UpdatePreview, updateRoutes } from '@tenkai/protocol/api/updates.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../session.ts';

type ShowPreview = (session: Session, preview: UpdatePreview) => void;

export function addUpdatePolicyCommands(noun: Command, cli: Cli, show: ShowPreview) {
  noun
    .command('policy')
    .description('show set time, windows, rings and limits, or change some')
    .argument('[NAME=value...]', 'such as isOn=true time=03:00 timeZone=Asia/Tokyo attempts=3')
    .action(acting(cli, policy));
  noun
    .command('preview')
    .description('what would happen now, also under another policy; nothing is changed')
    .argument('[NAME=value...]', 'as for "tenkai update policy"')
    .action(
      acting(cli, async (session, changes: string[]) => show(session, await preview(session, changes))),
    );
}

async function policy({ connect, output }: Session, changes: string[]) {
  const { client } = await connect();
  const body = Object.fromEntries(changes.map(change)) as Partial<UpdatePolicy>;
  const all =
    changes.length > 0 ? await client(updateRoutes.setPolicy, { body }) : await client(updateRoutes.policy);
  output.result(all, () =>
    output.properties(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)])),
  );
}

async function preview({ connect }: Session, changes: string[]): Promise<UpdatePreview> {
  const { client } = await connect();
  const changed = Object.fromEntries(changes.map(change)) as Partial<UpdatePolicy>;
  return client(updateRoutes.preview, { body: changes.length > 0 ? { policy: changed } : {} });
}

/** Values are JSON; what is none is a text. */
function change(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  if (!(name in UpdatePolicy.properties)) {
    const known = Object.keys(UpdatePolicy.properties).join(', ');
    const problem = `"${text}" is not NAME=value with one of the names ${known}.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai update policy' });
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
