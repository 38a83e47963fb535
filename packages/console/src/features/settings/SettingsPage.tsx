import type { SiteView } from '@tenkai/protocol/api/site.ts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { Loaded } from '../../ui/Loaded.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { When } from '../../ui/When.tsx';
import { RenameSite } from './RenameSite.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { useSettings, useSite } from './settings.queries.ts';

/** 詳細設定 (BCON-02): the site, and its settings. */
export function SettingsPage() {
  const { t } = useTranslation();
  const site = useSite();
  const settings = useSettings();
  return (
    <div className="tk-page">
      <PageHeader title={t('nav.settings')} />
      <div className="tk-columns">
        <section className="tk-panel">
          <h2>{t('settings.site')}</h2>
          <Loaded query={site}>{(view) => <Site site={view} />}</Loaded>
        </section>
        <section className="tk-panel">
          <h2>{t('settings.network')}</h2>
          <Loaded query={settings}>{(values) => <SettingsForm values={values} />}</Loaded>
        </section>
      </div>
    </div>
  );
}

function Site({ site }: { readonly site: SiteView }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts
        facts={[
          { label: t('settings.code'), value: site.code },
          { label: t('common.name'), value: <RenameSite name={site.name} /> },
          { label: t('settings.version'), value: site.version },
          { label: t('settings.database'), value: t(`settings.engines.${site.databaseEngine}`) },
          { label: t('common.created'), value: <When at={site.createdAt} /> },
          {
            label: t('settings.rootFingerprint'),
            value: <span className="tk-mono">{site.rootFingerprint}</span>,
          },
        ]}
      />
      <div className="tk-panel-body">
        <a
          download={`tenkai-${site.code}-root.pem`}
          href={`data:application/x-pem-file,${encodeURIComponent(site.rootCertificate)}`}
        >
          {t('settings.downloadRoot')}
        </a>
      </div>
    </>
  );
}
