import { type DeploymentDraft, deliveryOf, Failure } from '@tenkai/domain';
import type { Client } from '@tenkai/protocol/client.ts';
import { type Command, Option } from 'commander';
import { readJson } from '../../read-file.ts';
import type { Session } from '../../session.ts';
import { findCollection } from '../collection.ts';
import { findScenario, variableFrom } from '../scenario.ts';
import {
  addDeliveryOptions,
  type DeliveryOptions,
  deliveryFrom,
  namesDelivery,
} from './deployment-delivery.ts';
import { addTimingOptions, type TimingOptions, timingFrom } from './deployment-timing.ts';

export interface DraftOptions extends DeliveryOptions, TimingOptions {
  readonly from?: string;
  readonly name?: string;
  readonly scenario?: string;
  readonly package?: string;
  readonly program?: string;
  readonly collection?: string;
  readonly at?: string;
  readonly purpose?: 'required' | 'available';
  readonly ignoreWindows?: boolean;
  readonly concurrency?: number;
  readonly wake?: boolean;
  readonly retries?: number;
  readonly variable?: string[];
}

export function addDraftOptions(command: Command): Command {
  const described = command
    .option('--from <file>', 'JSON deployment ("-": standard input); other options win')
    .option('--name <text>', 'name (default: of what is deployed)')
    .option('--scenario <name or id>', 'deploy this scenario')
    .option('--package <id>', 'deploy this package')
    .option('--program <name>', 'program of the package (default: the first)')
    .option('--collection <name or id>', 'to these machines')
    .option('--at <time>', 'start at this time, ISO 8601 with an offset, such as 2027-01-31T22:00:00+09:00')
    .addOption(
      new Option('--purpose <purpose>', 'runs by itself, or on demand').choices(['required', 'available']),
    )
    .option('--ignore-windows', 'run outside of maintenance windows, too')
    .option('--concurrency <number>', 'at most so many machines at once', Number)
    .option('--wake', 'wake machines that are off')
    .option('--retries <number>', 'repeat so often after a failure', Number)
    .option('--variable <NAME=value...>', 'variables of the scenario');
  return addTimingOptions(addDeliveryOptions(described));
}

/** The deployment that options describe. @throws Failure usage-wrong, not-found, file-unreadable, file-not-json */
export async function draftOf(
  { terminal }: Session,
  client: Client,
  options: DraftOptions,
): Promise<DeploymentDraft> {
  const file =
    options.from === undefined ? {} : await readJson<Partial<DeploymentDraft>>(terminal, options.from);
  const collectionId =
    options.collection === undefined
      ? file.collectionId
      : (await findCollection(client, options.collection)).id;
  const { subject, name } = await subjectOf(client, options, file);
  if (!subject || collectionId === undefined) {
    const problem = 'Say what is deployed (--scenario or --package) and where to (--collection).';
    throw new Failure('usage-wrong', { problem, command: 'tenkai deployment create' });
  }
  return {
    purpose: options.purpose ?? file.purpose ?? 'required',
    schedule: options.at === undefined ? (file.schedule ?? { kind: 'now' }) : { kind: 'at', at: options.at },
    respectsWindows: options.ignoreWindows ? false : (file.respectsWindows ?? true),
    concurrency: options.concurrency ?? file.concurrency ?? null,
    wakesMachines: options.wake ?? file.wakesMachines ?? false,
    retries: options.retries ?? file.retries ?? 0,
    variables: options.variable?.map(variableFrom) ?? file.variables ?? [],
    ...(file.delivery || namesDelivery(options) ? { delivery: deliveryFrom(options, deliveryOf(file)) } : {}),
    ...timingFrom(options, file),
    name: options.name ?? file.name ?? name,
    subject,
    collectionId,
  };
}

async function subjectOf(
  client: Client,
  { scenario, package: packageId, program }: DraftOptions,
  file: Partial<DeploymentDraft>,
): Promise<{ subject: DeploymentDraft['subject'] | undefined; name: string }> {
  if (scenario !== undefined) {
    const { id, name } = await findScenario(client, scenario);
    return { subject: { kind: 'scenario', scenarioId: id }, name };
  }
  if (packageId === undefined) return { subject: file.subject, name: 'Deployment' };
  return { subject: { kind: 'program', packageId, program: program ?? null }, name: packageId };
}
