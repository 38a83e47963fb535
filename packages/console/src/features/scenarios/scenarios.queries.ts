import { useMutation, useQuery } from '@tanstack/react-query';
import type { ScenarioDraft } from '@tenkai/domain/scenario/scenario.ts';
import { scenarioRoutes } from '@tenkai/protocol/api/scenarios.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

export function useScenarios() {
  return useQuery({
    queryKey: ['scenarios', 'list'],
    queryFn: ({ signal }) => call(scenarioRoutes.list, { query: {}, signal }),
  });
}

export function useScenario(id: string | undefined) {
  return useQuery({
    queryKey: ['scenarios', 'one', id],
    queryFn: ({ signal }) => call(scenarioRoutes.get, { params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
  });
}

const changed = () => tell(new Set(['scenarios', 'packages']));

export function useCreateScenario() {
  return useMutation({
    mutationFn: (body: ScenarioDraft) => call(scenarioRoutes.create, { body }),
    onSuccess: changed,
  });
}

export function useUpdateScenario(id: string) {
  return useMutation({
    mutationFn: (body: { draft: ScenarioDraft; revision: number }) =>
      call(scenarioRoutes.update, { params: { id }, body }),
    onSuccess: changed,
  });
}

export function useRemoveScenario() {
  return useMutation({
    mutationFn: (id: string) => call(scenarioRoutes.remove, { params: { id } }),
    onSuccess: () => void changed(),
  });
}
