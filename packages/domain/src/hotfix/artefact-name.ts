/** What the name of a hotfix's file says. */
export interface ArtefactName {
  readonly kind: 'server' | 'client-patch';
  readonly product: string;
  readonly level: string;
  readonly hotfix: string;
  /** Of a server package: `ENU`, `JPN`. */
  readonly language: string | null;
  /** Of a client patch. */
  readonly architecture: 'x86' | 'x64' | 'ia64' | null;
}

const server = /^(SCCM\d{4})-(SP\d)-(KB\d{5,8})-([A-Z]{3})\.msi$/i;
const client = /^(SCCM\d{4})AC-(SP\d)-(KB\d{5,8})-(x86|x64|ia64)\.msp$/i;

/**
 * Reads `SCCM2007-SP2-KB977203-ENU.msi` or `SCCM2007AC-SP2-KB977203-x86.msp` (AC: advanced client); null: neither.
 * Source: HOTFIX-12.
 */
export function parseArtefactName(name: string): ArtefactName | null {
  const [, product = '', level = '', hotfix = '', language = ''] = server.exec(name) ?? [];
  if (product !== '')
    return {
      kind: 'server',
      ...upper(product, level, hotfix),
      language: language.toUpperCase(),
      architecture: null,
    };
  const [, family = '', line = '', fix = '', architecture = ''] = client.exec(name) ?? [];
  if (family === '') return null;
  return {
    kind: 'client-patch',
    ...upper(family, line, fix),
    language: null,
    architecture: architecture.toLowerCase() as 'x86' | 'x64' | 'ia64',
  };
}

const upper = (product: string, level: string, hotfix: string) => ({
  product: product.toUpperCase(),
  level: level.toUpperCase(),
  hotfix: hotfix.toUpperCase(),
});
