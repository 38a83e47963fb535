import {
  type ApiTokenView,
  changeUser,
  createApiToken,
  createSignInLink,
  createUser,
  deleteUser,
  listApiTokens,
  listUsers,
  revokeApiToken,
  setUserPassword,
  type UserView,
} from '@tenkai/protocol/api/users.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { type Command, Option } from 'commander';
import { timeText } from '../format.ts';
import { allPages } from '../pages.ts';
import { pick } from '../pick.ts';
import { askSecret, confirm } from '../prompt.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { findCollection } from './collection.ts';

type Role = UserView['role'];
const roles = ['administrator', 'operator', 'viewer'];

export function addUserCommands(program: Command, cli: Cli) {
  const noun = program.command('user').description('people who may use this site');
  noun.command('list').description('list users').action(acting(cli, showUsers));
  noun
    .command('create')
    .description('make a user; without --password they sign in by a one-time link first')
    .argument('<name>', 'sign-in name')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('viewer'))
    .option('--display-name <text>', 'name to show')
    .option('--collection <collection...>', 'only machines of these collections')
    .option('--password', 'ask for a password (or read it from standard input)')
    .action(acting(cli, makeUser));
  noun
    .command('modify')
    .description('change what a user may do')
    .argument('<user>', 'name or id')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles))
    .option('--display-name <text>', 'name to show')
    .option('--collection <collection...>', 'only machines of these collections; "all": every machine')
    .option('--disabled', 'they cannot sign in')
    .option('--no-disabled', 'they can')
    .action(acting(cli, modifyUser));
  noun
    .command('password')
    .description('set a new password for a user; asks for it, or reads it from standard input')
    .argument('<user>', 'name or id')
    .action(acting(cli, newPassword));
  noun
    .command('link')
    .description('make a one-time link with which a user signs in')
    .argument('<user>', 'name or id')
    .action(acting(cli, signInLink));
  noun
    .command('remove')
    .description('delete a user with their sessions and tokens')
    .argument('<user>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, removeUser));
  addTokenCommands(program, cli);
}

function addTokenCommands(program: Command, cli: Cli) {
  const noun = program.command('token').description('your own API tokens, for programs');
  noun.command('list').description('list your tokens, without secrets').action(acting(cli, showTokens));
  noun
    .command('create')
    .description('make a token; its secret is shown this once')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'at most this, and what you may do').choices(roles).default('viewer'),
    )
    .option('--days <number>', 'how long it is good for; 0: for ever', Number, 90)
    .action(acting(cli, makeToken));
  noun
    .command('revoke')
    .description('revoke a token')
    .argument('<token>', 'name or id')
    .action(acting(cli, revokeToken));
}

async function findUser(client: Client, text: string): Promise<UserView> {
  return pick(await allPages(client, listUsers, { query: {} }), text, 'user');
}

const columns: readonly Column<UserView>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'Shown as', value: (row) => row.displayName },
  { title: 'Role', value: (row) => row.role },
  { title: 'Machines', value: (row) => row.collectionScope?.join(', ') ?? 'all', shrinks: true },
  { title: 'State', value: (row) => (row.isDisabled ? 'disabled' : 'active') },
  { title: 'Last sign-in', value: (row) => timeText(row.lastSignInAt) },
  { title: 'ID', value: (row) => row.id },
];

async function showUsers({ connect, output }: Session) {
  const { client } = await connect();
  const items = await allPages(client, listUsers, { query: {} });
  output.result(items, () => output.table(items, columns, 'There is no user.'));
}

interface UserOptions {
  readonly role?: Role;
  readonly displayName?: string;
  readonly collection?: string[];
  readonly password?: boolean;
  readonly disabled?: boolean;
}

async function scopeOf(client: Client, names: readonly string[] | undefined) {
  if (names === undefined) return {};
  if (names.includes('all')) return { collectionScope: null };
  const ids: string[] = [];
  for (const name of names) ids.push((await findCollection(client, name)).id);
  return { collectionScope: ids };
}

async function makeUser({ connect, output, terminal }: Session, name: string, options: UserOptions) {
  const { client } = await connect();
  const password = options.password ? await askSecret(terminal, `Password of ${name}: `) : undefined;
  const body = {
    name,
    role: options.role ?? 'viewer',
    ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
    ...(await scopeOf(client, options.collection)),
    ...(password === undefined ? {} : { password }),
  };
  const made = await client(createUser, { body });
  output.result(made, () => `Made ${made.name}, ${made.role}, id ${made.id}`);
}

async function modifyUser({ connect, output }: Session, text: string, options: UserOptions) {
  const { client } = await connect();
  const { id } = await findUser(client, text);
  const body = {
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
    ...(options.disabled === undefined ? {} : { isDisabled: options.disabled }),
    ...(await scopeOf(client, options.collection)),
  };
  const changed = await client(changeUser, { params: { id }, body });
  output.result(changed, () => `Changed ${changed.name}`);
}

async function newPassword({ connect, output, terminal }: Session, text: string) {
  const { client } = await connect();
  const { id, name } = await findUser(client, text);
  const password = await askSecret(terminal, `New password of ${name}: `);
  const done = await client(setUserPassword, { params: { id }, body: { newPassword: password } });
  output.result(done, () => `Set the password of ${name}`);
}

async function signInLink({ connect, output }: Session, text: string) {
  const { client, url } = await connect();
  const { id } = await findUser(client, text);
  const link = await client(createSignInLink, { params: { id } });
  const whole = { ...link, url: url + link.path };
  output.result(whole, () => `${whole.url}\nGood once, until ${timeText(link.expiresAt)}`);
}

async function removeUser({ connect, output, terminal }: Session, text: string, { yes }: { yes?: boolean }) {
  const { client } = await connect();
  const { id, name } = await findUser(client, text);
  await confirm(terminal, `Delete the user ${name}?`, yes);
  const done = await client(deleteUser, { params: { id } });
  output.result(done, () => `Deleted ${name}`);
}

const tokenColumns: readonly Column<ApiTokenView>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'Role', value: (row) => row.role },
  { title: 'Made', value: (row) => timeText(row.createdAt) },
  { title: 'Good until', value: (row) => (row.expiresAt === null ? 'for ever' : timeText(row.expiresAt)) },
  { title: 'Last used', value: (row) => timeText(row.lastUsedAt) },
  { title: 'ID', value: (row) => row.id },
];

async function showTokens({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(listApiTokens);
  output.result(items, () => output.table(items, tokenColumns, 'You have no token.'));
}

async function makeToken({ connect, output }: Session, options: { name: string; role: Role; days: number }) {
  const { client } = await connect();
  const body = { name: options.name, role: options.role, expiresInDays: options.days || null };
  const made = await client(createApiToken, { body });
  output.result(made, () => `${made.secret}\nKeep it in a file of mode 600; it is not shown again.`);
}

async function revokeToken({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id, name } = pick((await client(listApiTokens)).items, text, 'token');
  const done = await client(revokeApiToken, { params: { id } });
  output.result(done, () => `Revoked ${name}`);
}
