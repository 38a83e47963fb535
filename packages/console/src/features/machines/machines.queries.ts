import { useMutation, useQuery } from '@tanstack/react-query';
import type { CertificateState } from '@tenkai/domain/machine/certificate-health.ts';
import type { InboundState } from '@tenkai/domain/machine/inbound-state.ts';
import { certificateRoutes } from '@tenkai/protocol/api/certificates.ts';
import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import {
  type EnrollmentStatus,
  type MachineActivity,
  type MachineRow,
  machineRoutes,
} from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export interface MachineFilter {
  readonly search?: string;
  readonly collection?: string;
  readonly power?: MachineRow['powerState'];
  readonly activity?: MachineActivity;
  readonly enrollment?: EnrollmentStatus;
  readonly certificates?: CertificateState;
  readonly inbound?: InboundState;
  readonly sort?: 'name' | '-name' | 'lastSeenAt' | '-lastSeenAt';
}

type ListQuery = QueryOf<typeof machineRoutes.list>;

function toQuery({ collection, power, ...rest }: MachineFilter): ListQuery {
  return {
    ...rest,
    ...(collection === undefined ? {} : { collectionId: collection }),
    ...(power === undefined ? {} : { powerState: power }),
  };
}

export function useMachineList(filter: MachineFilter) {
  return useKeysetList<MachineRow>(['machines', 'list', filter], (cursor, limit, signal) =>
    call(machineRoutes.list, { query: { ...toQuery(filter), ...(cursor ? { cursor } : {}), limit }, signal }),
  );
}

/** Most machines that one act may name. */
export const mostAtOnce = 10_000;
const pageSize = 1000;

/** Every machine of a filter, as far as one act can take them. */
export async function fetchAllMachines(filter: MachineFilter, signal?: AbortSignal): Promise<MachineRow[]> {
  const rows: MachineRow[] = [];
  let cursor: string | null = null;
  do {
    const query: ListQuery = { ...toQuery(filter), limit: pageSize, ...(cursor ? { cursor } : {}) };
    const page = await call(machineRoutes.list, { query, ...(signal ? { signal } : {}) });
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < mostAtOnce);
  return rows.slice(0, mostAtOnce);
}

/** How many machines a filter finds, without their rows. */
export function useMachineCount(filter: MachineFilter) {
  return useQuery({
    queryKey: ['machines', 'count', filter],
    queryFn: async ({ signal }) =>
      (await call(machineRoutes.list, { query: { ...toQuery(filter), limit: 1 }, signal })).total,
  });
}

export function useMachine(id: string) {
  return useQuery({
    queryKey: ['machines', 'one', id],
    queryFn: ({ signal }) => call(machineRoutes.get, { params: { id }, signal }),
  });
}

export function useTimeline(machineId: string) {
  return useKeysetList(['machines', 'timeline', machineId], (cursor, limit, signal) =>
    call(machineRoutes.timeline, {
      params: { id: machineId },
      query: { limit, ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

export function useMachineRuns(machineId: string) {
  return useKeysetList(['runs', 'machine', machineId], (cursor, limit, signal) =>
    call(deploymentRoutes.machineRuns, {
      params: { id: machineId },
      query: { limit, ...(cursor ? { cursor } : {}) },
      signal,
    }),
  );
}

const changed = () => tell(new Set(['machines']));

export type PowerAction = 'wake' | 'restart' | 'shut-down' | 'query';

export interface PowerOrder {
  readonly machineIds: string[];
  readonly action: PowerAction;
  readonly delaySeconds?: number;
  readonly force?: boolean;
}

export function usePower() {
  return useMutation({
    mutationFn: (body: PowerOrder) => call(machineRoutes.power, { body }),
    onSuccess: changed,
  });
}

export function useClearErrors() {
  return useMutation({
    mutationFn: (body: { machineIds: string[]; deploymentId?: string }) =>
      call(machineRoutes.clearErrors, { body }),
    onSuccess: changed,
  });
}

export function useRenewKeys() {
  return useMutation({
    mutationFn: async (machineIds: string[]) =>
      (await call(machineRoutes.renewKeys, { body: { machineIds } })).results,
    onSuccess: changed,
  });
}

/** Looks anew each time that somebody asks: what was found a minute ago says nothing. */
export function useDiagnosis(id: string) {
  return useQuery({
    queryKey: ['machines', 'diagnosis', id],
    queryFn: ({ signal }) => call(machineRoutes.diagnose, { params: { id }, signal }),
    gcTime: 0,
    staleTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
}

/** Properties that agents have lost with a patch or an installation, and not got back (AGENT-30). */
export function useLostProperties() {
  return useQuery({
    queryKey: ['machines', 'lost-properties'],
    queryFn: ({ signal }) => call(machineRoutes.lostProperties, { query: {}, signal }),
  });
}

/** Certificates of the fleet by state, and what is still to be done (IDENT-15). */
export function useCertificateHealth() {
  return useQuery({
    queryKey: ['machines', 'certificates'],
    queryFn: ({ signal }) => call(certificateRoutes.health, { signal }),
  });
}

export function useRepairCertificates() {
  return useMutation({
    mutationFn: () => call(certificateRoutes.repair),
    onSuccess: () => tell(new Set(['deployments', 'collections'])),
  });
}

export function useForgetMachine() {
  return useMutation({
    mutationFn: (id: string) => call(machineRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}

export function useSetProperties(id: string) {
  return useMutation({
    mutationFn: (properties: Record<string, string>) =>
      call(machineRoutes.setProperties, { params: { id }, body: { properties } }),
    onSuccess: changed,
  });
}
