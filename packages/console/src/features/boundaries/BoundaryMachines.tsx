import { Link } from '@tanstack/react-router';
import type { BoundaryListRow } from '@tenkai/protocol/api/boundaries.ts';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { useBoundaryMachines } from './boundaries.queries.ts';

/** Machines of this site whose address lies in it, and by which boundary each is held. */
export function BoundaryMachines({ boundary: { id } }: { readonly boundary: BoundaryListRow }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('boundaries.machines')}>
      <Loaded query={useBoundaryMachines(id)}>
        {({ items, total }) => (
          <>
            <p>{t('boundaries.machineCount', { count: total })}</p>
            <ul>
              {items.map(({ machineId, machineName, address, heldBy }) => (
                <li key={machineId}>
                  <Link to="/machines/$machineId" params={{ machineId }}>
                    {machineName}
                  </Link>{' '}
                  <span className="tk-mono">{address}</span>
                  {heldBy && heldBy.id !== id ? (
                    <span className="tk-muted"> {t('boundaries.heldBy', { name: heldBy.name })}</span>
                  ) : null}
                </li>
              ))}
            </ul>
            {total > items.length ? (
              <p className="tk-muted">{t('boundaries.moreMachines', { count: total - items.length })}</p>
            ) : null}
          </>
        )}
      </Loaded>
    </section>
  );
}
