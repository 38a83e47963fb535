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
