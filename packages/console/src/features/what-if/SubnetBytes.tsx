import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { BytesPanel } from './BytesPanel.tsx';

/** How many bytes go to each subnet of the site. */
export function SubnetBytes({ subnets, subnetCount }: Pick<DeploymentWhatIf, 'subnets' | 'subnetCount'>) {
  const { t } = useTranslation();
  const hidden = subnetCount - subnets.length;
  return (
    <BytesPanel
      title={t('whatIf.where')}
      head={t('whatIf.subnet')}
      places={subnets.map(({ subnet, ...sum }) => ({ name: subnet ?? t('whatIf.noAddress'), ...sum }))}
      more={hidden > 0 ? t('whatIf.moreSubnets', { count: hidden }) : undefined}
    />
  );
}
