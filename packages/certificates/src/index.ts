export { type CertfixItem, type CertfixSummary, certfix } from './certfix.ts';
export { type CertfixCommand, type CertfixReport, isInOrder, runCertfix } from './command.ts';
export type { Examination } from './examination.ts';
export { type ExamineOptions, examine } from './examine.ts';
export { type Finding, type FindingCode, findingTable, strictImportError, weightOf } from './findings.ts';
export {
  cleanFriendlyName,
  friendlyNameProperty,
  isCleanFriendlyName,
  judgeFriendlyNameProperty,
  longestFriendlyName,
} from './friendly-name.ts';
export { createOpener, type Opener } from './pfx/passwords.ts';
export { findingsText, languageOf, outcomeText, placeText, summaryText } from './report-text.ts';
export { type Crypt32, wincrypt } from './stores/crypt32.ts';
export { type CertfixHost, openStores, thisHost } from './stores/default-stores.ts';
export { openFolderStore } from './stores/folder-store.ts';
export type { CertificateStore, StoreEntry } from './stores/store.ts';
export { openSystemStore } from './stores/system-store.ts';
