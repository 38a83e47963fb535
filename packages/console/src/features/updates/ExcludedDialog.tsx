import { Button, Modal, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useCollections } from '../collections/collections.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { useOptOut, useOptOuts } from './updates.queries.ts';

/** Machines and collections that automatic update never touches (BAUT-26). */
export function ExcludedDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const query = useOptOuts();
  const change = useOptOut();
  const may = useMay();
  const collections = useCollections().data?.items ?? [];
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('updates.excluded')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        {change.error ? <ProblemView error={change.error} /> : null}
        <p className="tk-muted">{t('updates.excludedText')}</p>
        <Loaded query={query}>
          {(found) => (
            <>
              {[
                ...found.collections.map((one) => ({ ...one, key: 'collectionIds' as const })),
                ...found.machines.map((one) => ({ ...one, key: 'machineIds' as const })),
              ].map(({ id, name, key }) => (
                <div className="tk-row" key={id}>
                  <span style={{ flex: 1 }}>{name}</span>
                  {may('operate') ? (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`${t('updates.include')}: ${name}`}
                      onClick={() => change.mutate({ [key]: [id], isOptedOut: false })}
                    >
                      {t('updates.include')}
                    </Button>
                  ) : null}
                </div>
              ))}
            </>
          )}
        </Loaded>
        {may('operate') ? (
          <Select
            label={t('updates.excludeCollection')}
            searchable
            data={collections.map(({ id, name }) => ({ value: id, label: name }))}
            value={null}
            onChange={(id) => id && change.mutate({ collectionIds: [id], isOptedOut: true })}
          />
        ) : null}
      </div>
    </Modal>
  );
}
