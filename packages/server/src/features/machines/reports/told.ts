import type { Tx } from '../../../kernel/database/database.ts';
import type { EventKind, EventMap } from '../../../kernel/events.ts';
import type { StatusMessageInput } from '../../status/index.ts';
import type { Deps } from '../needs.ts';
import type { Told } from './report-handler.ts';

/** Gathers messages and events of one transaction, each in their order. */
export function gatherTold({ status, events }: Pick<Deps, 'status' | 'events'>) {
  const messages: StatusMessageInput[] = [];
  const happened: { kind: EventKind; payloads: EventMap[EventKind][] }[] = [];
  const publishAll: Told['events']['publishAll'] = async (_tx, kind, payloads) => {
    const last = happened.at(-1);
    if (last?.kind === kind) last.payloads.push(...payloads);
    else happened.push({ kind, payloads: [...payloads] });
  };
  const told: Told = {
    status: { append: async (_tx, message) => void messages.push(message) },
    events: { publishAll, publish: (tx, kind, payload) => publishAll(tx, kind, [payload]) },
  };
  return {
    told,
    async write(tx: Tx) {
      await status.appendAll(tx, messages);
      for (const { kind, payloads } of happened) await events.publishAll(tx, kind, payloads);
    },
  };
}
