import { canonicalJson } from '../canonical-json.ts';
import type { Backend, Look, RuleState } from './backend.ts';
import {
  defaultDrop,
  isInputChain,
  type NftChain,
  type NftRule,
  type NftStatement,
  parseNftRuleset,
  targetsOf,
} from './nft-ruleset.ts';
import { ask, type Procedure } from './procedure.ts';
import type { FirewallRole, FirewallRule } from './rule.ts';
import { portText } from './rule.ts';

const list = ask('nft', '-j', 'list', 'ruleset');

/** Chains that another program keeps and a backend of its own opens. */
export interface NftExcept {
  readonly firewalld: boolean;
  readonly ufw: boolean;
}

/**
 * nftables, and what iptables-nft has put into it. A packet has to pass every base chain: an accept in a table of our
 * own could not undo another table's drop. So each chain that drops by default gets a jump to a chain of ours beside it.
 */
export function nftables(except: NftExcept): Backend {
  return {
    name: 'nftables',
    *presence() {
      const chains = yield* readChains();
      if (chains === undefined) return 'absent';
      return guards(chains, except).length > 0 ? 'active' : 'idle';
    },
    *look({ role, rules }) {
      const chains = (yield* readChains()) ?? [];
      return lookAt(chains, role, rules, except);
    },
  };
}

function* readChains(): Procedure<NftChain[] | undefined> {
  const { code, stdout } = yield list;
  return code === 0 ? parseNftRuleset(stdout) : undefined;
}

/** Where something is dropped by default; ours not counted. */
function guards(chains: readonly NftChain[], except: NftExcept): NftChain[] {
  return chains
    .filter(isInputChain)
    .filter(({ table }) => !(except.firewalld && table === 'firewalld'))
    .filter(({ family, table }) => !(except.ufw && family !== 'inet' && table === 'filter'))
    .filter((chain) => defaultDrop(chain, chains) !== null);
}

const ownName = (role: FirewallRole) => `tenkai_${role}`;
const place = ({ family, table }: NftChain) => `${family} ${table}`;

function lookAt(
  chains: readonly NftChain[],
  role: FirewallRole,
  rules: readonly FirewallRule[],
  except: NftExcept,
): Look {
  const own = ownName(role);
  const guarding = guards(chains, except);
  const states = guarding.flatMap((chain) => statesIn(chain, chains, role, rules));
  const isWhole = guarding.every((chain) => isAsWanted(chain, chains, role, rules));
  const ours = chains.filter(({ name }) => name === own);
  const stale = ours.filter((chain) => !guarding.some((guard) => place(guard) === place(chain)));
  const script = [
    ...ours.flatMap((chain) => removeScript(chain, chains)),
    ...openScript(guarding, chains, role, rules),
  ];
  const closing = ours.flatMap((chain) => removeScript(chain, chains));
  return {
    states,
    // One invocation is one transaction (nft(8)): all of it happens, or nothing.
    open: isWhole && stale.length === 0 ? [] : [{ ask: ask('nft', script.join('; ')), undo: null }],
    close: closing.length === 0 ? [] : [{ ask: ask('nft', closing.join('; ')), undo: null }],
  };
}

function appliesTo({ family }: NftChain, rule: FirewallRule): boolean {
  if (rule.kind === 'port' || family === 'inet') return true;
  return family === (rule.family === 'ipv4' ? 'ip' : 'ip6');
}

const wantedIn = (chain: NftChain, rules: readonly FirewallRule[]) =>
  rules.filter((rule) => appliesTo(chain, rule));

function statesIn(
  chain: NftChain,
  chains: readonly NftChain[],
  role: FirewallRole,
  rules: readonly FirewallRule[],
): RuleState[] {
  const own = ownChain(chain, chains, role);
  const isReached = jumpIsInPlace(chain, chains, role);
  const where = `${place(chain)} ${chain.name}`;
  return wantedIn(chain, rules).map((rule) => {
    const isThere = isReached && (own?.rules.some((present) => isRule(present, rule)) ?? false);
    return { rule: rule.name, backend: 'nftables', where, state: isThere ? 'open' : 'missing' };
  });
}

