import { type Gateway, openGateway } from './gateway.ts';
import type { FromGateway, ToGateway } from './messages.ts';

/** The program of a gateway's process: carries out what its core says, and ends with it. */
export async function runGateway(): Promise<void> {
  if (!process.send) {
    console.error('A gateway is started by the site server (TENKAI_GATEWAYS), not by hand.');
    process.exit(2);
  }
  const tell = (message: FromGateway) => void process.send?.(message, undefined, {}, () => {});
  let gateway: Promise<Gateway> | undefined;
  // A terminal's interrupt reaches every process; the core decides in which order they end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  process.on('disconnect', () => void gateway?.then((open) => open.abandon()).finally(() => process.exit(1)));
  process.on('message', async (message: ToGateway) => {
    if (message.type !== 'start') return void gateway?.then((open) => obey(open, message));
    gateway = openGateway(message.settings, tell);
    await gateway.then(
      () => tell({ type: 'listening' }),
      ({ message: text, code = '' }: NodeJS.ErrnoException) => tell({ type: 'failed', message: text, code }),
    );
  });
}

async function obey(gateway: Gateway, message: Exclude<ToGateway, { type: 'start' }>) {
  if (message.type !== 'stop') return gateway.take(message);
  await gateway.stop(message.reconnectWithinMs);
  process.exit(0);
}
