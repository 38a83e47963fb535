import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import { type ServiceStatus, scCodes, serviceLines, serviceName, statusFrom } from './service-control.ts';

/** How a program of this machine ended, and what it said on both streams. */
export interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** What installing and removing need of Windows. */
export interface ServicePort {
  /** Runs sc.exe. */
  sc(args: readonly string[]): Promise<Said>;
  /** Path of tenkai-service.exe. */
  readonly program: string;
  /** Runs it with `folder`, which makes the data folder and prints it. */
  makeFolder(): Promise<Said>;
  /** Writes the first settings where there are none. */
  writeSettings(folder: string): Promise<void>;
  wait(ms: number): Promise<void>;
}

const pollMs = 500;
/** The server has 30 seconds to end in; a busy machine takes its time to start a program. */
const limitMs = 120_000;

/** @throws Failure service-refused */
export async function readStatus({ sc }: Pick<ServicePort, 'sc'>): Promise<ServiceStatus> {
  const { code, text } = await sc(serviceLines.query);
  if (code === scCodes.absent) return { service: serviceName, state: 'absent', exitCode: null };
  if (code !== 0) throw refused('query', { code, text });
  return statusFrom(text);
}

export interface Installed {
  readonly status: ServiceStatus;
  /** Where settings, data and log are. */
  readonly folder: string;
}

/**
 * Registers the service where it is not there yet, with its data folder and its settings, and starts it.
 * @throws Failure service-needs-administrator, service-refused, service-slow
 */
export async function installService(
  port: ServicePort,
  { start, beforeStart }: { start: boolean; beforeStart: (folder: string) => Promise<void> },
): Promise<Installed> {
  const { state } = await readStatus(port);
  if (state === 'absent') {
    await carryOut(port, 'create', serviceLines.create(port.program));
    await carryOut(port, 'description', serviceLines.describe);
  }
  const made = await port.makeFolder();
  const folder = made.text.trim();
  if (made.code !== 0 || folder === '') throw refused('folder', made);
  await port.writeSettings(folder);
  await beforeStart(folder);
  if (start) await carryOut(port, 'start', serviceLines.start, [scCodes.alreadyRunning]);
  return { status: start ? await untilState(port, 'running') : await readStatus(port), folder };
}

/**
 * Stops the service and takes it away; what it has written stays.
 * @returns whether there was one
 * @throws Failure service-needs-administrator, service-refused, service-slow
 */
export async function removeService(port: Pick<ServicePort, 'sc' | 'wait'>): Promise<boolean> {
  const { state } = await readStatus(port);
  if (state === 'absent') return false;
  if (state !== 'stopped') {
    await carryOut(port, 'stop', serviceLines.stop, [scCodes.notStarted]);
    await untilState(port, 'stopped');
  }
  await carryOut(port, 'delete', serviceLines.remove);
  return true;
}

/** A service that stops while it should start has said why. */
async function untilState(
  port: Pick<ServicePort, 'sc' | 'wait'>,
  wanted: 'running' | 'stopped',
): Promise<ServiceStatus> {
  for (let waited = 0; waited <= limitMs; waited += pollMs) {
    const status = await readStatus(port);
    if (status.state === wanted || status.state === 'stopped') return status;
    await port.wait(pollMs);
  }
  throw new Failure('service-slow', { wanted, seconds: limitMs / 1000 });
}

async function carryOut(
  { sc }: Pick<ServicePort, 'sc'>,
  act: string,
  args: readonly string[],
  harmless: readonly number[] = [],
) {
  const said = await sc(args);
  if (said.code === 0 || harmless.includes(said.code ?? -1)) return;
  if (said.code === scCodes.accessDenied) throw new Failure('service-needs-administrator');
  throw refused(act, said);
}

const refused = (act: string, { code, text }: Said) =>
  new Failure('service-refused', { act, code: code ?? 'none' }, { detail: text.trim().slice(-1000) });
