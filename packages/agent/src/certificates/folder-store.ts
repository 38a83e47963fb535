import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { cleanFriendlyName } from '@tenkai/certificates/friendly-name.ts';
import { keyUses } from '@tenkai/certificates/key-usage.ts';
import { decodeBlock, encodeBlock, splitPem } from '@tenkai/certificates/pem/blocks.ts';
import type { HeldCertificate, MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { errorCode, readIfThere, removeIfThere, writeDurably } from '../durable-file.ts';

const endings = ['.crt', '.pem', '.cer'];

/**
 * The store `Tenkai` where there is no Windows: PEM files in the folder of the agent's identity, which root alone may
 * read, with the friendly name above the block as OpenSSL writes it (IDENT-01).
 */
export function openFolderStore(name: string, folder: string): MachineStore {
  const files = () => filesOf(folder).map((file) => ({ file, held: readHeld(join(folder, file)) }));
  const removeFrom = (these: ReturnType<typeof files>, der: Buffer) => {
    for (const { file, held } of these)
      if (held.some((each) => each.der.equals(der))) removeIfThere(join(folder, file));
  };
  return {
    name,
    list: () => files().flatMap(({ held }) => held),
    put(der, friendlyName) {
      const [use = thumbprint(der)] = keyUses(der);
      const { text } = cleanFriendlyName(friendlyName);
      const block = encodeBlock('CERTIFICATE', der, '\n');
      const own = `${use}.crt`;
      writeDurably(join(folder, own), `friendlyName: ${text}\n${block}\n`);
      removeFrom(
        files().filter(({ file }) => file !== own),
        der,
      );
    },
    remove: ({ der }) => removeFrom(files(), der),
    // The folder is that of the identity, whose keys stay.
    destroy() {
      for (const { file } of files()) removeIfThere(join(folder, file));
    },
  };
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && endings.includes(extname(name).toLowerCase()))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A block that cannot be decoded counts as a certificate that is broken: it must be seen, and be removable. */
function readHeld(path: string): HeldCertificate[] {
  let name = '';
  const held: HeldCertificate[] = [];
  for (const { label, text, isWhole } of splitPem(readIfThere(path) ?? '')) {
    if (label === null) name = /^[ \t]*friendlyName:[ \t]*([^\r\n]*)/m.exec(text)?.[1] ?? '';
    if (!label?.endsWith('CERTIFICATE')) continue;
    const der = (isWhole ? decodeBlock(text) : undefined) ?? Buffer.from(text);
    const { text: friendlyName, codes: nameFaults } = name === '' ? unnamed : cleanFriendlyName(name);
    held.push({ der, friendlyName, nameFaults, keyContainer: null });
    name = '';
  }
  return held.length > 0 ? held : [broken(path)];
}

const unnamed = { text: '', codes: [] } as const;

const broken = (path: string): HeldCertificate => ({
  der: Buffer.from(readIfThere(path) ?? ''),
  friendlyName: '',
  nameFaults: [],
  keyContainer: null,
});
