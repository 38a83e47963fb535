import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { newDraft } from './form/new-draft.ts';
import { PackageForm } from './form/PackageForm.tsx';

export function NewPackagePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <div className="tk-page">
      <PageHeader title={t('palette.newPackage')} trail={<Link to="/packages">{t('nav.packages')}</Link>} />
      <PackageForm
        start={newDraft}
        onSaved={(packageId) => void navigate({ to: '/packages/$packageId', params: { packageId } })}
      />
    </div>
  );
}
