import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import type { Command } from 'commander';
import { pick } from '../../pick.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import { hostKeyColumns, keyColumns } from './push-columns.ts';

/** `tenkai machine push-keys`: by what the server signs in; `tenkai machine host-keys`: by what it knows machines. */
export function addPushKeyCommands(machine: Command, cli: Cli) {
  const keys = machine.command('push-keys').description("the site's own keys for pushes");
  keys
    .command('list')
    .description('list them, with the line for authorized_keys')
    .action(acting(cli, listKeys));
  keys
    .command('create')
    .description('make one; there are two at most, so that one can take the place of the other')
    .action(acting(cli, createKey));
  keys
    .command('remove')
    .description('delete one, its private half too')
    .argument('<key>', 'id or fingerprint')
    .action(acting(cli, removeKey));
  const hosts = machine.command('host-keys').description('host keys of machines that are believed over SSH');
  hosts.command('list').description('list them, with who said so').action(acting(cli, listHosts));
  hosts
    .command('forget')
    .description('forget those of a machine; the next push asks about them again')
    .argument('<machine>', 'as the list names it')
    .action(acting(cli, forgetHost));
}

async function listKeys({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(pushKeyRoutes.list);
  output.result(items, () => output.table(items, keyColumns, 'The site has no key for pushes.'));
}

async function createKey({ connect, output }: Session) {
  const { client } = await connect();
  const key = await client(pushKeyRoutes.create);
  output.result(key, () => key.publicKey);
}

async function removeKey({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { items } = await client(pushKeyRoutes.list);
  const named = items.map((key) => ({ ...key, name: key.fingerprint }));
  const { id, name } = pick(named, text, 'push key');
  const done = await client(pushKeyRoutes.remove, { params: { id } });
  output.result(done, () => `Deleted ${name}`);
}

async function listHosts({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(pushKeyRoutes.listHosts);
  output.result(items, () => output.table(items, hostKeyColumns, 'No host key is known.'));
}

async function forgetHost({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { items } = await client(pushKeyRoutes.listHosts);
  const named = items.map((keys) => ({ ...keys, name: keys.host }));
  const { id, name } = pick(named, text, 'host key');
  const done = await client(pushKeyRoutes.removeHost, { params: { id } });
  output.result(done, () => `Forgot the host keys of ${name}`);
}
