import { Failure } from '@tenkai/domain/failure.ts';
import { readHostList } from '@tenkai/domain/push/host-list.ts';
import {
  type HostKeyDecision,
  type PushDetail,
  type PushHost,
  pushRoutes,
} from '@tenkai/protocol/api/pushes.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { timeText } from '../../format.ts';
import { ask } from '../../prompt.ts';
import { readText } from '../../read-file.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import { hostColumns, pushColumns } from './push-columns.ts';
import { type CredentialOptions, credentialsOf, withCredentials } from './push-credentials.ts';
import { type PropertyOptions, propertyText, withProperties, wordsOf } from './push-properties.ts';

const thePush = 'id of a push, or "latest"';

/** `tenkai machine pushes`: the agent pushed by the server itself, which goes on when this command has ended. */
export function addPushesCommands(machine: Command, cli: Cli) {
  const noun = machine.command('pushes').description('the agent, pushed over SSH by the server');
  noun.command('list').description('list pushes, the latest first').action(acting(cli, listPushes));
  noun
    .command('show')
    .description('show a push with each machine and where it stands')
    .argument('<push>', thePush)
    .action(acting(cli, async (session, text: string) => shown(session, await find(session, text))));
  addStart(noun, cli);
  for (const verb of ['approve', 'refuse'] as const) addDecide(noun, cli, verb);
  addActs(noun, cli);
}

function addStart(noun: Command, cli: Cli) {
  const start = noun
    .command('start')
    .description(
      "install the agent on machines, signing in by the site's own key unless another way is named",
    )
    .argument('[hosts...]', 'HOST, HOST:PORT, USER@HOST or [IPV6]:PORT')
    .option(
      '--hosts-file <path>',
      'further ones, in lines or as CSV with host, port, user; -: standard input',
    )
    .option('--user <name>', 'who signs in: root, or one with sudo', 'root')
    .option('--known-hosts <path>', 'file of host keys that are believed')
    .option('--accept-new', 'believe the host key of a machine not yet known without asking')
    .option('--parallel <number>', 'machines at a time', Number, 8)
    .option('--retries <number>', 'further tries where a machine does not answer', Number, 2)
    .option('--again', 'also machines that the site manages already');
  withProperties(withCredentials(start)).action(acting(cli, startPush));
}

function addDecide(noun: Command, cli: Cli, verb: 'approve' | 'refuse') {
  noun
    .command(verb)
    .description(`${verb} host keys that machines of a push have shown`)
    .argument('<push>', thePush)
    .argument('[hosts...]', 'only these')
    .option(
      '--fingerprint <fingerprint...>',
      'SHA256:... that were compared; without them each is asked about',
    )
    .action(
      acting(cli, (session, ...given: [string, string[], DecideOptions]) => decide(session, verb, ...given)),
    );
}

function addActs(noun: Command, cli: Cli) {
  const retry = noun
    .command('retry')
    .description('try machines again that failed, were cancelled or interrupted')
    .argument('<push>', thePush)
    .argument('[hosts...]', 'only these');
  withCredentials(retry).action(acting(cli, retryPush));
  noun
    .command('cancel')
    .description('leave out machines that are not done')
    .argument('<push>', thePush)
    .argument('[hosts...]', 'only these')
    .action(acting(cli, cancelPush));
  noun
    .command('log')
    .description('what the package manager of a machine has written')
    .argument('<push>', thePush)
    .argument('<host>', 'as the push names it')
    .action(acting(cli, showLog));
  noun
    .command('remove')
    .description('forget a push that has ended')
    .argument('<push>', thePush)
    .action(acting(cli, removePush));
}

