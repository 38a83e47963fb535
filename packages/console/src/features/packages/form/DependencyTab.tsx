import type { Condition, ConditionLeaf } from '@tenkai/domain/software/condition.ts';
import { useTranslation } from 'react-i18next';
import { ConditionTreeEditor } from '../../../ui/ConditionTreeEditor.tsx';
import { ConditionLeafFields } from './ConditionLeafFields.tsx';
import { firstLeaf, leafKinds } from './condition-leaves.ts';
import { useDraftProblems } from './draft-problems.ts';
import { RelationsFields } from './RelationsFields.tsx';
import type { TabProps } from './tab-props.ts';

/** 依存情報 (BPKG-48..52): what must hold on a machine for the package to be applied there. */
export function DependencyTab({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const error = problems.at('condition');
  return (
    <div className="tk-stack">
      <p className="tk-muted" style={{ margin: 0 }}>
        {t('packages.condition.text')}
      </p>
      <ConditionTreeEditor<ConditionLeaf>
        value={draft.condition}
        onChange={(condition) => onChange({ condition: condition as Condition | null })}
        choices={leafKinds.map((kind) => ({
          label: t(`packages.condition.kinds.${kind}`),
          first: firstLeaf[kind],
        }))}
        renderLeaf={(leaf, change) => <ConditionLeafFields leaf={leaf} onChange={change} />}
      />
      {error ? <p className="tk-field-error">{error}</p> : null}
      <RelationsFields draft={draft} onChange={onChange} />
    </div>
  );
}
