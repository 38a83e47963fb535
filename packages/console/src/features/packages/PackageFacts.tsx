import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/Facts.tsx';
import { ConditionView } from './ConditionView.tsx';
import { levelsText, levelText, targetText } from './form/target-text.ts';

/** The fields of the tabs 基本, 対応OSと言語 and 依存情報, to read. */
export function PackageFacts({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  const { draft } = detail;
  const version = [draft.majorVersion, draft.minorVersion].filter((part) => part !== null).join('.');
  return (
    <section className="tk-panel">
      <h2>{t('packages.tabs.basic')}</h2>
      <Facts
        facts={[
          { label: t('packages.fields.name'), value: draft.name },
          { label: t('packages.fields.publisher'), value: draft.publisher },
          { label: t('packages.fields.version'), value: draft.version },
          { label: t('packages.fields.language'), value: draft.language },
          { label: t('packages.fields.releaseDate'), value: draft.releaseDate },
          { label: t('packages.fields.type'), value: t(`packages.types.${draft.type}`) },
          { label: t('packages.fields.urgency'), value: t(`packages.urgencies.${draft.urgency}`) },
          { label: t('packages.fields.summary'), value: draft.summary },
          { label: t('packages.fields.advisoryId'), value: draft.advisoryId },
          { label: t('packages.fields.identification'), value: draft.identification },
          ...(version === '' ? [] : [{ label: t('packages.fields.majorVersion'), value: version }]),
          {
            label: t('packages.tabs.platforms'),
            value:
              draft.targets.length === 0
                ? t('packages.targets.every')
                : draft.targets.map((target) => (
                    <div key={targetText(target)}>
                      {target.operatingSystem} {target.version} · {target.language} · {target.architecture}
                      {target.baseServicePack
                        ? ` · ${t('packages.targets.base')} ${levelText(target.baseServicePack)}`
                        : ''}
                      {target.absorbedBy?.length
                        ? ` · ${t('packages.targets.absorbed')} ${levelsText(target.absorbedBy)}`
                        : ''}
                    </div>
                  )),
          },
          {
            label: t('packages.tabs.dependency'),
            value: draft.condition ? <ConditionView condition={draft.condition} /> : t('conditions.none'),
          },
          ...(draft.requires?.length
            ? [
                {
                  label: t('packages.fields.needs'),
                  value: draft.requires.map(({ anyOf }) => anyOf.join(' | ')).join(', '),
                },
              ]
            : []),
          ...(draft.supersedes?.length
            ? [{ label: t('packages.fields.supersedes'), value: draft.supersedes.join(', ') }]
            : []),
        ]}
      />
    </section>
  );
}
