import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { CertificateHealth } from './CertificateHealth.tsx';
import { MachinesAtAGlance } from './MachinesAtAGlance.tsx';
import { OpenDeployments } from './OpenDeployments.tsx';
import { RecentProblems } from './RecentProblems.tsx';
import { SiteHealth } from './SiteHealth.tsx';
import { TargetsToReview } from './TargetsToReview.tsx';
import { WaitingMachines } from './WaitingMachines.tsx';

/** The numbers that matter; each part of a picture opens the list behind it. */
export function OverviewPage() {
  const { t } = useTranslation();
  return (
    <div className="tk-page">
      <PageHeader title={t('nav.overview')} />
      <SiteHealth />
      <WaitingMachines />
      <TargetsToReview />
      <MachinesAtAGlance />
      <CertificateHealth />
      <OpenDeployments />
      <RecentProblems />
    </div>
  );
}