function isAsWanted(
  chain: NftChain,
  chains: readonly NftChain[],
  role: FirewallRole,
  rules: readonly FirewallRule[],
): boolean {
  const wanted = wantedIn(chain, rules);
  const present = ownChain(chain, chains, role)?.rules ?? [];
  if (wanted.length === 0) return present.length === 0 && jumpsOf(chain, role).length === 0;
  const isSame = wanted.every((rule, index) => isRule(present[index], rule));
  return isSame && present.length === wanted.length && jumpIsInPlace(chain, chains, role);
}

function ownChain(beside: NftChain, chains: readonly NftChain[], role: FirewallRole): NftChain | undefined {
  return chains.find((chain) => chain.name === ownName(role) && place(chain) === place(beside));
}

const jumpsOf = (chain: NftChain, role: FirewallRole) =>
  chain.rules.filter((rule) => targetsOf(rule).includes(ownName(role)));

function jumpIsInPlace(chain: NftChain, chains: readonly NftChain[], role: FirewallRole): boolean {
  const [jump] = jumpsOf(chain, role);
  if (!jump) return false;
  const limit = defaultDrop(chain, chains);
  const at = (handle: number) => chain.rules.findIndex((rule) => rule.handle === handle);
  return typeof limit !== 'number' || at(jump.handle) < at(limit);
}

function isRule(present: NftRule | undefined, rule: FirewallRule): boolean {
  if (present?.comment !== rule.name) return false;
  const expr = present.expr.filter((statement) => !('counter' in statement));
  return canonicalJson(expr) === canonicalJson(exprOf(rule));
}

/** As nft lists it. */
function exprOf(rule: FirewallRule): NftStatement[] {
  const field = (protocol: string, name: string, right: unknown) => ({
    match: { op: '==', left: { payload: { protocol, field: name } }, right },
  });
  if (rule.kind === 'port') {
    const right = rule.first === rule.last ? rule.first : { range: [rule.first, rule.last] };
    return [field(rule.protocol, 'dport', right), { accept: null }];
  }
  const [ip, icmp] = rule.family === 'ipv4' ? ['ip', 'icmp'] : ['ip6', 'icmpv6'];
  return [field(ip, 'saddr', rule.source), field(icmp, 'type', 'echo-request'), { accept: null }];
}

/** One rule for each address: iptables cannot read sets, and would show a rule for everybody. */
export function nftRule(rule: FirewallRule): string {
  const comment = `comment "${rule.name}"`;
  if (rule.kind === 'port') return `${rule.protocol} dport ${portText(rule)} accept ${comment}`;
  const [ip, icmp] = rule.family === 'ipv4' ? ['ip', 'icmp'] : ['ip6', 'icmpv6'];
  return `${ip} saddr ${rule.source} ${icmp} type echo-request accept ${comment}`;
}

/** One chain of ours in each table, however many base chains jump to it. */
function openScript(
  guarding: readonly NftChain[],
  chains: readonly NftChain[],
  role: FirewallRole,
  rules: readonly FirewallRule[],
): string[] {
  const own = ownName(role);
  const needing = guarding.filter((chain) => wantedIn(chain, rules).length > 0);
  const tables = new Map(needing.map((chain) => [place(chain), wantedIn(chain, rules)]));
  const filled = [...tables].flatMap(([table, wanted]) => [
    `add chain ${table} ${own}`,
    ...wanted.map((rule) => `add rule ${table} ${own} ${nftRule(rule)}`),
  ]);
  const jumps = needing.map((chain) => {
    const limit = defaultDrop(chain, chains);
    const where = `rule ${place(chain)} ${chain.name}`;
    const jump = `jump ${own} comment "Tenkai(${role})"`;
    return limit === 'end' ? `add ${where} ${jump}` : `insert ${where} handle ${limit} ${jump}`;
  });
  return [...filled, ...jumps];
}

/** The jumps to it first: a chain that is used cannot be deleted. */
function removeScript(own: NftChain, chains: readonly NftChain[]): string[] {
  const beside = chains.filter((chain) => place(chain) === place(own));
  const jumps = beside.flatMap((chain) =>
    chain.rules
      .filter((rule) => targetsOf(rule).includes(own.name))
      .map(({ handle }) => `delete rule ${place(chain)} ${chain.name} handle ${handle}`),
  );
  return [...jumps, `flush chain ${place(own)} ${own.name}`, `delete chain ${place(own)} ${own.name}`];
}
