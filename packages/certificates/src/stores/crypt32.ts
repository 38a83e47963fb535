/**
 * The functions of crypt32 that certfix calls, and nothing else: on Windows they are bound by koffi, in tests recorded.
 * Pointers are opaque. Numbers are those of wincrypt.h. What the agent's own certificates need beside them is in
 * `machine-crypt32.ts`.
 */
export interface Crypt32 {
  /** @returns the store, or null with `lastError` */
  CertOpenStore(provider: number, encoding: number, zero: number, flags: number, name: string): unknown;
  CertEnumCertificatesInStore(store: unknown, previous: unknown): unknown;
  /** The encoded certificate of a context. */
  encoded(context: unknown): Buffer;
  /** @returns the property, or undefined where the certificate has none */
  CertGetCertificateContextProperty(context: unknown, property: number): Buffer | undefined;
  /** Null takes the property away. */
  CertSetCertificateContextProperty(
    context: unknown,
    property: number,
    flags: number,
    value: Buffer | null,
  ): boolean;
  CertFindCertificateInStore(
    store: unknown,
    encoding: number,
    flags: number,
    kind: number,
    hash: Buffer,
    previous: unknown,
  ): unknown;
  CertFreeCertificateContext(context: unknown): boolean;
  CertControlStore(store: unknown, flags: number, kind: number, parameters: null): boolean;
  CertCloseStore(store: unknown, flags: number): boolean;
  lastError(): number;
  /** IsUserAnAdmin of shell32: whether the process is elevated. */
  isElevated(): boolean;
}

export const wincrypt = {
  providerSystem: 10,
  encodings: 0x10001,
  localMachine: 0x20000,
  currentUser: 0x10000,
  openExisting: 0x4000,
  readOnly: 0x8000,
  findSha1: 0x10000,
  /** CERT_STORE_CTRL_COMMIT and its CERT_STORE_CTRL_COMMIT_FORCE_FLAG. */
  commit: 3,
  commitForce: 1,
  keyProviderInfo: 2,
  friendlyName: 11,
  fileNotFound: 2,
  accessDenied: 5,
} as const;

let bound: Promise<Crypt32> | undefined;

/** Binds crypt32.dll, once in a process. Only on Windows; loaded when something needs it and not before. */
export function loadCrypt32(): Promise<Crypt32> {
  bound ??= bindCrypt32();
  return bound;
}

async function bindCrypt32(): Promise<Crypt32> {
  const { default: koffi } = await import('koffi');
  const crypt32 = koffi.load('crypt32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  const shell32 = koffi.load('shell32.dll');
  const blob = koffi.struct('TENKAI_CRYPT_BLOB', { cbData: 'uint32', pbData: 'uint8_t *' });
  const context = koffi.struct('TENKAI_CERT_CONTEXT', {
    encoding: 'uint32',
    encoded: 'uint8_t *',
    length: 'uint32',
    info: 'void *',
    store: 'void *',
  });
  const uint8s = (length: number) => koffi.array('uint8_t', length, 'Typed');
  const lastError = kernel32.func('uint32 __stdcall GetLastError()');
  const open = crypt32.func(
    'void * __stdcall CertOpenStore(uintptr_t provider, uint32 encoding, uintptr_t zero, uint32 flags, str16 name)',
  );
  const next = crypt32.func('void * __stdcall CertEnumCertificatesInStore(void *store, void *previous)');
  const get = crypt32.func(
    'bool __stdcall CertGetCertificateContextProperty(void *context, uint32 property, _Out_ uint8_t *data, _Inout_ uint32 *length)',
  );
  const set = crypt32.func('__stdcall', 'CertSetCertificateContextProperty', 'bool', [
    'void *',
    'uint32',
    'uint32',
    koffi.pointer(blob),
  ]);
  const find = crypt32.func('__stdcall', 'CertFindCertificateInStore', 'void *', [
    'void *',
    'uint32',
    'uint32',
    'uint32',
    koffi.pointer(blob),
    'void *',
  ]);
  const free = crypt32.func('bool __stdcall CertFreeCertificateContext(void *context)');
  const control = crypt32.func(
    'bool __stdcall CertControlStore(void *store, uint32 flags, uint32 kind, void *parameters)',
  );
  const close = crypt32.func('bool __stdcall CertCloseStore(void *store, uint32 flags)');
  const isAdmin = shell32.func('bool __stdcall IsUserAnAdmin()');
  return {
    CertOpenStore: open,
    CertEnumCertificatesInStore: next,
    encoded(pointer) {
      const { encoded, length } = koffi.decode(pointer, context) as { encoded: unknown; length: number };
      return Buffer.from(koffi.decode(encoded, uint8s(length)) as Uint8Array);
    },
    CertGetCertificateContextProperty(pointer, property) {
      const length = [0];
      if (!get(pointer, property, null, length)) return undefined;
      const value = Buffer.alloc(length[0] ?? 0);
      return get(pointer, property, value, length) ? value.subarray(0, length[0]) : undefined;
    },
    CertSetCertificateContextProperty: (pointer, property, flags, value) =>
      set(pointer, property, flags, value && { cbData: value.length, pbData: value }),
    CertFindCertificateInStore: (store, encoding, flags, kind, hash, previous) =>
      find(store, encoding, flags, kind, { cbData: hash.length, pbData: hash }, previous),
    CertFreeCertificateContext: free,
    CertControlStore: control,
    CertCloseStore: close,
    lastError,
    isElevated: isAdmin,
  };
}
