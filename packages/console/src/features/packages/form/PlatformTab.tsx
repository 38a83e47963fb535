import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { PlatformTarget, ServicePackLevel } from '@tenkai/domain/software/platform-target.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../../ui/ProblemView.tsx';
import { useOperatingSystems } from '../packages.queries.ts';
import { useDraftProblems } from './draft-problems.ts';
import { newTarget } from './new-draft.ts';
import type { TabProps } from './tab-props.ts';
import { levelsText, levelText, parseLevels, targetText } from './target-text.ts';
import './PlatformTab.css';

const architectures = ['any', 'x64', 'x86', 'arm64', 'ia64'] as const;

/** 対応OSと言語 (BPKG-43..47): pairs are put into the list one after the other; an empty list suits every machine. */
export function PlatformTab({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { targets } = draft;
  return (
    <div className="tk-stack">
      <TargetForm onAdd={(target) => onChange({ targets: [...targets, target] })} />
      <h3 className="tk-form-section">{t('packages.targets.list')}</h3>
      {targets.length === 0 ? <p className="tk-muted">{t('packages.targets.every')}</p> : null}
      <ul className="tk-list-plain tk-targets">
        {targets.map((target, index) => (
          <li key={targetText(target)}>
            <span>
              <b>{target.operatingSystem}</b> {target.version ?? ''}
            </span>
            <span>{target.language === 'any' ? t('packages.targets.anyLanguage') : target.language}</span>
            <span>
              {target.architecture === 'any' ? t('packages.targets.anyArchitecture') : target.architecture}
            </span>
            <span className="tk-muted">
              {target.baseServicePack
                ? `${t('packages.targets.base')} ${levelText(target.baseServicePack)}`
                : ''}{' '}
              {target.absorbedBy?.length
                ? `${t('packages.targets.absorbed')} ${levelsText(target.absorbedBy)}`
                : ''}
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('packages.targets.remove', { name: targetText(target) })}
              onClick={() => onChange({ targets: targets.filter((_, at) => at !== index) })}
            >
              <IconTrash size={16} />
            </ActionIcon>
            {problems.at(`targets[${index}]`) ? (
              <span className="tk-field-error">{problems.at(`targets[${index}]`)}</span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

function TargetForm({ onAdd }: { readonly onAdd: (target: PlatformTarget) => void }) {
  const { t } = useTranslation();
  const systems = useOperatingSystems();
  const [target, setTarget] = useState<PlatformTarget>(newTarget);
  const [absorbed, setAbsorbed] = useState('');
  const known = systems.data?.operatingSystems ?? [];
  const families = ['linux', 'windows'];
  const groups = families.map((family) => ({
    group: t(`packages.targets.families.${family as 'linux' | 'windows'}`),
    items: [
      { value: family, label: t(`packages.targets.all.${family as 'linux' | 'windows'}`) },
      ...known
        .filter((each) => each.family === family && each.id !== family)
        .filter((each, index, all) => all.findIndex(({ id }) => id === each.id) === index)
        .map(({ id, name }) => ({ value: id, label: name })),
    ],
  }));
  const add = () => {
    const levels = parseLevels(absorbed);
    onAdd({ ...target, ...(levels.length > 0 ? { absorbedBy: levels } : {}) });
    setAbsorbed('');
  };
  return (
    <div className="tk-form">
      {systems.error ? <ProblemView error={systems.error} /> : null}
      <Select
        label={t('packages.targets.operatingSystem')}
        searchable
        allowDeselect={false}
        data={groups}
        value={target.operatingSystem}
        onChange={(id) => id && setTarget({ ...target, operatingSystem: id })}
      />
      <TextInput
        label={`${t('packages.fields.version')} (${t('common.optional')})`}
        description={t('packages.targets.versionHelp')}
        maxLength={64}
        value={target.version ?? ''}
        onChange={(event) => setTarget(withVersion(target, event.currentTarget.value))}
      />
      <Select
        label={t('packages.targets.language')}
        searchable
        allowDeselect={false}
        data={(systems.data?.languages ?? ['any']).map((value) => ({
          value,
          label: value === 'any' ? t('packages.targets.anyLanguage') : value,
        }))}
        value={target.language}
        onChange={(language) => language && setTarget({ ...target, language })}
      />
      <Select
        label={t('packages.targets.architecture')}
        allowDeselect={false}
        data={architectures.map((value) => ({
          value,
          label: value === 'any' ? t('packages.targets.anyArchitecture') : value,
        }))}
        value={target.architecture}
        onChange={(value) => setTarget({ ...target, architecture: value as PlatformTarget['architecture'] })}
      />
      <BaseLevel target={target} onChange={setTarget} />
      <TextInput
        label={`${t('packages.targets.absorbed')} (${t('common.optional')})`}
        description={t('packages.targets.absorbedHelp')}
        placeholder="3.0, 4.0"
        value={absorbed}
        onChange={(event) => setAbsorbed(event.currentTarget.value)}
      />
      <div className="tk-form-wide">
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
          {t('common.add')}
        </Button>
      </div>
    </div>
  );
}

interface LevelProps {
  readonly target: PlatformTarget;
  readonly onChange: (target: PlatformTarget) => void;
}

function BaseLevel({ target, onChange }: LevelProps) {
  const { t } = useTranslation();
  const set = (part: Partial<ServicePackLevel>, value: string | number) => {
    const { baseServicePack: before, ...rest } = target;
    if (value === '' && 'major' in part) return onChange(rest);
    onChange({ ...rest, baseServicePack: { major: 0, minor: 0, ...before, ...part } });
  };
  return (
    <div className="tk-row" style={{ alignItems: 'flex-end' }}>
      <NumberInput
        flex={1}
        label={`${t('packages.targets.base')} (${t('common.optional')})`}
        min={0}
        value={target.baseServicePack?.major ?? ''}
        onChange={(value) => set({ major: Number(value) || 0 }, value)}
      />
      <NumberInput
        w={90}
        aria-label={t('packages.fields.minorVersion')}
        min={0}
        disabled={!target.baseServicePack}
        value={target.baseServicePack?.minor ?? ''}
        onChange={(value) => set({ minor: Number(value) || 0 }, value)}
      />
    </div>
  );
}

function withVersion({ version: _before, ...target }: PlatformTarget, version: string): PlatformTarget {
  return version === '' ? target : { ...target, version };
}
