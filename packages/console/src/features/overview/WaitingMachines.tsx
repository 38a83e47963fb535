import { IconUserQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useWaitingCount } from '../enrollment/enrollment.queries.ts';
import { useMay } from '../session/session.queries.ts';
import './overview.css';

/** Machines that wait for approval: somebody must act. */
export function WaitingMachines() {
  const { t } = useTranslation();
  const may = useMay();
  const count = useWaitingCount();
  if (!count) return null;
  return (
    <div className="tk-callout" role="status">
      <IconUserQuestion size={20} stroke={1.6} aria-hidden="true" />
      <span>{t('overview.waiting', { count })}</span>
      {may('manage-machines') ? <Link to="/enrollment">{t('overview.decide')}</Link> : null}
    </div>
  );
}
