import { dataOf, parseRegistry, type RegistryKey } from '../machine/registry-listing.ts';
import { ask, type Procedure } from './procedure.ts';
import { parseWindowsRule, type WindowsProfile, type WindowsRule, windowsProfiles } from './windows-rule.ts';

/** What a profile does before any rule. */
export interface WindowsProfileState {
  readonly isOn: boolean;
  /** "Block all incoming connections": no rule helps. */
  readonly isShielded: boolean;
  readonly letsInByDefault: boolean;
  /** Whether the machine's own rules count beside those of its policy. */
  readonly hasLocalRules: boolean;
}

/** A rule with the store that it is of: this machine's own, or one of a policy, which nobody changes here. */
export type StoredRule = WindowsRule & { readonly isLocal: boolean };

/** Windows' firewall as its registry holds it. */
export interface WindowsPolicy {
  readonly profiles: Readonly<Record<WindowsProfile, WindowsProfileState>>;
  readonly rules: readonly StoredRule[];
}

const local = 'SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
const group = 'SOFTWARE\\Policies\\Microsoft\\WindowsFirewall';
const query = (key: string) => ask('reg', 'query', `HKLM\\${key}`, '/s', '/reg:64');

/**
 * Asks the registry: unlike what netsh prints, it is the same in every language. Undefined: this Windows has no such
 * firewall.
 */
export function* readWindowsPolicy(): Procedure<WindowsPolicy | undefined> {
  const own = yield query(local);
  if (own.code !== 0) return undefined;
  // There is none on a machine without a policy.
  const ruled = yield query(group);
  return parseWindowsPolicy(own.stdout, ruled.code === 0 ? ruled.stdout : '');
}

/**
 * @param own listing of the machine's own firewall, with what a device management has set below `Mdm`
 * @param ruled listing of its group policy
 */
export function parseWindowsPolicy(own: string, ruled: string): WindowsPolicy {
  const [ofMachine, ofGroup] = [keysBelow(own, local), keysBelow(ruled, group)];
  const managed = new Map(
    [...ofMachine].flatMap(([path, key]) => (path.startsWith('mdm\\') ? [[path.slice(4), key]] : [])),
  );
  const stores = [ofGroup, managed, ofMachine];
  const states = windowsProfiles.map((profile) => [profile, stateOf(profile, stores)]);
  const rules = stores.flatMap((store) =>
    rulesOf(store).map((rule) => ({ ...rule, isLocal: store === ofMachine })),
  );
  return { profiles: Object.fromEntries(states) as WindowsPolicy['profiles'], rules };
}

type Store = ReadonlyMap<string, RegistryKey>;

/** By their paths below the root, in small letters. */
function keysBelow(listing: string, root: string): Store {
  const start = `hkey_local_machine\\${root}\\`.toLowerCase();
  const keys = parseRegistry(listing).map((key) => [key.path.toLowerCase(), key] as const);
  return new Map(
    keys.flatMap(([path, key]) => (path.startsWith(start) ? [[path.slice(start.length), key]] : [])),
  );
}

function rulesOf(store: Store): WindowsRule[] {
  const values = store.get('firewallrules')?.values ?? [];
  return values.flatMap(({ name, data }) => parseWindowsRule(name, data) ?? []);
}

/** The stores by rank: what the first of them says holds ([MS-FASP] 2.2.38). */
function stateOf(profile: WindowsProfile, stores: readonly Store[]): WindowsProfileState {
  const setting = (name: string, usual: boolean) => {
    const said = stores
      .map((store) => dataOf(keyOf(profile, store), name))
      .find((data) => data !== undefined);
    return said === undefined ? usual : Number(said) !== 0;
  };
  return {
    isOn: setting('EnableFirewall', true),
    isShielded: setting('DoNotAllowExceptions', false),
    letsInByDefault: !setting('DefaultInboundAction', true),
    hasLocalRules: setting('AllowLocalPolicyMerge', true),
  };
}

/** Before Windows Vista there was one for all networks but those of the domain; for private ones it has kept its name. */
function keyOf(profile: WindowsProfile, store: Store): RegistryKey | undefined {
  return store.get(`${profile}profile`) ?? (profile === 'domain' ? undefined : store.get('standardprofile'));
}
