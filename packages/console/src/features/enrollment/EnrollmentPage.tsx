import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { LostMachines } from './LostMachines.tsx';
import { LostProperties } from './LostProperties.tsx';
import { Tickets } from './Tickets.tsx';
import { WaitingMachines } from './WaitingMachines.tsx';

/** The ways in for machines: approval one by one, or tickets for many. */
export function EnrollmentPage() {
  const { t } = useTranslation();
  return (
    <div className="tk-page">
      <PageHeader title={t('nav.enrollment')} />
      <WaitingMachines />
      <LostMachines />
      <LostProperties />
      <Tickets />
    </div>
  );
}
