import { Button } from '@mantine/core';
import { IconEdit, IconRocket, IconTrash } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useMay } from '../session/session.queries.ts';
import { PackageContent } from './PackageContent.tsx';
import { PackageFacts } from './PackageFacts.tsx';
import '../overview/overview.css';
import { PackageHistory } from './PackageHistory.tsx';
import { PackagePrograms } from './PackagePrograms.tsx';
import { UrgencyLabel } from './package-columns.tsx';
import { usePackage } from './packages.queries.ts';
import { RemovePackage } from './RemovePackage.tsx';

const route = getRouteApi('/inside/packages/$packageId');

export function PackagePage() {
  const { packageId } = route.useParams();
  const query = usePackage(packageId);
  return (
    <div className="tk-page">
      <Loaded query={query}>{(detail) => <Content detail={detail} />}</Loaded>
    </div>
  );
}

function Content({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const [isRemoving, setRemoving] = useState(false);
  return (
    <>
      <PageHeader
        title={detail.displayName}
        trail={<Link to="/packages">{t('nav.packages')}</Link>}
        note={
          <>
            <span className="tk-mono">{detail.id}</span>
            <span>{t('packages.revisionN', { n: detail.revision })}</span>
            <span>{formats.bytes(detail.contentBytes)}</span>
            <UrgencyLabel urgency={detail.urgency} />
          </>
        }
        actions={
          <>
            {may('operate') ? (
              <ButtonLink
                to="/deployments/new"
                search={{ package: detail.id }}
                leftSection={<IconRocket size={16} />}
              >
                {t('machines.acts.deploy')}
              </ButtonLink>
            ) : null}
            {may('manage-scenarios') ? (
              <ButtonLink to="/scenarios/new" search={{ package: detail.id }} variant="default">
                {t('packages.makeScenario')}
              </ButtonLink>
            ) : null}
            {may('manage-packages') ? (
              <>
                <ButtonLink
                  to="/packages/$packageId/edit"
                  params={{ packageId: detail.id }}
                  variant="default"
                  leftSection={<IconEdit size={16} />}
                >
                  {t('packages.modify')}
                </ButtonLink>
                <Button
                  variant="default"
                  leftSection={<IconTrash size={16} />}
                  onClick={() => setRemoving(true)}
                >
                  {t('common.delete')}
                </Button>
              </>
            ) : null}
          </>
        }
      />
      <div className="tk-columns">
        <PackageFacts detail={detail} />
        <PackagePrograms detail={detail} />
        <PackageContent detail={detail} />
        <PackageHistory detail={detail} />
      </div>
      {isRemoving ? <RemovePackage detail={detail} onClose={() => setRemoving(false)} /> : null}
    </>
  );
}
