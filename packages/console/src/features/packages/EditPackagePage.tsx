import { getRouteApi, Link } from '@tanstack/react-router';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { PackageForm } from './form/PackageForm.tsx';
import { usePackage } from './packages.queries.ts';

const route = getRouteApi('/inside/packages/$packageId/edit');

export function EditPackagePage() {
  const { packageId } = route.useParams();
  const query = usePackage(packageId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(detail) => <Content key={detail.revision} detail={detail} />}</Loaded>
    </div>
  );
}

function Content({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { contentId, files, folders } = detail;
  return (
    <>
      <PageHeader
        title={t('packages.editTitle', { name: detail.displayName })}
        trail={
          <>
            <Link to="/packages">{t('nav.packages')}</Link> /{' '}
            <Link to="/packages/$packageId" params={{ packageId: detail.id }}>
              {detail.id}
            </Link>
          </>
        }
      />
      <PackageForm
        start={detail.draft}
        revision={detail.revision}
        {...(contentId === null ? {} : { kept: { contentId, files, folders } })}
        onSaved={(packageId) => void navigate({ to: '/packages/$packageId', params: { packageId } })}
      />
    </>
  );
}
