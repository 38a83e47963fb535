/** What `nft -j list ruleset` says (libnftables-json(5)), as far as it decides where our rules have to stand. */
export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly type?: string;
  readonly hook?: string;
  readonly policy?: string;
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly handle: number;
  readonly comment?: string;
  readonly expr: readonly NftStatement[];
}

/** One key, which names it: `{ match: ... }`, `{ drop: null }`, `{ jump: { target } }`. */
export type NftStatement = Readonly<Record<string, unknown>>;

type Listed = Readonly<Record<string, Record<string, unknown> | undefined>>;

/** @throws SyntaxError where it is no JSON */
export function parseNftRuleset(text: string): NftChain[] {
  const listed = (JSON.parse(text) as { nftables: Listed[] }).nftables;
  const rules = listed.flatMap(({ rule }) => (rule ? [rule] : []));
  return listed.flatMap(({ chain }) => {
    if (!chain) return [];
    const own = rules.filter(
      (rule) => rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name,
    );
    return [{ ...chain, rules: own } as unknown as NftChain];
  });
}

/** A base chain that decides on what comes in to this machine. */
export function isInputChain({ type, hook, family }: NftChain): boolean {
  return type === 'filter' && hook === 'input' && ['ip', 'ip6', 'inet'].includes(family);
}

/**
 * Before which rule of a base chain ours have to stand: the first that turns away what nobody has named. What refuses
 * single addresses or ports stays before ours: somebody wanted it so.
 * @returns the rule's handle; 'end': behind all, for the policy drops; null: this chain lets in what is not refused
 */
export function defaultDrop(chain: NftChain, all: readonly NftChain[]): number | 'end' | null {
  const rule = chain.rules.find((candidate) => refusesAll(candidate, chain, all, new Set([chain.name])));
  if (rule) return rule.handle;
  return chain.policy === 'drop' ? 'end' : null;
}

function refusesAll(
  rule: NftRule,
  chain: NftChain,
  all: readonly NftChain[],
  seen: ReadonlySet<string>,
): boolean {
  if (!rule.expr.every(isBroad)) return false;
  if (rule.expr.some(refuses)) return true;
  return targetsOf(rule).some((target) => {
    if (seen.has(target)) return false;
    const next = chainOf(chain, target, all);
    const seenNow = new Set([...seen, target]);
    return next?.rules.some((inner) => refusesAll(inner, next, all, seenNow)) ?? false;
  });
}

export function targetsOf({ expr }: NftRule): string[] {
  return expr.flatMap((statement) => {
    const { target } = (statement.jump ?? statement.goto ?? {}) as { target?: string };
    return target === undefined ? [] : [target];
  });
}

function chainOf({ family, table }: NftChain, name: string, all: readonly NftChain[]): NftChain | undefined {
  return all.find((chain) => chain.family === family && chain.table === table && chain.name === name);
}

function refuses(statement: NftStatement): boolean {
  // iptables' own targets that nft does not know by name.
  const { type, name } = (statement.xt ?? {}) as { type?: string; name?: string };
  return (
    'drop' in statement || 'reject' in statement || (type === 'target' && /^(DROP|REJECT)$/.test(name ?? ''))
  );
}

const broadKeys = ['l4proto', 'nfproto', 'protocol', 'iif', 'iifname'];

/** True where it does not single out ports, addresses or broken packets. */
function isBroad(statement: NftStatement): boolean {
  if ('limit' in statement) return false;
  const { xt, match } = statement as { xt?: { type?: string }; match?: Match };
  if (xt) return xt.type === 'target';
  if (!match) return true;
  const { meta, ct, payload } = match.left ?? {};
  if (meta) return broadKeys.includes(meta.key ?? '');
  if (ct) return ct.key === 'state' && match.op !== '!=' && [match.right].flat().includes('new');
  return (payload?.protocol === 'ip' && payload.field === 'protocol') || payload?.field === 'nexthdr';
}

interface Match {
  readonly op?: string;
  readonly left?: {
    readonly meta?: { readonly key?: string };
    readonly ct?: { readonly key?: string };
    readonly payload?: { readonly protocol?: string; readonly field?: string };
  };
  readonly right?: unknown;
}
