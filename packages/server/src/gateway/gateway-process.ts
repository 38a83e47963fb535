import { type Gateway, startGateway } from './gateway.ts';
import type { FromGateway, ToGateway } from './messages.ts';

/** What the process of a gateway does; the site's process starts, feeds and ends it. */
export function runGateway() {
  let gateway: Gateway | undefined;
  const send = (message: FromGateway) => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message: ToGateway) => {
    if (message.kind === 'start') gateway = startGateway(message.setup, send);
    else if (message.kind === 'stop') void gateway?.stop().finally(() => process.exit(0));
    else gateway?.receive(message);
  });
  // A signal to the whole group is the site's to act on: it tells its gateways in good order.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
}
