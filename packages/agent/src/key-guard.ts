import { decodeBlock, encodeBlock } from '@tenkai/certificates/pem/blocks.ts';
import type { MachineCrypt32 } from '@tenkai/certificates/stores/machine-crypt32.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';

/** Makes a key's file worthless on another machine. */
export interface KeyGuard {
  /** @returns the text for the file. @throws Failure identity-key-foreign */
  close(pem: string, file: string): string;
  /** Undefined where the text is not of this guard. @throws Failure identity-key-foreign */
  open(text: string, file: string): string | undefined;
}

const label = 'TENKAI PROTECTED KEY';

/**
 * The guard of this machine: DPAPI with the machine's own key on Windows; null elsewhere, and where the binding is
 * not installed: there the file's rights alone guard it.
 */
export async function machineGuard(): Promise<KeyGuard | null> {
  const api = await machineApi();
  return api && dpapiGuard(api);
}

/** What Windows does for certificates and keys; null on other systems, and where koffi was not installed. */
export async function machineApi(): Promise<MachineCrypt32 | null> {
  if (process.platform !== 'win32') return null;
  const { loadMachineCrypt32 } = await import('@tenkai/certificates/stores/machine-crypt32.ts');
  return loadMachineCrypt32().catch(() => null);
}

export function dpapiGuard(api: Pick<MachineCrypt32, 'protect' | 'unprotect' | 'lastError'>): KeyGuard {
  const foreign = (file: string) => {
    const reason = `0x${(api.lastError() >>> 0).toString(16)}`;
    return new Failure('identity-key-foreign', { file, reason });
  };
  return {
    close(pem, file) {
      const bytes = api.protect(Buffer.from(pem));
      if (!bytes) throw foreign(file);
      return `${encodeBlock(label, bytes, '\n')}\n`;
    },
    open(text, file) {
      if (!text.startsWith(`-----BEGIN ${label}-----`)) return undefined;
      const bytes = decodeBlock(text.trim());
      if (!bytes) throw new Failure('identity-key-broken', { file });
      const pem = api.unprotect(bytes);
      if (!pem) throw foreign(file);
      return pem.toString('utf8');
    },
  };
}
