import { notifications } from '@mantine/notifications';
import type { CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../session/session.queries.ts';
import { CollectionEditor } from './CollectionEditor.tsx';
import { useUpdateCollection } from './collections.queries.ts';
import { draftOf } from './draft.ts';

/** The rules of a collection, to read or to change. */
export function CollectionRules({ collection }: { readonly collection: CollectionRow }) {
  const { t } = useTranslation();
  const may = useMay();
  const update = useUpdateCollection(collection.id);
  const [draft, setDraft] = useState(() => draftOf(collection));
  const isFixed = collection.isBuiltIn || !may('manage-collections');
  const save = () =>
    update.mutate(
      { ...draft, revision: collection.revision },
      { onSuccess: () => notifications.show({ message: t('common.saved') }) },
    );
  return (
    <div className="tk-stack">
      {isFixed ? (
        <p className="tk-muted">
          {collection.isBuiltIn ? t('collections.builtIn') : t('collections.readOnly')}
        </p>
      ) : null}
      <fieldset disabled={isFixed} className="tk-plain-fieldset">
        <CollectionEditor
          id={collection.id}
          draft={draft}
          onChange={setDraft}
          onSave={save}
          isSaving={update.isPending}
          error={update.error}
        />
      </fieldset>
    </div>
  );
}
