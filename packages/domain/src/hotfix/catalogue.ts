import { parseFileTable } from './file-table.ts';
import type { Hotfix, ServiceLine } from './hotfix.ts';

/** The lines of Configuration Manager 2007 (HOTFIX-22). */
export const serviceLines: readonly ServiceLine[] = [
  { level: 'SP1', prefix: '4.0.6221' },
  { level: 'SP2', prefix: '4.0.6487' },
];

/** HOTFIX-17: 13 rows. */
const sp1 = `
Ccmcertfix.exe | 4.0.6221.1193 | 17,768 | 2008-12-01 01:40 | x86
Ccmgencert.dll | 4.0.6221.1193 | 130,408 | 2008-12-01 01:40 | x86
Ccmsetup-sup.cab | 該当なし | 257,833 | 2008-12-01 01:40 | 該当なし
Ccmsetup.exe | 4.0.6221.1193 | 609,128 | 2008-12-01 01:40 | x86
Ccmsetup.msi | 該当なし | 1,662,464 | 2008-12-01 01:40 | 該当なし
Mcs.msi | 該当なし | 7,312,896 | 2008-12-01 01:40 | 該当なし
Mcsisapip.dll | 4.0.6221.1193 | 205,672 | 2008-12-01 01:40 | x86
Mp.msi | 該当なし | 9,515,520 | 2008-12-01 01:40 | 該当なし
Sccm2007ac-sp1-kb977203-x86.msp | 該当なし | 3,076,096 | 2008-12-01 01:40 | 該当なし
Smpmgr.dll | 4.0.6221.1193 | 85,864 | 2008-12-01 01:40 | x86
Ccmgencert.dll | 4.0.6221.1193 | 649,576 | 2008-12-01 01:40 | IA-64
Ccmgencert.dll | 4.0.6221.1193 | 285,032 | 2008-12-01 01:40 | x64
Mcsisapip.dll | 4.0.6221.1193 | 480,616 | 2008-12-01 01:40 | x64
`;

/** HOTFIX-18: 13 rows, one of which has a date that nobody can read (HOTFIX-19). */
const sp2 = `
Ccmcertfix.exe | 4.0.6487.2111 | 17,768 | 2010-01-25 06:27 | x86
Ccmgencert.dll | 4.0.6487.2111 | 130,408 | 2010-01-25 06:27 | x86
Ccmsetup-sup.cab | 対象外 | 253,016 | 2009 年 12 月 10 日~12 月 3:40 | 対象外
Ccmsetup.exe | 4.0.6487.2111 | 611,688 | 2010-01-25 06:27 | x86
Ccmsetup.msi | 対象外 | 1,662,976 | 2010-01-25 06:27 | 対象外
Mcs.msi | 対象外 | 7,204,864 | 2010-01-25 06:28 | 対象外
Mcsisapip.dll | 4.0.6487.2111 | 206,696 | 2010-01-25 06:28 | x86
Mp.msi | 対象外 | 9,180,672 | 2010-01-25 06:28 | 対象外
Sccm2007ac-sp2-kb977203-x86.msp | 対象外 | 444,928 | 2010-01-25 06:28 | 対象外
Smpmgr.dll | 4.0.6487.2111 | 86,376 | 2010-01-25 06:28 | x86
Ccmgencert.dll | 4.0.6487.2111 | 649,576 | 2010-01-25 06:28 | IA-64
Ccmgencert.dll | 4.0.6487.2111 | 285,032 | 2010-01-25 06:29 | x64
Mcsisapip.dll | 4.0.6487.2111 | 481,640 | 2010-01-25 06:29 | x64
`;

/** The hotfixes that we know, by id (HOTFIX-01..07, 10). */
export const hotfixes: readonly Hotfix[] = [
  {
    id: 'KB977203',
    title: 'User state migration fails after security update 974571 or Windows 7 SP1',
    symptom: 'User state migration fails; the certificate of the client is refused with 0x80092024.',
    cause: 'The friendly name of the self-signed certificate holds NUL characters, which CryptoAPI refuses.',
    resolution: 'Certificates are made with a clean name; CCMCertFix repairs those that are there.',
    requires: ['SP1', 'SP2'],
    needsRestart: false,
    replaces: [],
    languages: ['ENU', 'JPN'],
    acquisition: 'downloadable',
    tools: ['Ccmcertfix.exe'],
    files: { SP1: parseFileTable(sp1).files, SP2: parseFileTable(sp2).files },
  },
  {
    id: 'KB977384',
    title: 'Prerequisite of Configuration Manager 2007 R3',
    symptom: '',
    cause: '',
    resolution: 'Contains the fix of KB977203, without its tool.',
    requires: ['SP2'],
    needsRestart: false,
    replaces: ['KB977203'],
    languages: ['ENU', 'JPN'],
    acquisition: 'downloadable',
    tools: [],
    files: {},
  },
];