async function listPushes({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(pushRoutes.list);
  output.result(items, () => output.table(items, pushColumns, 'Nothing was pushed by the server yet.'));
}

async function find({ connect }: Session, text: string): Promise<PushDetail> {
  const { client } = await connect();
  return client(pushRoutes.get, { params: { id: text === 'latest' ? await latest(client) : text } });
}

async function latest(client: Client): Promise<string> {
  const [first] = (await client(pushRoutes.list)).items;
  if (!first) throw new Failure('not-found', { what: 'push', id: 'latest' });
  return first.id;
}

function shown({ output }: Session, detail: PushDetail) {
  output.result(detail, () => {
    const facts = output.properties([
      ['Push', detail.id],
      ['State', detail.state],
      ['Begun', `${timeText(detail.createdAt)} by ${detail.by}`],
      ['Signs in', `${detail.user}, by ${detail.signIn}`],
      ['Host keys not known', detail.hostKeys],
      ['Properties', propertyText(detail.properties)],
    ]);
    const remedies = new Set(detail.hosts.flatMap(({ problem }) => (problem ? [problem.remedy] : [])));
    const table = output.table(detail.hosts, hostColumns, 'No machine was named.');
    return [facts, '', table, ...(remedies.size > 0 ? ['', ...remedies] : [])].join('\n');
  });
}

interface StartOptions extends CredentialOptions, PropertyOptions {
  readonly hostsFile?: string;
  readonly user: string;
  readonly knownHosts?: string;
  readonly acceptNew?: boolean;
  readonly parallel: number;
  readonly retries: number;
  readonly again?: boolean;
}

async function startPush(session: Session, hosts: string[], options: StartOptions) {
  const { terminal } = session;
  const { hostsFile, knownHosts, user, parallel, retries } = options;
  const credentials = (await credentialsOf(terminal, options)) ?? { kind: 'site-key' as const };
  const listed = hostsFile === undefined ? [] : readHostList(await readText(terminal, hostsFile));
  const { client, url } = await session.connect();
  const body = {
    hosts: [...hosts, ...listed],
    user,
    credentials,
    hostKeys: options.acceptNew ? ('accept-new' as const) : ('ask' as const),
    knownHosts: knownHosts === undefined ? '' : await readText(terminal, knownHosts),
    managementPoint: url,
    properties: wordsOf(options),
    parallel,
    retries,
    includesManaged: options.again === true,
  };
  shown(session, await client(pushRoutes.create, { body }));
}

interface DecideOptions {
  readonly fingerprint?: readonly string[];
}

async function decide(
  session: Session,
  verb: 'approve' | 'refuse',
  text: string,
  hosts: string[],
  { fingerprint }: DecideOptions,
) {
  const detail = await find(session, text);
  const waiting = named(detail, hosts).filter(({ state }) => state === 'awaiting-approval');
  const isApproved = verb === 'approve';
  const decisions: HostKeyDecision[] = [];
  for (const host of waiting) {
    const meant = await meantOf(session, verb, host, fingerprint);
    // What is approved are the keys that were named, and no others that were shown beside them.
    const fingerprints = isApproved ? meant : host.offered;
    if (meant.length > 0) decisions.push({ position: host.position, fingerprints, isApproved });
  }
  if (decisions.length === 0) throw new Failure('push-act-impossible');
  const { client } = await session.connect();
  shown(session, await client(pushRoutes.decideHostKeys, { params: { id: detail.id }, body: { decisions } }));
}

/** Fingerprints of the machine that are decided about; none: it is left as it is. */
async function meantOf(
  { terminal, output }: Session,
  verb: 'approve' | 'refuse',
  { host, offered }: PushHost,
  named: readonly string[] | undefined,
): Promise<string[]> {
  if (named) return offered.filter((one) => named.includes(one.split(' ')[0] ?? ''));
  output.note(`${host} has shown the host keys\n  ${offered.join('\n  ')}`);
  const remedy = 'Name the fingerprint by --fingerprint.';
  const question = verb === 'approve' ? `Is this ${host}? [y/N] ` : `Refuse ${host}? [y/N] `;
  const isYes = /^(y|yes)$/i.test(await ask(terminal, question, { what: 'its host key', remedy }));
  return isYes ? offered : [];
}

/** @throws Failure not-found */
function named({ hosts }: PushDetail, names: readonly string[]): readonly PushHost[] {
  const missing = names.find((name) => !hosts.some(({ host }) => host === name));
  if (missing !== undefined) throw new Failure('not-found', { what: 'machine of the push', id: missing });
  return names.length === 0 ? hosts : hosts.filter(({ host }) => names.includes(host));
}

const positionsOf = (detail: PushDetail, hosts: readonly string[]) =>
  hosts.length === 0 ? {} : { positions: named(detail, hosts).map(({ position }) => position) };

async function retryPush(session: Session, text: string, hosts: string[], options: CredentialOptions) {
  const credentials = await credentialsOf(session.terminal, options);
  const detail = await find(session, text);
  const { client } = await session.connect();
  const body = { ...positionsOf(detail, hosts), ...(credentials ? { credentials } : {}) };
  shown(session, await client(pushRoutes.retry, { params: { id: detail.id }, body }));
}

async function cancelPush(session: Session, text: string, hosts: string[]) {
  const detail = await find(session, text);
  const { client } = await session.connect();
  const body = positionsOf(detail, hosts);
  shown(session, await client(pushRoutes.cancel, { params: { id: detail.id }, body }));
}

async function showLog(session: Session, text: string, host: string) {
  const detail = await find(session, text);
  const [row] = named(detail, [host]);
  const { client } = await session.connect();
  const params = { id: detail.id, position: String(row?.position) };
  const answer = await client(pushRoutes.log, { params });
  session.output.result(answer, () => answer.log);
}

async function removePush(session: Session, text: string) {
  const { id } = await find(session, text);
  const { client } = await session.connect();
  const done = await client(pushRoutes.remove, { params: { id } });
  session.output.result(done, () => `Forgot the push ${id}`);
}
