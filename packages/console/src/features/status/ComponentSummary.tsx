import { UnstyledButton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { listComponents } from '@tenkai/protocol/api/status.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import './ComponentSummary.css';

type ComponentStatus = ReplyOf<typeof listComponents>['items'][number];

interface Props {
  readonly query: UseQueryResult<{ items: ComponentStatus[] }>;
  readonly chosen: string | undefined;
  readonly onChoose: (component: string | null) => void;
}

/** Components of the last day, the worst message of each deciding its state (STAT-16). */
export function ComponentSummary({ query, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label={t('status.components')} className="tk-components">
      {items.map((item) => (
        <UnstyledButton
          key={item.component}
          className="tk-component"
          aria-pressed={item.component === chosen}
          onClick={() => onChoose(item.component === chosen ? null : item.component)}
        >
          <StateLabel kind={kindOf(item)} text={item.component} />
          <span className="tk-muted">
            {t('status.counts', {
              errors: formats.number(item.errors),
              warnings: formats.number(item.warnings),
              infos: formats.number(item.infos),
            })}
          </span>
        </UnstyledButton>
      ))}
    </section>
  );
}

function kindOf({ errors, warnings }: ComponentStatus): StateKind {
  if (errors > 0) return 'failed';
  return warnings > 0 ? 'waiting' : 'succeeded';
}
