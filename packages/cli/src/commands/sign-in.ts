import { hostname } from 'node:os';
import { setDefaultCACertificates } from 'node:tls';
import { Failure } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';
import { fingerprintOf, greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import {
  createApiToken,
  createFirstAdministrator,
  getSession,
  revokeApiToken,
  type SessionView,
  signIn,
  signOut,
} from '@tenkai/protocol/api/users.ts';
import { type Client, createClient } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { connectionTo, readTokenFile, siteUrl } from '../connection.ts';
import { ask, askSecret, confirm } from '../prompt.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { readSettings, settingsPath, writeSettings } from '../settings.ts';

interface SignInOptions {
  readonly rootFingerprint?: string;
  readonly systemTrust?: boolean;
  readonly user?: string;
  readonly name?: string;
}

const callTimeoutMs = 30_000;
const tokenDays = 90;

export function addSignInCommands(program: Command, cli: Cli) {
  addTrustOptions(program.command('login'))
    .description('sign in to a site, and remember it')
    .addHelpText('after', loginExamples)
    .action(acting(cli, login));
  addTrustOptions(program.command('setup'))
    .description(
      'make the first administrator of a new site, with the one-time token that the server printed',
    )
    .action(acting(cli, setUp));
  program.command('logout').description('forget the site, and revoke its token').action(acting(cli, logout));
  program.command('whoami').description('who is signed in, and what they may do').action(acting(cli, whoAmI));
}

function addTrustOptions(command: Command): Command {
  return command
    .option('--root-fingerprint <hex>', "the site's trusted root key, as the server prints it")
    .option('--system-trust', 'the site has a certificate that this machine trusts anyway')
    .option('--user <name>', 'sign-in name (else it is asked for)')
    .option('--name <name>', 'short name under which the site is remembered');
}

const loginExamples = `
The password is asked for, or read from standard input; with --token-file (or TENKAI_TOKEN) none is needed.

Examples:
  tenkai login --site https://tenkai.example:8443 --root-fingerprint 3f9a… --user anna
  tenkai login --site https://tenkai.example:8443 --root-fingerprint 3f9a… --token-file ./token`;

async function login(session: Session, options: SignInOptions) {
  const { url, rootCertificate } = await reach(session, options);
  const given = await givenToken(session);
  const access =
    given === undefined ? await withPassword(session, url, options) : await withToken(url, given);
  await remember(session, { ...access, url, rootCertificate, name: options.name });
}

async function setUp(session: Session, options: SignInOptions) {
  const { url, rootCertificate } = await reach(session, options);
  const { terminal } = session;
  const name = options.user ?? (await ask(terminal, 'Name of the administrator: ', askForUser));
  const token = await askSecret(terminal, 'One-time token of the server: ');
  const password = await askSecret(terminal, 'New password (12 characters or more): ');
  const browser = createBrowser(url);
  const made = await browser.client(createFirstAdministrator, {
    body: { token: tokenOf(token), name, password },
  });
  await remember(session, { ...(await exchange(browser, made)), url, rootCertificate, name: options.name });
}

/** People paste the whole link. */
function tokenOf(text: string): string {
  return text.trim().replace(/^.*#(token=)?/, '');
}

const askForUser = { what: 'a user name', remedy: 'Add --user NAME.' };

/** The address, and trust in it: by fingerprint, by the machine, or by a person who compares. */
async function reach({ terminal, global, signal }: Session, options: SignInOptions) {
  const question = { what: 'the address of the site', remedy: 'Add --site https://HOST:PORT.' };
  const given = global.site ?? terminal.env.TENKAI_URL;
  const url = siteUrl(given ?? (await ask(terminal, 'Address of the site: ', question)));
  if (options.systemTrust) return { url, rootCertificate: null };
  const rootFingerprint = options.rootFingerprint ?? terminal.env.TENKAI_ROOT_FINGERPRINT;
  const rootCertificate = rootFingerprint
    ? (await greetSite({ url, rootFingerprint, signal })).rootCertificate
    : await askForTrust(terminal, url);
  setDefaultCACertificates([rootCertificate]);
  return { url, rootCertificate };
}

async function askForTrust(terminal: Session['terminal'], url: string): Promise<string> {
  if (!terminal.stdin.isTTY) {
    const problem = 'It is not known whether the site is the right one: --root-fingerprint is missing.';
    throw new Failure('usage-wrong', { problem, command: 'tenkai login' });
  }
  const client = createSiteClient({ url, rootCertificate: null });
  try {
    const greeting = await client.call({ method: 'GET', path: agentPaths.site, reply: SiteGreeting });
    terminal.stderr.write(
      `The trusted root key of ${url} says it is\n  ${fingerprintOf(greeting.rootCertificate)}\n`,
    );
    await confirm(terminal, 'Is this what the server printed?', undefined);
    return greeting.rootCertificate;
  } finally {
    client.close();
  }
}

async function givenToken({ terminal, global }: Session): Promise<string | undefined> {
  const file = global.tokenFile ?? terminal.env.TENKAI_TOKEN_FILE;
  return file ? readTokenFile(file) : terminal.env.TENKAI_TOKEN?.trim() || undefined;
}

interface Access {
  readonly token: string;
  readonly tokenId: string | null;
  readonly userName: string;
}

async function withToken(url: string, token: string): Promise<Access> {
  const { user } = await connectionTo(url, token, callTimeoutMs).client(getSession);
  return { token, tokenId: null, userName: user.name };
}

async function withPassword({ terminal }: Session, url: string, { user }: SignInOptions): Promise<Access> {
  const name = user ?? (await ask(terminal, 'User name: ', askForUser));
  const password = await askSecret(terminal, `Password of ${name}: `);
  const browser = createBrowser(url);
  return exchange(browser, await browser.client(signIn, { body: { name, password } }));
}

/** A client that keeps the session's cookie, as a browser does. */
interface Browser {
  readonly client: Client;
  csrf: string;
}

function createBrowser(baseUrl: string): Browser {
  let cookie = '';
  const keepCookie: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response;
  };
  const headers = () => ({
    ...(cookie === '' ? {} : { cookie }),
    ...(browser.csrf === '' ? {} : { 'x-tenkai-csrf': browser.csrf }),
  });
  const client = createClient({ baseUrl, headers, fetch: keepCookie, timeoutMs: callTimeoutMs });
  const browser: Browser = { client, csrf: '' };
  return browser;
}

/** The session is worth a token of its own; then it ends, so that nothing else is left open. */
async function exchange(browser: Browser, session: SessionView): Promise<Access> {
  browser.csrf = session.csrf;
  const body = {
    name: `tenkai on ${hostname()}`.slice(0, 100),
    role: session.user.role,
    expiresInDays: tokenDays,
  };
  const { token, secret } = await browser.client(createApiToken, { body });
  await browser.client(signOut);
  return { token: secret, tokenId: token.id, userName: session.user.name };
}

async function remember(
  { terminal, output }: Session,
  known: Access & { url: string; rootCertificate: string | null; name: string | undefined },
) {
  const { name = new URL(known.url).hostname, ...site } = known;
  const settings = await readSettings(terminal);
  await writeSettings(terminal, { sites: { ...settings.sites, [name]: site }, current: name });
  const { url, userName } = site;
  const result = { site: name, url, user: userName, settings: settingsPath(terminal) };
  output.result(result, () => `Signed in to ${url} as ${userName}`);
}

async function logout(session: Session) {
  const { terminal, output, global } = session;
  const settings = await readSettings(terminal);
  const name = global.site ?? settings.current;
  const site = name === null ? undefined : settings.sites[name];
  if (!site || name === null) throw new Failure('site-unknown');
  if (site.tokenId) {
    const { client } = await session.connect();
    await client(revokeApiToken, { params: { id: site.tokenId } }).catch((error: Error) =>
      output.warn(`The token was not revoked: ${error.message}`),
    );
  }
  const { [name]: _, ...sites } = settings.sites;
  await writeSettings(terminal, { sites, current: settings.current === name ? null : settings.current });
  output.result({ site: name }, () => `Signed out of ${site.url}`);
}

async function whoAmI({ connect, output }: Session) {
  const { client, url } = await connect();
  const { user, permissions } = await client(getSession);
  output.result({ url, user, permissions }, () =>
    output.properties([
      ['Site', url],
      ['User', `${user.name} (${user.displayName})`],
      ['Role', user.role],
      ['Machines', user.collectionScope?.join(', ') ?? 'all'],
      ['May', permissions.join(', ')],
    ]),
  );
}
