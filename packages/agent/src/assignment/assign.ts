import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AssignmentJudgement, judgeAssignment } from '@tenkai/domain/assignment/assignment.ts';
import { checkedProperties, type Properties, splitProperties } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { type DataFolder, makeDataFolder } from '../data-folder.ts';
import { fill, type Language, languageOf } from '../self-service/texts.ts';
import { askService } from '../service/requests.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { takeTicket } from '../ticket.ts';
import { checkNames } from './check-names.ts';
import type { AssignOptions } from './options.ts';
import './failures.ts';
import { assignmentInput, findSite } from './find-site.ts';
import { noteHistory } from './property-history.ts';
import { keepAssignment } from './record.ts';
import { explanation, whyNot } from './texts.ts';
import { withProperties } from './with-properties.ts';

export interface AssignDeps {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** Longer than every source together takes when none answers. */
const limitMs = 5 * 60_000;

/**
 * Keeps the properties that are given, searches, and tells what came of it. Nothing is changed before everything given
 * was found to be right (AGENT-17).
 * @throws Failure properties-invalid, ticket-missing, secret-file-open, assignment-none
 */
export async function assign(
  deps: AssignDeps,
  words: readonly string[],
  options: AssignOptions,
): Promise<void> {
  const { data, env, now } = deps;
  const language = languageOf(env);
  makeDataFolder(data);
  const properties = checkedProperties([...words, ...wordsOf(options.propertiesFile)]);
  const wanted = withProperties(readSettings(data), properties, options);
  const isQuiet = wanted.assignment?.isHeld === true || options.search === false;
  if (!isQuiet && options.check !== false) await checkNames(properties);
  const settings = options.dryRun ? wanted : keepSettings(data, wanted, properties);
  const origin = options.byInstallation ? 'installation' : 'assign';
  const removed = Object.entries(properties).flatMap(([name, value]) => (value === null ? [name] : []));
  if (!options.dryRun) noteHistory(data, origin, now(), removed);
  const judgement = isQuiet
    ? judgeAssignment({ ...assignmentInput(settings), isHeld: true }, { answers: {}, greetings: {} })
    : await findSite(settings, AbortSignal.timeout(limitMs));
  if (!options.dryRun && !isQuiet) keepAssignment(data, judgement, now());
  if (!options.dryRun) askService(data, 'assign');
  await print(`${answer(settings, judgement, { ...options, isQuiet, language })}\n`);
  if (!judgement.assignment && !isQuiet)
    throw new Failure('assignment-none', { why: whyNot(judgement.steps, language) });
}

/** Words of a file whose lines begin with a property, or with `#` where they are for people. */
function wordsOf(file: string | undefined): string[] {
  if (file === undefined) return [];
  const lines = readFileSync(file === '-' ? 0 : resolve(file), 'utf8').split('\n');
  return lines.filter((line) => !line.trimStart().startsWith('#')).flatMap(splitProperties);
}

function keepSettings(data: DataFolder, wanted: Settings, { TICKET: ticket }: Properties): Settings {
  const { ticketFile: before, ...rest } = wanted;
  const ticketFile = ticket ? takeTicket(data, resolve(ticket)) : ticket === null ? undefined : before;
  const settings = { ...rest, ...(ticketFile === undefined ? {} : { ticketFile }) };
  writeSettings(data, settings);
  return settings;
}

interface AnswerOptions extends AssignOptions {
  readonly isQuiet: boolean;
  readonly language: Language;
}

const sentences = {
  assigned: {
    en: 'Assigned to the site {siteCode} ({siteName}) at {url}. The service enrolls this machine there.',
    ja: 'サイト {siteCode} ({siteName})、{url} に割り当てました。サービスがこのマシンを登録します。',
  },
  found: {
    en: 'The site of this machine is {siteCode} ({siteName}) at {url}. Nothing was changed.',
    ja: 'このマシンのサイトは {siteCode} ({siteName})、{url} です。何も変更していません。',
  },
  unassigned: { en: 'This machine has no site.', ja: 'このマシンはどのサイトにも割り当てられていません。' },
  kept: {
    en: 'The properties are kept; the service searches.',
    ja: 'プロパティを保存しました。サービスがサイトを探します。',
  },
  held: { en: 'Assignment is held: nobody is asked.', ja: '割り当ては保留中です。どこにも照会しません。' },
} as const;

function answer(settings: Settings, judgement: AssignmentJudgement, options: AnswerOptions): string {
  const { assignment, steps } = judgement;
  const { language } = options;
  if (options.json) {
    const { assignment: properties = {}, rootFingerprint = null } = settings;
    return JSON.stringify({ assignment, rootFingerprint, properties, steps }, null, 2);
  }
  const sentence = fill(sentences[kindOf(settings, judgement, options)][language], { ...assignment });
  return options.explain ? `${explanation(steps, language)}\n${sentence}` : sentence;
}

function kindOf(
  { assignment: properties }: Settings,
  { assignment }: AssignmentJudgement,
  { isQuiet, dryRun }: AnswerOptions,
): keyof typeof sentences {
  if (isQuiet) return properties?.isHeld ? 'held' : 'kept';
  if (!assignment) return 'unassigned';
  return dryRun ? 'found' : 'assigned';
}

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
function print(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(text, () => done()));
}
