import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { type Icon, IconBox, IconDeviceDesktop, IconListTree, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { scenarioRoutes } from '@tenkai/protocol/api/scenarios.ts';
import { useTranslation } from 'react-i18next';
import { call } from '../api/client.ts';

const mostOfAGroup = 6;

/** Objects whose name holds the text, asked of the site. */
export function useFoundObjects(text: string): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const enabled = text.length > 0;
  const machines = useQuery({
    queryKey: ['machines', 'found', text],
    queryFn: ({ signal }) =>
      call(machineRoutes.list, { query: { search: text, limit: mostOfAGroup }, signal }),
    enabled,
  });
  const packages = useQuery({
    queryKey: ['packages', 'found', text],
    queryFn: ({ signal }) => call(packageRoutes.list, { query: { search: text }, signal }),
    enabled,
  });
  const scenarios = useQuery({
    queryKey: ['scenarios', 'found', text],
    queryFn: ({ signal }) => call(scenarioRoutes.list, { query: { search: text }, signal }),
    enabled,
  });
  const deployments = useQuery({
    queryKey: ['deployments', 'found'],
    queryFn: ({ signal }) => call(deploymentRoutes.list, { query: { limit: 200 }, signal }),
    enabled,
  });
  if (!enabled) return [];
  const lower = text.toLowerCase();
  return [
    group(t('nav.machines'), IconDeviceDesktop, machines.data?.items, (row) => ({
      id: row.id,
      label: row.name,
      description: row.operatingSystem,
      onClick: () => void navigate({ to: '/machines/$machineId', params: { machineId: row.id } }),
    })),
    group(t('nav.packages'), IconBox, packages.data?.items, (row) => ({
      id: row.id,
      label: row.displayName,
      description: row.id,
      onClick: () => void navigate({ to: '/packages/$packageId', params: { packageId: row.id } }),
    })),
    group(t('nav.scenarios'), IconListTree, scenarios.data?.items, (row) => ({
      id: row.id,
      label: row.name,
      description: row.description,
      onClick: () => void navigate({ to: '/scenarios/$scenarioId', params: { scenarioId: row.id } }),
    })),
    group(
      t('nav.deployments'),
      IconRocket,
      deployments.data?.items.filter(({ name }) => name.toLowerCase().includes(lower)),
      (row) => ({
        id: row.id,
        label: row.name,
        description: `${row.subjectName} → ${row.collectionName}`,
        onClick: () => void navigate({ to: '/deployments/$deploymentId', params: { deploymentId: row.id } }),
      }),
    ),
  ];
}

interface Found {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly onClick: () => void;
}

function group<T>(
  name: string,
  Shape: Icon,
  rows: readonly T[] | undefined,
  toFound: (row: T) => Found,
): SpotlightActionGroupData {
  const actions = (rows ?? []).slice(0, mostOfAGroup).map((row) => ({
    ...toFound(row),
    leftSection: <Shape size={18} stroke={1.6} aria-hidden="true" />,
  }));
  return { group: name, actions };
}
