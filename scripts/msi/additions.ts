import { guidOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { secureProperties } from './product.ts';

/** Types of custom actions (Windows Installer SDK, "Custom Action Types"). */
const library = 1;
const storedProgram = 2;
const installedProgram = 18;
const goesOnAfterFailure = 0x40;
const deferred = 0x400;
const commit = 0x200;
const asSystem = 0x800;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const action = (name: string, type: number, source: string, target: string) =>
  `INSERT INTO \`CustomAction\` (\`Action\`, \`Type\`, \`Source\`, \`Target\`) VALUES (${[text(name), type, text(source), text(target)].join(', ')})`;
const step = (name: string, when: string, sequence: number) =>
  `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Condition\`, \`Sequence\`) VALUES (${text(name)}, ${text(when)}, ${sequence})`;
const stepOfWindows = (name: string, when: string, sequence: number) =>
  step(name, when, sequence).replace('InstallExecuteSequence', 'InstallUISequence');
const only = (name: string, when: string) =>
  `UPDATE \`InstallExecuteSequence\` SET \`Condition\` = ${text(when)} WHERE \`Action\` = ${text(name)}`;

/** The agent goes for good: not for the version that replaces it. */
const forGood = 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE';

/**
 * What wixl has no words for, in the SQL of msibuild(1). The older version goes when the newer one is there, and takes
 * nothing with it that both have: where the newer one fails, the older one is as it was. The service stays registered over
 * an upgrade as an administrator has set it, and is not started where it does not start by itself (AGENT-36, AGENT-37).
 */
export function additions(ids: {
  readonly service: string;
  readonly node: string;
  readonly agent: string;
}): string[] {
  const agent = `--disable-warning=ExperimentalWarning "[#${ids.agent}]"`;
  const quietly = installedProgram | deferred | asSystem | goesOnAfterFailure;
  return [
    `UPDATE \`Property\` SET \`Value\` = ${text(secureProperties.join(';'))} WHERE \`Property\` = 'SecureCustomProperties'`,
    "UPDATE `InstallExecuteSequence` SET `Sequence` = 6601 WHERE `Action` = 'RemoveExistingProducts'",
    only('InstallServices', 'VersionNT AND NOT SERVICESTART'),
    only('StartServices', 'VersionNT AND (NOT SERVICESTART OR SERVICESTART="2" OR SERVICERUNS)'),
    action('TakeFolder', library, 'PropertiesLibrary', 'TakeFolder'),
    // With windows the folders are settled before the other sequence begins, and are given to it as if somebody had named them.
    ...[step, stepOfWindows].map((into) => into('TakeFolder', '', 790)),
    action('TakeProperties', library, 'PropertiesLibrary', 'TakeProperties'),
    step('TakeProperties', 'NOT REMOVE="ALL"', 1001),
    // Not each installer waits for the stop that it has asked for; one that does finds it done.
    action(
      'AwaitStop',
      storedProgram | deferred | asSystem | goesOnAfterFailure,
      'ServiceProgram',
      'stopped',
    ),
    step('AwaitStop', 'Installed OR WIX_UPGRADE_DETECTED', 1905),
    action('CloseFirewall', quietly, ids.node, `${agent} firewall close`),
    step('CloseFirewall', forGood, 1910),
    action('EndEngines', quietly, ids.service, 'end'),
    step('EndEngines', forGood, 2010),
    action('OpenFirewall', quietly, ids.node, `${agent} firewall open --automatic`),
    step('OpenFirewall', 'NOT Installed AND NOT WIX_UPGRADE_DETECTED', 5700),
    // Its keys go with the data, at the very end: a removal that fails has lost nothing that the agent does not make anew.
    action('WithdrawCertificates', quietly, ids.node, `${agent} cert withdraw --removal-of [ProductVersion]`),
    step('WithdrawCertificates', forGood, 2020),
    action(
      'ForgetData',
      storedProgram | commit | deferred | asSystem | goesOnAfterFailure,
      'ServiceProgram',
      'forget "[INSTALLFOLDER]."',
    ),
    step('ForgetData', forGood, 6590),
    ...searchPath,
    ...emptyFolder,
  ];
}

/** `tenkai-agent` is found in every prompt that is opened afterwards. */
const searchPath = [
  'CREATE TABLE `Environment` (`Environment` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL LOCALIZABLE, `Value` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `Environment`)',
  "INSERT INTO `Environment` (`Environment`, `Name`, `Value`, `Component_`) VALUES ('SearchPath', '=-*PATH', '[~];[INSTALLFOLDER]', 'CProperties')",
  step('RemoveEnvironmentStrings', '', 3300),
  step('WriteEnvironmentStrings', '', 5200),
];

/** `Tenkai` below the program files goes with the last of what lies in it. */
const emptyFolder = [
  "INSERT INTO `RemoveFile` (`FileKey`, `Component_`, `DirProperty`, `InstallMode`) VALUES ('VendorFolder', 'CProperties', 'VENDORFOLDER', 2)",
];

/** The package's own code: another one for each content, the same for the same. */
export const packageCode = (digest: string) => guidOf(`package ${digest}`);
