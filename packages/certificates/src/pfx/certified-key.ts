import { digestOf } from '../examination.ts';
import { publicKeyOf } from '../strict-certificate.ts';
import { type Opener, remembered } from './passwords.ts';

/** The public key of a certificate in DER, read once for each file; undefined where it cannot be read. */
export function certifiedKey({ derived }: Opener, der: Buffer): Buffer | undefined {
  const none = Buffer.alloc(0);
  const key = remembered(derived, ['certified key', digestOf(der)], () => publicKeyOf(der) ?? none);
  return key.length === 0 ? undefined : key;
}
