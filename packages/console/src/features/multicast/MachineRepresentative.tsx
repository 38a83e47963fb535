import { Select } from '@mantine/core';
import type { RepresentativeRule } from '@tenkai/protocol/api/multicast.ts';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useMay } from '../session/session.queries.ts';
import { useRepresentatives, useSetRepresentative } from './multicast.queries.ts';

const rules = ['automatic', 'named', 'forbidden'] as const;

/** Whether this machine fetches for its subnet, by hand (BSCN-26). */
export function MachineRepresentative({ machineId }: { readonly machineId: string }) {
  const { t } = useTranslation();
  const query = useRepresentatives();
  return (
    <section className="tk-panel">
      <h2>{t('multicast.representative')}</h2>
      <Loaded query={query}>
        {({ items }) => (
          <Rule
            machineId={machineId}
            rule={items.find((item) => item.machineId === machineId)?.rule ?? 'automatic'}
          />
        )}
      </Loaded>
    </section>
  );
}

function Rule({
  machineId,
  rule,
}: {
  readonly machineId: string;
  readonly rule: RepresentativeRule | 'automatic';
}) {
  const { t } = useTranslation();
  const may = useMay();
  const set = useSetRepresentative(machineId);
  return (
    <div className="tk-panel-body">
      <Select
        aria-label={t('multicast.representative')}
        description={t('multicast.representativeText')}
        allowDeselect={false}
        disabled={!may('manage-machines') || set.isPending}
        data={rules.map((value) => ({ value, label: t(`multicast.rules.${value}`) }))}
        value={rule}
        onChange={(value) => {
          const chosen = rules.find((known) => known === value);
          if (chosen && chosen !== rule) set.mutate(chosen);
        }}
      />
      {set.error ? <ProblemView error={set.error} /> : null}
    </div>
  );
}
