import { once } from 'node:events';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { createDoorClient, type DoorClient } from './door-client.ts';
import { longestMinutes, type Offer, type OfferState } from './door-words.ts';
import './failures.ts';
import { startPage } from './page-server.ts';
import { offersText, restartText, stateText, timeText } from './show.ts';
import { fill, type Language, languageOf, texts } from './texts.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A user's program: it has no rights, and knows of the agent only its door. */
interface Session {
  readonly door: DoorClient;
  readonly language: Language;
  readonly print: (text: string) => void;
}

/**
 * The commands for the people of a machine, who need no rights for them.
 * @param dataFolder of the agent, for the address of its door; nothing in it is read
 */
export function addSelfService(program: Command, env: Env, dataFolder: string): void {
  const acting =
    <A extends unknown[]>(act: (session: Session, ...args: A) => Promise<void>) =>
    async (...args: A) =>
      act(await openSession(env, dataFolder), ...args);
  program
    .command('available')
    .description('list the software that is available to this machine')
    .option('--json', 'as JSON', false)
    .action(acting(list));
  program
    .command('install')
    .description('install software that is available')
    .argument('<name>', 'its name or ID, as "tenkai-agent available" shows it')
    .option('--wait', 'show the progress, and wait for the end', false)
    .option('--json', 'as JSON', false)
    .action(acting(install));
  program
    .command('restart')
    .description('show the announced restart of this machine, or postpone it')
    .option('--status', 'show it (usual)', false)
    .addOption(
      new Option('--postpone <time>', 'postpone it from now on, such as 30m or 2h')
        .argParser(minutesOf)
        .conflicts('now'),
    )
    .option('--now', 'do it now', false)
    .option('--json', 'as JSON', false)
    .action(acting(restart));
  program
    .command('self-service')
    .description('show the same as a page in your browser; ends when nobody looks at it any more')
    .action(acting(showPage));
}

async function openSession(env: Env, dataFolder: string): Promise<Session> {
  const { users } = await selectPlatform(platformOptions(env, {}));
  const address = users.doorOf(dataFolder);
  if (address === null) throw new Failure('agent-not-running');
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  return { door: createDoorClient(address), language: languageOf(env), print };
}

/** Until it is stopped, or the page was closed for a while. */
async function showPage({ door, print }: Session) {
  await door.restart();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const page = await startPage(door, () => stop.abort());
  print(page.url);
  await once(stop.signal, 'abort');
  page.close();
}

async function list({ door, language, print }: Session, { json }: { json: boolean }) {
  const offers = await door.available();
  print(json ? JSON.stringify(offers, null, 2) : offersText(offers, language));
}

interface InstallOptions {
  readonly wait: boolean;
  readonly json: boolean;
}

async function install(session: Session, name: string, { wait, json }: InstallOptions) {
  const { door, language, print } = session;
  const { items } = await door.available();
  const offer = await door.install(chosen(items, name).id);
  const end = wait ? await installed(session, offer, json) : offer;
  if (json) print(JSON.stringify(end, null, 2));
  else if (end.state === 'installed') print(fill(texts[language].done, { name: offer.name }));
  else if (end.state !== 'failed') print(fill(texts[language].asked, { name: offer.name }));
  if (wait && end.state !== 'installed') throw failureOf(end, language);
}

/** By ID, by its whole name, or by the beginning of it where that is clear. @throws Failure not-available, offer-ambiguous */
function chosen(items: readonly Offer[], name: string): Offer {
  const wanted = name.toLowerCase();
  const byId = items.filter(({ id, deploymentId }) => id === name || deploymentId === name);
  const whole = items.filter((offer) => offer.name.toLowerCase() === wanted);
  const begun = items.filter((offer) => offer.name.toLowerCase().startsWith(wanted));
  const found = [byId, whole, begun].find((some) => some.length > 0) ?? [];
  const [offer] = found;
  if (!offer) throw new Failure('not-available', { name });
  if (found.length > 1) throw new Failure('offer-ambiguous', { name });
  return offer;
}

const lookEveryMs = 1000;
const underWay: readonly OfferState[] = ['asked', 'waiting', 'installing'];

/** Shows each change of the state once, to its end. */
async function installed({ door, language, print }: Session, asked: Offer, isQuiet: boolean): Promise<Offer> {
  let shown = '';
  for (;;) {
    const now = (await door.available()).items.find(({ id }) => id === asked.id);
    if (!now) return { ...asked, state: 'failed' };
    const text = stateText(now, language);
    if (text !== shown && !isQuiet) print(`${now.name}: ${text}`);
    shown = text;
    if (!underWay.includes(now.state)) return now;
    await pause(lookEveryMs, AbortSignal.timeout(60_000));
  }
}

function failureOf(offer: Offer, language: Language): Failure {
  return new Failure('install-failed', { name: offer.name }, { detail: stateText(offer, language) });
}

interface RestartOptions {
  readonly postpone?: number;
  readonly now: boolean;
  readonly json: boolean;
}

async function restart({ door, language, print }: Session, { postpone, now, json }: RestartOptions) {
  const t = texts[language];
  const act = async () => {
    if (now) return { state: await door.restartNow(), text: t.restarting };
    if (postpone === undefined) {
      const state = await door.restart();
      return { state, text: restartText(state, language) };
    }
    const state = await door.postpone(postpone);
    const at = state.restart?.restartAt ?? Date.now();
    return { state, text: fill(t.postponed, { time: timeText(at, language) }) };
  };
  const { state, text } = await act();
  print(json ? JSON.stringify(state, null, 2) : text);
}

const unitMinutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

/** `30m`, `2h`, `1d`; a number alone is minutes. */
function minutesOf(text: string): number {
  const [, count, unit = 'm'] = /^(\d{1,5})\s*(m|h|d)?$/.exec(text.trim()) ?? [];
  const minutes = Number(count) * (unitMinutes[unit] ?? 1);
  if (minutes >= 1 && minutes <= longestMinutes) return minutes;
  throw new InvalidArgumentError('Write a time from one minute to a week, such as 30m, 2h or 1d.');
}
