import type { Condition, ConditionLeaf } from '@tenkai/domain/software/condition.ts';
import { describeRegistryRule } from '@tenkai/domain/software/registry-rule.ts';
import { useTranslation } from 'react-i18next';
import { asGroup } from '../../ui/condition-tree.ts';

/** A condition to read: groups as nested lists. */
export function ConditionView({ condition }: { readonly condition: Condition }) {
  const { t } = useTranslation();
  const group = asGroup<ConditionLeaf>(condition);
  if (!group) return <LeafView leaf={condition as ConditionLeaf} />;
  return (
    <div>
      {t(`conditions.groups.${group.kind}`)}
      <ul style={{ margin: 0, paddingLeft: '1.2em' }}>
        {group.parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          <li key={index}>
            <ConditionView condition={part as Condition} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function LeafView({ leaf }: { readonly leaf: ConditionLeaf }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`packages.condition.kinds.${leaf.kind}`)}: <span className="tk-mono">{leafText(leaf)}</span>
    </>
  );
}

function leafText(leaf: ConditionLeaf): string {
  switch (leaf.kind) {
    case 'file-exists':
      return leaf.path;
    case 'package-installed':
      return `${leaf.source} ${leaf.name}`;
    case 'package-version':
      return `${leaf.source} ${leaf.name} ${leaf.operator} ${leaf.version}`;
    case 'os-release':
      return `${leaf.key} ${leaf.operator} ${leaf.value}`;
    case 'registry':
      return describeRegistryRule(leaf);
  }
}
