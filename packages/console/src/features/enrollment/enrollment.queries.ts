import { useMutation, useQuery } from '@tanstack/react-query';
import { type EnrollmentDecision, enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { fallbackRoutes } from '@tenkai/protocol/api/fallback.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useMachineCount } from '../machines/machines.queries.ts';

export function useTickets() {
  return useQuery({
    queryKey: ['enrollment', 'tickets'],
    queryFn: ({ signal }) => call(enrollmentRoutes.listTickets, { signal }),
  });
}

/** Machines that wait for somebody's approval; undefined while it is not known. */
export function useWaitingCount(): number | undefined {
  return useMachineCount({ enrollment: 'pending' }).data ?? undefined;
}

const changed = () => tell(new Set(['enrollment', 'machines']));

export function useCreateTicket() {
  return useMutation({
    mutationFn: (body: { name: string; maxUses: number; validHours: number }) =>
      call(enrollmentRoutes.createTicket, { body }),
    onSuccess: changed,
  });
}

export function useRevokeTicket() {
  return useMutation({
    mutationFn: (id: string) => call(enrollmentRoutes.revokeTicket, { params: { id } }),
    onSuccess: changed,
  });
}

export function useDecide() {
  return useMutation({
    mutationFn: (body: { machineIds: string[]; decision: EnrollmentDecision }) =>
      call(enrollmentRoutes.decide, { body }),
    onSuccess: changed,
  });
}

export function useLostMachines() {
  return useQuery({
    queryKey: ['fallback', 'list'],
    queryFn: ({ signal }) => call(fallbackRoutes.list, { signal }),
  });
}

export function useForgetLostMachine() {
  return useMutation({
    mutationFn: (id: string) => call(fallbackRoutes.remove, { params: { id } }),
    onSuccess: () => tell(new Set(['fallback'])),
  });
}
