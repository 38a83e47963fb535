import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

export interface SiteLockOptions {
  /** Of a PostgreSQL. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a server that is just ending may take to let go: 10 s, unless told. */
  readonly patienceMs?: number;
  /** Called where another server took the database after this one lost its connection. Default: the process ends. */
  readonly onLost?: (failure: Error) => void;
}

/** Advisory locks of one database are told apart by a number; migrations have the one before. */
const lockNumber = 730102;
const tryAgainMs = 250;
const defaultPatienceMs = 10_000;

/**
 * Holds a PostgreSQL database for this process. Events reach only the subscribers of the process that published
 * them, and runs are released by one process: a second server on the same database would miss half of everything.
 * The lock belongs to a connection, so that it ends with this process however it ends.
 * @returns lets go
 * @throws Error where another server holds it
 */
export async function lockDatabase(options: SiteLockOptions): Promise<() => Promise<void>> {
  const { clock, patienceMs = defaultPatienceMs } = options;
  const stopping = new AbortController();
  const state: State = { options, stopping, client: undefined };
  for (const endsAt = clock.now() + patienceMs; !(await take(state)); ) {
    if (clock.now() >= endsAt) throw inUse();
    await clock.wait(tryAgainMs, stopping.signal);
  }
  return async () => {
    stopping.abort();
    await state.client?.end();
  };
}

interface State {
  readonly options: SiteLockOptions;
  readonly stopping: AbortController;
  client: pg.Client | undefined;
}

/** False: somebody else has it. */
async function take(state: State): Promise<boolean> {
  const client = new pg.Client({
    connectionString: state.options.url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    keepAlive: true,
    // The database notices a host that vanished, and lets its successor in.
    options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
  });
  // What broke is told by `end`; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client
    .query('SELECT pg_try_advisory_lock($1) AS taken', [lockNumber])
    .catch(async (failure: unknown) => {
      await client.end();
      throw failure;
    });
  if (rows[0].taken !== true) {
    await client.end();
    return false;
  }
  state.client = client;
  client.once('end', () => void regain(state));
  return true;
}

/** After a restart of the database everything goes on, unless another server was faster. */
async function regain(state: State) {
  const { stopping, options } = state;
  const { clock, log, onLost = endProcess } = options;
  while (!stopping.signal.aborted) {
    try {
      if (!(await take(state))) return onLost(inUse());
      log.warn('the connection that holds the database was lost and is back');
      // Stopped meanwhile: nobody else would end it.
      if (stopping.signal.aborted) await state.client?.end();
      return;
    } catch (error) {
      log.debug({ err: error }, 'the database cannot be reached');
    }
    await clock.wait(tryAgainMs, stopping.signal);
  }
}

function inUse(): Error {
  return new Error(
    'Another Tenkai server is using this PostgreSQL database. Stop it first, or set TENKAI_DATABASE to another one.',
  );
}

function endProcess(failure: Error) {
  setImmediate(() => {
    throw failure;
  });
}
