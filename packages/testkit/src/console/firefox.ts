import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Language } from '@tenkai/console/i18n/language.ts';
import { atEnd } from '../at-end.ts';
import { output } from '../rig/command.ts';
import { end, spawnOwned, tailOf } from '../rig/own-process.ts';
import { until } from '../rig/until.ts';
import { type Bidi, openBidi } from './bidi.ts';

const program = '/usr/bin/firefox-esr';
const certutil = '/usr/bin/certutil';

/** Why no Firefox can be started here; false when one can. For `{ skip: noFirefox }`. */
export const noFirefox: string | false =
  !(existsSync(program) && existsSync(certutil)) && 'Firefox or certutil is MISSING';

export interface FirefoxOptions {
  readonly language: Language;
  /** PEM of the site's root: trusted as an administrator would trust it. */
  readonly ca: string;
}

/** One window of an unmodified Firefox. Elements are found by role and name, as people find them. */
export interface Firefox {
  goto(url: string): Promise<void>;
  /** Waits for it. */
  see(role: string, name: string): Promise<void>;
  click(role: string, name: string): Promise<void>;
  /** Into the field of this label. */
  type(name: string, text: string): Promise<void>;
  /** Files of this computer into the file field of this selector. */
  choose(selector: string, files: readonly string[]): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  /** `name=value; ...` */
  cookies(): Promise<string>;
  /** Errors and warnings of scripts and of the content security policy. */
  complaints(): string[];
}

const startLimitMs = 120_000;
const findLimitMs = 180_000;

/** Firefox speaks WebDriver BiDi by itself; Debian has no geckodriver. */
export async function startFirefox(t: TestContext, options: FirefoxOptions): Promise<Firefox> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-firefox-'));
  const profile = join(home, 'profile');
  await makeProfile(profile, home, options);
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawnOwned(program, args, {
    env: { PATH: process.env.PATH ?? '', HOME: home, MOZ_CRASHREPORTER_DISABLE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = tailOf(child);
  atEnd(t, async () => {
    await end(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const url = await until('Firefox listens', () => addressIn(said(), child.exitCode), startLimitMs);
  const bidi = await openBidi(`${url}/session`);
  atEnd(t, () => bidi.close());
  return openWindow(bidi);
}

function addressIn(said: string, exitCode: number | null): string | undefined {
  if (exitCode !== null) throw new Error(`Firefox has ended with ${exitCode}: ${said}`);
  return /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
}

/** Nothing is asked of the network but the site, and the first page is none. */
async function makeProfile(profile: string, home: string, { language, ca }: FirefoxOptions) {
  await mkdir(profile);
  const settings: Record<string, unknown> = {
    'intl.accept_languages': language,
    'app.normandy.enabled': false,
    'app.update.disabledForTesting': true,
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.page': 0,
    'datareporting.policy.dataSubmissionEnabled': false,
    'extensions.getAddons.cache.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'toolkit.telemetry.reportingpolicy.firstRun': false,
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), `${lines.join('\n')}\n`);
  const file = join(home, 'root.pem');
  await writeFile(file, ca);
  await output([certutil, '-d', `sql:${profile}`, '-N', '--empty-password']);
  await output([certutil, '-d', `sql:${profile}`, '-A', '-t', 'C,,', '-n', 'site', '-i', file]);
}

interface Cookies {
  readonly cookies: readonly { readonly name: string; readonly value: { readonly value: string } }[];
}

interface Node {
  readonly sharedId: string;
  readonly value: { readonly localName?: string };
}

async function openWindow(bidi: Bidi): Promise<Firefox> {
  await bidi.send('session.new', { capabilities: {} });
  await bidi.send('session.subscribe', { events: ['log.entryAdded'] });
  const tree = await bidi.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
  const context = tree.contexts[0]?.context ?? '';
  await bidi.send('browsingContext.setViewport', { context, viewport: { width: 1280, height: 800 } });
  const locate = async (value: { role?: string; name: string }) => {
    const locator = { type: 'accessibility', value };
    const question = { context, locator };
    return (await bidi.send<{ nodes: Node[] }>('browsingContext.locateNodes', question)).nodes;
  };
  const find = (role: string, name: string) =>
    until(`${role} "${name}" is there`, async () => (await locate({ role, name }))[0], findLimitMs);
  // A field for a password has no role.
  const field = (name: string) =>
    until(
      `field "${name}" is there`,
      async () => (await locate({ name })).find(({ value }) => value.localName === 'input'),
      findLimitMs,
    );
  const act = async (actions: readonly Record<string, unknown>[]) => {
    await bidi.send('input.performActions', { context, actions });
  };
  // As a hand scrolls to what it wants to press.
  const press = async (node: Node) => {
    await bidi.send('script.callFunction', {
      functionDeclaration: "(element) => element.scrollIntoView({ block: 'nearest' })",
      arguments: [{ sharedId: node.sharedId }],
      target: { context },
      awaitPromise: false,
    });
    await act([pressOn(node)]);
  };
  const click = async (role: string, name: string) => press(await find(role, name));
  return {
    click,
    goto: async (url) =>
      void (await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })),
    see: async (role, name) => void (await find(role, name)),
    async type(name, text) {
      await press(await field(name));
      await act([keysOf(text)]);
    },
    async choose(selector, files) {
      const element = await until(
        `file field ${selector} is there`,
        async () => {
          const question = { context, locator: { type: 'css', value: selector } };
          return (await bidi.send<{ nodes: Node[] }>('browsingContext.locateNodes', question)).nodes[0];
        },
        findLimitMs,
      );
      await bidi.send('input.setFiles', { context, element: { sharedId: element.sharedId }, files });
    },
    async screenshot() {
      const { data } = await bidi.send<{ data: string }>('browsingContext.captureScreenshot', { context });
      return Buffer.from(data, 'base64');
    },
    async cookies() {
      const partition = { type: 'context', context };
      const found = await bidi.send<Cookies>('storage.getCookies', { partition });
      return found.cookies.map(({ name, value }) => `${name}=${value.value}`).join('; ');
    },
    complaints: () =>
      bidi.events
        .filter(({ params }) => params.level === 'error' || params.level === 'warn')
        .map(({ params }) => String(params.text)),
  };
}

/** The mouse on the middle of an element, as a hand would do it. */
function pressOn({ sharedId }: Node) {
  const origin = { type: 'element', element: { sharedId } };
  const actions = [
    { type: 'pointerMove', x: 0, y: 0, origin },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ];
  return { type: 'pointer', id: 'mouse', actions };
}

function keysOf(text: string) {
  const actions = [...text].flatMap((value) => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ]);
  return { type: 'key', id: 'keyboard', actions };
}
