import { Link } from '@tanstack/react-router';
import { describeDetection } from '@tenkai/domain/software/detection.ts';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';

/** 実行設定 to read: programs, restarts, and how success is verified. */
export function PackagePrograms({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  const { draft } = detail;
  return (
    <section className="tk-panel">
      <h2>{t('packages.tabs.execution')}</h2>
      <Facts
        facts={[
          ...draft.programs.map((program) => ({
            label: program.name,
            value: (
              <>
                <code>
                  {program.executable ?? ''} {program.parameters}
                </code>
                <div className="tk-muted">
                  {t(`packages.rights.${program.options.rights}`)} ·{' '}
                  {t(`packages.logons.${program.options.logon}`)} ·{' '}
                  {t('packages.minutesAtMost', { count: program.options.maxRunTimeMinutes })} ·{' '}
                  {t('packages.codes', {
                    success: program.exitCodes.success.join(', '),
                    restart: program.exitCodes.restart.join(', ') || '–',
                  })}
                </div>
                {program.requires.map((required) => (
                  <div key={`${required.packageId} ${required.program}`}>
                    {t('packages.requires')}{' '}
                    <Link to="/packages/$packageId" params={{ packageId: required.packageId }}>
                      {required.packageId}
                    </Link>{' '}
                    {required.program}
                  </div>
                ))}
              </>
            ),
          })),
          {
            label: t('packages.detection.title'),
            value:
              draft.detection.length === 0
                ? t('packages.detection.none')
                : draft.detection.map((rule) => (
                    <div key={JSON.stringify(rule)} className="tk-mono">
                      {describeDetection(rule)}
                    </div>
                  )),
          },
          {
            label: t('packages.fields.restartAfterInstall'),
            value: draft.restartAfterInstall ? t('common.yes') : t('common.no'),
          },
          {
            label: t('packages.fields.standalone'),
            value: draft.standalone ? t('common.yes') : t('common.no'),
          },
          ...(['before', 'after'] as const).flatMap((field) => {
            const hook = draft[field];
            return hook
              ? [
                  {
                    label: t(`packages.fields.${field}`),
                    value: (
                      <>
                        {hook.interpreter}
                        <pre className="tk-log">{hook.text}</pre>
                      </>
                    ),
                  },
                ]
              : [];
          }),
        ]}
      />
    </section>
  );
}
