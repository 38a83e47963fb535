import type { CollectionRule } from '@tenkai/domain/collection/collection.ts';

/** The rules with these machines named in one direct rule, each once. */
export function withMachines(
  rules: readonly CollectionRule[],
  machineIds: readonly string[],
): CollectionRule[] {
  const named = rules.flatMap((rule) => (rule.kind === 'direct' ? rule.machineIds : []));
  const others = rules.filter((rule) => rule.kind !== 'direct');
  return [{ kind: 'direct', machineIds: [...new Set([...named, ...machineIds])] }, ...others];
}

/** The rules without these machines' names; a rule that then names nobody goes. */
export function withoutMachines(
  rules: readonly CollectionRule[],
  machineIds: ReadonlySet<string>,
): CollectionRule[] {
  return rules.flatMap((rule): CollectionRule[] => {
    if (rule.kind !== 'direct') return [rule];
    const kept = rule.machineIds.filter((id) => !machineIds.has(id));
    return kept.length > 0 ? [{ kind: 'direct', machineIds: kept }] : [];
  });
}
