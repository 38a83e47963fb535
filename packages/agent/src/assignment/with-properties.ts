import { isIP } from 'node:net';
import { type Properties, type PropertyName, propertyRefusal } from '@tenkai/domain/assignment/properties.ts';
import type { Settings } from '../settings.ts';
import type { AssignOptions } from './options.ts';

type Assignment = NonNullable<Settings['assignment']>;

const fields = {
  SITECODE: 'siteCode',
  MP: 'managementPoint',
  LOCATOR: 'locator',
  DNSSUFFIX: 'dnsSuffix',
  LDAP: 'directory',
  LDAPUSER: 'directoryUser',
  LDAPSECRET: 'directorySecretFile',
  LDAPCA: 'directoryCaFile',
  FSP: 'fallbackStatusPoint',
  PATCH: 'patch',
} as const satisfies Partial<Record<PropertyName, keyof Assignment>>;

/**
 * The settings with what was given now: a property that is not named stays as it is (AGENT-27), an empty one is taken
 * away. The ticket is no setting.
 * @throws Failure properties-invalid for a name server that is no address
 */
export function withProperties(settings: Settings, properties: Properties, options: AssignOptions): Settings {
  const { assignment: before = {}, rootFingerprint, server, ...rest } = settings;
  const assignment: Record<string, unknown> = { ...before };
  for (const [name, field] of Object.entries(fields)) {
    const value = properties[name as keyof typeof fields];
    if (value === null) delete assignment[field];
    else if (value !== undefined) assignment[field] = value;
  }
  if (options.hold || properties.HOLD === '1') assignment.isHeld = true;
  if (options.release || properties.HOLD === null) delete assignment.isHeld;
  if (options.dnsServer) assignment.dnsServers = options.dnsServer.map(nameServer);
  const pinned = properties.ROOTFINGERPRINT === undefined ? rootFingerprint : properties.ROOTFINGERPRINT;
  // Whoever takes the management point away takes the address away that came of it.
  const isLeft = properties.MP === null && server === before.managementPoint;
  return {
    ...rest,
    ...(server === undefined || isLeft ? {} : { server }),
    ...(pinned ? { rootFingerprint: pinned } : {}),
    ...(Object.keys(assignment).length === 0 ? {} : { assignment: assignment as Assignment }),
  };
}

/** The properties of the settings by their names; those that are not there are missing. The ticket is no setting. */
export function propertyValues({ assignment = {}, rootFingerprint }: Settings): Record<string, string> {
  const values = Object.entries(fields).flatMap(([name, field]) =>
    assignment[field] === undefined ? [] : [[name, assignment[field]] as const],
  );
  return Object.fromEntries([
    ...values,
    ...(rootFingerprint ? [['ROOTFINGERPRINT', rootFingerprint] as const] : []),
    ...(assignment.isHeld ? [['HOLD', '1'] as const] : []),
  ]);
}

function nameServer(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)|.+:.+:.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  if (isIP(host) !== 0 && Number(port ?? 53) <= 65_535) return text;
  const params = {
    name: '--dns-server',
    value: text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd').slice(0, 80),
  };
  throw propertyRefusal([{ field: '--dns-server', code: 'property-address-wrong', params }]);
}
