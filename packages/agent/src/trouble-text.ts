import { Failure } from '@tenkai/domain/failure.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';

/** What is wrong with this machine or its way to the site, for the status of the agent: with its way out. */
export interface Trouble {
  /** Message and remedy in English; empty: all is well. */
  readonly trouble: string;
  /** Null: it has none. */
  readonly troubleCode: string | null;
  readonly troubleParams: Readonly<Record<string, unknown>>;
}

export const noTrouble: Trouble = { trouble: '', troubleCode: null, troubleParams: {} };

/** It waits for an administrator; nobody has refused it. */
export const waitsForApproval: Trouble = {
  trouble:
    'This machine waits for approval by an administrator. Approve it in the console (Machines, waiting for approval), or enroll it with a ticket.',
  troubleCode: 'machine-pending',
  troubleParams: {},
};

export function troubleOf(cause: unknown): Trouble {
  const problem =
    cause instanceof RemoteProblem ? cause.problem : cause instanceof Failure ? cause : undefined;
  if (problem === undefined) {
    const message = plain(cause instanceof Error ? cause.message : String(cause));
    return { ...noTrouble, trouble: `${message}. ${seeLog}`, troubleCode: 'agent-failed' };
  }
  const { code, message, remedy, params } = problem;
  // Whoever answers may be anybody: some have no remedy to tell.
  const trouble = [message, remedy === '' ? seeLog : remedy].map(plain).join(' ');
  return { trouble, troubleCode: plain(code), troubleParams: plainParams(params) };
}

/** They are filled into texts of other languages: what holds for the message holds for them. */
const plainParams = (params: Readonly<Record<string, unknown>> = {}) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? plain(value) : value]),
  );

const seeLog = 'See the log of the agent, log/agent.log in its data folder.';
const longest = 1000;
const plain = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd').slice(0, longest);
