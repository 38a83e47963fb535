import type { Kernel } from '../../kernel/kernel.ts';
import './events.ts';

/** What open consoles hear of machines. */
export function exposeEvents({ live }: Pick<Kernel, 'live'>) {
  const message = ({ machineId }: { machineId: string }) => ({ topic: 'machines', id: machineId });
  const machineId = (payload: { machineId: string }) => payload.machineId;
  live.expose('machines.changed', { permission: 'view', message, machineId });
  live.expose('machines.removed', { permission: 'view', message: () => ({ topic: 'machines' }) });
  live.expose('machines.inventory-changed', { permission: 'view', message, machineId });
  live.expose('machines.power-changed', {
    permission: 'view',
    message: ({ machineId: id, to }) => ({ topic: 'machines', id, facts: { powerState: to } }),
    machineId,
  });
  live.expose('machines.presence', {
    permission: 'view',
    message: ({ machineId: id, isOnline }) => ({ topic: 'machines', id, facts: { isOnline } }),
    machineId,
  });
  live.expose('machines.progress', {
    permission: 'view',
    message: ({ machineId: id, runs }) => ({ topic: 'runs', facts: { machineId: id, runs } }),
    machineId,
  });
}
