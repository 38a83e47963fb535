import { Failure } from '@tenkai/domain/failure.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import type { Command } from 'commander';
import { type Connection, type ConnectionOptions, connect } from './connection.ts';
import './failures.ts';
import { createOutput, type Output } from './output.ts';
import { printProblem } from './problem-text.ts';
import type { Terminal } from './terminal.ts';

/** Options of the program as a whole; they may stand anywhere on the line. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly site?: string;
  readonly tokenFile?: string;
  readonly timeout?: number;
}

/** What a command gets. */
export interface Session {
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborted by Ctrl C. */
  readonly signal: AbortSignal;
  /** Signs in at the first call. @throws Failure site-unknown, token-missing, ... */
  connect(): Promise<Connection>;
  readonly global: GlobalOptions;
}

export interface Cli {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** 0 ok, 1 the act failed, 2 wrong use. */
  exitCode: number;
}

/** Arguments as commander gives them, then the options of the command. */
export type Act = (session: Session, ...given: never[]) => Promise<void>;

/** Turns an act into an action of commander: errors are printed once, here, and decide the exit status. */
export function acting(cli: Cli, act: Act) {
  return async (...given: unknown[]) => {
    const command = given.pop() as Command;
    const global = command.optsWithGlobals<GlobalOptions>();
    const { terminal, signal } = cli;
    const output = createOutput(terminal, { isJson: global.json === true });
    let connection: Promise<Connection> | undefined;
    const session: Session = {
      terminal,
      output,
      signal,
      global,
      connect: () => {
        connection ??= connect(terminal, connectionOptions(global)).then((made) =>
          interruptible(made, signal),
        );
        return connection;
      },
    };
    try {
      await act(session, ...(given as never[]));
    } catch (error) {
      output.line('');
      printProblem(terminal, signal.aborted ? new Failure('interrupted') : error, output.isJson);
      cli.exitCode = isWrongUse(error) ? 2 : 1;
    }
  };
}

/** Ctrl C ends whatever is being waited for. */
function interruptible(connection: Connection, signal: AbortSignal): Connection {
  const client: Client = (route, input) => connection.client(route, { signal, ...input });
  return { ...connection, client };
}

export function connectionOptions({ site, tokenFile, timeout }: GlobalOptions): ConnectionOptions {
  return {
    ...(site === undefined ? {} : { site }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  };
}

const wrongUse = new Set([
  'usage-wrong',
  'site-unknown',
  'token-missing',
  'token-file-open',
  'file-unreadable',
  'file-not-json',
  'terminal-needed',
  'name-ambiguous',
  'simulator-profile-unknown',
  'simulator-profile-invalid',
]);

/** What the caller wrote is wrong, as opposed to what the site answered. */
function isWrongUse(error: unknown): boolean {
  if (error instanceof RemoteProblem) {
    const { code } = error.problem;
    return code === 'invalid-request' || wrongUse.has(code);
  }
  return error instanceof Failure && wrongUse.has(error.code);
}
