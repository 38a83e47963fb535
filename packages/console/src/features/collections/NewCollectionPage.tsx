import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { CollectionEditor } from './CollectionEditor.tsx';
import { useCreateCollection } from './collections.queries.ts';
import { emptyDraft } from './draft.ts';

export function NewCollectionPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const create = useCreateCollection();
  const [draft, setDraft] = useState(emptyDraft);
  const save = () =>
    create.mutate(draft, {
      onSuccess: ({ id }) =>
        void navigate({ to: '/collections/$collectionId', params: { collectionId: id } }),
    });
  return (
    <div className="tk-page">
      <PageHeader
        title={t('palette.newCollection')}
        trail={<Link to="/collections">{t('nav.collections')}</Link>}
      />
      <CollectionEditor
        draft={draft}
        onChange={setDraft}
        onSave={save}
        isSaving={create.isPending}
        error={create.error}
      />
    </div>
  );
}
