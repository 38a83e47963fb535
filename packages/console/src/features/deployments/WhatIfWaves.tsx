import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';

/** Waves that the machines of a waiting group would make; nothing where nobody waits for others. */
export function WhatIfWaves({ waves, waveCount }: Pick<DeploymentWhatIf, 'waves' | 'waveCount'>) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  if (waves.length === 0) return null;
  const hidden = waveCount - waves.length;
  const heads = ['wave', 'startsAt', 'machines', 'cause'] as const;
  return (
    <section className="tk-panel">
      <h2>{t('whatIf.waves')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it, too */}
      <section className="tk-what-if-scroll" aria-label={t('whatIf.waves')} tabIndex={0}>
        <table className="tk-what-if-table">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {t(`whatIf.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {waves.map(({ number, startsAt, machineCount, cause }) => (
              <tr key={number}>
                <th scope="row">{number}</th>
                <td>{formats.dateTime(startsAt)}</td>
                <td>{formats.number(machineCount)}</td>
                <td>
                  {i18n.exists(`deployments.waveCauses.${cause}`)
                    ? t(`deployments.waveCauses.${cause}` as 'deployments.waveCauses.full')
                    : cause}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hidden > 0 ? (
        <p className="tk-what-if-note tk-muted">{t('whatIf.moreWaves', { count: hidden })}</p>
      ) : null}
    </section>
  );
}
