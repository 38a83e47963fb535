import { parseIpAddress, parseIpSubnet } from '../machine/ip-address.ts';
import type { AttributeType } from './attribute.ts';
import type { ComparisonOperator } from './rule.ts';

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** `8GiB`, `500 MB`, `4`, `-1.5`; undefined for anything else. Units of bytes: k is 1000, Ki is 1024. */
export function parseQuantity(text: string): number | undefined {
  const [, number = '', unit = ''] =
    /^\s*(-?\d{1,15}(?:\.\d{1,6})?)\s*(?:([kmgt]i?)?b)?\s*$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  return number === '' || factor === undefined ? undefined : Number(number) * factor;
}

/** What an attribute of this type wants to be compared with; undefined when the text is that. */
export function valueProblem(
  type: AttributeType,
  operator: ComparisonOperator,
  text: string,
): string | undefined {
  if (type === 'number' && parseQuantity(text) === undefined) return 'a number such as 4 or 8GiB';
  if (type === 'boolean' && text !== 'true' && text !== 'false') return 'true or false';
  if (type !== 'address') return undefined;
  if (operator === 'in') return parseIpSubnet(text) ? undefined : 'a subnet such as 10.1.0.0/16';
  return parseIpAddress(text) ? undefined : 'an address such as 10.1.2.3';
}
