import { type Crypt32, loadCrypt32 } from './crypt32.ts';

/** Where Windows keeps the private key of a certificate (CRYPT_KEY_PROV_INFO). */
export interface KeyContainer {
  readonly container: string;
  readonly provider: string;
  /** 0: a key of CNG; else the type of an older provider. */
  readonly providerType: number;
}

/** What the agent's own certificates and keys need of Windows beside what certfix does. */
export interface MachineCrypt32 extends Crypt32 {
  /** @returns the context, or null with `lastError` */
  CertAddEncodedCertificateToStore(
    store: unknown,
    encoding: number,
    der: Buffer,
    disposition: number,
  ): unknown;
  /** Frees the context in any case. */
  CertDeleteCertificateFromStore(context: unknown): boolean;
  /** With `deleteStore` among the flags the store goes, with what is in it. */
  CertUnregisterSystemStore(name: string, flags: number): boolean;
  /** The key that Windows links to a certificate; null: none. */
  keyContainer(context: unknown): KeyContainer | null;
  /** Deletes a key of the machine for ever: CryptAcquireContext with CRYPT_DELETEKEYSET, or NCryptDeleteKey. */
  deleteKey(key: KeyContainer): boolean;
  /** CryptProtectData, machine scope; null with `lastError`. */
  protect(bytes: Buffer): Buffer | null;
  /** CryptUnprotectData; null with `lastError`. */
  unprotect(bytes: Buffer): Buffer | null;
}

export const machineFlags = {
  replaceExisting: 3,
  /** NTE_BAD_KEYSET: there is no such key, which is what deleting it was to reach. */
  noSuchKey: 0x8009_0016,
  /** CRYPTPROTECT_UI_FORBIDDEN and CRYPTPROTECT_LOCAL_MACHINE: a service has nobody to ask. */
  protectMachine: 0x1 | 0x4,
  /** CERT_STORE_DELETE_FLAG. */
  deleteStore: 0x10,
  deleteKeySet: 0x10,
  machineKeySet: 0x20,
} as const;

let bound: Promise<MachineCrypt32> | undefined;

/** Binds what is needed, once in a process; only on Windows. @throws Error where koffi is not installed */
export function loadMachineCrypt32(): Promise<MachineCrypt32> {
  bound ??= bindMachineCrypt32();
  return bound;
}

async function bindMachineCrypt32(): Promise<MachineCrypt32> {
  const base = await loadCrypt32();
  const { default: koffi } = await import('koffi');
  const crypt32 = koffi.load('crypt32.dll');
  const blob = koffi.struct('TENKAI_DATA_BLOB', { cbData: 'uint32', pbData: 'void *' });
  const info = koffi.struct('TENKAI_KEY_PROV_INFO', {
    container: 'str16',
    provider: 'str16',
    providerType: 'uint32',
    flags: 'uint32',
    parameters: 'uint32',
    parameterList: 'void *',
    keySpec: 'uint32',
  });
  const add = crypt32.func(
    'bool __stdcall CertAddEncodedCertificateToStore(void *store, uint32 encoding, const uint8_t *der, uint32 length, uint32 disposition, _Out_ void **context)',
  );
  const remove = crypt32.func('bool __stdcall CertDeleteCertificateFromStore(void *context)');
  const unregister = crypt32.func('bool __stdcall CertUnregisterSystemStore(str16 name, uint32 flags)');
  const dataCall = (name: string, description: string) =>
    crypt32.func('__stdcall', name, 'bool', [
      koffi.pointer(blob),
      description,
      'void *',
      'void *',
      'void *',
      'uint32',
      koffi.out(koffi.pointer(blob)),
    ]);
  const localFree = koffi.load('kernel32.dll').func('void * __stdcall LocalFree(void *memory)');
  const calls = {
    protect: dataCall('CryptProtectData', 'str16'),
    unprotect: dataCall('CryptUnprotectData', 'void *'),
  };
  const convert = (name: keyof typeof calls, bytes: Buffer): Buffer | null => {
    const out: { cbData?: number; pbData?: unknown } = {};
    const given = { cbData: bytes.length, pbData: bytes };
    if (!calls[name](given, null, null, null, null, machineFlags.protectMachine, out)) return null;
    const array = koffi.array('uint8_t', out.cbData ?? 0, 'Typed');
    const result = Buffer.from(koffi.decode(out.pbData, array) as Uint8Array);
    localFree(out.pbData);
    return result;
  };
  return {
    ...base,
    CertAddEncodedCertificateToStore(store, encoding, der, disposition) {
      const context: unknown[] = [null];
      return add(store, encoding, der, der.length, disposition, context) ? context[0] : null;
    },
    CertDeleteCertificateFromStore: remove,
    CertUnregisterSystemStore: unregister,
    keyContainer(context) {
      // What the property points to lies behind it in the same memory.
      const property = base.CertGetCertificateContextProperty(context, 2);
      if (property === undefined || property.length < koffi.sizeof(info)) return null;
      const { container, provider, providerType } = koffi.decode(property, info) as Record<string, unknown>;
      return {
        container: String(container ?? ''),
        provider: String(provider ?? ''),
        providerType: Number(providerType),
      };
    },
    deleteKey: await keyDeleter(base.lastError),
    protect: (bytes) => convert('protect', bytes),
    unprotect: (bytes) => convert('unprotect', bytes),
  };
}

async function keyDeleter(lastError: () => number): Promise<MachineCrypt32['deleteKey']> {
  const { default: koffi } = await import('koffi');
  const acquire = koffi
    .load('advapi32.dll')
    .func(
      'bool __stdcall CryptAcquireContextW(_Out_ uintptr_t *handle, str16 container, str16 provider, uint32 type, uint32 flags)',
    );
  const cng = koffi.load('ncrypt.dll');
  const openProvider = cng.func(
    'int32 __stdcall NCryptOpenStorageProvider(_Out_ uintptr_t *handle, str16 name, uint32 flags)',
  );
  const openKey = cng.func(
    'int32 __stdcall NCryptOpenKey(uintptr_t provider, _Out_ uintptr_t *key, str16 name, uint32 spec, uint32 flags)',
  );
  const deleteKey = cng.func('int32 __stdcall NCryptDeleteKey(uintptr_t key, uint32 flags)');
  const free = cng.func('int32 __stdcall NCryptFreeObject(uintptr_t object)');
  return ({ container, provider, providerType }) => {
    const { deleteKeySet, machineKeySet, noSuchKey } = machineFlags;
    if (providerType !== 0) {
      const isGone = acquire([0], container, provider, providerType, deleteKeySet | machineKeySet) as boolean;
      return isGone || lastError() === noSuchKey;
    }
    const [handle, key]: [number[], number[]] = [[0], [0]];
    if (openProvider(handle, provider, 0) !== 0) return false;
    try {
      const problem = openKey(handle[0], key, container, 0, machineKeySet) >>> 0;
      if (problem !== 0) return problem === noSuchKey;
      // It frees the key, too.
      return deleteKey(key[0], 0) === 0;
    } finally {
      free(handle[0]);
    }
  };
}
