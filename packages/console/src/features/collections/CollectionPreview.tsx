import { useDebouncedValue } from '@mantine/hooks';
import type { CollectionDraft } from '@tenkai/protocol/api/collections.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { MachineNames } from '../machines/MachineNames.tsx';
import { usePreview } from './collections.queries.ts';
import { isRuleComplete } from './draft.ts';

interface Props {
  readonly draft: CollectionDraft;
  readonly id: string | undefined;
}

const pauseMs = 400;

/** Who would be in the collection, and what a change would add and remove, before it is saved. */
export function CollectionPreview({ draft, id }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [settled] = useDebouncedValue(draft, pauseMs);
  const isReady = settled.rules.every(isRuleComplete);
  const query = usePreview(isReady ? { ...settled, name: settled.name.trim() || '–' } : undefined, id);
  return (
    <section className="tk-panel" aria-label={t('collections.preview')} aria-live="polite">
      <h2>{t('collections.preview')}</h2>
      <div className="tk-panel-body tk-stack">
        {isReady || query.data ? (
          <Loaded query={query}>
            {({ memberCount, added, removed, sample }) => (
              <>
                <p className="tk-big">
                  <b>{formats.number(memberCount)}</b> {t('collections.members', { count: memberCount })}
                </p>
                {id === undefined ? (
                  <MachineNames machines={sample} total={memberCount} />
                ) : (
                  <Difference added={added} removed={removed} />
                )}
              </>
            )}
          </Loaded>
        ) : (
          <p className="tk-muted">{t('collections.incomplete')}</p>
        )}
      </div>
    </section>
  );
}

interface DifferenceProps {
  readonly added: readonly { id: string; name: string }[];
  readonly removed: readonly { id: string; name: string }[];
}

function Difference({ added, removed }: DifferenceProps) {
  const { t } = useTranslation();
  if (added.length + removed.length === 0) return <p className="tk-muted">{t('collections.noChange')}</p>;
  return (
    <>
      {added.length > 0 ? (
        <div>
          <p>{t('collections.added', { count: added.length })}</p>
          <MachineNames machines={added} />
        </div>
      ) : null}
      {removed.length > 0 ? (
        <div>
          <p>{t('collections.removed', { count: removed.length })}</p>
          <MachineNames machines={removed} />
        </div>
      ) : null}
    </>
  );
}
