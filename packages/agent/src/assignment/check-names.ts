import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Properties, propertyRefusal } from '@tenkai/domain/assignment/properties.ts';
import type { FieldProblem } from '@tenkai/domain/failure.ts';

const names = ['MP', 'LOCATOR', 'LDAP', 'FSP'] as const;

/**
 * Looks whether the servers that were just given have an address here, before anything is written (SITE-14).
 * @throws Failure properties-invalid with property-host-unknown
 */
export async function checkNames(properties: Properties): Promise<void> {
  const looked = await Promise.all(
    names.map(async (name): Promise<FieldProblem[]> => {
      const url = properties[name];
      if (!url) return [];
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 || (await isKnown(host))) return [];
      return [{ field: name, code: 'property-host-unknown', params: { name, host } }];
    }),
  );
  const problems = looked.flat();
  if (problems.length > 0) throw propertyRefusal(problems);
}

async function isKnown(host: string): Promise<boolean> {
  return lookup(host).then(
    () => true,
    () => false,
  );
}
