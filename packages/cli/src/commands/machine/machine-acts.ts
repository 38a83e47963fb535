import { Failure, reasonSentence } from '@tenkai/domain';
import { type EnrollmentDecision, enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { type LostProperty, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { timeText } from '../../format.ts';
import { confirm } from '../../prompt.ts';
import type { Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { findMachine, findMachines } from './find-machine.ts';

const powerActions = ['wake', 'restart', 'shut-down', 'query'] as const;

export async function power(
  session: Session,
  action: string,
  machines: string[],
  { delay, force }: { delay?: number; force?: boolean },
) {
  const known = powerActions.find((candidate) => candidate === action);
  if (!known) {
    const problem = `"${action}" is none of ${powerActions.join(', ')}.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai machine power' });
  }
  const { client } = await session.connect();
  const rows = await findMachines(client, machines);
  const body = {
    machineIds: rows.map(({ id }) => id),
    action: known,
    ...(delay === undefined ? {} : { delaySeconds: delay }),
    ...(force ? { force } : {}),
  };
  tellEach(session, rows, (await client(machineRoutes.power, { body })).results);
}

export async function clearErrors(
  session: Session,
  machines: string[],
  { deployment }: { deployment?: string },
) {
  const { client } = await session.connect();
  const rows = await findMachines(client, machines);
  const body = { machineIds: rows.map(({ id }) => id), ...(deployment ? { deploymentId: deployment } : {}) };
  tellEach(session, rows, (await client(machineRoutes.clearErrors, { body })).results);
}

export async function renewKeys(session: Session, machines: string[]) {
  const { client } = await session.connect();
  const rows = await findMachines(client, machines);
  const body = { machineIds: rows.map(({ id }) => id) };
  tellEach(session, rows, (await client(machineRoutes.renewKeys, { body })).results);
}

export async function decide(session: Session, machines: string[], decision: EnrollmentDecision) {
  const { client } = await session.connect();
  const rows = await findMachines(client, machines);
  const body = { machineIds: rows.map(({ id }) => id), decision };
  tellEach(session, rows, (await client(enrollmentRoutes.decide, { body })).results);
}

export interface EachResult {
  readonly machineId: string;
  readonly accepted: boolean;
  readonly code: string | null;
}

/** Says of each machine whether the act was accepted. @throws Failure act-refused-for-some */
export function tellEach(
  { output }: Session,
  rows: readonly { id: string; name: string }[],
  results: EachResult[],
) {
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? id;
  const shown: readonly Column<EachResult>[] = [
    { title: 'Machine', value: ({ machineId }) => nameOf(machineId) },
    {
      title: 'Result',
      value: ({ accepted }) => (accepted ? 'accepted' : 'refused'),
      paint: ({ accepted }, style) => (accepted ? style.good : style.bad),
    },
    {
      title: 'Note',
      value: ({ code }) => (code === null ? '' : reasonSentence({ code, params: {} })),
      shrinks: true,
    },
  ];
  output.result(results, () => output.table(results, shown, 'There is none.'));
  const failed = results.filter(({ accepted }) => !accepted).length;
  if (failed > 0) throw new Failure('act-refused-for-some', { failed, total: results.length });
}

export async function properties({ connect, output }: Session, text: string, changes: string[]) {
  const { client } = await connect();
  const { id } = await findMachine(client, text);
  const { properties: before } = await client(machineRoutes.get, { params: { id } });
  const after = Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(changes.map(change)) }).filter(
      ([, value]) => value !== '',
    ),
  );
  if (changes.length > 0)
    await client(machineRoutes.setProperties, { params: { id }, body: { properties: after } });
  output.result(after, () => output.properties(Object.entries(after)));
}

function change(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new Failure('usage-wrong', {
    problem: `"${text}" is not NAME=value.`,
    command: 'tenkai machine properties',
  });
}

export async function removeMachines(session: Session, machines: string[], { yes }: { yes?: boolean }) {
  const { client } = await session.connect();
  const rows = await findMachines(client, machines);
  const names = rows.map(({ name }) => name).join(', ');
  await confirm(session.terminal, `Forget ${names}? Their history goes, too.`, yes);
  for (const { id } of rows) await client(machineRoutes.remove, { params: { id } });
  session.output.result(
    rows.map(({ id, name }) => ({ id, name })),
    () => `Forgot ${names}`,
  );
}

const lostColumns: readonly Column<LostProperty>[] = [
  { title: 'Machine', value: ({ machineName }) => machineName, shrinks: true },
  { title: 'Property', value: ({ property }) => property },
  { title: 'Was', value: ({ value }) => value, shrinks: true },
  { title: 'When', value: ({ at }) => timeText(at) },
  { title: 'By', value: ({ origin }) => origin },
  { title: 'Agent', value: ({ version }) => version },
];

/** AGENT-30. */
export async function lostProperties({ connect, output }: Session, { property }: { property?: string }) {
  const { client } = await connect();
  const query = property === undefined ? {} : { property: property.toUpperCase() };
  const { items } = await client(machineRoutes.lostProperties, { query });
  output.result(items, () => output.table(items, lostColumns, 'No agent has lost a property.'));
}
