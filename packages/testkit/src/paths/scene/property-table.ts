/** Every property of an installation, for the packages of every system: given, seen, kept, and changed on purpose. */
import { oldSpellings, type PropertyName, propertyNames } from '@tenkai/domain/assignment/properties.ts';

/** As somebody gives it, and as `tenkai-agent config show` has it then. */
interface Given {
  readonly given: string;
  readonly shown: string;
}

export interface PropertyCase {
  readonly name: PropertyName;
  /** What the old product calls it; where that has no such property, its own name. */
  readonly oldName: string;
  readonly first: Given;
  readonly later: Given;
}

const same = (value: string): Given => ({ given: value, shown: value });
const address = (name: string): Given => ({ given: name, shown: `https://${name}` });

/**
 * All properties that stay; TICKET is used once, and PATCH goes another way with each packager.
 * @param folder where files lie on that system, with the divider at its end: `C:\t\`, `/srv/`
 */
export function propertyTable(folder: string): PropertyCase[] {
  const values: Record<Exclude<PropertyName, 'TICKET' | 'PATCH'>, readonly [Given, Given]> = {
    SITECODE: [same('TST'), { given: 'ts2', shown: 'TS2' }],
    MP: [address('mp.example'), address('mp2.example:8443')],
    LOCATOR: [same('https://[fd00::1]:8443'), address('slp2.example')],
    DNSSUFFIX: [same('example.org'), same('example.net')],
    LDAP: [same('ldaps://dc.example/DC=example,DC=org'), same('ldaps://dc2.example/DC=example,DC=net')],
    LDAPUSER: [same('reader@example.org'), same('reader@example.net')],
    LDAPSECRET: [same(`${folder}secret`), same(`${folder}secret2`)],
    LDAPCA: [same(`${folder}証明書-é.pem`), same(`${folder}ca2.pem`)],
    FSP: [address('fsp.example'), address('fsp2.example')],
    // The only value that it has; that it ends is shown by taking it away.
    HOLD: [same('1'), same('1')],
    ROOTFINGERPRINT: [{ given: 'AB'.repeat(32), shown: 'ab'.repeat(32) }, same('cd'.repeat(32))],
  };
  return propertyNames.flatMap((name) => {
    if (name === 'TICKET' || name === 'PATCH') return [];
    const [first, later] = values[name];
    const [oldName = name] = Object.keys(oldSpellings).filter((old) => oldSpellings[old] === name);
    return [{ name, oldName, first, later }];
  });
}

/** What `config show` has of them, by name. */
export const shownOf = (cases: readonly PropertyCase[], which: 'first' | 'later') =>
  Object.fromEntries(cases.map((each) => [each.name, each[which].shown]));
